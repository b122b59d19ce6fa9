//! One of so many lookups.

use std::{fmt, num::NonZeroU32};

use serde::{Serialize, Serializer};

use crate::config::value::{Checked, expected};

/// `1/10`: one of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample(pub NonZeroU32);

/// Reads it.
pub fn sample(text: &str) -> Checked<Sample> {
    let number = text.strip_prefix("1/").and_then(|number| number.parse::<u32>().ok());
    match number.filter(|number| (2..=1_000_000).contains(number)).and_then(NonZeroU32::new) {
        Some(number) => Ok(Sample(number)),
        None => expected("a share from 1/2 to 1/1000000, such as \"1/10\""),
    }
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1/{}", self.0)
    }
}

impl Serialize for Sample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
