//! Why there is no event for an alert.

use std::fmt;

use jiff::Timestamp;

use crate::trace::{
    alert::Alert,
    scan::{Gap, Scan, wanted::Wanted},
};

/// Why, the plainest reason first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmatched {
    /// There are no events at all.
    NoEvents,
    /// Neither port is that of DNS, and the alert has no name.
    NotDns,
    /// It is older than the first event: at this time, ns since the Unix epoch.
    BeforeMemory(i64),
    /// It is younger than the last event: at this time, ns since the Unix epoch.
    AfterMemory(i64),
    /// None of its addresses occurs in any event.
    OtherResolver,
    /// Something was lost around its time.
    Lost(Gap),
    /// There was no room to remember all lookups of its name.
    Crowded,
    /// The events cover its time, and have no such lookup.
    NoSuchLookup,
}

impl Unmatched {
    /// Why this alert has no event; `time` is its time by the resolver's clock, and `window` how far from it one was
    /// looked for, ns both.
    #[must_use]
    pub fn why(alert: &Alert, time: Option<i64>, window: i64, scan: &Scan, wanted: &Wanted) -> Self {
        let Some((first, last)) = scan.span else { return Self::NoEvents };
        if !alert.may_be_dns() {
            return Self::NotDns;
        }
        let unit = alert.said.when.map_or(1, |when| when.unit);
        if let Some(time) = time {
            if time.saturating_add(unit).saturating_add(window) < first {
                return Self::BeforeMemory(first);
            }
            if time.saturating_sub(window) > last {
                return Self::AfterMemory(last);
            }
        }
        if is_foreign(alert, scan, wanted) {
            return Self::OtherResolver;
        }
        let near = |gap: &&Gap| {
            let window = window.saturating_add(unit);
            let (from, to) =
                (gap.from.unwrap_or(gap.time).saturating_sub(window), gap.time.saturating_add(window));
            time.is_none_or(|time| (from..=to).contains(&time))
        };
        match scan.gaps.iter().find(near) {
            Some(gap) => Self::Lost(*gap),
            None if scan.crowded > 0 => Self::Crowded,
            None => Self::NoSuchLookup,
        }
    }

    /// In one word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoEvents => "no-events",
            Self::NotDns => "not-dns",
            Self::BeforeMemory(_) => "before-memory",
            Self::AfterMemory(_) => "after-memory",
            Self::OtherResolver => "other-resolver",
            Self::Lost(_) => "lost",
            Self::Crowded => "crowded",
            Self::NoSuchLookup => "no-such-lookup",
        }
    }
}

/// Whether it has addresses, and no event has any of them.
fn is_foreign(alert: &Alert, scan: &Scan, wanted: &Wanted) -> bool {
    let mut ends = alert.said.ends.iter().flatten().peekable();
    let occurs =
        |address| wanted.address(address).and_then(|at| scan.addresses.get(at)).copied().unwrap_or(false);
    ends.peek().is_some() && !ends.any(|end| occurs(end.address))
}

impl fmt::Display for Unmatched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoEvents => f.write_str("there are no events"),
            Self::NotDns => f.write_str("not about DNS: it has no name, and neither port is 53"),
            Self::BeforeMemory(first) => {
                write!(f, "before our memory: the first event is of {}", Time(*first))
            }
            Self::AfterMemory(last) => write!(f, "after our memory: the last event is of {}", Time(*last)),
            Self::OtherResolver => f.write_str("not on this resolver: no event has any of its addresses"),
            Self::Lost(Gap { from: Some(from), time, .. }) => {
                write!(f, "perhaps not seen: there is a gap from {} to {}", Time(*from), Time(*time))
            }
            Self::Lost(Gap { from: None, time, lost }) => write!(
                f,
                "perhaps lost: up to {} the ledger counts as lost {} packets, {} samples, {} events",
                Time(*time),
                lost.kernel,
                lost.decode,
                lost.sink
            ),
            Self::Crowded => {
                f.write_str("perhaps left out: there were more lookups of such names than are kept")
            }
            Self::NoSuchLookup => {
                f.write_str("no such lookup: the events cover its time, and nothing was lost then")
            }
        }
    }
}

/// ns since the Unix epoch, as people read it.
pub struct Time(pub i64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Timestamp::from_nanosecond(self.0.into()) {
            Ok(time) => write!(f, "{time:.6}"),
            Err(_) => write!(f, "{} ns", self.0),
        }
    }
}

#[cfg(test)]
mod tests;
