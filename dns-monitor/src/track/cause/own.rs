//! What a resolver asks of its own accord.

use super::{
    names::Names,
    path::Path,
    search::{Asked, Search},
};
use crate::decode::{opcode, rr_type};

/// Why nobody asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The root's servers and their addresses (RFC 9609).
    Priming,
    /// The keys of the root (RFC 5011), and telling which are known (RFC 8145).
    TrustAnchor,
    /// Whether a zone of its own has changed.
    ZoneRefresh,
    /// A zone of its own.
    ZoneTransfer,
    /// Telling others that a zone of its own has changed.
    Notify,
}

impl Reason {
    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Priming => "priming",
            Self::TrustAnchor => "trust-anchor",
            Self::ZoneRefresh => "zone-refresh",
            Self::ZoneTransfer => "zone-transfer",
            Self::Notify => "notify",
        }
    }
}

/// What nobody but the resolver asks, whoever waits for what.
pub fn always(op_code: u8, path: &Path, qtype: u16) -> Option<Reason> {
    match qtype {
        _ if op_code == opcode::NOTIFY => Some(Reason::Notify),
        rr_type::AXFR | rr_type::IXFR => Some(Reason::ZoneTransfer),
        rr_type::NS if path.count() == 0 => Some(Reason::Priming),
        rr_type::NULL if path.count() == 1 && path.label(0).starts_with(b"_ta-") => Some(Reason::TrustAnchor),
        _ => None,
    }
}

/// What the resolver asks for itself if no client explains it; `search` is the one that found none.
pub fn otherwise(asked: &Asked<'_>, search: &Search, names: &Names) -> Option<Reason> {
    match asked.qtype {
        rr_type::SOA => Some(Reason::ZoneRefresh),
        rr_type::DNSKEY if asked.path.count() == 0 => Some(Reason::TrustAnchor),
        rr_type::A | rr_type::AAAA if search.is_root_server(names) => Some(Reason::Priming),
        _ => None,
    }
}
