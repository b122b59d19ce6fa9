//! The registered domain of a canonical name, by the Public Suffix List.

use dns_monitor_common::rule::MAX_LABELS;
use psl::{List, Psl as _};

/// A name in two parts, both canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split<'a> {
    /// The labels below the registered domain.
    pub below: &'a [u8],
    /// The public suffix and one label more.
    pub registered: &'a [u8],
}

/// Splits a name; `None` of the root and of public suffixes, which nobody registers.
pub fn split(name: &[u8]) -> Option<Split<'_>> {
    let starts = Starts::of(name);
    let labels = (0..starts.count).rev().filter_map(|number| starts.label(name, number));
    // The list counts the bytes of the suffix as text, one less than its labels with their length bytes.
    let suffix = name.len().checked_sub(List.find(labels).len + 1)?;
    let number = (0..starts.count).find(|number| starts.at(*number) == Some(suffix))?;
    let (below, registered) = name.split_at_checked(starts.at(number.checked_sub(1)?)?)?;
    Some(Split { below, registered })
}

/// Where the labels of a name start: the list wants them from the right.
struct Starts {
    offsets: [u8; MAX_LABELS],
    count: usize,
}

impl Starts {
    fn of(name: &[u8]) -> Self {
        let mut starts = Self { offsets: [0; MAX_LABELS], count: 0 };
        let mut at = 0;
        while let (Some(length), Ok(offset)) = (name.get(at), u8::try_from(at)) {
            let Some(slot) = starts.offsets.get_mut(starts.count) else { break };
            *slot = offset;
            starts.count += 1;
            at += usize::from(*length) + 1;
        }
        starts
    }

    fn at(&self, number: usize) -> Option<usize> {
        self.offsets.get(number).map(|offset| usize::from(*offset))
    }

    fn label<'a>(&self, name: &'a [u8], number: usize) -> Option<&'a [u8]> {
        let (length, after) = name.get(self.at(number)?..)?.split_first()?;
        after.get(..usize::from(*length))
    }
}
