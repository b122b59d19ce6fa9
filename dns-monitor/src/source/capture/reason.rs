//! Why a packet of a capture became a sample or did not.

use dns_monitor_common::counter::{Counter, Kind};

use crate::ledger::{Reason, SLOTS};

/// The kernel programs' reasons, by the same names, and those that only a capture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureReason {
    /// What the kernel programs would have said.
    Packet(Counter),
    /// Neither to nor from the resolver's addresses.
    OtherHost,
    /// Of an interface with a link type that is not known.
    OtherLink,
}

const PACKET: usize = Counter::ALL.len();

const ALL: [CaptureReason; PACKET + 2] = {
    let mut all = [CaptureReason::OtherHost; PACKET + 2];
    let mut slot = 0;
    while slot < PACKET {
        all[slot] = CaptureReason::Packet(Counter::ALL[slot]);
        slot += 1;
    }
    all[PACKET + 1] = CaptureReason::OtherLink;
    all
};

const _: () = assert!(ALL.len() <= SLOTS);

impl Reason for CaptureReason {
    const ALL: &'static [Self] = &ALL;

    fn name(self) -> &'static str {
        match self {
            Self::Packet(counter) => counter.name(),
            Self::OtherHost => "other-host",
            Self::OtherLink => "other-link-type",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Packet(counter) => counter.kind(),
            Self::OtherHost | Self::OtherLink => Kind::Filtered,
        }
    }

    fn slot(self) -> usize {
        match self {
            Self::Packet(counter) => counter.slot(),
            Self::OtherHost => PACKET,
            Self::OtherLink => PACKET.saturating_add(1),
        }
    }
}

impl From<Counter> for CaptureReason {
    fn from(counter: Counter) -> Self {
        Self::Packet(counter)
    }
}
