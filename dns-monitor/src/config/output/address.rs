//! Where a collector is.

use std::{fmt, net::IpAddr};

use serde::{Serialize, Serializer};

use crate::config::value::{Checked, expected};

/// A host and a port, `siem.example:5044`, `192.0.2.7:514` or `[2001:db8::7]:514`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    /// A name or an address, without brackets.
    pub host: String,
    /// Host order.
    pub port: u16,
}

impl Address {
    /// The address where no name is to be looked up.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads it.
pub fn address(text: &str) -> Checked<Address> {
    let parts = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:").filter(|(host, _)| host.parse::<std::net::Ipv6Addr>().is_ok()),
        None => text.rsplit_once(':').filter(|(host, _)| is_host(host)),
    };
    let read = |(host, port): (&str, &str)| {
        let port = port.parse().ok().filter(|port| *port != 0)?;
        Some(Address { host: host.to_owned(), port })
    };
    let phrase =
        "a host and a port, such as \"siem.example:5044\", \"192.0.2.7:5044\" or \"[2001:db8::7]:5044\"";
    parts.and_then(read).map_or_else(|| expected(phrase), Ok)
}

/// A host name, or an IPv4 address.
fn is_host(text: &str) -> bool {
    let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_');
    !text.is_empty() && text.len() <= 253 && !text.contains(odd)
}
