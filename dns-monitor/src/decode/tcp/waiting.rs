//! Segments that came before the bytes in front of them.

use super::stream::Segment;
use crate::sample::Packet;

/// A segment of its own memory.
#[derive(Debug)]
struct Piece {
    sequence: u32,
    length: u32,
    packet: Packet,
    bytes: Box<[u8]>,
}

impl Piece {
    fn cost(&self) -> usize {
        size_of::<Self>().saturating_add(self.bytes.len())
    }
}

/// Segments beyond a hole, in the order of the stream.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    pieces: Vec<Piece>,
    bytes: usize,
}

impl Waiting {
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Memory it takes, bytes.
    pub(super) fn cost(&self) -> usize {
        self.bytes
    }

    /// When the segment after the first hole came, ns since the Unix epoch.
    pub(super) fn since(&self) -> Option<u64> {
        self.pieces.first().map(|piece| piece.packet.time)
    }

    /// How far the first segment is beyond `expected`.
    pub(super) fn gap(&self, expected: u32) -> Option<u32> {
        self.pieces.first().map(|piece| piece.sequence.wrapping_sub(expected))
    }

    /// Keeps a segment beyond `expected`; false: nothing in it is new.
    pub(super) fn insert(&mut self, segment: &Segment<'_>, expected: u32) -> bool {
        let place = |sequence: u32| sequence.wrapping_sub(expected);
        let start = place(segment.sequence);
        let end = start.saturating_add(segment.length);
        let at = self.pieces.partition_point(|piece| place(piece.sequence) <= start);
        let before = at.checked_sub(1).and_then(|at| self.pieces.get(at));
        if before.is_some_and(|piece| place(piece.sequence).saturating_add(piece.length) >= end) {
            return false;
        }
        let piece = Piece {
            sequence: segment.sequence,
            length: segment.length,
            packet: *segment.packet,
            bytes: segment.bytes.into(),
        };
        self.bytes = self.bytes.saturating_add(piece.cost());
        self.pieces.insert(at, piece);
        true
    }

    /// Takes the first segment out if it begins at `expected` or before.
    pub(super) fn take(&mut self, expected: u32) -> Option<Taken> {
        let gap = self.gap(expected)?;
        // Behind `expected` is a huge gap: sequence numbers are a circle.
        if gap != 0 && gap < 1 << 31 {
            return None;
        }
        let piece = self.pieces.remove(0);
        self.bytes = self.bytes.saturating_sub(piece.cost());
        Some(Taken(piece))
    }
}

/// A segment whose turn has come.
pub(super) struct Taken(Piece);

impl Taken {
    pub(super) fn segment(&self) -> Segment<'_> {
        let Piece { sequence, length, ref packet, ref bytes } = self.0;
        Segment { sequence, length, packet, bytes }
    }
}
