//! A stream to a collector: connected, written and read within a time, and ended soon when the agent stops.

pub mod connect;
pub(crate) mod names;
#[cfg(test)]
mod tests;
pub mod tls;

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

use rustls::{ClientConnection, StreamOwned};

use super::{
    SinkError,
    stop::{SLICE, Stop},
};
use crate::config::output::{Address, Tls};

/// How long the other side may take to be done.
const FAREWELL: Duration = Duration::from_secs(2);

/// A stream to a collector.
pub struct Connection {
    stream: Stream,
    /// Whom errors name.
    to: String,
    /// How long nothing may move.
    timeout: Duration,
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Connection {
    /// Over TCP, and with `tls` protected.
    ///
    /// # Errors
    /// [`SinkError::Connect`]: name lookup, connect, certificates.
    pub fn open(
        address: &Address,
        tls: Option<&Tls>,
        timeout: Duration,
        stop: &Stop,
    ) -> Result<Self, SinkError> {
        let to = address.to_string();
        let connect = || {
            let socket = connect::tcp(address, timeout, stop)?;
            socket.set_nodelay(true)?;
            socket.set_read_timeout(Some(SLICE))?;
            socket.set_write_timeout(Some(SLICE))?;
            let Some(tls) = tls else { return Ok(Stream::Tcp(socket)) };
            Ok(Stream::Tls(Box::new(tls::handshake(socket, tls, &address.host, timeout, stop)?)))
        };
        match connect() {
            Ok(stream) => Ok(Self { stream, to, timeout }),
            Err(source) => Err(SinkError::Connect { to, source }),
        }
    }

    /// To a Unix stream socket.
    ///
    /// # Errors
    /// [`SinkError::Connect`].
    pub fn unix(path: &Path, timeout: Duration) -> Result<Self, SinkError> {
        let to = path.display().to_string();
        let connect = || {
            let socket = UnixStream::connect(path)?;
            socket.set_read_timeout(Some(SLICE))?;
            socket.set_write_timeout(Some(SLICE))?;
            Ok(Stream::Unix(socket))
        };
        match connect() {
            Ok(stream) => Ok(Self { stream, to, timeout }),
            Err(source) => Err(SinkError::Connect { to, source }),
        }
    }

    /// The same connection, protected from here on: for protocols that begin without.
    ///
    /// # Errors
    /// [`SinkError::Connect`]: certificates, or it broke.
    pub fn protect(mut self, tls: &Tls, host: &str, stop: &Stop) -> Result<Self, SinkError> {
        let (to, timeout) = (self.to.clone(), self.timeout);
        let Stream::Tcp(socket) = &self.stream else { return Ok(self) };
        let protect = |socket: &TcpStream| tls::handshake(socket.try_clone()?, tls, host, timeout, stop);
        self.stream = match protect(socket) {
            Ok(stream) => Stream::Tls(Box::new(stream)),
            Err(source) => return Err(SinkError::Connect { to, source }),
        };
        Ok(self)
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// [`SinkError::Broken`]: also where nothing moved for the timeout, or the agent's time is over.
    pub fn write(&mut self, mut bytes: &[u8], stop: &Stop) -> Result<(), SinkError> {
        let mut patience = Patience::new(self.timeout, stop);
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(self.broken(io::ErrorKind::WriteZero.into())),
                Ok(written) => {
                    bytes = bytes.get(written..).unwrap_or_default();
                    patience.renew();
                }
                Err(error) => patience.wait(error).map_err(|error| self.broken(error))?,
            }
        }
        self.flush(stop)
    }

    /// TLS may still hold what was written.
    fn flush(&mut self, stop: &Stop) -> Result<(), SinkError> {
        let patience = Patience::new(self.timeout, stop);
        loop {
            match self.stream.flush() {
                Ok(()) => return Ok(()),
                Err(error) => patience.wait(error).map_err(|error| self.broken(error))?,
            }
        }
    }

    /// Reads what there is, and waits until there is something.
    ///
    /// # Errors
    /// [`SinkError::Broken`]: also where the other side is done, nothing came for the timeout, or the agent's time is over.
    pub fn read(&mut self, buffer: &mut [u8], stop: &Stop) -> Result<usize, SinkError> {
        let patience = Patience::new(self.timeout, stop);
        loop {
            match self.stream.read(buffer) {
                Ok(0) => return Err(self.broken(io::ErrorKind::UnexpectedEof.into())),
                Ok(read) => return Ok(read),
                Err(error) => patience.wait(error).map_err(|error| self.broken(error))?,
            }
        }
    }

    /// Whether the other side is still there, as far as can be known without waiting. Throws away what it said: for
    /// protocols in which it has nothing to say. What is written to a connection that the other side has closed is lost, and
    /// nothing says so before the next write.
    ///
    /// # Errors
    /// [`SinkError::Broken`].
    pub fn check(&mut self) -> Result<(), SinkError> {
        let mut buffer = [0; 4096];
        let mut look = || {
            self.stream.set_nonblocking(true)?;
            loop {
                match self.stream.read(&mut buffer) {
                    Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            self.stream.set_nonblocking(false)
        };
        look().map_err(|error| self.broken(error))
    }

    /// Whom errors name.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    fn broken(&self, source: io::Error) -> SinkError {
        SinkError::Broken { to: self.to.clone(), source }
    }
}

/// Says farewell where the protocol has a word for it.
impl Drop for Connection {
    fn drop(&mut self) {
        if let Stream::Tls(tls) = &mut self.stream {
            tls.conn.send_close_notify();
            let said = tls.sock.set_nonblocking(true).and_then(|()| tls.conn.write_tls(&mut tls.sock));
            let _gone = said.and_then(|_| linger(&tls.sock));
        }
    }
}

/// Reads until the other side is done. A server of TLS 1.3 sends tickets as soon as it has the time (RFC 8446 §4.6.1). A
/// socket that is closed answers them with a reset, and then what the server has not read yet is lost.
fn linger(mut socket: &TcpStream) -> io::Result<()> {
    socket.set_nonblocking(false)?;
    socket.shutdown(Shutdown::Write)?;
    let (end, mut buffer) = (Instant::now() + FAREWELL, [0; 4096]);
    while Instant::now() < end {
        match socket.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if is_early(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether nothing has happened yet, and nothing is wrong.
fn is_early(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}

/// How long one may still wait.
pub(crate) struct Patience<'s> {
    timeout: Duration,
    until: Instant,
    stop: &'s Stop,
}

impl<'s> Patience<'s> {
    pub(crate) fn new(timeout: Duration, stop: &'s Stop) -> Self {
        Self { timeout, until: Instant::now() + timeout, stop }
    }

    /// Something moved.
    pub(crate) fn renew(&mut self) {
        self.until = Instant::now() + self.timeout;
    }

    /// Whether there is reason to try again after an error.
    pub(crate) fn wait(&self, error: io::Error) -> io::Result<()> {
        if is_early(&error) { self.check() } else { Err(error) }
    }

    /// Whether there is time left.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.stop.is_over() {
            return Err(io::Error::other("the agent stops"));
        }
        if Instant::now() < self.until {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, format!("nothing moved for {:?}", self.timeout)))
    }
}

impl Stream {
    fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.set_nonblocking(nonblocking),
            Self::Unix(socket) => socket.set_nonblocking(nonblocking),
            Self::Tls(tls) => tls.sock.set_nonblocking(nonblocking),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.read(buffer),
            Self::Unix(socket) => socket.read(buffer),
            Self::Tls(tls) => tls.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(socket) => socket.write(bytes),
            Self::Unix(socket) => socket.write(bytes),
            Self::Tls(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Tcp(socket) => socket.flush(),
            Self::Unix(socket) => socket.flush(),
            Self::Tls(tls) => tls.flush(),
        }
    }
}
