//! A TCP connection within a time: names looked up, addresses tried one after the other.

use std::{
    io,
    net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs as _},
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, PollTimeout, poll},
    sys::socket::{
        AddressFamily, SockFlag, SockProtocol, SockType, SockaddrIn, SockaddrIn6, connect, getsockopt,
        socket, sockopt::SocketError,
    },
};

use super::{Patience, names};
use crate::{
    config::output::Address,
    output::sink::stop::{SLICE, Stop},
};

/// The least that one of several addresses gets of the time.
const LEAST: Duration = Duration::from_secs(1);

/// Connects.
///
/// # Errors
/// Those of the name lookup, or of the last address.
pub fn tcp(address: &Address, timeout: Duration, stop: &Stop) -> io::Result<TcpStream> {
    let addresses = resolve(address, timeout, stop)?;
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let each = (timeout / count).max(LEAST).min(timeout);
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for one in addresses {
        match to(one, each, stop) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    names::forget(&address.host);
    Err(last)
}

/// All addresses of a host, as they were said not long ago, or are said now. The system's lookup knows no timeout of ours, so a thread does it, which may outlive the call.
///
/// # Errors
/// Those of the lookup; [`io::ErrorKind::TimedOut`].
pub fn resolve(address: &Address, timeout: Duration, stop: &Stop) -> io::Result<Vec<SocketAddr>> {
    if let Some(ip) = address.ip() {
        return Ok(vec![SocketAddr::new(ip, address.port)]);
    }
    let sockets =
        |addresses: Vec<IpAddr>| addresses.into_iter().map(|ip| SocketAddr::new(ip, address.port)).collect();
    if let Some(known) = names::known(&address.host) {
        return Ok(sockets(known));
    }
    let (sender, receiver) = channel();
    let Address { host, port } = address.clone();
    thread::Builder::new().name("resolve".into()).spawn(move || {
        let found = (host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
        // Nobody may wait any more.
        let _late = sender.send(found);
    })?;
    let patience = Patience::new(timeout, stop);
    loop {
        match receiver.recv_timeout(SLICE) {
            Ok(found) => {
                let found: Vec<_> = found?.into_iter().map(|socket: SocketAddr| socket.ip()).collect();
                names::remember(&address.host, found.clone());
                return Ok(sockets(found));
            }
            Err(RecvTimeoutError::Timeout) => patience.check()?,
            Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the name lookup failed")),
        }
    }
}

fn to(address: SocketAddr, timeout: Duration, stop: &Stop) -> io::Result<TcpStream> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let socket = socket(family, SockType::Stream, flags, SockProtocol::Tcp)?;
    let begun = match address {
        SocketAddr::V4(v4) => connect(socket.as_raw_fd(), &SockaddrIn::from(v4)),
        SocketAddr::V6(v6) => connect(socket.as_raw_fd(), &SockaddrIn6::from(v6)),
    };
    match begun {
        Ok(()) => {}
        Err(Errno::EINPROGRESS) => wait(socket.as_fd(), &Patience::new(timeout, stop))?,
        Err(error) => return Err(error.into()),
    }
    let stream = TcpStream::from(socket);
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// Waits until a connection is there, or is not to be had.
fn wait(socket: BorrowedFd<'_>, patience: &Patience<'_>) -> io::Result<()> {
    loop {
        let mut ready = [PollFd::new(socket, PollFlags::POLLOUT)];
        match poll(&mut ready, PollTimeout::from(100u8)) {
            Ok(0) | Err(Errno::EINTR) => patience.check()?,
            Ok(_) => break,
            Err(error) => return Err(error.into()),
        }
    }
    match getsockopt(&socket, SocketError)? {
        0 => Ok(()),
        error => Err(io::Error::from_raw_os_error(error)),
    }
}
