//! What a protocol runs over, where there is a choice.

use clap::ValueEnum;
use serde::Serialize;

use super::{Address, Tls, address::address, stream::timeout};
use crate::config::{
    raw::Table,
    value::{self, choice, expected},
};

/// TCP, protected or not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "transport", rename_all = "lowercase")]
pub enum Transport {
    /// As it is.
    #[default]
    Tcp,
    /// With TLS.
    Tls(Tls),
}

/// Where a collector is, how to get there, and how long to wait for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Host and port.
    pub address: Address,
    /// How long nothing may move.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: std::time::Duration,
    /// Whether it is protected.
    #[serde(flatten)]
    pub transport: Transport,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Named {
    #[default]
    Tcp,
    Tls,
}

/// The settings of TLS.
const TLS: [&str; 4] = ["ca", "server_name", "certificate", "key"];

impl Transport {
    /// The settings of TLS, where it is protected.
    #[must_use]
    pub const fn tls(&self) -> Option<&Tls> {
        match self {
            Self::Tcp => None,
            Self::Tls(tls) => Some(tls),
        }
    }

    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        match table.value("transport", choice).unwrap_or_default() {
            Named::Tls => Self::Tls(Tls::read(table)),
            Named::Tcp => {
                refuse_tls(table);
                Self::Tcp
            }
        }
    }
}

impl Endpoint {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let address = table.required("address", address);
        let timeout = timeout(table);
        let transport = Transport::read(table);
        Some(Self { address: address?, timeout, transport })
    }
}

/// Takes down settings of TLS that have no place here.
pub(super) fn refuse_tls(table: &mut Table<'_, '_>) {
    for key in TLS {
        table.refuse(key, "left out: only transport \"tls\" has it");
    }
}

/// How many events may be on their way before the first of them is acknowledged.
pub(super) fn window(table: &mut Table<'_, '_>, default: usize) -> usize {
    let read = |text: &str| match text.parse() {
        Ok(window @ 1..=65_536) => Ok(window),
        _ => expected("a number from 1 to 65536, such as 128"),
    };
    table.value("window", read).unwrap_or(default)
}
