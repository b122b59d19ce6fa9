//! What takes rights, done on the only thread there is; then they are given up.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
};

use super::RunError;
use crate::{
    config::{Config, rules::OnExit},
    control::{
        SOCKET,
        server::{Bound, ServerError},
    },
    identity::{dhcp::Taps, directory::Directory},
    log,
    notify::Notifier,
    sandbox,
    source::kernel::Kernel,
    status::scrape,
};

/// An agent that needs no more rights than it has. Nothing is attached yet.
pub struct Prepared {
    /// Loaded.
    pub(super) kernel: Kernel,
    /// The control socket.
    pub(super) socket: Option<Bound>,
    /// Sockets for DHCP.
    pub(super) taps: Taps,
    /// Where the figures will be served.
    pub(super) metrics: Option<TcpListener>,
    /// The service manager.
    pub(super) notifier: Notifier,
    /// The configuration, if there is one: a reload reads it again.
    pub(super) file: Option<PathBuf>,
    /// What is left of the rights.
    pub sandbox: sandbox::Report,
}

/// Loads programs and opens sockets, then enters the sandbox. Before any other thread is there: they inherit it.
///
/// # Errors
/// [`RunError`].
pub fn prepare(config: &Config, file: Option<PathBuf>) -> Result<Prepared, RunError> {
    let notifier = Notifier::from_env();
    let mut kernel = Kernel::load(&config.capture, config.rules.on_exit == OnExit::Keep)?;
    kernel.preload();
    let taps = Directory::taps(config)?;
    let socket = open(config)?;
    let metrics = config.metrics.listen.map(scrape::open).transpose()?;
    let sandbox = sandbox::enter(config, file.as_deref())?;
    Ok(Prepared { kernel, socket, taps, metrics, notifier, file, sandbox })
}

/// Opens the control socket. That another agent has the usual one is no reason not to watch.
fn open(config: &Config) -> Result<Option<Bound>, ServerError> {
    let Some(socket) = &config.control.socket else { return Ok(None) };
    match Bound::open(socket, config.control.group.as_deref()) {
        Ok(bound) => Ok(Some(bound)),
        Err(error) if socket.as_path() == Path::new(SOCKET) => {
            log::warn(format_args!("no control socket: {error}"));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
