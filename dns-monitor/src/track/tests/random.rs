//! Messages without a pattern: whatever comes, each ends once, in time, and in the right company.

use std::collections::HashSet;

use super::*;

const MESSAGES: usize = 100_000;
const MAX_WAITING: usize = 64;

/// Numbers without a pattern, the same in every run (xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    /// Few ids, names and ports, so that all of them are used again and again.
    fn message(&mut self, now: u64) -> Message {
        let (id, name) = (self.below(6) as u16, ["a", "A", "b", "c.d"][self.below(4) as usize]);
        let asks = self.one_in(2);
        let mut message = if asks { query(id, name) } else { response(id, name) };
        let port = if self.one_in(20) { 53 } else { 40_000 + self.below(2) as u16 };
        *(if asks { &mut message.source.1 } else { &mut message.destination.1 }) = port;
        if self.one_in(3) {
            message = message.turned();
        }
        if self.one_in(5) {
            message = message.tcp();
        }
        if self.one_in(15) {
            message.flags ^= QR;
        }
        if self.one_in(15) {
            message = message.without_question();
        }
        if self.one_in(15) {
            message.length = Some(self.below(30) as usize);
        }
        Message { time: now + self.below(SKEW), ..message }
    }

    /// Bursts, and rests that outlast a lookup.
    fn pause(&mut self) -> u64 {
        match self.below(1000) {
            0 => 6 * SECOND,
            1..=20 => self.below(SECOND),
            21..=200 => self.below(20 * MS),
            _ => self.below(50 * US),
        }
    }
}

#[test]
fn whatever_comes_ends_once() {
    let (mut dice, mut tracker) = (Dice(0x9e37_79b9_7f4a_7c15), tracker(MAX_WAITING));
    let (mut sent, mut ended) = (Vec::<Message>::new(), HashSet::new());
    let (mut now, mut before) = (START, START);
    for number in 0..MESSAGES {
        let message = dice.message(now);
        sent.push(message.clone());
        message.push(&mut tracker, number, |lookup| judge(lookup, &sent, before, &mut ended));
        assert!(tracker.waiting.len() <= MAX_WAITING);
        assert_eq!(tracker.tally().emitted(), ended.len() as u64);
        before = now;
        now += dice.pause();
    }
    tracker.finish(|lookup| judge(lookup, &sent, 0, &mut ended));
    assert_finished(&tracker, "random");
    let tally = tracker.tally();
    assert_eq!(tally.emitted(), ended.len() as u64);
    assert!(tally.filtered() > 0 && tally.lost() == 0, "{tally}");
}

/// `before`: no message was seen before this time without what was due then being given.
fn judge(lookup: &Lookup<'_>, sent: &[Message], before: u64, ended: &mut HashSet<usize>) {
    for seen in [&lookup.query, &lookup.response].into_iter().flatten() {
        assert!(ended.insert(number(seen)), "twice: {}", line(lookup));
    }
    let message = |seen: &Option<Seen<'_>>| seen.as_ref().map(|seen| &sent[number(seen)]);
    match (lookup.end, message(&lookup.query), message(&lookup.response)) {
        (End::Answered, Some(query), Some(response)) => {
            assert_eq!((query.id, query.transport), (response.id, response.transport));
            assert_eq!((query.source, query.destination), (response.destination, response.source));
            assert_ne!(query.direction, response.direction);
            assert_ne!(query.flags, response.flags);
            assert!(response.time + SKEW >= query.time && response.time < query.time + 5 * SECOND);
            let whole = |message: &Message| message.length.is_none_or(|length| length >= 30);
            if whole(query) && whole(response) {
                let (asked, told) = (&query.name, &response.name);
                let same = |asked: &String| told.as_ref().is_none_or(|told| told.eq_ignore_ascii_case(asked));
                assert!(asked.as_ref().is_none_or(same), "{asked:?} {told:?}");
            }
        }
        // Given as soon as anything could tell the time, but for what clocks differ.
        (End::TimedOut, Some(query), None) => assert!(query.time + 5 * SECOND + SKEW > before),
        (End::Unasked, None, Some(response)) => assert!(response.time + EARLY + SKEW > before),
        (End::Stopped | End::Evicted, Some(_), None) => {}
        (End::WrongWay | End::Undecodable, query, response) => {
            assert_ne!(query.is_some(), response.is_some());
        }
        _ => panic!("{}", line(lookup)),
    }
}
