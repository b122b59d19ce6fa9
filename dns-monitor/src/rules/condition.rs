//! What a rule can ask of a lookup.

use std::{fmt, net::IpAddr, ops::RangeInclusive};

use super::name::NameBuf;
use crate::sample::Mac;

/// A network, as `192.0.2.0/24`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    /// Its first address.
    pub address: IpAddr,
    /// Bits that count.
    pub length: u8,
}

/// When a rule matches.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of them match.
    All(Vec<Condition>),
    /// One of them matches.
    Any(Vec<Condition>),
    /// It does not match.
    Not(Box<Condition>),
    /// The name is one of these.
    Exact(Vec<NameBuf>),
    /// The name is one of these, or below one.
    Suffix(Vec<NameBuf>),
    /// The name is below one of these.
    Below(Vec<NameBuf>),
    /// A regular expression finds something in the name (lower case, no trailing dot).
    Regex(Pattern),
    /// The query type is one of these.
    Type(Vec<u16>),
    /// The query class is one of these.
    Class(Vec<u16>),
    /// The client is in one of these networks.
    Client(Vec<Prefix>),
    /// The client's Ethernet address is one of these.
    Mac(Vec<Mac>),
    /// The outer VLAN tag is one of these.
    Vlan(Vec<u16>),
    /// The name has so many labels.
    Labels(RangeInclusive<usize>),
    /// The longest label has so many bytes.
    LabelLength(RangeInclusive<usize>),
    /// The name has so many characters.
    NameLength(RangeInclusive<usize>),
    /// The longest label below the registered domain has at least this Shannon entropy, bits a character.
    Entropy(f64),
    /// The registered domain looks like one of these, and is none of them.
    Lookalike(Vec<NameBuf>),
    /// The time of day, local, lies between these.
    Time(Daytime),
}

/// A regular expression that is equal to another of the same text.
#[derive(Clone)]
pub struct Pattern(pub regex::Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.0.as_str())
    }
}

/// A time of day, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daytime {
    /// Minutes after midnight from which on it counts.
    pub from: u16,
    /// Minutes after midnight at which it ends; not after `from`: at that time of the next day.
    pub to: u16,
    /// Bit 0: Monday, to bit 6: Sunday. Of a window over midnight, the day on which it began.
    pub days: u8,
}
