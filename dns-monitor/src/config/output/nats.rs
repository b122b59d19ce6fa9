//! `type = "nats"`.

use serde::Serialize;

use super::{Auth, Endpoint, transport::window};
use crate::config::{
    raw::Table,
    value::{Checked, expected},
};

/// A stream of NATS JetStream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Nats {
    /// Where the server is.
    #[serde(flatten)]
    pub endpoint: Endpoint,
    /// A subject that a stream is bound to.
    pub subject: String,
    /// Events on their way before the first is acknowledged.
    pub window: usize,
    /// Who we are.
    #[serde(flatten)]
    pub auth: Option<Auth>,
}

impl Nats {
    pub(super) fn read(table: &mut Table<'_, '_>) -> Option<Self> {
        let endpoint = Endpoint::read(table);
        let subject = table.required("subject", subject);
        let (window, auth) = (window(table, 256), Auth::read(table));
        Some(Self { endpoint: endpoint?, subject: subject?, window, auth })
    }
}

/// One that can be published to: tokens between dots, no wildcard.
fn subject(text: &str) -> Checked<String> {
    let is_token = |token: &str| {
        !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'*' | b'>'))
    };
    if text.len() > 255 || text.starts_with('$') || !text.split('.').all(is_token) {
        return expected("a subject without wildcards, such as \"dns.events\"");
    }
    Ok(text.to_owned())
}
