//! Lines over TCP, with or without TLS. Nothing is acknowledged: what the kernel has taken counts as delivered.

use std::time::Duration;

use super::{Events, Receipt, SinkError, Stop, connection::Connection};
use crate::config::output::{self, Address, Tls};

/// A collector that reads lines.
pub struct Tcp {
    address: Address,
    tls: Option<Tls>,
    timeout: Duration,
    connection: Option<Connection>,
}

impl Tcp {
    /// Not connected yet.
    #[must_use]
    pub fn plain(settings: &output::Tcp) -> Self {
        let output::Tcp { address, timeout } = settings.clone();
        Self { address, tls: None, timeout, connection: None }
    }

    /// The same with TLS.
    #[must_use]
    pub fn tls(settings: &output::TcpTls) -> Self {
        let output::TcpTls { address, timeout, tls } = settings.clone();
        Self { address, tls: Some(tls), timeout, connection: None }
    }

    /// Writes all lines.
    ///
    /// # Errors
    /// [`SinkError::Connect`] and [`SinkError::Broken`]; the next call connects again.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(&self.address, self.tls.as_ref(), self.timeout, stop)?,
        };
        connection.check()?;
        connection.write(events.bytes, stop)?;
        self.connection = Some(connection);
        Ok(Receipt::all(events))
    }
}
