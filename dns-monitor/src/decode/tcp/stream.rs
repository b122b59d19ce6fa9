//! One way of one connection: its segments put in order.

use super::{Sink, StreamReason, reader::Reader, waiting::Waiting};
use crate::sample::{Datagram, Packet};

/// A jump farther than this is another connection on the same ports, or a stream we lost.
const WINDOW: u32 = 1 << 20;

/// Data of a stream, as one sample brought it.
#[derive(Clone, Copy)]
pub(super) struct Segment<'a> {
    pub(super) sequence: u32,
    /// Bytes on the wire; `bytes` may be fewer.
    pub(super) length: u32,
    pub(super) packet: &'a Packet,
    pub(super) bytes: &'a [u8],
}

impl Segment<'_> {
    /// Without its first `count` bytes.
    fn skip(self, count: u32) -> Self {
        let captured = usize::try_from(count).ok().and_then(|count| self.bytes.get(count..));
        Self {
            sequence: self.sequence.wrapping_add(count),
            length: self.length.saturating_sub(count),
            bytes: captured.unwrap_or_default(),
            ..self
        }
    }
}

/// One way of one connection.
#[derive(Debug)]
pub(super) struct Stream {
    start: u32,
    expected: u32,
    fin: Option<u32>,
    last: u64,
    reader: Reader,
    // Most segments come in order: most streams need no memory.
    waiting: Option<Box<Waiting>>,
}

impl Stream {
    /// A stream seen from its SYN on; `start` is the sequence number of the first data.
    pub(super) fn opened(start: u32) -> Self {
        Self { reader: Reader::new(true), ..Self::joined(start) }
    }

    /// A stream whose beginning was not seen.
    pub(super) fn joined(start: u32) -> Self {
        Self { start, expected: start, fin: None, last: 0, reader: Reader::new(false), waiting: None }
    }

    /// Whether this is the connection whose SYN says so.
    pub(super) fn starts_at(&self, start: u32) -> bool {
        self.start == start
    }

    /// Newest sample, ns since the Unix epoch.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Notes a sample at `time`.
    pub(super) fn touch(&mut self, time: u64) {
        self.last = time;
    }

    /// Since when it waits for bytes, ns since the Unix epoch.
    pub(super) fn since(&self) -> Option<u64> {
        self.waiting.as_ref().and_then(|waiting| waiting.since()).or(self.reader.since())
    }

    /// Memory of what it holds back, bytes; 0 if it holds nothing.
    pub(super) fn cost(&self) -> usize {
        self.reader.cost().saturating_add(self.waiting.as_ref().map_or(0, |waiting| waiting.cost()))
    }

    /// Notes that the stream ends at `sequence`.
    pub(super) fn close(&mut self, sequence: u32) {
        self.fin = Some(sequence);
    }

    /// Whether all is delivered up to the FIN.
    pub(super) fn is_done(&self) -> bool {
        self.is_empty() && self.fin.is_some_and(|fin| self.expected.wrapping_sub(fin) < WINDOW)
    }

    /// Takes a segment, wherever in the stream it belongs.
    pub(super) fn push<F: FnMut(Datagram<'_>)>(&mut self, segment: Segment<'_>, sink: &mut Sink<'_, F>) {
        let ahead = segment.sequence.wrapping_sub(self.expected);
        let behind = ahead.wrapping_neg();
        match (ahead, behind) {
            (0, _) => self.advance(segment, sink),
            (..=WINDOW, _) => self.jump(ahead, segment, sink),
            (_, ..=WINDOW) if segment.length > behind => self.advance(segment.skip(behind), sink),
            (_, ..=WINDOW) => sink.tally.end(self.stale(&segment), 1),
            _ => self.rejoin(segment, sink),
        }
    }

    /// Gives up the first hole, or the message that is not whole.
    pub(super) fn give_up<F: FnMut(Datagram<'_>)>(&mut self, reason: StreamReason, sink: &mut Sink<'_, F>) {
        let gap = self.waiting.as_ref().and_then(|waiting| waiting.gap(self.expected));
        self.hole(gap.unwrap_or_default(), reason, sink);
        self.drain(sink);
    }

    /// Gives up all that it holds back.
    pub(super) fn finish<F: FnMut(Datagram<'_>)>(&mut self, reason: StreamReason, sink: &mut Sink<'_, F>) {
        while !self.is_empty() {
            self.give_up(reason, sink);
        }
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_none() && self.reader.is_empty()
    }

    fn advance<F: FnMut(Datagram<'_>)>(&mut self, segment: Segment<'_>, sink: &mut Sink<'_, F>) {
        // A keep-alive probe repeats one byte (RFC 9293 §3.8.4): no place to get in step.
        if segment.length == 1 && !self.reader.is_synchronised() && self.reader.is_empty() {
            return sink.tally.end(StreamReason::KeepAlive, 1);
        }
        self.take(segment, sink);
        self.drain(sink);
    }

    /// Takes a segment beyond a hole.
    fn jump<F: FnMut(Datagram<'_>)>(&mut self, ahead: u32, segment: Segment<'_>, sink: &mut Sink<'_, F>) {
        if !self.reader.is_synchronised() {
            self.hole(ahead, StreamReason::Unsynchronised, sink);
            return self.advance(segment, sink);
        }
        if !self.waiting.get_or_insert_default().insert(&segment, self.expected) {
            sink.tally.end(StreamReason::Retransmission, 1);
        }
    }

    fn rejoin<F: FnMut(Datagram<'_>)>(&mut self, segment: Segment<'_>, sink: &mut Sink<'_, F>) {
        self.finish(StreamReason::Reused, sink);
        *self = Self { last: self.last, ..Self::joined(segment.sequence) };
        self.advance(segment, sink);
    }

    /// What bytes before `expected` are: seen before, or from before we joined.
    fn stale(&self, segment: &Segment<'_>) -> StreamReason {
        let before_start = self.start.wrapping_sub(segment.sequence);
        if (1..=WINDOW).contains(&before_start) && segment.length > 1 {
            StreamReason::Unsynchronised
        } else {
            StreamReason::Retransmission
        }
    }

    /// Takes what waited for `expected` to come this far.
    fn drain<F: FnMut(Datagram<'_>)>(&mut self, sink: &mut Sink<'_, F>) {
        while let Some(waiting) = &mut self.waiting {
            let Some(taken) = waiting.take(self.expected) else { return };
            if waiting.is_empty() {
                self.waiting = None;
            }
            let segment = taken.segment();
            let known = self.expected.wrapping_sub(segment.sequence);
            if segment.length > known {
                self.take(segment.skip(known), sink);
            } else {
                sink.tally.end(StreamReason::Retransmission, 1);
            }
        }
    }

    /// Takes the segment at `expected`.
    fn take<F: FnMut(Datagram<'_>)>(&mut self, segment: Segment<'_>, sink: &mut Sink<'_, F>) {
        let captured = u32::try_from(segment.bytes.len()).unwrap_or(u32::MAX);
        self.expected = self.expected.wrapping_add(captured);
        if captured > 0 {
            self.reader.read(segment.packet, segment.bytes, sink);
        } else {
            sink.tally.end(StreamReason::Cut, 1);
        }
        if segment.length > captured {
            self.hole(segment.length.wrapping_sub(captured), StreamReason::Cut, sink);
        }
    }

    fn hole<F: FnMut(Datagram<'_>)>(&mut self, missing: u32, reason: StreamReason, sink: &mut Sink<'_, F>) {
        self.expected = self.expected.wrapping_add(missing);
        self.reader.hole(missing, reason, sink);
    }
}
