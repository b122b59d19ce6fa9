//! The agent's end of the control socket: a thread that listens, and one for each of a few callers.

mod connection;
mod listen;

use std::{
    io,
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{Builder, JoinHandle, sleep},
    time::Duration,
};

use thiserror::Error;

pub use self::listen::Bound;
use super::{
    audit::Audit,
    peer::{Access, Caller},
    protocol::{Request, Response},
};

/// Callers that are served at one time.
pub const MAX_CALLERS: usize = 16;
/// How long a caller may take to send its request, and again to read the response.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// Rest after a failed accept: the process may be out of descriptors for a while.
const REST: Duration = Duration::from_millis(100);

/// What carries the requests out.
pub trait Handler: Send + Sync {
    /// Called on a thread of the caller's own; may take its time.
    fn handle(&self, caller: &Caller, request: Request) -> Response;
}

/// What the server needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The socket.
    pub socket: PathBuf,
    /// The group whose members are served beside root, by name.
    pub group: Option<String>,
    /// Where changes are noted.
    pub audit: Audit,
    /// See [`PATIENCE`].
    pub patience: Duration,
}

/// Why there is no control socket.
#[derive(Debug, Error)]
pub enum ServerError {
    /// Someone listens on it.
    #[error("{}: another agent listens here: stop it first, or give this one a socket of its own", .0.display())]
    InUse(PathBuf),
    /// Another agent is about to listen in the same folder.
    #[error("{}: another agent is starting: try again when it is done", .0.display())]
    Starting(PathBuf),
    /// Something else has its name.
    #[error("{}: is there and is no socket: move it away, or give the agent another path", .0.display())]
    NotASocket(PathBuf),
    /// The group does not exist.
    #[error("no group {0:?} on this host: create it (groupadd --system {0}), or leave the setting out")]
    NoGroup(String),
    /// The group database.
    #[error("cannot look up group {0:?}: {1}")]
    Group(String, io::Error),
    /// Anything else about the socket.
    #[error("control socket {}: cannot {what}: {source}", .socket.display())]
    Socket {
        /// Its path.
        socket: PathBuf,
        /// What failed.
        what: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// Listens until it is dropped; then the socket is gone. Requests that are being carried out are not waited for.
pub struct Server {
    bound: Bound,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    handler: Arc<dyn Handler>,
    access: Access,
    audit: Audit,
    patience: Duration,
    stopping: AtomicBool,
    callers: AtomicUsize,
}

impl Server {
    /// Listens, and gives each request to `handler`.
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn start(settings: Settings, handler: Arc<dyn Handler>) -> Result<Self, ServerError> {
        let bound = Bound::open(&settings.socket, settings.group.as_deref())?;
        Self::serve(bound, settings, handler)
    }

    /// As [`Self::start`], on a socket that is open already, with the rights it took.
    ///
    /// # Errors
    /// [`ServerError`].
    pub fn serve(bound: Bound, settings: Settings, handler: Arc<dyn Handler>) -> Result<Self, ServerError> {
        let Settings { socket, audit, patience, .. } = settings;
        let failed = |source| ServerError::Socket { socket: socket.clone(), what: "serve it", source };
        let shared = Arc::new(Shared {
            handler,
            access: Access::new(bound.group),
            audit,
            patience,
            stopping: AtomicBool::new(false),
            callers: AtomicUsize::new(0),
        });
        let listener = bound.listener.try_clone().map_err(failed)?;
        let served = Arc::clone(&shared);
        let thread = Builder::new().name("control".into()).spawn(move || accept(&listener, &served));
        let thread = Some(thread.map_err(failed)?);
        Ok(Self { bound, shared, thread })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // Wakes the thread that waits in accept(2).
        let woken = self
            .bound
            .listener
            .try_clone()
            .map(|listener| UnixStream::from(std::os::fd::OwnedFd::from(listener)));
        let woken = woken.and_then(|listener| listener.shutdown(Shutdown::Both));
        if let (Ok(()), Some(thread)) = (woken, self.thread.take()) {
            let _panicked = thread.join();
        }
    }
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>) {
    while !shared.stopping.load(Ordering::Relaxed) {
        match listener.accept() {
            Ok((stream, _)) => connection::receive(stream, shared),
            Err(_) if shared.stopping.load(Ordering::Relaxed) => return,
            Err(_) => sleep(REST),
        }
    }
}

#[cfg(test)]
mod tests;
