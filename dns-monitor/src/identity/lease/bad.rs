//! Why a line of a file of leases is not believed.

use thiserror::Error;

/// The longest line that is read, bytes.
pub const MAX_LINE: usize = 64 << 10;

/// The most that is repeated of a line, characters.
const MAX_QUOTED: usize = 60;

/// Why a line is not believed; a phrase to put behind `file:line: `.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Bad {
    /// The file ends within it.
    #[error("the file ends in the middle of a lease: the rest is not written yet, or was lost")]
    HalfWritten,
    /// More than [`MAX_LINE`].
    #[error("a line of more than {} KiB", MAX_LINE >> 10)]
    LineTooLong,
    /// Something else where an address belongs.
    #[error("{0:?} is not an IP address")]
    Address(String),
    /// Something else where a hardware address belongs.
    #[error("{0:?} is not a hardware address")]
    Mac(String),
    /// Something else where a time belongs.
    #[error("{0:?} is not a time as this format writes it")]
    Time(String),
    /// A name that no host can have.
    #[error("a host name of {0} bytes: names have 253 at most")]
    Name(usize),
    /// Its time has not come by far.
    #[error(
        "a lease from the future, more than a day ahead: the clock or the time zone of the server is wrong"
    )]
    Future,
    /// The line is not in the format of the file; what it lacks.
    #[error("{0}")]
    Syntax(&'static str),
    /// JSON that cannot be read, and where.
    #[error("not JSON as systemd-networkd writes it: {0}")]
    Json(String),
}

/// The beginning of a text, for a message.
pub(super) fn quoted(text: &[u8]) -> String {
    let mut quoted = String::from_utf8_lossy(text.get(..4 * MAX_QUOTED).unwrap_or(text)).into_owned();
    if let Some((end, _)) = quoted.char_indices().nth(MAX_QUOTED) {
        quoted.truncate(end);
        quoted.push('…');
    }
    quoted
}
