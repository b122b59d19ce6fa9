//! Regular expressions over names.

use std::fmt;

use regex::{Regex, RegexBuilder};

/// The most memory that one compiled expression may take, bytes.
const SIZE_LIMIT: usize = 1 << 20;

/// A regular expression that is equal to another of the same text.
#[derive(Clone)]
pub struct Pattern(pub Regex);

/// Why a text is no regular expression: the last line of what the parser says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadPattern(pub String);

impl Pattern {
    /// Compiles an expression. Names are in lower case, so case does not count.
    ///
    /// # Errors
    /// [`BadPattern`], also where it would take more than 1 MiB.
    pub fn new(text: &str) -> Result<Self, BadPattern> {
        let regex = RegexBuilder::new(text).case_insensitive(true).size_limit(SIZE_LIMIT).build();
        regex.map(Self).map_err(|error| BadPattern(reason(&error)))
    }

    /// The expression as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// The parser draws the place over several lines, and says what is wrong in the last.
fn reason(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "too large once compiled".to_owned();
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.as_str())
    }
}
