//! What others ask of a running agent: figures and commands; and what they have asked before.

use std::{io, net::TcpListener, sync::Arc};

use jiff::Timestamp;

use crate::{
    config::Config,
    control::{
        audit::Audit,
        server::{Bound, PATIENCE, Server, ServerError, Settings},
    },
    log,
    rules::manual::Manual,
    status::{desk::Desk, metrics, scrape::Scrape},
};

/// What the operator said to an earlier agent. Without a place to keep it, it is at least taken.
pub(super) fn manual(config: &Config) -> Manual {
    match Manual::load(&config.rules.state_dir, Timestamp::now()) {
        Ok((manual, broken)) => {
            if let Some(broken) = broken {
                log::warn(format_args!("{broken}"));
            }
            manual
        }
        Err(error) => {
            log::warn(format_args!("{error}: rules of `rules allow` and `rules block` end with this agent"));
            Manual::unsaved(&config.rules.state_dir)
        }
    }
}

/// Serves figures to Prometheus.
pub(super) fn figures(port: TcpListener, desk: Desk) -> io::Result<Scrape> {
    let scrape = Scrape::start(port, move || desk.status().map(|status| metrics::metrics(&status)))?;
    log::info(format_args!("figures at http://{}/metrics", scrape.address()));
    if !scrape.address().ip().is_loopback() {
        log::warn(format_args!(
            "whoever reaches {} sees the figures: there is no password",
            scrape.address()
        ));
    }
    Ok(scrape)
}

/// Answers on the control socket.
pub(super) fn commands(config: &Config, socket: Bound, desk: Desk) -> Result<Server, ServerError> {
    let settings = Settings {
        socket: config.control.socket.clone().unwrap_or_default(),
        group: config.control.group.clone(),
        audit: Audit::new(&config.rules.state_dir),
        patience: PATIENCE,
    };
    Server::serve(socket, settings, Arc::new(desk))
}
