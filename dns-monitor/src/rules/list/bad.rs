//! Why a line of a list gives no entry.

use thiserror::Error;

use crate::rules::name::BadName;

/// The longest line that is read, bytes.
pub const MAX_LINE: usize = 64 << 10;
/// The largest STIX bundle that is read, bytes.
pub const MAX_STIX: u64 = 256 << 20;

/// The most that is repeated of a line, bytes.
const MAX_QUOTED: usize = 60;

/// Why a line gives no entry; a phrase to put behind `file:line: `.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Bad {
    /// No name where one belongs.
    #[error(transparent)]
    Name(#[from] BadName),
    /// More than [`MAX_LINE`].
    #[error("a line of more than {} KiB", MAX_LINE >> 10)]
    LineTooLong,
    /// More than [`MAX_STIX`].
    #[error("a bundle of more than {} MiB: split it", MAX_STIX >> 20)]
    TooLarge,
    /// Neither ASCII nor UTF-8, or control characters.
    #[error("not text")]
    NotText,
    /// Something else where an address belongs.
    #[error("{0:?} is not an IP address")]
    Address(String),
    /// Something else where a network belongs.
    #[error("{0:?} is not an IP address or network")]
    Prefix(String),
    /// Something else where a query type belongs.
    #[error("{0:?} is not a query type")]
    Type(String),
    /// The line is not in the format of the list; what it lacks.
    #[error("{0}")]
    Syntax(&'static str),
    /// A regular expression that cannot be compiled.
    #[error("/{0}/ is not a regular expression of the supported kind (no look-around, no back-references)")]
    Regex(String),
    /// JSON that cannot be read, and where.
    #[error("not JSON as STIX 2.1 has it: {0}")]
    Json(String),
    /// A modifier without which the rule would mean something else (Adblock).
    #[error("unknown modifier {0:?}")]
    UnknownModifier(String),
    /// An option without which the rule would mean something else (Suricata).
    #[error("the option {0:?} is not supported")]
    Option(String),
    /// Understood, but more than can be done.
    #[error("{0}: not supported")]
    Unsupported(&'static str),
    /// Understood, and about something else than the names of queries.
    #[error("{0}: not about the names of DNS queries")]
    NotForDns(&'static str),
    /// Not yet, no longer, or revoked (STIX).
    #[error("{0}")]
    NotInForce(&'static str),
}

impl Bad {
    /// Whether the line cannot be read. Of the others it is known what they mean, but that is nothing to block a name for;
    /// they do not speak against the list.
    #[must_use]
    pub const fn is_unreadable(&self) -> bool {
        match self {
            Self::Name(_)
            | Self::LineTooLong
            | Self::TooLarge
            | Self::NotText
            | Self::Address(_)
            | Self::Prefix(_)
            | Self::Type(_)
            | Self::Syntax(_)
            | Self::Regex(_)
            | Self::Json(_) => true,
            Self::UnknownModifier(_)
            | Self::Option(_)
            | Self::Unsupported(_)
            | Self::NotForDns(_)
            | Self::NotInForce(_) => false,
        }
    }
}

/// The beginning of a text, for a message.
pub(super) fn quoted(text: &[u8]) -> String {
    let short = text.get(..MAX_QUOTED).unwrap_or(text);
    let mut quoted = String::from_utf8_lossy(short).into_owned();
    if short.len() < text.len() {
        quoted.push('…');
    }
    quoted
}
