//! `type = "unix"`, `"tcp"` and `"tls"`: lines over a connection.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use super::{
    address::{Address, address},
    tls::Tls,
};
use crate::config::{
    raw::Table,
    rules::socket,
    value::{self, duration},
};

/// How long a connection, a write or an answer may take where nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// A Unix stream socket on which somebody listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unix {
    /// Of the socket.
    pub path: PathBuf,
    /// How long a write may take.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
}

/// TCP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tcp {
    /// The collector.
    pub address: Address,
    /// How long a connection or a write may take.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
}

/// TCP with TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TcpTls {
    /// The collector.
    pub address: Address,
    /// How long a connection or a write may take.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
    /// Whom it trusts, and what it shows.
    #[serde(flatten)]
    pub tls: Tls,
}

impl Unix {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let path = table.required("path", socket);
        let timeout = timeout(table);
        Some(Self { path: path?, timeout })
    }
}

impl Tcp {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let address = table.required("address", address);
        let timeout = timeout(table);
        Some(Self { address: address?, timeout })
    }
}

impl TcpTls {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let address = table.required("address", address);
        let timeout = timeout(table);
        let tls = Tls::read(table);
        Some(Self { address: address?, timeout, tls })
    }
}

/// Reads `timeout`.
pub fn timeout(table: &mut Table<'_, '_>) -> Duration {
    let bounds = Duration::from_millis(100)..=Duration::from_secs(300);
    table.value("timeout", |text| duration(text, bounds.clone())).unwrap_or(TIMEOUT)
}
