//! The books of one stage: every sample it saw has exactly one fate, counted by reason.
//!
//! `seen = emitted + filtered + lost + held` holds at any time by construction, because what is
//! held is what has no fate yet. The check that can fail is made at exit: nothing may be held.

use std::{fmt, iter, marker::PhantomData};

use dns_monitor_common::counter::{Counter, Kind};

/// Reasons one stage may have; [`reasons!`] refuses to compile more.
pub const SLOTS: usize = 32;

/// Why a sample came to its fate: an enum of one stage.
pub trait Reason: Copy + 'static {
    /// Every reason, in the order of printing.
    const ALL: &'static [Self];
    /// The reason, as the ledger prints it.
    fn name(self) -> &'static str;
    /// The ledger's column.
    fn kind(self) -> Kind;
    /// Position in [`Self::ALL`].
    fn slot(self) -> usize;
}

/// Declares the reasons of a stage: `Variant "name" Column` each.
macro_rules! reasons {
    ($(#[$outer:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident $name:literal $kind:ident,)+ }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type { $($(#[$doc])* $variant,)+ }

        impl $crate::ledger::Reason for $type {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn kind(self) -> dns_monitor_common::counter::Kind {
                match self { $(Self::$variant => dns_monitor_common::counter::Kind::$kind,)+ }
            }

            fn slot(self) -> usize {
                self as usize
            }
        }

        const _: () = assert!(<$type as $crate::ledger::Reason>::ALL.len() <= $crate::ledger::SLOTS);
    };
}
pub(crate) use reasons;

impl Reason for Counter {
    const ALL: &'static [Self] = Counter::ALL;

    fn name(self) -> &'static str {
        Counter::name(self)
    }

    fn kind(self) -> Kind {
        Counter::kind(self)
    }

    fn slot(self) -> usize {
        self as usize
    }
}

const _: () = assert!(Counter::ALL.len() <= SLOTS);

/// What one stage did with what it saw, in samples (or in whatever the stage counts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally<R> {
    seen: u64,
    emitted: u64,
    counts: [u64; SLOTS],
    reason: PhantomData<R>,
}

impl<R> Default for Tally<R> {
    fn default() -> Self {
        Self { seen: 0, emitted: 0, counts: [0; SLOTS], reason: PhantomData }
    }
}

impl<R: Reason> Tally<R> {
    /// `count` more were seen: they are held until they get a fate.
    pub fn see(&mut self, count: u64) {
        self.seen = self.seen.wrapping_add(count);
    }

    /// `count` of the held went on to the next stage.
    pub fn emit(&mut self, count: u64) {
        self.emitted = self.emitted.wrapping_add(count);
    }

    /// `count` of the held end here.
    pub fn end(&mut self, reason: R, count: u64) {
        if let Some(slot) = self.counts.get_mut(reason.slot()) {
            *slot = slot.wrapping_add(count);
        }
    }

    /// How many were seen.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// How many went on, whole.
    pub fn emitted(&self) -> u64 {
        self.emitted.wrapping_add(self.total(Kind::Emitted))
    }

    /// How many were not taken, by design.
    pub fn filtered(&self) -> u64 {
        self.total(Kind::Filtered)
    }

    /// How many should have gone on and did not, or not whole.
    pub fn lost(&self) -> u64 {
        self.total(Kind::Lost)
    }

    /// How many have no fate yet.
    pub fn held(&self) -> u64 {
        self.seen.wrapping_sub(self.emitted()).wrapping_sub(self.filtered()).wrapping_sub(self.lost())
    }

    /// How many ended for this reason.
    pub fn count(&self, reason: R) -> u64 {
        self.counts.get(reason.slot()).copied().unwrap_or_default()
    }

    /// Every reason with its count, zeros included.
    pub fn reasons(&self) -> impl Iterator<Item = (R, u64)> {
        iter::zip(R::ALL, self.counts).map(|(reason, count)| (*reason, count))
    }

    /// Adds the books of another instance of the same stage.
    pub fn merge(&mut self, other: &Self) {
        self.see(other.seen);
        self.emit(other.emitted);
        for (slot, count) in iter::zip(&mut self.counts, other.counts) {
            *slot = slot.wrapping_add(count);
        }
    }

    fn total(&self, kind: Kind) -> u64 {
        self.reasons()
            .filter(|(reason, _)| reason.kind() == kind)
            .fold(0, |sum, (_, count)| sum.wrapping_add(count))
    }

    /// What is counted beside the books, as `unwatched 3, answer-failed 1`; `None`: nothing.
    pub fn aside(&self) -> Option<String> {
        let counted = self.reasons().filter(|(reason, count)| reason.kind() == Kind::Aside && *count > 0);
        let texts: Vec<_> = counted.map(|(reason, count)| format!("{} {count}", reason.name())).collect();
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    fn column(&self, f: &mut fmt::Formatter<'_>, kind: Kind) -> fmt::Result {
        let mut separator = " (";
        for (reason, count) in self.reasons().filter(|(reason, count)| reason.kind() == kind && *count > 0) {
            write!(f, "{separator}{} {count}", reason.name())?;
            separator = ", ";
        }
        if separator == ", " { f.write_str(")") } else { Ok(()) }
    }
}

/// `seen 9 = emitted 5 + filtered 3 (retransmission 3) + lost 1 (hole 1)`, and what is held if anything.
impl<R: Reason> fmt::Display for Tally<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seen {} = emitted {} + filtered {}", self.seen, self.emitted(), self.filtered())?;
        self.column(f, Kind::Filtered)?;
        write!(f, " + lost {}", self.lost())?;
        self.column(f, Kind::Lost)?;
        match self.held() {
            0 => Ok(()),
            held => write!(f, " + held {held}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(seen: u64, emitted: u64, ends: &[(Counter, u64)]) -> Tally<Counter> {
        let mut tally = Tally::default();
        tally.see(seen);
        tally.emit(emitted);
        for (reason, count) in ends {
            tally.end(*reason, *count);
        }
        tally
    }

    #[test]
    fn books_read_as_one_line() {
        let cases = [
            ("nothing", tally(0, 0, &[]), "seen 0 = emitted 0 + filtered 0 + lost 0"),
            ("held", tally(3, 1, &[]), "seen 3 = emitted 1 + filtered 0 + lost 0 + held 2"),
            (
                "reasons in the order of declaration, and those that mean emitted",
                tally(
                    7,
                    0,
                    &[
                        (Counter::RingFull, 1),
                        (Counter::Sampled, 2),
                        (Counter::OtherPort, 3),
                        (Counter::NotIp, 1),
                    ],
                ),
                "seen 7 = emitted 2 + filtered 4 (not-ip 1, other-port 3) + lost 1 (ring-full 1)",
            ),
            (
                "what stands aside is in no sum",
                tally(1, 1, &[(Counter::Samples, 9)]),
                "seen 1 = emitted 1 + filtered 0 + lost 0",
            ),
        ];
        for (what, tally, expected) in cases {
            assert_eq!(tally.to_string(), expected, "{what}");
        }
    }

    #[test]
    fn what_stands_aside_is_told_where_there_is_any() {
        let cases = [
            ("nothing", tally(2, 0, &[(Counter::Sampled, 2)]), None),
            (
                "in the order of declaration",
                tally(2, 0, &[(Counter::AnswerFailed, 1), (Counter::Sampled, 2), (Counter::Unwatched, 3)]),
                Some("unwatched 3, answer-failed 1".to_owned()),
            ),
        ];
        for (what, tally, expected) in cases {
            assert_eq!((tally.aside(), tally.held()), (expected, 0), "{what}");
        }
    }

    #[test]
    fn books_add_up() {
        let mut sum = tally(5, 2, &[(Counter::OtherPort, 1)]);
        sum.merge(&tally(4, 1, &[(Counter::OtherPort, 1), (Counter::RingFull, 1)]));
        assert_eq!(sum, tally(9, 3, &[(Counter::OtherPort, 2), (Counter::RingFull, 1)]));
        assert_eq!(sum.held(), 3);
    }
}
