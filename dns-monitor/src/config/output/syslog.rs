//! `type = "syslog"` and `type = "relp"`: events as syslog messages (RFC 5424).

use clap::ValueEnum;
use serde::Serialize;

use super::{
    Address, Endpoint, Tls,
    address::address,
    stream::timeout,
    transport::{refuse_tls, window},
};
use crate::config::{
    raw::Table,
    value::{self, Checked, choice, expected, size},
};

/// The most that fits a UDP datagram over IPv4.
const MAX_DATAGRAM: u64 = 65_507;

/// A syslog receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Syslog {
    /// The receiver.
    pub address: Address,
    /// How long nothing may move.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: std::time::Duration,
    /// What it runs over.
    #[serde(flatten)]
    pub transport: SyslogTransport,
    /// What stands before the event.
    #[serde(flatten)]
    pub header: Header,
}

/// What syslog runs over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "transport", rename_all = "lowercase")]
pub enum SyslogTransport {
    /// RFC 5426: a datagram a message.
    Udp {
        /// A longer message is refused.
        #[serde(serialize_with = "value::write_size")]
        max_bytes: usize,
    },
    /// RFC 6587, octet counting.
    Tcp,
    /// RFC 5425.
    Tls(Tls),
}

/// A RELP receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relp {
    /// Where it is.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// Messages on their way before the first is acknowledged.
    pub window: usize,
    /// What stands before the event.
    #[serde(flatten)]
    pub header: Header,
}

/// What stands before the event in a syslog message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Header {
    /// RFC 5424 §6.2.1.
    pub facility: Facility,
    /// RFC 5424 §6.2.5.
    pub app_name: String,
    /// The enterprise number (IANA) under which the event's id is told as structured data; without it it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enterprise: Option<u32>,
    /// Whether the event has the mark that says UTF-8 before it (RFC 5424 §6.4). Many readers of JSON choke on it.
    pub bom: bool,
}

/// RFC 5424, table 1; the number is its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names of the RFC")]
pub enum Facility {
    Kern,
    User,
    Mail,
    Daemon,
    Auth,
    Syslog,
    Lpr,
    News,
    Uucp,
    Cron,
    Authpriv,
    Ftp,
    Ntp,
    Audit,
    Alert,
    Clock,
    #[default]
    Local0,
    Local1,
    Local2,
    Local3,
    Local4,
    Local5,
    Local6,
    Local7,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Named {
    Udp,
    #[default]
    Tcp,
    Tls,
}

impl Syslog {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let address = table.required("address", address);
        let timeout = timeout(table);
        let named = table.value("transport", choice).unwrap_or_default();
        if named != Named::Tls {
            refuse_tls(table);
        }
        if named != Named::Udp {
            table.refuse("max_bytes", "left out: only transport \"udp\" has it");
        }
        let transport = match named {
            Named::Udp => {
                let max = table.value("max_bytes", |text| size(text, 480..=MAX_DATAGRAM, "8KiB"));
                SyslogTransport::Udp { max_bytes: max.unwrap_or(8 << 10) }
            }
            Named::Tcp => SyslogTransport::Tcp,
            Named::Tls => SyslogTransport::Tls(Tls::read(table)),
        };
        let header = Header::read(table);
        Some(Self { address: address?, timeout, transport, header })
    }
}

impl Relp {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let endpoint = Endpoint::read(table);
        let (window, header) = (window(table, 128), Header::read(table));
        Some(Self { endpoint: endpoint?, window, header })
    }
}

impl Header {
    fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        Self {
            facility: table.value("facility", choice).unwrap_or_default(),
            app_name: table.value("app_name", app_name).unwrap_or(default.app_name),
            enterprise: table.value("enterprise", enterprise),
            bom: table.flag("bom").unwrap_or_default(),
        }
    }
}

impl Default for Header {
    fn default() -> Self {
        Self {
            facility: Facility::default(),
            app_name: "dns-monitor".to_owned(),
            enterprise: None,
            bom: false,
        }
    }
}

/// RFC 5424 §6.2.5: printable, at most 48.
fn app_name(text: &str) -> Checked<String> {
    if text.is_empty() || text.len() > 48 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return expected("1 to 48 visible ASCII characters, such as \"dns-monitor\"");
    }
    Ok(text.to_owned())
}

fn enterprise(text: &str) -> Checked<u32> {
    match text.parse() {
        Ok(number) if number != 0 => Ok(number),
        _ => expected("your enterprise number, such as 32473 (which is for examples only)"),
    }
}
