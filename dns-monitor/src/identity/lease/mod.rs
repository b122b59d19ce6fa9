//! Files that say who has which address: what stands in them.

use clap::ValueEnum;
use serde::Serialize;

/// What a file of leases looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One of the others, by its first lines.
    #[default]
    Auto,
    /// `dhcpd.leases` and `dhcpd6.leases` of ISC dhcpd.
    Isc,
    /// CSV of Kea, IPv4 or IPv6.
    Kea,
    /// `dnsmasq.leases`.
    Dnsmasq,
    /// The audit log of the DHCP server of Windows.
    Windows,
    /// JSON of the DHCP server of systemd-networkd.
    Networkd,
    /// `ip,name,mac`.
    Table,
    /// `ip name …`, as `/etc/hosts`.
    Hosts,
}
