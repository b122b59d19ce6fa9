//! What any source says of an address.

use std::net::IpAddr;

use crate::sample::Mac;

/// Who says so. Where several know a name for the same address and time, the first of these is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A table of the operator's.
    Static,
    /// A hosts file.
    Hosts,
    /// The lease file of a DHCP server.
    Lease,
    /// DHCP messages seen on the wire.
    Dhcp,
    /// The kernel's neighbour table: MAC addresses alone.
    Neighbour,
    /// A PTR record.
    Ptr,
}

/// One machine had one address for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The address.
    pub address: IpAddr,
    /// From then on, ns since the Unix epoch; 0: always.
    pub from: u64,
    /// No longer then, ns since the Unix epoch; `None`: as long as nobody says otherwise.
    pub until: Option<u64>,
    /// The machine's host name as given, in presentation form, without a trailing dot.
    pub name: Option<Box<str>>,
    /// The machine's MAC.
    pub mac: Option<Mac>,
    /// Who says so.
    pub source: Source,
}
