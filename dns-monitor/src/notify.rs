//! What the service manager is told (sd_notify(3)): a datagram to the socket that `NOTIFY_SOCKET` names.

use std::{
    env, io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    path::Path,
    process,
    time::{Duration, Instant},
};

use crate::log;

/// Status lines are no more frequent.
const STATUS: Duration = Duration::from_secs(10);

/// The service manager, if there is one.
#[derive(Debug, Default)]
pub struct Notifier {
    socket: Option<UnixDatagram>,
    /// How often it wants to hear that we live.
    watchdog: Option<Duration>,
    beaten: Option<Instant>,
    told: Option<Instant>,
}

impl Notifier {
    /// The one that the environment names. To be called before the sandbox is entered, which lets nobody connect.
    #[must_use]
    pub fn from_env() -> Self {
        let Ok(address) = env::var("NOTIFY_SOCKET") else { return Self::default() };
        let socket = connect(&address)
            .inspect_err(|error| {
                log::warn(format_args!("cannot tell the service manager how we are: {error}"))
            })
            .ok();
        let own = env::var("WATCHDOG_PID").ok().is_none_or(|pid| pid == process::id().to_string());
        let period = env::var("WATCHDOG_USEC").ok().filter(|_| own).and_then(|text| text.parse().ok());
        // Half of it, as sd_watchdog_enabled(3) advises.
        let watchdog = period.map(|period: u64| Duration::from_micros(period / 2));
        Self { socket, watchdog, ..Self::default() }
    }

    /// It works.
    pub fn ready(&self) {
        self.send("READY=1");
    }

    /// It reads its configuration again; [`Self::ready`] follows.
    pub fn reloading(&self) {
        self.send(&format!(
            "RELOADING=1\nMONOTONIC_USEC={}",
            crate::source::kernel::clock::monotonic() / 1000
        ));
    }

    /// It ends.
    pub fn stopping(&self) {
        self.send("STOPPING=1");
    }

    /// It lives: to be called often, by the thread whose life counts. Says how it is every now and then.
    pub fn beat(&mut self, status: impl FnOnce() -> Option<String>) {
        if self.socket.is_none() {
            return;
        }
        if self.watchdog.is_some_and(|period| self.beaten.is_none_or(|last| last.elapsed() >= period)) {
            self.beaten = Some(Instant::now());
            self.send("WATCHDOG=1");
        }
        if self.told.is_none_or(|last| last.elapsed() >= STATUS) {
            self.told = Some(Instant::now());
            if let Some(status) = status() {
                self.send(&format!("STATUS={}", status.replace('\n', " ")));
            }
        }
    }

    /// A service manager that does not listen is its own trouble, and must not hold us up.
    fn send(&self, text: &str) {
        if let Some(socket) = &self.socket {
            let _deaf = socket.send(text.as_bytes());
        }
    }
}

/// A path, or a name without a file, which `@` marks.
fn connect(address: &str) -> io::Result<UnixDatagram> {
    let address = match address.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(Path::new(address))?,
    };
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests;
