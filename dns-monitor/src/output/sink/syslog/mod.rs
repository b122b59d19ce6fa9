//! Events as syslog messages (RFC 5424): over TCP with octet counting (RFC 6587), over TLS (RFC 5425), or a datagram each
//! (RFC 5426). Nothing is acknowledged: what the kernel has taken counts as delivered.
//!
//! 1. [`message`]: an event with what stands before it;
//! 2. `udp`: datagrams.

pub(super) mod message;
#[cfg(test)]
mod tests;
mod udp;

use self::{message::Writer, udp::Datagrams};
use super::{Events, Receipt, SinkError, Stop, connection::Connection};
use crate::config::output::{self, SyslogTransport};

/// A syslog receiver.
pub struct Syslog {
    settings: output::Syslog,
    writer: Writer,
    way: Way,
    /// Messages of the batch at hand.
    bytes: Vec<u8>,
}

enum Way {
    Stream(Option<Connection>),
    Datagrams(Datagrams),
}

impl Syslog {
    /// Not connected yet. `host` is this host's name.
    #[must_use]
    pub fn new(settings: &output::Syslog, host: Option<&str>) -> Self {
        let way = match settings.transport {
            SyslogTransport::Udp { max_bytes } => Way::Datagrams(Datagrams::new(max_bytes)),
            SyslogTransport::Tcp | SyslogTransport::Tls(_) => Way::Stream(None),
        };
        Self {
            settings: settings.clone(),
            writer: Writer::new(&settings.header, host),
            way,
            bytes: Vec::new(),
        }
    }

    /// Sends every event as a message.
    ///
    /// # Errors
    /// [`SinkError::Connect`] and [`SinkError::Broken`]; the next call connects again.
    pub fn deliver(&mut self, events: &Events<'_>, stop: &Stop) -> Result<Receipt, SinkError> {
        let Self { settings, writer, way, bytes } = self;
        let connection = match way {
            Way::Datagrams(datagrams) => return datagrams.deliver(settings, writer, events, stop),
            Way::Stream(connection) => connection,
        };
        let mut open = match connection.take() {
            Some(open) => open,
            None => {
                let tls = match &settings.transport {
                    SyslogTransport::Tls(tls) => Some(tls),
                    _ => None,
                };
                Connection::open(&settings.address, tls, settings.timeout, stop)?
            }
        };
        open.check()?;
        bytes.clear();
        for line in events.iter() {
            writer.counted(line, bytes);
        }
        open.write(bytes, stop)?;
        *connection = Some(open);
        Ok(Receipt::all(events))
    }
}

/// An event with what stands before it; `odd`: and what seldom does.
#[cfg(fuzzing)]
pub fn fuzz(line: &[u8], odd: bool) {
    let enterprise = odd.then_some(32473);
    let header = output::SyslogHeader { enterprise, bom: odd, ..output::SyslogHeader::default() };
    let mut out = Vec::new();
    Writer::new(&header, Some("resolver-1")).counted(line, &mut out);
    let Some(head) = out.strip_suffix(line) else { unreachable!("the event is not what it was") };
    let head = head.strip_suffix(b"\xef\xbb\xbf").unwrap_or(head);
    assert!(head.iter().all(|byte| (b' '..=b'~').contains(byte)), "{}", String::from_utf8_lossy(head));
    let length = head.split(|byte| *byte == b' ').next().map_or(0, <[u8]>::len);
    assert!(out.starts_with(format!("{} <1", out.len() - length - 1).as_bytes()));
}
