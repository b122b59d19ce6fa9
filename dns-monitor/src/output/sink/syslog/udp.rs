//! A datagram a message (RFC 5426).

use std::{
    io, mem,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
};

use super::message::Writer;
use crate::{
    config::output,
    output::sink::{
        Events, Receipt, SinkError, Stop,
        connection::{Patience, connect::resolve},
        fault::broken,
        progress::{Memory, Progress},
        stop::SLICE,
    },
};

/// A receiver of datagrams.
pub(super) struct Datagrams {
    socket: Option<UdpSocket>,
    max_bytes: usize,
    memory: Memory,
}

impl Datagrams {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self { socket: None, max_bytes, memory: Memory::default() }
    }

    /// Sends what is not sent yet.
    pub(super) fn deliver(
        &mut self,
        settings: &output::Syslog,
        writer: &mut Writer,
        events: &Events<'_>,
        stop: &Stop,
    ) -> Result<Receipt, SinkError> {
        let mut memory = mem::take(&mut self.memory);
        let send =
            |lines: &[&[u8]], progress: &mut Progress| self.send(settings, writer, lines, progress, stop);
        let result = memory.deliver(events, send);
        self.memory = memory;
        result
    }

    fn send(
        &mut self,
        settings: &output::Syslog,
        writer: &mut Writer,
        lines: &[&[u8]],
        progress: &mut Progress,
        stop: &Stop,
    ) -> Result<(), SinkError> {
        let to = settings.address.to_string();
        let socket = match self.socket.take() {
            Some(socket) => socket,
            None => open(settings, stop).map_err(|source| SinkError::Connect { to: to.clone(), source })?,
        };
        for at in progress.open() {
            let message = writer.message(lines.get(at).copied().unwrap_or_default());
            let (length, most) = (message.len(), self.max_bytes);
            if length > most {
                progress.refuse(at, || format!("{length} bytes: longer than max_bytes, {most}"));
                continue;
            }
            match one(&socket, message, settings, stop) {
                Ok(()) => progress.take(at),
                Err(error) if error.raw_os_error() == Some(libc::EMSGSIZE) => {
                    progress.refuse(at, || format!("{length} bytes: {error}"));
                }
                Err(error) => return Err(broken(&to, error.kind(), &error.to_string())),
            }
        }
        self.socket = Some(socket);
        Ok(())
    }
}

/// An error may also be one that an earlier datagram met: nobody listens there.
fn one(socket: &UdpSocket, message: &[u8], settings: &output::Syslog, stop: &Stop) -> io::Result<()> {
    let patience = Patience::new(settings.timeout, stop);
    loop {
        match socket.send(message) {
            Ok(_) => return Ok(()),
            Err(error) => patience.wait(error)?,
        }
    }
}

/// To the first of its addresses that there is a way to.
fn open(settings: &output::Syslog, stop: &Stop) -> io::Result<UdpSocket> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in resolve(&settings.address, settings.timeout, stop)? {
        match to(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn to(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?,
        SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?,
    };
    socket.connect(address)?;
    socket.set_write_timeout(Some(SLICE))?;
    Ok(socket)
}
