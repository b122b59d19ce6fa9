//! Fragments of UDP datagrams, put together again (RFC 791 §3.2, RFC 8200 §4.5).
//!
//! The sources take every following UDP fragment, because only the first has ports. So most of
//! what waits here on a busy host is not DNS: without a first fragment it ends as filtered.

mod datagram;

use super::flow::{Flow, Table};
use crate::{
    ledger::{Tally, reasons},
    sample::{Content, Datagram, Sample},
};
use datagram::{Added, Assembly, Fragment};

reasons! {
    /// Why a fragment did not become part of a whole datagram.
    FragmentReason {
        /// The first fragment did not come: it was not of a DNS port.
        NotDns "not-dns" Filtered,
        /// The very same piece was there already.
        Duplicate "duplicate" Filtered,
        /// No payload at all.
        Empty "empty" Filtered,
        /// Pieces overlap, or contradict each other about the length (RFC 5722: all are dropped).
        Overlap "overlap" Lost,
        /// It ends beyond what a UDP datagram can hold.
        Oversize "oversize" Lost,
        /// More pieces than a datagram of any real link has.
        TooMany "too-many-pieces" Lost,
        /// The other pieces did not come in time.
        Incomplete "incomplete" Lost,
        /// Older than all others when memory ran out.
        Evicted "evicted" Lost,
    }
}

/// What waiting fragments may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FragmentLimits {
    /// Datagrams that wait at once.
    pub datagrams: usize,
    /// Bytes that wait at once, with what it costs to keep them.
    pub bytes: usize,
    /// How long a datagram waits after its first piece, ns (RFC 8200: at most 60 s; Linux: 30 s).
    pub timeout: u64,
}

impl Default for FragmentLimits {
    fn default() -> Self {
        Self { datagrams: 4096, bytes: 4 << 20, timeout: 30_000_000_000 }
    }
}

/// Puts datagrams together. Its only clock is the time of the samples.
#[derive(Debug, Default)]
pub struct Fragments {
    limits: FragmentLimits,
    // In order of arrival, so the front expires first.
    waiting: Table<Assembly>,
    bytes: usize,
    whole: Vec<u8>,
    tally: Tally<FragmentReason>,
}

impl Fragments {
    /// An empty table with its bounds.
    pub fn new(limits: FragmentLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The books, in samples. Those of a datagram that was delivered with a piece missing are lost.
    pub fn tally(&self) -> &Tally<FragmentReason> {
        &self.tally
    }

    /// Takes a fragment; other samples change nothing. Delivers the datagram that it completes,
    /// and those it pushes out, as far as they are there ([`Datagram::length`] says what is missing).
    pub fn push(&mut self, sample: &Sample<'_>, mut deliver: impl FnMut(Datagram<'_>)) {
        let Content::Fragment { id, offset, more } = sample.content else { return };
        self.tally.see(1);
        self.expire(sample.packet.time, &mut deliver);
        let fragment = match Fragment::new(sample, offset, more) {
            Ok(fragment) => fragment,
            Err(reason) => return self.tally.end(reason, 1),
        };
        // RFC 6946: a datagram in one fragment has nothing to do with others of the same id.
        if offset == 0 && !more {
            self.tally.emit(1);
            return deliver(Datagram {
                packet: sample.packet,
                length: fragment.length,
                bytes: sample.payload,
            });
        }
        let flow = Flow::datagram(&sample.packet, id);
        let assembly = self.waiting.entry(flow).or_insert_with(|| Assembly::new(&sample.packet));
        let before = assembly.cost();
        let added = assembly.add(&sample.packet, fragment, &mut self.tally);
        self.bytes = self.bytes.saturating_sub(before).saturating_add(assembly.cost());
        if matches!(added, Added::Complete)
            && let Some(assembly) = self.remove(&flow)
        {
            assembly.complete(&mut self.whole, &mut self.tally, &mut deliver);
        }
        self.make_room(&mut deliver);
    }

    /// Gives up what has waited too long at `now` (ns since the Unix epoch, as samples have it).
    pub fn expire(&mut self, now: u64, mut deliver: impl FnMut(Datagram<'_>)) {
        while let Some((flow, assembly)) = self.waiting.front()
            && now.saturating_sub(assembly.started()) >= self.limits.timeout
        {
            let flow = *flow;
            self.give_up(&flow, FragmentReason::Incomplete, &mut deliver);
        }
    }

    /// Gives up all that waits: nothing is held afterwards.
    pub fn finish(&mut self, mut deliver: impl FnMut(Datagram<'_>)) {
        while let Some((flow, _)) = self.waiting.front() {
            let flow = *flow;
            self.give_up(&flow, FragmentReason::Incomplete, &mut deliver);
        }
    }

    fn make_room(&mut self, deliver: &mut impl FnMut(Datagram<'_>)) {
        while (self.waiting.len() > self.limits.datagrams || self.bytes > self.limits.bytes)
            && let Some((flow, _)) = self.waiting.front()
        {
            let flow = *flow;
            self.give_up(&flow, FragmentReason::Evicted, deliver);
        }
    }

    fn give_up(&mut self, flow: &Flow, reason: FragmentReason, deliver: &mut impl FnMut(Datagram<'_>)) {
        if let Some(assembly) = self.remove(flow) {
            assembly.give_up(reason, &mut self.whole, &mut self.tally, deliver);
        }
    }

    fn remove(&mut self, flow: &Flow) -> Option<Assembly> {
        let assembly = self.waiting.remove(flow)?;
        self.bytes = self.bytes.saturating_sub(assembly.cost());
        Some(assembly)
    }
}

#[cfg(test)]
mod tests;
