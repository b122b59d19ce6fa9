//! What an operator asks for: `[output.privacy]`.

use std::{fmt, net::IpAddr};

use clap::ValueEnum;
use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::rules::condition::Prefix;

/// Bytes of a key: an AES-128 key and the seed of the padding, as Crypto-PAn has it.
const KEY: usize = 32;

/// Why settings cannot be used.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum PrivacyError {
    /// Pseudonyms and hashes without a key are no secret: there are few addresses, and lists of names.
    #[error("pseudonyms and hashes need a key")]
    NoKey,
    /// Not 64 hexadecimal digits. What was read is not told.
    #[error("the key must be 64 hexadecimal digits, such as `openssl rand -hex 32` makes")]
    BadKey,
    /// More bits than an address has.
    #[error("a prefix of {0} bits: an address has {1}")]
    Prefix(u8, u8),
}

/// What is done with addresses of clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Addresses {
    /// Nothing.
    #[default]
    Keep,
    /// The network is told, the rest is zero.
    Truncate,
    /// Each has another in its place, by a key: Crypto-PAn. Two of one network stay two of one network.
    Pseudonym,
}

/// What is done with names that are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Names {
    /// Nothing.
    #[default]
    Keep,
    /// Each has a hash in its place, by a key, and so has its registered domain.
    Hash,
}

/// What is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
pub enum Field {
    /// MACs of clients, wherever they stand.
    #[serde(rename = "client.mac")]
    #[value(name = "client.mac")]
    ClientMac,
    /// Host names of clients, wherever they stand.
    #[serde(rename = "client.domain")]
    #[value(name = "client.domain")]
    ClientDomain,
    /// Answers and the addresses in them.
    #[serde(rename = "dns.answers")]
    #[value(name = "dns.answers")]
    Answers,
    /// The case in which a name was sent.
    #[serde(rename = "dns_monitor.original_name")]
    #[value(name = "dns_monitor.original_name")]
    OriginalName,
    /// EDNS Client Subnet.
    #[serde(rename = "dns_monitor.client_subnet")]
    #[value(name = "dns_monitor.client_subnet")]
    ClientSubnet,
    /// The machine behind a forwarder.
    #[serde(rename = "dns_monitor.true_client")]
    #[value(name = "dns_monitor.true_client")]
    TrueClient,
    /// Who made the resolver ask.
    #[serde(rename = "dns_monitor.cause")]
    #[value(name = "dns_monitor.cause")]
    Cause,
    /// Whose lookup filled the cache.
    #[serde(rename = "dns_monitor.filled_by")]
    #[value(name = "dns_monitor.filled_by")]
    FilledBy,
}

/// A secret. It is never written anywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub(super) [u8; KEY]);

impl Key {
    /// Reads 64 hexadecimal digits; space around them does not matter.
    ///
    /// # Errors
    /// [`PrivacyError::BadKey`].
    pub fn parse(text: &str) -> Result<Self, PrivacyError> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes());
        let bytes = bytes.ok().and_then(|bytes| <[u8; KEY]>::try_from(bytes).ok());
        bytes.map(Self).ok_or(PrivacyError::BadKey)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

/// All settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is done with addresses of clients.
    pub addresses: Addresses,
    /// Bits of an IPv4 address that [`Addresses::Truncate`] tells.
    pub ipv4_prefix: u8,
    /// Bits of an IPv6 address that it tells.
    pub ipv6_prefix: u8,
    /// Networks whose addresses are clients' wherever they stand: in answers, and in names of reverse zones.
    pub networks: Vec<Prefix>,
    /// What is done with names.
    pub names: Names,
    /// What is left out; `None`: MACs and host names of clients where their addresses are not kept, else nothing.
    pub drop: Option<Vec<Field>>,
    /// For pseudonyms and hashes.
    pub key: Option<Key>,
}

impl Default for Settings {
    fn default() -> Self {
        let (addresses, names, drop, key) = Default::default();
        Self { addresses, ipv4_prefix: 24, ipv6_prefix: 48, networks: private(), names, drop, key }
    }
}

impl Settings {
    /// Whether anything is to be done at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.addresses != Addresses::Keep
            || self.names != Names::Keep
            || self.drop.as_ref().is_some_and(|drop| !drop.is_empty())
    }
}

/// Private (RFC 1918, RFC 4193), shared (RFC 6598) and link-local networks.
fn private() -> Vec<Prefix> {
    let networks: [(IpAddr, u8); 7] = [
        ([10, 0, 0, 0].into(), 8),
        ([172, 16, 0, 0].into(), 12),
        ([192, 168, 0, 0].into(), 16),
        ([100, 64, 0, 0].into(), 10),
        ([169, 254, 0, 0].into(), 16),
        ([0xfc00, 0, 0, 0, 0, 0, 0, 0].into(), 7),
        ([0xfe80, 0, 0, 0, 0, 0, 0, 0].into(), 10),
    ];
    networks.into_iter().filter_map(|(address, length)| Prefix::around(address, length)).collect()
}
