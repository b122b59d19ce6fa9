//! Who has which address in a lab. Every lab has the same: namespaces keep them apart.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::vlan::{DOT1AD, DOT1Q, Tag};

/// A network between clients and resolver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Untagged, on `eth0`. The lab internet is on this one.
    Plain,
    /// 802.1Q, tag [`VLAN`].
    Vlan,
    /// 802.1ad tag [`OUTER_VLAN`] around 802.1Q tag [`INNER_VLAN`].
    QinQ,
}

/// The tag of [`Network::Vlan`].
pub const VLAN: u16 = 100;
/// The outer tag of [`Network::QinQ`].
pub const OUTER_VLAN: u16 = 200;
/// The inner tag of [`Network::QinQ`].
pub const INNER_VLAN: u16 = 300;

impl Network {
    /// Every network.
    pub const ALL: [Self; 3] = [Self::Plain, Self::Vlan, Self::QinQ];

    /// The name of its interface in every host.
    pub const fn interface(self) -> &'static str {
        match self {
            Self::Plain => "eth0",
            Self::Vlan => "eth0.100",
            Self::QinQ => "eth0.200.300",
        }
    }

    /// Its tags, the outermost first.
    pub const fn tags(self) -> &'static [Tag] {
        match self {
            Self::Plain => &[],
            Self::Vlan => &[(DOT1Q, VLAN)],
            Self::QinQ => &[(DOT1AD, OUTER_VLAN), (DOT1Q, INNER_VLAN)],
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Plain => 0,
            Self::Vlan => 100,
            Self::QinQ => 200,
        }
    }
}

/// An IP version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// RFC 791.
    V4,
    /// RFC 8200.
    V6,
}

/// A machine's two addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// In a /24.
    pub v4: Ipv4Addr,
    /// In a /64.
    pub v6: Ipv6Addr,
}

impl Addresses {
    /// 10.53.`network`.`host` and its IPv6 counterpart.
    pub const fn new(network: u8, host: u8) -> Self {
        Self {
            v4: Ipv4Addr::new(10, 53, network, host),
            v6: Ipv6Addr::new(0xfd53, 0, 0, network as u16, 0, 0, 0, host as u16),
        }
    }

    /// The address of one family.
    pub const fn of(self, family: Family) -> IpAddr {
        match family {
            Family::V4 => IpAddr::V4(self.v4),
            Family::V6 => IpAddr::V6(self.v6),
        }
    }
}

/// The resolver, as clients of `network` reach it.
pub const fn resolver(network: Network) -> Addresses {
    Addresses::new(network.number(), 2)
}

/// Client `number` (0 to 2).
pub const fn client(number: u8, network: Network) -> Addresses {
    Addresses::new(network.number(), 10 + number)
}

/// The lab's root server.
pub const ROOT: Addresses = Addresses::new(0, 101);
/// Serves the TLD `example`.
pub const TLD: Addresses = Addresses::new(0, 102);
/// Serves `lab.example` and `glueless.example`.
pub const AUTHORITY: Addresses = Addresses::new(0, 103);
/// Takes every query and answers none; serves, so to speak, `silent.example`.
pub const SILENT: Addresses = Addresses::new(0, 104);
