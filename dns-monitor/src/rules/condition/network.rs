//! Networks of clients.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use thiserror::Error;

/// Bits of `::ffff:0:0/96`, where IPv6 has the IPv4 addresses (RFC 4291 §2.5.5.2).
const MAPPED: u8 = 96;

/// A network, as `192.0.2.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    /// Its first address.
    pub address: IpAddr,
    /// Bits that count.
    pub length: u8,
}

/// Why a text is no network.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum BadPrefix {
    /// Neither an address nor an address, a slash and a length.
    #[error("not an address or a network")]
    Syntax,
    /// More bits than the address has.
    #[error("a length of more than {0} bits")]
    Length(u8),
    /// An address in the middle of a network.
    #[error("not the first address of the network, which is {0}")]
    HostBits(Prefix),
}

impl Prefix {
    /// The network of `length` bits that `address` is in; `None` where an address has no so many bits.
    ///
    /// An IPv4 address in its IPv6 form becomes IPv4, as clients' addresses do.
    #[must_use]
    pub fn around(address: IpAddr, length: u8) -> Option<Self> {
        let (address, length) = match address.to_canonical() {
            canonical if canonical != address && length >= MAPPED => (canonical, length - MAPPED),
            _ => (address, length),
        };
        let address = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask_v4(length)?)),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask_v6(length)?)),
        };
        Some(Self { address, length })
    }

    /// Whether an address is in the network. `::ffff:192.0.2.1` counts as `192.0.2.1`.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                mask_v4(self.length).is_some_and(|mask| differ & mask == 0)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                mask_v6(self.length).is_some_and(|mask| differ & mask == 0)
            }
            _ => false,
        }
    }
}

fn mask_v4(length: u8) -> Option<u32> {
    let zeros = u32::BITS.checked_sub(u32::from(length))?;
    Some(u32::MAX.checked_shl(zeros).unwrap_or(0))
}

fn mask_v6(length: u8) -> Option<u128> {
    let zeros = u128::BITS.checked_sub(u32::from(length))?;
    Some(u128::MAX.checked_shl(zeros).unwrap_or(0))
}

/// The network of one address.
impl From<IpAddr> for Prefix {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, length: if address.is_ipv4() { 32 } else { 128 } }
    }
}

/// Reads `192.0.2.0/24`, or an address alone.
impl FromStr for Prefix {
    type Err = BadPrefix;

    fn from_str(text: &str) -> Result<Self, BadPrefix> {
        let Some((address, length)) = text.split_once('/') else {
            return text.parse().map(IpAddr::into).map_err(|_| BadPrefix::Syntax);
        };
        let address: IpAddr = address.parse().map_err(|_| BadPrefix::Syntax)?;
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = length.parse().ok().filter(|_| digits).ok_or(BadPrefix::Syntax)?;
        let network = Self::around(address, length).ok_or(BadPrefix::Length(most))?;
        let first = if network.address.is_ipv4() { address.to_canonical() } else { address };
        if network.address == first { Ok(network) } else { Err(BadPrefix::HostBits(network)) }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}
