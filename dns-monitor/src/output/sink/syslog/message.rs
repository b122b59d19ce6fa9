//! A syslog message (RFC 5424): `<134>1 2026-11-24T12:00:00.123456Z resolver-1 dns-monitor 812 dns - {…}`.

use crate::{config::output::SyslogHeader, event::time::Clock, output::sink::facts::Facts};

/// RFC 5424, table 2.
const WARNING: u8 = 4;
const INFORMATIONAL: u8 = 6;
/// The longest host name (§6.2.4).
const MAX_HOST: usize = 255;
/// UTF-8 follows (§6.4).
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Writes messages.
pub(in crate::output::sink) struct Writer {
    clock: Clock,
    facility: u8,
    /// ` host app process message-id `.
    names: String,
    enterprise: Option<u32>,
    bom: bool,
    message: Vec<u8>,
}

impl Writer {
    /// `host` is this host's name.
    pub(in crate::output::sink) fn new(header: &SyslogHeader, host: Option<&str>) -> Self {
        let host = host.filter(|host| host.len() <= MAX_HOST && host.bytes().all(|c| c.is_ascii_graphic()));
        let (host, app, process) = (host.unwrap_or("-"), &header.app_name, std::process::id());
        Self {
            clock: Clock::default(),
            facility: header.facility as u8,
            names: format!(" {host} {app} {process} dns "),
            enterprise: header.enterprise,
            bom: header.bom,
            message: Vec::new(),
        }
    }

    /// The message for one event.
    pub(in crate::output::sink) fn message(&mut self, line: &[u8]) -> &[u8] {
        let facts = Facts::read(line);
        let severity = if facts.alert { WARNING } else { INFORMATIONAL };
        let out = &mut self.message;
        out.clear();
        out.extend_from_slice(
            format!("<{}>1 ", u32::from(self.facility) * 8 + u32::from(severity)).as_bytes(),
        );
        self.clock.write(facts.time_or_now(), out);
        // Microseconds are the finest it knows (§6.2.3): `…000Z` without the last three digits.
        out.truncate(out.len().saturating_sub(4));
        out.push(b'Z');
        out.extend_from_slice(self.names.as_bytes());
        match (self.enterprise, &facts.id) {
            (Some(enterprise), Some(id)) => {
                out.extend_from_slice(format!("[dns-monitor@{enterprise} id=\"").as_bytes());
                escaped(id, out);
                out.extend_from_slice(b"\"] ");
            }
            _ => out.extend_from_slice(b"- "),
        }
        if self.bom {
            out.extend_from_slice(BOM);
        }
        out.extend_from_slice(line);
        out
    }

    /// Appends the message with its length before it (RFC 6587 §3.4.1).
    pub(super) fn counted(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let message = self.message(line);
        out.extend_from_slice(format!("{} ", message.len()).as_bytes());
        out.extend_from_slice(message);
    }
}

/// A value of structured data (§6.3.3).
fn escaped(value: &str, out: &mut Vec<u8>) {
    for byte in value.bytes() {
        if matches!(byte, b'"' | b'\\' | b']') {
            out.push(b'\\');
        }
        out.push(byte);
    }
}
