//! Whom a protected connection trusts, and what it shows.

use std::path::PathBuf;

use serde::Serialize;

use crate::config::{raw::Table, rules::path, value};

/// Whom a protected connection trusts, and what it shows. The files are read at each connection, so that new
/// certificates need no restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tls {
    /// Certificates (PEM) of the only authorities that are trusted; without it those of the web.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca: Option<PathBuf>,
    /// The name that the collector's certificate must have; without it the host of the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// The certificate (PEM, with those between it and the authority) that we show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// Its key (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
}

impl Tls {
    /// Reads `ca`, `server_name`, `certificate` and `key`.
    pub fn read(table: &mut Table<'_, '_>) -> Self {
        let tls = Self {
            ca: table.value("ca", path),
            server_name: table.value("server_name", value::hostname),
            certificate: table.value("certificate", path),
            key: table.value("key", path),
        };
        match (table.has("certificate"), table.has("key")) {
            (true, false) => table.missing(table.key("key"), "give the key of the certificate".into()),
            (false, true) => {
                table.missing(table.key("certificate"), "give the certificate of the key".into())
            }
            _ => {}
        }
        tls
    }
}
