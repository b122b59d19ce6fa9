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

impl Source {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// Whether it is a file of the operator's or of a server's, which nobody on the network can flood.
    #[must_use]
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Static | Self::Hosts | Self::Lease)
    }

    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Static => "table",
            Self::Hosts => "hosts file",
            Self::Lease => "lease",
            Self::Dhcp => "DHCP on the wire",
            Self::Neighbour => "neighbour table",
            Self::Ptr => "PTR record",
        }
    }
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

/// What a source has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One machine has an address for a time.
    Assigned(Assignment),
    /// Whoever had the address, as this source has it, had it no longer.
    Ended {
        /// The address.
        address: IpAddr,
        /// From then on, ns since the Unix epoch.
        at: u64,
        /// Who says so.
        source: Source,
    },
}

impl Change {
    /// The address that it is about.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        match self {
            Self::Assigned(assignment) => assignment.address,
            Self::Ended { address, .. } => *address,
        }
    }
}
