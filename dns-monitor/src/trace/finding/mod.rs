//! What an alert speaks of, and which machines are behind it.
//!
//! 1. [`matching`]: which events an alert may mean, and how sure that is;
//! 2. [`skew`]: how far the sensor's clock is ahead of the resolver's;
//! 3. [`machine`]: the machines that these events name;
//! 4. [`unmatched`]: why there is no event.

pub mod machine;
pub mod matching;
pub mod skew;
pub mod unmatched;

use std::rc::Rc;

use self::{machine::Machine, unmatched::Unmatched};
use super::event::Event;

/// How sure it is that an event is what the alert speaks of, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// Connection, message id and name are the same.
    Exact,
    /// The connection and the time are the same, and all else that the alert names.
    Flow,
    /// Message id, name and time are the same, and the connection is another: NAT, or a rewritten port.
    IdName,
    /// The name, or one below it, and the time are the same.
    Name,
}

impl Sure {
    /// As it is told; an alert that has no time is `timed` by none.
    #[must_use]
    pub const fn name(self, timed: bool) -> &'static str {
        match (self, timed) {
            (Self::Exact, _) => "exact",
            (Self::Flow, true) => "flow-time",
            (Self::Flow, false) => "flow",
            (Self::IdName, true) => "id-name-time",
            (Self::IdName, false) => "id-name",
            (Self::Name, true) => "name-time",
            (Self::Name, false) => "name",
        }
    }
}

/// What came out of an alert.
#[derive(Debug)]
pub struct Finding {
    /// The events it speaks of, or why there are none.
    pub matched: Result<Matched, Unmatched>,
}

/// The events that an alert speaks of.
#[derive(Debug)]
pub struct Matched {
    /// How sure that is.
    pub sure: Sure,
    /// In the order of time.
    pub events: Vec<Rc<Event>>,
    /// How many more there are.
    pub more: u64,
    /// The machines behind them, in the order of time.
    pub machines: Vec<Machine>,
}
