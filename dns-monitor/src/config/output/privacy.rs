//! `[output.privacy]`: how much an output says of people.

use serde::Serialize;
use thiserror::Error;

use super::secret::{Secret, SecretError};
use crate::{
    config::{
        raw::Table,
        rules::{prefix, texts},
        value::{choice, count},
    },
    event::privacy::settings::{Addresses, Field, Key, Names, PrivacyError, Settings},
    rules::condition::Prefix,
};

/// Far more than anyone has.
const MAX_NETWORKS: usize = 1024;
const MAX_FIELDS: usize = 16;

/// How much an output says of people. The key is read when the agent starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Privacy {
    /// What is done with addresses of clients.
    pub addresses: Addresses,
    /// Bits of an IPv4 address that truncation tells.
    pub ipv4_prefix: u8,
    /// Bits of an IPv6 address that it tells.
    pub ipv6_prefix: u8,
    /// Networks whose addresses are clients' wherever they stand.
    #[serde(serialize_with = "texts")]
    pub networks: Vec<Prefix>,
    /// What is done with names.
    pub names: Names,
    /// What is left out; without it as the addresses demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drop: Option<Vec<Field>>,
    /// For pseudonyms and hashes.
    #[serde(flatten)]
    pub key: Option<Secret>,
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum PrivacyFault {
    /// There is no key to read.
    #[error("the key: {0}")]
    Secret(#[from] SecretError),
    /// They are not right.
    #[error(transparent)]
    Settings(#[from] PrivacyError),
}

impl Privacy {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Settings::default();
        let v4 = table.value("ipv4_prefix", |text| count(text, 0..=32));
        let v6 = table.value("ipv6_prefix", |text| count(text, 0..=128));
        let networks = table.list("networks", 0..=MAX_NETWORKS, "[\"10.0.0.0/8\"]", prefix);
        let bits = |bits: Option<usize>| bits.and_then(|bits| u8::try_from(bits).ok());
        let privacy = Self {
            addresses: table.value("addresses", choice).unwrap_or(default.addresses),
            ipv4_prefix: bits(v4).unwrap_or(default.ipv4_prefix),
            ipv6_prefix: bits(v6).unwrap_or(default.ipv6_prefix),
            networks: networks.unwrap_or(default.networks),
            names: table.value("names", choice).unwrap_or(default.names),
            drop: table.list("drop", 0..=MAX_FIELDS, "[\"client.mac\"]", choice),
            key: Secret::read(table, "key", "key_file"),
        };
        let needs_key = privacy.addresses == Addresses::Pseudonym || privacy.names == Names::Hash;
        if needs_key && !table.has("key") && !table.has("key_file") {
            let what = format!("{} or {}", table.key("key"), table.key("key_file"));
            table.missing(what, "give 64 hexadecimal digits, as `openssl rand -hex 32` makes".to_owned());
        }
        privacy
    }

    /// With the key.
    ///
    /// # Errors
    /// [`PrivacyFault`].
    pub fn settings(&self) -> Result<Settings, PrivacyFault> {
        let key = self.key.as_ref().map(Secret::text).transpose()?;
        Ok(Settings {
            addresses: self.addresses,
            ipv4_prefix: self.ipv4_prefix,
            ipv6_prefix: self.ipv6_prefix,
            networks: self.networks.clone(),
            names: self.names,
            drop: self.drop.clone(),
            key: key.as_deref().map(Key::parse).transpose()?,
        })
    }
}
