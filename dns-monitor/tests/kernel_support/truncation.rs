//! What may become of a part of a frame: a reason where headers are cut, the same sample with less payload else.

use dns_monitor::sample::{Content, Packet};
use dns_monitor_common::{counter::Counter, sample::MAX_CAPTURE};

use super::{bench::Bench, frame::Frame, hook::Hook, taken::Taken};

/// An Ethernet header: nothing shorter reaches a program.
pub const LEAST: usize = 14;

/// Cuts a frame at every byte.
pub fn all(bench: &mut Bench, hook: Hook, what: &str, frame: &Frame) {
    if !bench.takes(hook, &frame.bytes) {
        return; // a bench of another kind takes it
    }
    let what = format!("{what}, {hook:?}");
    let (fate, taken) = bench.fate(hook, &frame.bytes);
    let whole = Truncation::new(frame, fate, taken);
    let (mut runs, mut sampled) = (0, 0);
    for end in LEAST..frame.bytes.len() {
        let part = &frame.bytes[..end];
        if bench.takes(hook, part) {
            let taken = bench.taken(hook, part);
            whole.check(&what, end, &taken);
            runs += 1;
            sampled += u64::from(!taken.is_empty());
        }
    }
    whole.check_fates(&what, &bench.counted().0, runs, sampled);
}

/// A whole frame, and what became of it.
struct Truncation<'a> {
    frame: &'a Frame,
    fate: Counter,
    first: Option<Taken>,
    payload: Vec<u8>,
}

impl<'a> Truncation<'a> {
    fn new(frame: &'a Frame, fate: Counter, taken: Vec<Taken>) -> Self {
        let payload = payload(&taken);
        Self { frame, fate, first: taken.into_iter().next(), payload }
    }

    /// Judges what was taken of the first `end` bytes.
    fn check(&self, what: &str, end: usize, taken: &[Taken]) {
        // Where only the frame tells how long a segment is, one that ends behind its headers is empty.
        let headers = end >= self.frame.payload + usize::from(self.frame.without_length);
        let (Some(first), Some(part)) = (&self.first, taken.first()) else {
            assert!(
                self.first.is_none() || !headers,
                "{what}, {end} bytes: not taken, though all headers are there"
            );
            return;
        };
        let Some(present) = end.checked_sub(self.frame.payload) else {
            panic!("{what}, {end} bytes: taken without its headers")
        };
        let expected = &self.payload[..present.min(self.payload.len())];
        assert!(payload(taken) == expected, "{what}, {end} bytes: payload");
        let length = self.first_length(first, present);
        let packet = Packet { time: first.packet.time, ..part.packet };
        let got = (packet, part.content, part.length);
        assert_eq!(got, (first.packet, first.content, length), "{what}, {end} bytes");
    }

    /// What the first sample says its length on the wire is, where so many bytes of payload are `present`: a
    /// segment cut within its first sample is cut there, not in the samples that would have followed.
    fn first_length(&self, first: &Taken, present: usize) -> u32 {
        let is_one = matches!(first.content, Content::Segment { .. }) && present <= MAX_CAPTURE;
        match (self.frame.without_length, is_one) {
            (true, _) => u32::try_from(present.min(MAX_CAPTURE)).unwrap(),
            (false, true) => first.length.max(u32::try_from(self.payload.len()).unwrap()),
            (false, false) => first.length,
        }
    }

    /// Judges the fates of all parts, of which so many were `taken`.
    fn check_fates(&self, what: &str, fates: &[(Counter, u64)], runs: u64, taken: u64) {
        let cut = [Counter::ShortLink, Counter::BadIp, Counter::BadTransport, Counter::TcpWithoutData];
        let known = |fate: &Counter| *fate == Counter::Sampled || *fate == self.fate || cut.contains(fate);
        assert!(fates.iter().all(|(fate, _)| known(fate)), "{what}: {fates:?}");
        let sampled = fates.iter().find(|(fate, _)| *fate == Counter::Sampled).map_or(0, |(_, count)| *count);
        let all: u64 = fates.iter().map(|(_, count)| count).sum();
        assert_eq!((all, sampled), (runs, taken), "{what}: one fate a run: {fates:?}");
    }
}

fn payload(taken: &[Taken]) -> Vec<u8> {
    taken.iter().map(|taken| taken.payload.as_slice()).collect::<Vec<_>>().concat()
}
