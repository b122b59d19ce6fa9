//! Who had an address: `[identity]`, and every `[[leases]]`.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use jiff::tz::TimeZone;
use serde::{Serialize, Serializer};

use super::{
    raw::{Document, Table},
    rules::{path, prefix, texts},
    value::{self, Checked, choice, count, duration, expected},
};
use crate::{identity::lease::Format, rules::condition::Prefix};

/// Far more than anyone can read.
const MAX_FORWARDERS: usize = 1024;
const SECOND: Duration = Duration::from_secs(1);
/// Longer than any lease that is not for ever.
const YEAR: Duration = Duration::from_secs(366 * 24 * 3600);

/// What is remembered of who had an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    /// Assignments of addresses that are remembered in all.
    pub max_assignments: usize,
    /// Assignments that are remembered of one address.
    pub max_per_address: usize,
    /// Whether the kernel's neighbour table is followed.
    pub neighbours: bool,
    /// Whether DHCP is read off the wire.
    pub dhcp: bool,
    /// Whether private addresses are looked up in reverse zones.
    pub ptr: bool,
    /// Who is asked for them.
    pub ptr_server: SocketAddr,
    /// Who is believed when it says for whom it asks.
    #[serde(serialize_with = "texts")]
    pub forwarders: Vec<Prefix>,
}

/// One `[[leases]]`: a file, or a folder, that says who has which address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leases {
    /// The file, or the folder of the DHCP server of Windows.
    pub path: PathBuf,
    /// How to read it.
    pub format: Format,
    /// Where its times are local: which zone; `None`: this host's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Where it says only when a lease ends: how long before that it began.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_lease_time")]
    pub lease_time: Option<Duration>,
}

/// A time zone of the IANA database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of this name.
    #[must_use]
    pub fn get(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).map(Self)
    }

    /// The zone.
    #[must_use]
    pub const fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.iana_name().unwrap_or_default())
    }
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            max_assignments: 2_000_000,
            max_per_address: 16,
            neighbours: true,
            dhcp: false,
            ptr: false,
            ptr_server: (Ipv4Addr::LOCALHOST, 53).into(),
            forwarders: Vec::new(),
        }
    }
}

impl Identity {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let all = table.value("max_assignments", |text| count(text, 1024..=100_000_000));
        let each = table.value("max_per_address", |text| count(text, 1..=1024));
        let forwarders = table.list("forwarders", 0..=MAX_FORWARDERS, "[\"10.0.0.0/8\"]", prefix);
        Self {
            max_assignments: all.unwrap_or(default.max_assignments),
            max_per_address: each.unwrap_or(default.max_per_address),
            neighbours: table.flag("neighbours").unwrap_or(default.neighbours),
            dhcp: table.flag("dhcp").unwrap_or(default.dhcp),
            ptr: table.flag("ptr").unwrap_or(default.ptr),
            ptr_server: table.value("ptr_server", server).unwrap_or(default.ptr_server),
            forwarders: forwarders.unwrap_or(default.forwarders),
        }
    }
}

impl Leases {
    /// Takes all of them from the file; faults stay in the document.
    pub(super) fn read_all(document: &mut Document<'_>) -> Vec<Self> {
        document.tables("leases", Self::read).into_iter().filter_map(|(_, leases)| leases).collect()
    }

    fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let path = table.required("path", path);
        let format = table.value("format", choice).unwrap_or_default();
        let zone = table.value("zone", zone);
        let lease_time = table.value("lease_time", |text| duration(text, SECOND..=YEAR));
        if !matches!(format, Format::Auto | Format::Windows) {
            table.refuse("zone", "left out: only leases of Windows have local times");
        }
        if !matches!(format, Format::Auto | Format::Dnsmasq | Format::Networkd) {
            table.refuse("lease_time", "left out: these leases say themselves when they began");
        }
        Some(Self { path: path?, format, zone, lease_time })
    }
}

/// Nobody listens on port 0.
fn server(text: &str) -> Checked<SocketAddr> {
    let server = text.parse().ok().filter(|server: &SocketAddr| server.port() != 0);
    server.map_or_else(|| expected("an address and a port, such as \"127.0.0.1:53\" or \"[::1]:53\""), Ok)
}

fn zone(text: &str) -> Checked<Zone> {
    Zone::get(text)
        .map_or_else(|| expected("a time zone that this host knows, such as \"Europe/Berlin\""), Ok)
}

fn write_lease_time<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => value::write_duration(time, serializer),
        None => serializer.serialize_none(),
    }
}
