//! Two hundred machines that ask: an open loop, which never waits for answers, and its own account of it.

use std::{
    collections::HashMap,
    io::{self, ErrorKind},
    net::{SocketAddr, UdpSocket},
    os::fd::{AsRawFd, FromRawFd, OwnedFd},
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, anyhow, ensure};

use super::{
    ask::{Mix, Question},
    stamp, stream,
};
use crate::{
    address::Family,
    dns,
    namespace::Namespace,
    truth::plan::{self, CLIENTS},
};

/// One lookup of a client, by its own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Address and port.
    pub client: SocketAddr,
    /// Query id.
    pub id: u16,
    /// What it asked.
    pub question: Question,
    /// When it asked, ns since 1970.
    pub sent: u64,
    /// When it was answered, ns since 1970, and the response code; `None`: never.
    pub answered: Option<(u64, u16)>,
}

/// How it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// One socket a client, and a datagram a lookup.
    Udp,
    /// A connection a lookup.
    Tcp,
}

/// How much is asked.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Lookups a second, of all clients together.
    pub rate: u32,
    /// For so long.
    pub seconds: u32,
    /// In the first so many of them the rate rises from nothing: no cache is empty and at full load.
    pub rise: u32,
    /// Over IPv6 every second time.
    pub dual_stack: bool,
    /// How.
    pub over: Over,
    /// What is asked.
    pub mix: &'static Mix,
}

impl Load {
    /// How many in all.
    pub fn lookups(&self) -> usize {
        self.rate as usize * self.seconds.saturating_sub(self.rise / 2) as usize
    }

    /// When the `number`th lookup is due.
    pub fn due(&self, number: usize) -> Duration {
        let (rate, rise) = (f64::from(self.rate.max(1)), f64::from(self.rise));
        let steady = number as f64 / rate;
        let seconds = if steady < rise / 2.0 { (2.0 * rise * steady).sqrt() } else { steady + rise / 2.0 };
        Duration::from_secs_f64(seconds)
    }
}

/// How long the last answers are waited for: a resolver gives up after ten seconds.
pub const PATIENCE: Duration = Duration::from_secs(12);

/// Asks, and returns every lookup in the order of their times.
pub fn ask(host: &Namespace, load: &Load) -> Result<Vec<Lookup>> {
    let families: &[Family] = if load.dual_stack { &[Family::V4, Family::V6] } else { &[Family::V4] };
    if load.over == Over::Tcp {
        return host.inside(|| stream::ask(load, families))?;
    }
    let sockets = host.inside(|| sockets(families))??;
    let (over, sent) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut lookups, answers) = thread::scope(|scope| {
        let answers = scope.spawn(|| receive(&sockets, &over, &sent));
        let lookups = send(&sockets, load, &sent);
        over.store(true, Ordering::Release);
        let answers = answers.join().map_err(|_| anyhow!("the receiver panicked"))??;
        Ok::<_, anyhow::Error>((lookups?, answers))
    })?;
    for lookup in &mut lookups {
        lookup.answered = answers.get(&(lookup.client, lookup.id)).copied();
    }
    Ok(lookups)
}

/// Client `n`'s sockets are `n * families` and the next ones.
fn sockets(families: &[Family]) -> Result<Vec<UdpSocket>> {
    let one = |(client, family): (usize, Family)| {
        let socket = UdpSocket::bind((plan::client(client).of(family), 0))?;
        socket.connect((plan::RESOLVER.of(family), 53))?;
        socket.set_nonblocking(true)?;
        stamp::enable(&socket)?;
        Ok(socket)
    };
    (0..CLIENTS).flat_map(|client| families.iter().map(move |family| (client, *family))).map(one).collect()
}

fn send(sockets: &[UdpSocket], load: &Load, sent: &AtomicUsize) -> Result<Vec<Lookup>> {
    let families = sockets.len() / CLIENTS;
    let addresses: Vec<_> = sockets.iter().map(UdpSocket::local_addr).collect::<io::Result<_>>()?;
    let mut ids = vec![0_u16; sockets.len()];
    let mut questions = load.mix.questions();
    let total = load.lookups();
    ensure!(total / sockets.len() < 60_000, "a client would use an id twice");
    let mut lookups = Vec::with_capacity(total);
    let start = Instant::now();
    for number in 0..total {
        let due = start + load.due(number);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        let (client, question) = questions.next_of(number);
        let at = client * families + number / CLIENTS % families;
        let (Some(socket), Some(address), Some(id)) = (sockets.get(at), addresses.get(at), ids.get_mut(at))
        else {
            continue;
        };
        *id = id.wrapping_add(1);
        let message = dns::query(*id, &question.name, question.rr_type.1);
        lookups.push(Lookup { client: *address, id: *id, question, sent: now(), answered: None });
        sent.fetch_add(1, Ordering::Release);
        match socket.send(&message) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            other => other.map(drop).context("cannot ask")?,
        }
    }
    Ok(lookups)
}

/// When which client got an answer of which id, and its response code: no id comes twice.
type Answers = HashMap<(SocketAddr, u16), (u64, u16)>;

fn receive(sockets: &[UdpSocket], over: &AtomicBool, sent: &AtomicUsize) -> Result<Answers> {
    let poll = Epoll::new(sockets)?;
    let (mut answers, mut buffer, mut end) = (Answers::new(), vec![0; 65_535], None);
    loop {
        for at in poll.ready()? {
            let Some(socket) = sockets.get(at) else { continue };
            while let Some((length, Some(time))) = stamp::receive(socket, &mut buffer) {
                let answer = buffer.get(..length).unwrap_or_default();
                let (id, rcode) = dns::id(answer).zip(dns::rcode(answer)).context("a short answer")?;
                answers.entry((socket.local_addr()?, id)).or_insert((time, rcode));
            }
        }
        if over.load(Ordering::Acquire) {
            let end = *end.get_or_insert_with(|| Instant::now() + PATIENCE);
            if answers.len() >= sent.load(Ordering::Acquire) || Instant::now() > end {
                return Ok(answers);
            }
        }
    }
}

/// Readiness of many sockets (epoll(7)).
struct Epoll(OwnedFd);

impl Epoll {
    /// All sockets; each is known by its place.
    fn new(sockets: &[UdpSocket]) -> Result<Self> {
        // SAFETY: epoll_create1 takes an integer, and what it returns is nobody else's.
        let poll = unsafe {
            match libc::epoll_create1(libc::EPOLL_CLOEXEC) {
                fd if fd < 0 => return Err(io::Error::last_os_error()).context("epoll"),
                fd => OwnedFd::from_raw_fd(fd),
            }
        };
        for (at, socket) in sockets.iter().enumerate() {
            let mut event = libc::epoll_event { events: libc::EPOLLIN.cast_unsigned(), u64: at as u64 };
            // SAFETY: the event outlives the call, which copies it.
            let added = unsafe {
                libc::epoll_ctl(poll.as_raw_fd(), libc::EPOLL_CTL_ADD, socket.as_raw_fd(), &raw mut event)
            };
            if added != 0 {
                return Err(io::Error::last_os_error()).context("epoll");
            }
        }
        Ok(Self(poll))
    }

    /// The places of sockets that have something, after at most 50 ms.
    fn ready(&self) -> Result<Vec<usize>> {
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 64];
        // SAFETY: there is room for 64 events.
        let count = unsafe { libc::epoll_wait(self.0.as_raw_fd(), events.as_mut_ptr(), 64, 50) };
        let count = match usize::try_from(count) {
            Ok(count) => count,
            Err(_) if io::Error::last_os_error().kind() == ErrorKind::Interrupted => 0,
            Err(_) => return Err(io::Error::last_os_error()).context("epoll"),
        };
        events
            .iter()
            .take(count)
            .map(|event| usize::try_from(event.u64).context("a socket's place"))
            .collect()
    }
}

/// ns since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::scenario::MARKED;

    #[test]
    fn the_rate_rises_and_then_stays() {
        let load =
            Load { rate: 1000, seconds: 10, rise: 4, dual_stack: false, over: Over::Udp, mix: &MARKED };
        assert_eq!(load.lookups(), 8000);
        for (number, expected) in [(0, 0), (500, 2000), (2000, 4000), (3000, 5000), (8000, 10_000)] {
            assert_eq!(load.due(number).as_millis(), expected, "lookup {number}");
        }
    }
}
