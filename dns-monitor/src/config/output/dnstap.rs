//! `type = "dnstap"`.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;

use super::{Address, address::address, stream::timeout};
use crate::config::{
    raw::Table,
    rules::socket,
    value::{self, Checked, expected},
};

/// A reader of dnstap (Frame Streams).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dnstap {
    /// Where it listens.
    #[serde(flatten)]
    pub place: Place,
    /// How long nothing may move.
    #[serde(serialize_with = "value::write_duration")]
    pub timeout: Duration,
    /// `identity` of every message; without it this host's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
}

/// Where a reader listens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A Unix stream socket.
    Path(PathBuf),
    /// TCP.
    Address(Address),
}

impl Dnstap {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let place = if table.has("path") {
            table.refuse("address", "left out: there is a path already");
            table.value("path", socket).map(Place::Path)
        } else {
            table.required("address", address).map(Place::Address)
        };
        let (timeout, identity) = (timeout(table), table.value("identity", identity));
        Some(Self { place: place?, timeout, identity })
    }
}

fn identity(text: &str) -> Checked<String> {
    if text.is_empty() || text.len() > 255 || text.contains(char::is_control) {
        return expected("1 to 255 bytes of text, such as \"resolver-1\"");
    }
    Ok(text.to_owned())
}
