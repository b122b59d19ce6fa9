//! How the agent lives on its host: `[sandbox]`, `[metrics]`.

use std::net::SocketAddr;

use serde::Serialize;

use super::{
    raw::Table,
    rules,
    value::{Checked, expected},
};

/// What the agent gives up once it runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sandbox {
    /// Whether it gives up anything.
    pub enabled: bool,
    /// Who root becomes; `None`: it stays root, without root's rights.
    #[serde(serialize_with = "rules::write_or_off")]
    pub user: Option<String>,
}

/// Figures for Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Metrics {
    /// Where they are served; `None`: nowhere.
    #[serde(serialize_with = "rules::write_or_off")]
    pub listen: Option<SocketAddr>,
}

impl Metrics {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let listen = table.value("listen", |text| rules::or_off(text, address));
        Self { listen: listen.unwrap_or_default() }
    }
}

fn address(text: &str) -> Checked<SocketAddr> {
    let address = text.parse().ok().filter(|address: &SocketAddr| address.port() != 0);
    address.map_or_else(|| expected("an address and a port, such as \"127.0.0.1:9353\""), Ok)
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { enabled: true, user: Some("dns-monitor".into()) }
    }
}

impl Sandbox {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Self {
        let default = Self::default();
        let name = table.value("user", |text| rules::or_off(text, user));
        Self { enabled: table.flag("enabled").unwrap_or(default.enabled), user: name.unwrap_or(default.user) }
    }
}

/// The name of a user, as useradd(8) takes it.
fn user(text: &str) -> Checked<String> {
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if text.is_empty() || text.len() > 32 || text.starts_with('-') || text.contains(odd) {
        return expected(
            "the name of a user, 1 to 32 letters, digits, \"-\", \"_\" and \".\", such as \"dns-monitor\"",
        );
    }
    Ok(text.to_owned())
}
