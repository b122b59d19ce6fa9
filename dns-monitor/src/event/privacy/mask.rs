//! An address, a name, a machine, as it may be told.

use std::net::IpAddr;

use super::{
    cryptopan::CryptoPan,
    names::NameHash,
    reverse,
    settings::{Addresses, Field, Names, PrivacyError, Settings},
};
use crate::{decode::edns::ClientSubnet, identity::history::Machine, rules::condition::Prefix};

/// What is done with addresses.
enum How {
    Keep,
    Truncate { ipv4: u8, ipv6: u8 },
    Pseudonym(Box<CryptoPan>),
}

/// Settings, ready for use.
pub struct Mask {
    addresses: How,
    networks: Vec<Prefix>,
    names: Option<NameHash>,
    drop: Vec<Field>,
}

impl Mask {
    pub(super) fn new(settings: &Settings) -> Result<Self, PrivacyError> {
        let key = || settings.key.as_ref().ok_or(PrivacyError::NoKey);
        let addresses = match settings.addresses {
            Addresses::Keep => How::Keep,
            Addresses::Truncate => How::Truncate {
                ipv4: bounded(settings.ipv4_prefix, 32)?,
                ipv6: bounded(settings.ipv6_prefix, 128)?,
            },
            Addresses::Pseudonym => How::Pseudonym(Box::new(CryptoPan::new(key()?))),
        };
        let names = match settings.names {
            Names::Keep => None,
            Names::Hash => Some(NameHash::new(key()?)?),
        };
        // A pseudonym beside a MAC or a name is none.
        let usual = match addresses {
            How::Keep => Vec::new(),
            _ => vec![Field::ClientMac, Field::ClientDomain],
        };
        let drop = settings.drop.clone().unwrap_or(usual);
        Ok(Self { addresses, networks: settings.networks.clone(), names, drop })
    }

    /// Whether a field is left out.
    #[must_use]
    pub fn drops(&self, field: Field) -> bool {
        self.drop.contains(&field)
    }

    /// Whether names are hashed.
    #[must_use]
    pub const fn hashes_names(&self) -> bool {
        self.names.is_some()
    }

    /// Whether a DNS message may have anything in it that may not be told.
    pub(super) fn touches_messages(&self) -> bool {
        let fields = [Field::Answers, Field::OriginalName, Field::ClientSubnet];
        !matches!(self.addresses, How::Keep)
            || self.hashes_names()
            || fields.iter().any(|field| self.drops(*field))
    }

    /// The address of a client.
    #[must_use]
    pub fn address(&self, address: IpAddr) -> IpAddr {
        match &self.addresses {
            How::Keep => address,
            How::Truncate { ipv4, ipv6 } => {
                let length = if address.is_ipv4() { *ipv4 } else { *ipv6 };
                truncated(address, length)
            }
            How::Pseudonym(cipher) => cipher.pseudonym(address),
        }
    }

    /// An address that stands somewhere in a message: it may be a client's.
    #[must_use]
    pub fn mentioned(&self, address: IpAddr) -> IpAddr {
        match self.networks.iter().any(|network| network.contains(address)) {
            true => self.address(address),
            false => address,
        }
    }

    /// The network that a client is in; `None` where it is left out.
    #[must_use]
    pub fn subnet(&self, subnet: ClientSubnet) -> Option<ClientSubnet> {
        let is_v4 = subnet.address.is_ipv4();
        let source_prefix = match self.addresses {
            How::Truncate { ipv4, .. } if is_v4 => subnet.source_prefix.min(ipv4),
            How::Truncate { ipv6, .. } => subnet.source_prefix.min(ipv6),
            How::Keep | How::Pseudonym(_) => subnet.source_prefix,
        };
        let address = match self.addresses {
            How::Keep => subnet.address,
            _ => truncated(self.address(subnet.address), source_prefix),
        };
        (!self.drops(Field::ClientSubnet)).then_some(ClientSubnet { address, source_prefix, ..subnet })
    }

    /// A client's machine.
    #[must_use]
    pub fn machine<'m>(&self, machine: Machine<'m>) -> Machine<'m> {
        Machine {
            name: machine.name.filter(|_| !self.drops(Field::ClientDomain)),
            mac: machine.mac.filter(|_| !self.drops(Field::ClientMac)),
        }
    }

    /// Replaces the name that `out` ends with, from `start` on; it is in presentation form and lower case.
    pub fn name(&self, out: &mut Vec<u8>, start: usize) {
        let name = out.get(start..).unwrap_or_default();
        if let Some(told) = self.told(name, |address| self.mentioned(address)) {
            out.truncate(start);
            out.extend_from_slice(&told);
        }
    }

    /// What is told in place of a name; `None`: the name itself. `mentioned` decides of addresses in reverse zones.
    pub(super) fn told(&self, name: &[u8], mentioned: impl Fn(IpAddr) -> IpAddr) -> Option<Vec<u8>> {
        match (&self.names, &self.addresses) {
            (Some(names), _) => Some(names.told(name)),
            (None, How::Keep) => None,
            (None, _) => reverse::told(name, mentioned),
        }
    }
}

fn bounded(length: u8, width: u8) -> Result<u8, PrivacyError> {
    if length <= width { Ok(length) } else { Err(PrivacyError::Prefix(length, width)) }
}

/// The first `length` bits; the rest is zero.
fn truncated(address: IpAddr, length: u8) -> IpAddr {
    let cut = |zeros: u32| u128::MAX.checked_shl(zeros).unwrap_or_default();
    match address {
        IpAddr::V4(address) => {
            let mask = cut(32u32.saturating_sub(u32::from(length))) as u32;
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = cut(128u32.saturating_sub(u32::from(length)));
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}
