//! What takes rights, done on the only thread there is; then they are given up.

use std::{net::TcpListener, path::Path};

use super::RunError;
use crate::{
    cli::CommonArgs,
    config::{Config, rules::OnExit},
    control::{
        SOCKET,
        server::{Bound, ServerError},
    },
    identity::{dhcp::Taps, directory::Directory},
    log,
    notify::Notifier,
    sandbox::{self, reach::Reach},
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
    /// The command line: with it a reload reads the configuration again.
    pub(super) arguments: CommonArgs,
    /// What is left of the rights.
    pub sandbox: sandbox::Report,
    /// The same, for outputs that come later.
    pub(super) reach: Reach,
}

/// Loads programs and opens sockets, then enters the sandbox. Before any other thread is there: they inherit it.
///
/// # Errors
/// [`RunError`].
pub fn prepare(config: &Config, arguments: CommonArgs) -> Result<Prepared, RunError> {
    let notifier = Notifier::from_env();
    let mut kernel = Kernel::load(&config.capture, config.rules.on_exit == OnExit::Keep)?;
    kernel.preload();
    let taps = Directory::taps(config)?;
    let socket = open(config)?;
    let metrics = config.metrics.listen.map(scrape::open).transpose()?;
    let (sandbox, reach) = sandbox::enter(config, arguments.config.as_deref())?;
    Ok(Prepared { kernel, socket, taps, metrics, notifier, arguments, sandbox, reach })
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
