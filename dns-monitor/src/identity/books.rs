//! The books of all that knows machines, as the ledger prints them: of what is on, and of nothing else.

use std::fmt;

use super::{
    dhcp::DhcpReason,
    follow::LeaseReason,
    history::{self, History},
    link::LinkReason,
    ptr::PtrReason,
};
use crate::ledger::{Reason, Tally};

/// One a source, each in its own unit; `None`: it is off.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// What stands in files of leases.
    pub leases: Option<Tally<LeaseReason>>,
    /// DHCP, in packets.
    pub dhcp: Option<Tally<DhcpReason>>,
    /// PTR lookups, in addresses.
    pub ptr: Option<Tally<PtrReason>>,
    /// What all of these have said, in assignments.
    pub assignments: Option<Assignments>,
    /// MACs that packets came with.
    pub macs: Option<Tally<LinkReason>>,
    /// Queries whose sender said for whom it asks and was not believed.
    pub unbelieved: Option<u64>,
}

/// What the history was told. No book to be closed: most of it is remembered, also at the end.
#[derive(Clone, Debug)]
pub struct Assignments(Tally<history::Reason>);

impl Assignments {
    /// Those of a history.
    #[must_use]
    pub const fn of(history: &History) -> Self {
        Self(*history.tally())
    }
}

impl Books {
    /// Nobody waits any more: what was not answered will not be.
    pub fn settle(&mut self) {
        if let Some(ptr) = &mut self.ptr {
            ptr.end(PtrReason::NoAnswer, ptr.held());
        }
    }
}

/// `told 9, remembered 5, renewed 4`, with the other reasons where there are any.
impl fmt::Display for Assignments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "told {}, remembered {}", self.0.seen(), self.0.held())?;
        for (reason, count) in self.0.reasons().filter(|(_, count)| *count > 0) {
            write!(f, ", {} {count}", reason.name())?;
        }
        Ok(())
    }
}

/// Whole lines, none where nothing is on.
impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, "leases", self.leases.as_ref())?;
        line(f, "dhcp", self.dhcp.as_ref())?;
        line(f, "ptr", self.ptr.as_ref())?;
        if let Some(assignments) = &self.assignments {
            writeln!(f, "  {:<10} {assignments}", "machines")?;
        }
        line(f, "macs", self.macs.as_ref())?;
        match self.unbelieved {
            Some(unbelieved) => writeln!(f, "  {:<10} unbelieved {unbelieved}", "forwarders"),
            None => Ok(()),
        }
    }
}

fn line<R: Reason>(f: &mut fmt::Formatter<'_>, unit: &str, tally: Option<&Tally<R>>) -> fmt::Result {
    let Some(tally) = tally else { return Ok(()) };
    writeln!(f, "  {unit:<10} {tally}")?;
    match tally.aside() {
        Some(aside) => writeln!(f, "  {:<10} {aside}", "aside"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
