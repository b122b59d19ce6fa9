//! What rules are asked about: a name, and who wants to know what of it.

use std::net::IpAddr;

use crate::sample::Mac;

/// A lookup, as far as rules are concerned. Integers in host order.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The name, canonical: see [`name`](super::name).
    pub name: &'a [u8],
    /// QTYPE.
    pub qtype: u16,
    /// QCLASS.
    pub qclass: u16,
    /// Who asks.
    pub client: IpAddr,
    /// Its Ethernet address, or that of the router it came by.
    pub mac: Option<Mac>,
    /// VLAN id of the outer tag.
    pub vlan: Option<u16>,
    /// When, ns since the Unix epoch.
    pub time: u64,
}
