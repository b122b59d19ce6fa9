//! Who serves the figures to Prometheus: HTTP/1.1 (RFC 9112), one request a connection, one connection at a time.

use std::{
    io::{self, Read as _, Write as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{Builder, JoinHandle, sleep},
    time::{Duration, Instant},
};

use thiserror::Error;

use super::metrics::CONTENT_TYPE;

/// How long a caller may take with its request, and again with the answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest request, bytes.
const LONGEST: usize = 8192;
/// Rest after a failed accept: the process may be out of descriptors for a while.
const REST: Duration = Duration::from_millis(100);

/// The figures cannot be served.
#[derive(Debug, Error)]
#[error("[metrics] listen = \"{0}\": {1}")]
pub struct ScrapeError(SocketAddr, io::Error);

/// Listens until it is dropped.
pub struct Scrape {
    address: SocketAddr,
    listener: TcpListener,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Opens the port, which takes a right where it is below 1024.
///
/// # Errors
/// [`ScrapeError`].
pub fn open(address: SocketAddr) -> Result<TcpListener, ScrapeError> {
    TcpListener::bind(address).map_err(|error| ScrapeError(address, error))
}

impl Scrape {
    /// Serves what `figures` gives; `None`: there is nothing any more.
    ///
    /// # Errors
    /// Where there can be no thread.
    pub fn start(
        listener: TcpListener,
        figures: impl Fn() -> Option<String> + Send + 'static,
    ) -> Result<Self, io::Error> {
        let (address, serving) = (listener.local_addr()?, listener.try_clone()?);
        let stopping = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stopping);
        let serve = move || {
            while !stopped.load(Ordering::Relaxed) {
                match serving.accept() {
                    // A caller that goes away has lost the answer.
                    Ok((stream, _)) => drop(answer(&stream, &figures)),
                    Err(_) if stopped.load(Ordering::Relaxed) => return,
                    Err(_) => sleep(REST),
                }
            }
        };
        let thread = Builder::new().name("metrics".into()).spawn(serve)?;
        Ok(Self { address, listener, stopping, thread: Some(thread) })
    }

    /// Where.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Scrape {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread that waits in accept(2).
        let woken = self.listener.try_clone().map(|listener| TcpStream::from(OwnedFd::from(listener)));
        let woken = woken.and_then(|listener| listener.shutdown(Shutdown::Both));
        if let (Ok(()), Some(thread)) = (woken, self.thread.take()) {
            let _panicked = thread.join();
        }
    }
}

fn answer(stream: &TcpStream, figures: &dyn Fn() -> Option<String>) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = request(stream)?;
    let mut words = request.split(|byte| *byte == b' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, body) = match (method, path) {
        (b"GET", b"/metrics") => match figures() {
            Some(body) => ("200 OK", body),
            None => ("503 Service Unavailable", "the agent is stopping\n".to_owned()),
        },
        (b"GET", _) => ("404 Not Found", "the figures are at /metrics\n".to_owned()),
        _ => ("405 Method Not Allowed", "GET /metrics\n".to_owned()),
    };
    let kind = if status.starts_with("200") { CONTENT_TYPE } else { "text/plain; charset=utf-8" };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    stream.shutdown(Shutdown::Write)
}

/// The request up to the end of its head, in a bounded time however often a byte trickles in.
fn request(mut stream: &TcpStream) -> io::Result<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while request.len() < LONGEST {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        let read = stream.read(&mut buffer)?;
        request.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if read == 0 || request.windows(4).any(|end| end == b"\r\n\r\n") {
            return Ok(request);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}
