//! The thread that asks.

use std::{
    hash::{BuildHasher as _, RandomState as OsRandom},
    net::{IpAddr, UdpSocket},
    os::fd::AsFd as _,
    sync::mpsc::{Receiver, TryRecvError},
    time::{Duration, Instant},
};

use foldhash::fast::RandomState;
use hashlink::LinkedHashMap;

use super::{
    MAX_KNOWN, PtrReason, RATE, Wanted,
    lookup::{Answer, answer, query},
};
use crate::{
    config::nanoseconds,
    identity::{
        assignment::{Assignment, Change, Source},
        feed::{Feed, Shared, Stop, Stopped},
        neighbours::now,
    },
    ledger::Tally,
};

/// Time between lookups.
const INTERVAL: Duration = Duration::from_nanos(1_000_000_000 / RATE as u64);
/// How long a lookup waits for its answer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// A name holds so long at least, and at most, seconds.
const TTL: (u32, u32) = (300, 86_400);
/// That there is no name holds so long.
const NO_NAME_FOR: Duration = Duration::from_secs(3600);
/// A server that said nothing is not asked for the same address before.
const FAILED_FOR: Duration = Duration::from_secs(300);

/// Asks for names, one after another.
pub(super) struct Asker {
    socket: UdpSocket,
    feed: Feed,
    books: Shared<PtrReason>,
    tally: Tally<PtrReason>,
    /// Oldest first; bounded by rate and time-out.
    pending: LinkedHashMap<u16, Pending, RandomState>,
    /// When an address may be asked for again; oldest first.
    settled: LinkedHashMap<IpAddr, Instant, RandomState>,
    /// Message ids that nobody can guess.
    random: OsRandom,
    count: u64,
}

struct Pending {
    wanted: Wanted,
    sent: Instant,
    query: Vec<u8>,
}

impl Asker {
    pub(super) fn new(socket: UdpSocket, feed: Feed, books: Shared<PtrReason>) -> Self {
        Self {
            socket,
            feed,
            books,
            tally: Tally::default(),
            pending: LinkedHashMap::default(),
            settled: LinkedHashMap::default(),
            random: OsRandom::new(),
            count: 0,
        }
    }

    pub(super) fn run(mut self, wanted: &Receiver<Wanted>, stop: &Stop) -> Result<(), Stopped> {
        loop {
            let next = if self.pending.is_empty() {
                Some(wanted.recv().map_err(|_| Stopped)?)
            } else {
                match wanted.try_recv() {
                    Ok(next) => Some(next),
                    Err(TryRecvError::Empty) => None,
                    Err(TryRecvError::Disconnected) => return Err(Stopped),
                }
            };
            let asked = next.is_some_and(|next| self.ask(next));
            if asked || !self.pending.is_empty() {
                self.listen(stop)?;
            }
            self.give_up(Instant::now());
            self.books.write(self.tally);
        }
    }

    /// Sends the query, unless the answer is known.
    fn ask(&mut self, wanted: Wanted) -> bool {
        self.tally.see(1);
        let (address, _) = wanted;
        let waits = self.pending.values().any(|pending| pending.wanted.0 == address);
        if waits || self.settled.get(&address).is_some_and(|until| *until > Instant::now()) {
            self.tally.end(PtrReason::Known, 1);
            return false;
        }
        self.count = self.count.wrapping_add(1);
        let id = self.random.hash_one(self.count) as u16;
        let query = query(id, address);
        // Nobody listening is found out in time.
        let _refused = self.socket.send(&query);
        if let Some(same_id) = self.pending.insert(id, Pending { wanted, sent: Instant::now(), query }) {
            self.settle(same_id.wanted.0, FAILED_FOR);
            self.tally.end(PtrReason::NoAnswer, 1);
        }
        true
    }

    /// Takes answers until it is time for the next lookup.
    fn listen(&mut self, stop: &Stop) -> Result<(), Stopped> {
        let end = Instant::now() + INTERVAL;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            stop.wait(&[self.socket.as_fd()], Some(left))?;
            let mut buffer = [0; 4096];
            while let Ok(length) = self.socket.recv(&mut buffer) {
                let changes = self.take(buffer.get(..length).unwrap_or_default(), now());
                self.feed.send(changes, stop)?;
            }
        }
    }

    /// What a response says.
    fn take(&mut self, response: &[u8], now: u64) -> Vec<Change> {
        let id = response.first_chunk().map(|id| u16::from_be_bytes(*id));
        let answer = id.and_then(|id| Some((id, answer(&self.pending.get(&id)?.query, response)?)));
        let Some((id, answer)) = answer else {
            self.tally.end(PtrReason::Foreign, 1);
            return Vec::new();
        };
        let Some(Pending { wanted: (address, seen), .. }) = self.pending.remove(&id) else {
            return Vec::new();
        };
        let (reason, time) = match answer {
            Answer::Name(name, ttl) => return self.found(address, seen.min(now), now, name, ttl),
            Answer::NoName => (PtrReason::NoName, NO_NAME_FOR),
            Answer::Failed => (PtrReason::NoAnswer, FAILED_FOR),
        };
        self.settle(address, time);
        self.tally.end(reason, 1);
        Vec::new()
    }

    fn found(&mut self, address: IpAddr, from: u64, now: u64, name: Box<str>, ttl: u32) -> Vec<Change> {
        let lasts = Duration::from_secs(ttl.clamp(TTL.0, TTL.1).into());
        // Asked anew before it ends, so that the name does not come and go.
        self.settle(address, lasts * 3 / 4);
        self.tally.emit(1);
        let until = Some(now.saturating_add(nanoseconds(lasts)));
        let (name, source) = (Some(name), Source::Ptr);
        vec![Change::Assigned(Assignment { address, from, until, name, mac: None, source })]
    }

    fn give_up(&mut self, now: Instant) {
        while let Some((_, oldest)) = self.pending.front()
            && now.saturating_duration_since(oldest.sent) >= TIMEOUT
            && let Some((_, oldest)) = self.pending.pop_front()
        {
            self.settle(oldest.wanted.0, FAILED_FOR);
            self.tally.end(PtrReason::NoAnswer, 1);
        }
    }

    /// The address is not asked for again so long.
    fn settle(&mut self, address: IpAddr, time: Duration) {
        self.settled.remove(&address);
        if self.settled.len() >= MAX_KNOWN {
            self.settled.pop_front();
        }
        self.settled.insert(address, Instant::now() + time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::feed::feed;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    #[test]
    fn a_lookup_without_an_answer_ends_and_is_not_repeated() -> std::io::Result<()> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(socket.local_addr()?)?;
        let mut asker = Asker::new(socket, feed().0, Shared::default());
        assert!(asker.ask((ADDRESS, 1)));
        assert!(!asker.ask((ADDRESS, 1)), "it waits");
        let now = Instant::now();
        asker.give_up(now);
        assert_eq!(asker.tally.held(), 1, "there is time");
        asker.give_up(now + TIMEOUT);
        assert_eq!((asker.tally.count(PtrReason::NoAnswer), asker.tally.held()), (1, 0));
        assert!(!asker.ask((ADDRESS, 1)), "not again so soon");
        assert_eq!(asker.tally.count(PtrReason::Known), 2);
        Ok(())
    }
}
