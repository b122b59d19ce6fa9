//! Whether what was read may replace what is in force.

use serde::{Deserialize, Serialize};

/// A list of at least so many entries that shrinks below a tenth is refused; smaller ones may shrink at will.
pub const SHRINK_FROM: u64 = 100;

/// A list may shrink by less than this factor.
pub const SHRINK: u64 = 10;

/// What reading a list came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Entries that were read.
    pub entries: u64,
    /// Lines (or objects) that should have been entries and could not be read.
    pub unreadable: u64,
}

/// Why a list may not replace the last good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a list, or not of the format that it is read in.
    #[error("{unreadable} of {lines} lines cannot be read: is the format right?")]
    Unreadable {
        /// Lines that cannot be read.
        unreadable: u64,
        /// Those, and the entries.
        lines: u64,
    },
    /// Nothing in it, where there was something.
    #[error("it is empty, and had {last} entries")]
    Empty {
        /// Entries of the last good one.
        last: u64,
    },
    /// Cut short, most likely.
    #[error("{entries} entries are less than a tenth of the {last} that it had")]
    Shrunk {
        /// Entries now.
        entries: u64,
        /// Entries of the last good one.
        last: u64,
    },
}

/// Whether a list with the totals `new` may replace one with the totals `last`.
///
/// # Errors
/// It may not where more than half of it is unreadable; where it is empty and the last was not; and
/// where it has less than a tenth of the last's entries, of which there were at least [`SHRINK_FROM`].
pub fn judge(new: Totals, last: Option<Totals>) -> Result<(), Refusal> {
    let Totals { entries, unreadable } = new;
    if unreadable > entries {
        return Err(Refusal::Unreadable { unreadable, lines: entries.saturating_add(unreadable) });
    }
    let last = last.unwrap_or_default().entries;
    if entries == 0 && last > 0 {
        return Err(Refusal::Empty { last });
    }
    if last >= SHRINK_FROM && entries.saturating_mul(SHRINK) < last {
        return Err(Refusal::Shrunk { entries, last });
    }
    Ok(())
}
