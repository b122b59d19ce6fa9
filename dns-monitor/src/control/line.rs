//! One line over a socket, in a bounded time.

use std::{
    io::{self, BufRead as _, BufReader, ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    time::{Duration, Instant},
};

use thiserror::Error;

/// Why there is no line.
#[derive(Debug, Error)]
pub enum LineError {
    /// The other side said nothing and is gone.
    #[error("closed without a word")]
    Closed,
    /// More bytes than allowed.
    #[error("a line of more than {0} bytes")]
    TooLong(usize),
    /// The socket.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads up to the line end, or the end of the stream; the line end is not part of the line.
pub fn read(stream: &UnixStream, limit: usize, patience: Duration) -> Result<Vec<u8>, LineError> {
    let timed = Timed { stream, until: Instant::now() + patience };
    let most = u64::try_from(limit).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    BufReader::new(timed.take(most)).read_until(b'\n', &mut line)?;
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Ok(line);
    }
    match line.len() {
        0 => Err(LineError::Closed),
        length if length >= limit => Err(LineError::TooLong(limit)),
        _ => Ok(line),
    }
}

/// Writes all of it.
pub fn write(stream: &UnixStream, line: &[u8], patience: Duration) -> io::Result<()> {
    Timed { stream, until: Instant::now() + patience }.write_all(line)
}

/// A socket that is given up at a certain time, however often a byte trickles through.
struct Timed<'s> {
    stream: &'s UnixStream,
    until: Instant,
}

impl Timed<'_> {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        // A timeout of zero would mean none.
        if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer).map_err(timed_out)
    }
}

impl Write for Timed<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(buffer).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A socket whose time is up says that it would block.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::WouldBlock { ErrorKind::TimedOut.into() } else { error }
}
