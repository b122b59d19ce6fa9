//! Bytes in order in, messages out, and in step again after a hole.

use super::{
    Sink, StreamReason,
    framing::{self, PREFIX, TELLING},
};
use crate::sample::{Datagram, Packet};

/// A message from its length on, not whole yet.
#[derive(Debug)]
struct Partial {
    /// When the first of its bytes came, ns since the Unix epoch.
    since: u64,
    /// The packet that brought the last of its bytes.
    packet: Packet,
    bytes: Vec<u8>,
    /// Samples that have bytes here and none that were lost.
    held: u64,
}

/// Memory for a message grows in steps: its length is a stranger's claim.
const GROWTH: usize = 4096;

/// What the bytes after a stretch not understood are.
enum Search {
    Message,
    TooShort,
    /// One message without its length: what follows it still has to prove itself.
    Headless,
    Noise,
}

/// Cuts a stream into messages.
#[derive(Debug)]
pub(super) struct Reader {
    /// Whether the next byte is known to be in step with the messages.
    synchronised: bool,
    /// Bytes still to come of a message that was given up.
    rest: u32,
    // Most messages come whole: most streams need no memory.
    partial: Option<Box<Partial>>,
}

impl Reader {
    pub(super) fn new(synchronised: bool) -> Self {
        Self { synchronised, rest: 0, partial: None }
    }

    pub(super) fn is_synchronised(&self) -> bool {
        self.synchronised
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.partial.is_none()
    }

    /// Since when a message is not whole.
    pub(super) fn since(&self) -> Option<u64> {
        self.partial.as_ref().map(|partial| partial.since)
    }

    /// Memory of what is held, bytes.
    pub(super) fn cost(&self) -> usize {
        let cost = |partial: &Partial| size_of::<Partial>().saturating_add(partial.bytes.capacity());
        self.partial.as_deref().map_or(0, cost)
    }

    /// Takes the next bytes of the stream, one sample's.
    pub(super) fn read<F: FnMut(Datagram<'_>)>(
        &mut self,
        packet: &Packet,
        bytes: &[u8],
        sink: &mut Sink<'_, F>,
    ) {
        let skipped = usize::try_from(self.rest).map_or(0, |rest| rest.min(bytes.len()));
        self.rest = self.rest.saturating_sub(u32::try_from(skipped).unwrap_or(u32::MAX));
        let bytes = bytes.get(skipped..).unwrap_or_default();
        let search = if self.synchronised { Search::Message } else { self.search(bytes, sink) };
        match search {
            Search::Message => self.messages(packet, bytes, sink),
            Search::TooShort => self.keep(packet, bytes),
            Search::Headless => sink.deliver(packet, bytes.len(), bytes),
            Search::Noise => return sink.tally.end(StreamReason::Unsynchronised, 1),
        }
        match &mut self.partial {
            _ if skipped > 0 => sink.tally.end(StreamReason::Remainder, 1),
            // Bytes come in order: if a message is not whole, this sample's last byte is in it.
            Some(partial) => partial.held = partial.held.saturating_add(1),
            None => sink.tally.emit(1),
        }
    }

    /// Steps over `missing` bytes that will not come. With 0: gives up the message that is not whole.
    pub(super) fn hole<F: FnMut(Datagram<'_>)>(
        &mut self,
        missing: u32,
        reason: StreamReason,
        sink: &mut Sink<'_, F>,
    ) {
        // What is left of the message that the hole is in: `None` if nobody knows.
        let left = match self.partial.take() {
            None => self.rest.checked_sub(missing),
            Some(partial) => self.give_up(&partial, reason, sink).and_then(|left| left.checked_sub(missing)),
        };
        self.rest = left.unwrap_or_default();
        self.synchronised = self.synchronised && left.is_some();
    }

    /// Whether a message begins at `bytes`, or began in what is held.
    fn search<F: FnMut(Datagram<'_>)>(&mut self, bytes: &[u8], sink: &mut Sink<'_, F>) -> Search {
        if let Some(partial) = &self.partial {
            let head: Vec<u8> = partial.bytes.iter().chain(bytes).take(TELLING).copied().collect();
            match framing::plausible(&head) {
                Some(true) => return self.found(),
                Some(false) => self.hole(0, StreamReason::Unsynchronised, sink),
                None => return Search::TooShort,
            }
        }
        match framing::plausible(bytes) {
            Some(true) => self.found(),
            Some(false) if framing::headless(bytes) => Search::Headless,
            Some(false) => Search::Noise,
            None => Search::TooShort,
        }
    }

    fn found(&mut self) -> Search {
        self.synchronised = true;
        Search::Message
    }

    fn messages<F: FnMut(Datagram<'_>)>(&mut self, packet: &Packet, bytes: &[u8], sink: &mut Sink<'_, F>) {
        let mut rest = self.fill(packet, bytes, sink);
        while let Some((message, after)) = framing::split(rest) {
            sink.deliver(packet, message.len(), message);
            rest = after;
        }
        if !rest.is_empty() {
            self.keep(packet, rest);
        }
    }

    /// Completes the message that is not whole; what follows it.
    fn fill<'a, F: FnMut(Datagram<'_>)>(
        &mut self,
        packet: &Packet,
        mut bytes: &'a [u8],
        sink: &mut Sink<'_, F>,
    ) -> &'a [u8] {
        while let Some(partial) = &mut self.partial
            && !bytes.is_empty()
        {
            partial.packet = *packet;
            bytes = partial.append(bytes);
            if framing::lacking(&partial.bytes) == Some(0) {
                let message = partial.bytes.get(PREFIX..).unwrap_or_default();
                sink.deliver(packet, message.len(), message);
                sink.tally.emit(partial.held);
                self.partial = None;
            }
        }
        bytes
    }

    fn keep(&mut self, packet: &Packet, bytes: &[u8]) {
        let new = || Box::new(Partial { since: packet.time, packet: *packet, bytes: Vec::new(), held: 0 });
        let partial = self.partial.get_or_insert_with(new);
        partial.packet = *packet;
        partial.bytes.extend_from_slice(bytes);
    }

    /// Delivers what is there of a message; how many bytes it lacks, if its length is there.
    fn give_up<F: FnMut(Datagram<'_>)>(
        &self,
        partial: &Partial,
        reason: StreamReason,
        sink: &mut Sink<'_, F>,
    ) -> Option<u32> {
        let lacking = framing::lacking(&partial.bytes);
        let message = partial.bytes.get(PREFIX..).unwrap_or_default();
        let is_message = self.synchronised && framing::plausible(&partial.bytes) == Some(true);
        if let Some(lacking) = lacking.filter(|_| is_message) {
            sink.deliver(&partial.packet, message.len().saturating_add(lacking), message);
        }
        match reason {
            // The capture length is the source's choice: all there was to see has gone on.
            StreamReason::Cut if is_message => sink.tally.emit(partial.held),
            _ => sink.tally.end(reason, partial.held),
        }
        lacking.and_then(|lacking| u32::try_from(lacking).ok())
    }
}

impl Partial {
    /// Takes what the message, or its length, lacks; what follows.
    fn append<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let wanted = framing::lacking(&self.bytes).unwrap_or(1);
        let (now, after) = bytes.split_at_checked(wanted).unwrap_or((bytes, &[]));
        if self.bytes.capacity().saturating_sub(self.bytes.len()) < now.len() {
            self.bytes.reserve_exact(now.len().max(wanted.min(GROWTH)));
        }
        self.bytes.extend_from_slice(now);
        after
    }
}
