//! Lines into a Unix stream socket. Nothing is acknowledged: what the kernel has taken counts as delivered.

use super::{Events, Receipt, SinkError, Stop, connection::Connection};
use crate::config::output;

/// A collector on this host that reads lines.
pub struct Unix {
    settings: output::Unix,
    connection: Option<Connection>,
}

impl Unix {
    /// Not connected yet.
    #[must_use]
    pub fn new(settings: &output::Unix) -> Self {
        Self { settings: settings.clone(), connection: None }
    }

    /// Writes all lines.
    ///
    /// # Errors
    /// [`SinkError::Connect`] and [`SinkError::Broken`]; the next call connects again.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::unix(&self.settings.path, self.settings.timeout)?,
        };
        connection.check()?;
        connection.write(events.bytes, stop)?;
        self.connection = Some(connection);
        Ok(Receipt::all(events))
    }
}
