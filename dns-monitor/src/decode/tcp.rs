//! DNS over TCP: messages out of segments (RFC 1035 §4.2.2, RFC 7766, RFC 9293).
//!
//! Each way of a connection is a stream of its own. A stream that was not seen from its SYN on,
//! or that lost bytes, is read again from the first segment that plausibly begins with a message.

mod change;
mod framing;
mod reader;
mod stream;
mod waiting;

use hashlink::linked_hash_map::Entry;

use super::flow::{Flow, Table};
use crate::{
    ledger::{Tally, reasons},
    sample::{Content, Datagram, Packet, Sample},
};
use change::Change;
use stream::{Segment, Stream};

reasons! {
    /// Why a segment's bytes did not all go into whole messages.
    StreamReason {
        /// Opens or closes a connection and brings no data.
        Control "tcp-control" Filtered,
        /// Brings nothing that was not there before.
        Retransmission "retransmission" Filtered,
        /// One byte where a stream was joined: a keep-alive probe.
        KeepAlive "keep-alive" Filtered,
        /// In a stream not seen from its beginning, or after a hole: not where a message begins.
        Unsynchronised "unsynchronised" Lost,
        /// Not in the sample: beyond the capture length.
        Cut "cut" Lost,
        /// Follows a hole in its message.
        Remainder "remainder-of-message" Lost,
        /// Its message did not become whole in time.
        Incomplete "incomplete" Lost,
        /// Its message was not whole when the connection was reset.
        Reset "reset" Lost,
        /// Its message was not whole when another connection took the ports.
        Reused "ports-reused" Lost,
        /// Its stream held too much.
        StreamFull "stream-full" Lost,
        /// Its stream was the oldest when memory ran out.
        Evicted "evicted" Lost,
        /// Its message was not whole when the agent stopped.
        Stopped "stopped" Lost,
    }
}

/// What streams may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Streams known at once; two a connection.
    pub streams: usize,
    /// Bytes that one stream holds back, with what it costs to keep them.
    pub stream_bytes: usize,
    /// Bytes that all streams hold back together.
    pub bytes: usize,
    /// How long a hole may stay or a message be unfinished, ns.
    pub patience: u64,
    /// How long a stream may be silent before it is forgotten, ns.
    pub idle: u64,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            streams: 65_536,
            stream_bytes: 128 << 10,
            bytes: 16 << 20,
            patience: 3_000_000_000,
            idle: 120_000_000_000,
        }
    }
}

/// How often a push looks for what is due, ns: the oldest stream is cold memory.
const EXPIRY_INTERVAL: u64 = 100_000_000;

/// TCP flags (RFC 9293 §3.1).
const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;

/// Where a stream's results go.
struct Sink<'a, F> {
    tally: &'a mut Tally<StreamReason>,
    deliver: &'a mut F,
}

impl<F: FnMut(Datagram<'_>)> Sink<'_, F> {
    fn deliver(&mut self, packet: &Packet, length: usize, bytes: &[u8]) {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        (self.deliver)(Datagram { packet: *packet, length, bytes });
    }
}

/// All streams. Their only clock is the time of the samples.
#[derive(Debug, Default)]
pub struct Streams {
    limits: StreamLimits,
    // The front was silent longest.
    streams: Table<Stream>,
    // Those that hold something back; the front began first.
    holding: Table<()>,
    bytes: usize,
    next_expiry: u64,
    tally: Tally<StreamReason>,
}

impl Streams {
    /// An empty table with its bounds.
    pub fn new(limits: StreamLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The books, in samples.
    pub fn tally(&self) -> &Tally<StreamReason> {
        &self.tally
    }

    /// Takes a segment; other samples change nothing. Delivers the messages that it completes,
    /// and those it pushes out, as far as they are there ([`Datagram::length`] says what is missing).
    pub fn push(&mut self, sample: &Sample<'_>, mut deliver: impl FnMut(Datagram<'_>)) {
        let Content::Segment { sequence, flags } = sample.content else { return };
        self.tally.see(1);
        // Far behind: another capture begins.
        let (time, next) = (sample.packet.time, self.next_expiry);
        if time >= next || next.saturating_sub(time) > EXPIRY_INTERVAL.saturating_mul(2) {
            self.expire(sample.packet.time, &mut deliver);
        }
        let flow = Flow::stream(&sample.packet);
        let captured = u32::try_from(sample.payload.len()).unwrap_or(u32::MAX);
        // The SYN has a sequence number of its own, before that of the data (RFC 7413).
        let sequence = sequence.wrapping_add(u32::from(flags & SYN != 0));
        let length = sample.length.max(captured);
        let segment = Segment { sequence, length, packet: &sample.packet, bytes: sample.payload };
        match flags {
            _ if flags & RST != 0 => self.reset(flow, &mut deliver),
            _ if flags & SYN != 0 => self.open(flow, segment, &mut deliver),
            _ if flags & FIN != 0 => self.close(flow, segment, &mut deliver),
            _ => self.data(flow, segment, false, &mut deliver),
        }
    }

    /// Gives up what has waited too long at `now` (ns since the Unix epoch, as samples have it).
    pub fn expire(&mut self, now: u64, mut deliver: impl FnMut(Datagram<'_>)) {
        self.next_expiry = now.saturating_add(EXPIRY_INTERVAL);
        while let Some((flow, ())) = self.holding.front() {
            let flow = *flow;
            let since = self.streams.get(&flow).and_then(Stream::since);
            if since.is_some_and(|since| now.saturating_sub(since) < self.limits.patience) {
                break;
            }
            self.change(flow, &mut deliver, |stream, sink| stream.give_up(StreamReason::Incomplete, sink));
        }
        while let Some((flow, stream)) = self.streams.front()
            && now.saturating_sub(stream.last()) >= self.limits.idle
        {
            let flow = *flow;
            self.remove(flow, StreamReason::Incomplete, &mut deliver);
        }
    }

    /// Gives up all that is held back and forgets all streams.
    pub fn finish(&mut self, mut deliver: impl FnMut(Datagram<'_>)) {
        while let Some((flow, ())) = self.holding.front() {
            let flow = *flow;
            self.remove(flow, StreamReason::Stopped, &mut deliver);
        }
        self.streams.clear();
    }

    fn open(&mut self, flow: Flow, segment: Segment<'_>, deliver: &mut impl FnMut(Datagram<'_>)) {
        // A SYN may come twice; one of another number is another connection.
        if !self.streams.get(&flow).is_some_and(|stream| stream.starts_at(segment.sequence)) {
            self.remove(flow, StreamReason::Reused, deliver);
            let mut stream = Stream::opened(segment.sequence);
            stream.touch(segment.packet.time);
            self.streams.insert(flow, stream);
            self.make_room(deliver);
        }
        if segment.length > 0 {
            return self.data(flow, segment, false, deliver);
        }
        self.tally.end(StreamReason::Control, 1);
    }

    fn close(&mut self, flow: Flow, segment: Segment<'_>, deliver: &mut impl FnMut(Datagram<'_>)) {
        if segment.length > 0 {
            return self.data(flow, segment, true, deliver);
        }
        self.change(flow, deliver, |stream, _| stream.close(segment.sequence));
        self.tally.end(StreamReason::Control, 1);
    }

    fn reset(&mut self, flow: Flow, deliver: &mut impl FnMut(Datagram<'_>)) {
        self.remove(flow, StreamReason::Reset, deliver);
        self.tally.end(StreamReason::Control, 1);
    }

    fn data(&mut self, flow: Flow, segment: Segment<'_>, last: bool, deliver: &mut impl FnMut(Datagram<'_>)) {
        if segment.length == 0 {
            return self.tally.end(StreamReason::Control, 1);
        }
        let (stream, is_new) = match self.streams.entry(flow) {
            Entry::Occupied(mut entry) => {
                entry.to_back();
                (entry.into_mut(), false)
            }
            Entry::Vacant(entry) => (entry.insert(Stream::joined(segment.sequence)), true),
        };
        stream.touch(segment.packet.time);
        let limit = self.limits.stream_bytes;
        let change = Change::of(stream, Sink { tally: &mut self.tally, deliver }, |stream, sink| {
            stream.push(segment, sink);
            if last {
                stream.close(segment.sequence.wrapping_add(segment.length));
            }
            while stream.cost() > limit {
                stream.give_up(StreamReason::StreamFull, sink);
            }
        });
        self.book(flow, change);
        if is_new || change.holds_more() {
            self.make_room(deliver);
        }
    }

    /// Changes a stream, if it is there, without counting it as a sign of life.
    fn change<F: FnMut(Datagram<'_>)>(
        &mut self,
        flow: Flow,
        deliver: &mut F,
        change: impl FnOnce(&mut Stream, &mut Sink<'_, F>),
    ) {
        let Some(stream) = self.streams.get_mut(&flow) else { return };
        let change = Change::of(stream, Sink { tally: &mut self.tally, deliver }, change);
        self.book(flow, change);
    }

    fn remove(&mut self, flow: Flow, reason: StreamReason, deliver: &mut impl FnMut(Datagram<'_>)) {
        self.change(flow, deliver, |stream, sink| stream.finish(reason, sink));
        self.streams.remove(&flow);
    }

    fn make_room(&mut self, deliver: &mut impl FnMut(Datagram<'_>)) {
        while self.bytes > self.limits.bytes
            && let Some((flow, ())) = self.holding.front()
        {
            let flow = *flow;
            self.remove(flow, StreamReason::Evicted, deliver);
        }
        while self.streams.len() > self.limits.streams
            && let Some((flow, _)) = self.streams.front()
        {
            let flow = *flow;
            self.remove(flow, StreamReason::Evicted, deliver);
        }
    }

    /// Keeps what is known of all streams in step with one that changed.
    fn book(&mut self, flow: Flow, change: Change) {
        if change.is_done {
            self.streams.remove(&flow);
        }
        if change.before == change.after {
            return;
        }
        self.bytes = self.bytes.saturating_sub(change.before.cost).saturating_add(change.after.cost);
        if change.after.since.is_none() {
            self.holding.remove(&flow);
        } else if change.before.since != change.after.since {
            self.holding.insert(flow, ());
        }
    }
}

#[cfg(test)]
mod tests;
