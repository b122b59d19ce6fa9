//! Where we and tshark differ, and who is right.

/// Whose message the other does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Ours,
    Tsharks,
}

/// Messages that only one reader has, and why.
pub struct Difference {
    pub file: &'static str,
    pub side: Side,
    pub messages: &'static [&'static str],
    #[expect(dead_code, reason = "for whoever reads this")]
    pub why: &'static str,
}

pub const DIFFERENCES: &[Difference] = &[];
