//! The crowd over TCP: each lookup has a connection of its own (RFC 7766), and a thread.

use std::{
    io::{self, Write as _},
    mem,
    net::{IpAddr, SocketAddr, TcpStream},
    os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd},
    thread,
    time::Instant,
};

use anyhow::{Context, Result, anyhow};

use super::{
    ask::Question,
    crowd::{Load, Lookup, PATIENCE, now},
    plan::{self, CLIENTS},
    stamp,
};
use crate::{address::Family, dns};

/// Asks in the namespace of the caller, and returns every lookup in the order in which they were due.
pub fn ask(load: &Load, families: &[Family]) -> Result<Vec<Lookup>> {
    let mut questions = load.mix.questions();
    let start = Instant::now();
    thread::scope(|scope| {
        let one = |number: usize| {
            thread::sleep((start + load.due(number)).saturating_duration_since(Instant::now()));
            let (client, question) = questions.next_of(number);
            let family = families.get(number / CLIENTS % families.len()).copied().unwrap_or(Family::V4);
            // A port has one lookup: ids may come again.
            scope.spawn(move || lookup(client, family, number as u16, question))
        };
        let asked: Vec<_> = (0..load.lookups()).map(one).collect();
        asked.into_iter().map(|one| one.join().map_err(|_| anyhow!("a client panicked"))?).collect()
    })
}

fn lookup(client: usize, family: Family, id: u16, question: Question) -> Result<Lookup> {
    let server = SocketAddr::new(plan::RESOLVER.of(family), 53);
    let mut stream = connect(plan::client(client).of(family), server).context("cannot connect")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stamp::enable(&stream)?;
    let client = stream.local_addr()?;
    let message = dns::query(id, &question.name, question.rr_type.1);
    let length = u16::try_from(message.len())?.to_be_bytes();
    let sent = now();
    stream.write_all(&[&length, &message[..]].concat()).context("cannot ask")?;
    Ok(Lookup { client, id, question, sent, answered: receive(&stream) })
}

/// When the answer was there, and its response code.
fn receive(stream: &TcpStream) -> Option<(u64, u16)> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 65_537]);
    loop {
        let (length, time) = stamp::receive(stream, &mut buffer).filter(|(length, _)| *length > 0)?;
        bytes.extend_from_slice(buffer.get(..length)?);
        if let Some(message) = whole(&bytes) {
            return Some((time.unwrap_or_else(now), dns::rcode(message)?));
        }
    }
}

fn whole(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.get(..u16::from_be_bytes(*length).into())
}

/// A connection from one of several addresses of this host: the standard library knows no such thing.
fn connect(from: IpAddr, to: SocketAddr) -> io::Result<TcpStream> {
    let family = if to.is_ipv4() { libc::AF_INET } else { libc::AF_INET6 };
    // SAFETY: socket takes three integers, and what it returns is nobody else's.
    let socket = unsafe {
        match libc::socket(family, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) {
            fd if fd < 0 => return Err(io::Error::last_os_error()),
            fd => OwnedFd::from_raw_fd(fd),
        }
    };
    let (from, length) = raw(SocketAddr::new(from, 0));
    // SAFETY: the address outlives the call, and its size goes with it.
    check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const from).cast(), length) })?;
    let (to, length) = raw(to);
    // SAFETY: as above.
    check(unsafe { libc::connect(socket.as_raw_fd(), (&raw const to).cast(), length) })?;
    Ok(socket.into())
}

fn check(result: libc::c_int) -> io::Result<()> {
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// As the kernel has it. An IPv4 address has room in the other's form.
fn raw(address: SocketAddr) -> (libc::sockaddr_in6, libc::socklen_t) {
    // SAFETY: all zeros is an address.
    let mut form: libc::sockaddr_in6 = unsafe { mem::zeroed() };
    let length = match address {
        SocketAddr::V6(v6) => {
            form.sin6_family = libc::AF_INET6 as libc::sa_family_t;
            form.sin6_port = v6.port().to_be();
            form.sin6_addr.s6_addr = v6.ip().octets();
            size_of::<libc::sockaddr_in6>()
        }
        SocketAddr::V4(v4) => {
            form.sin6_family = libc::AF_INET as libc::sa_family_t;
            form.sin6_port = v4.port().to_be();
            // Where the other form has its flow label.
            form.sin6_flowinfo = u32::from_ne_bytes(v4.ip().octets());
            size_of::<libc::sockaddr_in>()
        }
    };
    (form, length as libc::socklen_t)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_connection_comes_from_the_address_that_was_asked_for() {
        for (from, at) in [("127.0.0.9", "127.0.0.1:0"), ("::1", "[::1]:0")] {
            let listener = TcpListener::bind(at).unwrap();
            let stream = connect(from.parse().unwrap(), listener.local_addr().unwrap()).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!((peer.ip().to_string().as_str(), peer), (from, stream.local_addr().unwrap()));
        }
    }

    #[test]
    fn a_message_is_whole_with_its_last_byte() {
        let cases: [(&[u8], Option<&[u8]>); 4] =
            [(b"", None), (b"\0", None), (b"\0\x02a", None), (b"\0\x02ab", Some(b"ab"))];
        for (bytes, expected) in cases {
            assert_eq!(whole(bytes), expected, "{bytes:?}");
        }
    }
}
