//! One datagram that is still in pieces.

use super::FragmentReason;
use crate::{
    ledger::Tally,
    sample::{Datagram, Packet, Sample},
};

/// The most a UDP payload can be: the IP packet's 65,535 bytes without the UDP header.
const MAX_PAYLOAD: u32 = 65_527;

/// 65,527 bytes over the smallest link of IPv6 are 53 pieces.
const MAX_PIECES: usize = 64;

/// What keeping one piece costs beside its bytes.
const PIECE_COST: usize = size_of::<Piece>();

/// A fragment whose place is sane.
pub(super) struct Fragment<'a> {
    pub(super) length: u32,
    offset: u32,
    end: u32,
    more: bool,
    bytes: &'a [u8],
}

impl<'a> Fragment<'a> {
    pub(super) fn new(sample: &Sample<'a>, offset: u16, more: bool) -> Result<Self, FragmentReason> {
        let captured = u32::try_from(sample.payload.len()).map_err(|_| FragmentReason::Oversize)?;
        let length = sample.length.max(captured);
        if length == 0 {
            return Err(FragmentReason::Empty);
        }
        let offset = u32::from(offset);
        let end = offset.checked_add(length).filter(|end| *end <= MAX_PAYLOAD);
        let end = end.ok_or(FragmentReason::Oversize)?;
        Ok(Self { length, offset, end, more, bytes: sample.payload })
    }
}

/// Whether the datagram is whole.
pub(super) enum Added {
    Waits,
    Complete,
}

#[derive(Debug)]
struct Piece {
    offset: u32,
    end: u32,
    bytes: Box<[u8]>,
}

/// The pieces of one datagram so far.
#[derive(Debug)]
pub(super) struct Assembly {
    started: u64,
    // The newest packet; ports, direction and what the kernel made of it are the first fragment's once it is there.
    packet: Packet,
    is_dns: bool,
    // Pieces came that cannot be: whatever follows is dropped too, until the id may be used again.
    poisoned: bool,
    total: Option<u32>,
    received: u32,
    stored: usize,
    pieces: Vec<Piece>,
}

impl Assembly {
    pub(super) fn new(packet: &Packet) -> Self {
        Self {
            started: packet.time,
            packet: *packet,
            is_dns: false,
            poisoned: false,
            total: None,
            received: 0,
            stored: 0,
            pieces: Vec::new(),
        }
    }

    /// When its first piece came, ns since the Unix epoch.
    pub(super) fn started(&self) -> u64 {
        self.started
    }

    /// Memory of its pieces, bytes.
    pub(super) fn cost(&self) -> usize {
        self.pieces.capacity().saturating_mul(PIECE_COST).saturating_add(self.stored)
    }

    pub(super) fn add(
        &mut self,
        packet: &Packet,
        new: Fragment<'_>,
        tally: &mut Tally<FragmentReason>,
    ) -> Added {
        self.note(packet, new.offset == 0);
        if self.poisoned {
            tally.end(self.unless_foreign(FragmentReason::Overlap), 1);
            return Added::Waits;
        }
        if self.pieces.iter().any(|piece| piece.offset == new.offset && piece.end == new.end) {
            tally.end(FragmentReason::Duplicate, 1);
            return Added::Waits;
        }
        if self.contradicts(&new) {
            return self.poison(FragmentReason::Overlap, tally);
        }
        if self.pieces.len() >= MAX_PIECES {
            return self.poison(FragmentReason::TooMany, tally);
        }
        self.store(&new);
        if Some(self.received) == self.total { Added::Complete } else { Added::Waits }
    }

    /// Delivers the whole datagram.
    pub(super) fn complete(
        mut self,
        whole: &mut Vec<u8>,
        tally: &mut Tally<FragmentReason>,
        deliver: &mut impl FnMut(Datagram<'_>),
    ) {
        self.join(whole);
        tally.emit(self.held());
        deliver(Datagram { packet: self.packet, length: self.received, bytes: whole });
    }

    /// Delivers what is there up to the first hole, if it has a beginning.
    pub(super) fn give_up(
        mut self,
        reason: FragmentReason,
        whole: &mut Vec<u8>,
        tally: &mut Tally<FragmentReason>,
        deliver: &mut impl FnMut(Datagram<'_>),
    ) {
        tally.end(self.unless_foreign(reason), self.held());
        if !self.is_dns || self.pieces.is_empty() {
            return;
        }
        self.join(whole);
        // Where the last piece did not come, its length is not known: one byte at the least.
        let end = self.pieces.iter().map(|piece| piece.end).max().unwrap_or_default();
        let length = self.total.unwrap_or(end.saturating_add(1));
        deliver(Datagram { packet: self.packet, length, bytes: whole });
    }

    fn note(&mut self, packet: &Packet, first: bool) {
        let Packet { direction, source_port, destination_port, judged, .. } = self.packet;
        if first {
            self.is_dns = true;
            self.packet = *packet;
        } else {
            self.packet = Packet { direction, source_port, destination_port, judged, ..*packet };
        }
    }

    fn contradicts(&self, new: &Fragment<'_>) -> bool {
        let overlaps = self.pieces.iter().any(|piece| new.offset < piece.end && piece.offset < new.end);
        let beyond = self.total.is_some_and(|total| new.end > total || !new.more);
        let beneath = !new.more && self.pieces.iter().any(|piece| piece.end > new.end);
        overlaps || beyond || beneath
    }

    fn poison(&mut self, reason: FragmentReason, tally: &mut Tally<FragmentReason>) -> Added {
        tally.end(self.unless_foreign(reason), self.held().saturating_add(1));
        self.poisoned = true;
        self.pieces = Vec::new();
        self.stored = 0;
        Added::Waits
    }

    fn store(&mut self, new: &Fragment<'_>) {
        if !new.more {
            self.total = Some(new.end);
        }
        self.received = self.received.saturating_add(new.length);
        self.stored = self.stored.saturating_add(new.bytes.len());
        self.pieces.push(Piece { offset: new.offset, end: new.end, bytes: new.bytes.into() });
    }

    /// The bytes from the first to the first hole; a piece that the capture cut leaves one.
    fn join(&mut self, whole: &mut Vec<u8>) {
        whole.clear();
        self.pieces.sort_unstable_by_key(|piece| piece.offset);
        for piece in &self.pieces {
            if usize::try_from(piece.offset) != Ok(whole.len()) {
                return;
            }
            whole.extend_from_slice(&piece.bytes);
        }
    }

    fn held(&self) -> u64 {
        self.pieces.len() as u64
    }

    fn unless_foreign(&self, reason: FragmentReason) -> FragmentReason {
        if self.is_dns { reason } else { FragmentReason::NotDns }
    }
}
