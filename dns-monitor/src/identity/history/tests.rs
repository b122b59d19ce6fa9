//! Who had an address, as data: what was said, and what is true at which time.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bounds;
mod random;

use std::net::IpAddr;

use super::{History, Machine, Reason};
use crate::{
    config::Identity,
    identity::assignment::{
        Assignment, Change,
        Source::{self, Dhcp, Hosts, Lease, Neighbour, Ptr, Static},
    },
};

const ADDRESS: &str = "10.0.0.5";
/// There is no end.
const OPEN: u64 = 0;

/// What a source says: from, until, a name (empty: none), the last byte of a MAC (0: none); an end is said without a name
/// and a MAC.
type Said = (Source, u64, u64, &'static str, u8);
/// A time, the name and the last byte of the MAC at that time.
type True = (u64, &'static str, u8);

pub fn assignment(address: &str, (source, from, until, name, mac): Said) -> Assignment {
    Assignment {
        address: address.parse().unwrap(),
        from,
        until: (until != OPEN).then_some(until),
        name: (!name.is_empty()).then(|| name.into()),
        mac: (mac != 0).then_some([2, 0, 0, 0, 0, mac]),
        source,
    }
}

fn change(said: Said) -> Change {
    let assignment = assignment(ADDRESS, said);
    match assignment {
        Assignment { name: None, mac: None, address, from, source, .. } => {
            Change::Ended { address, at: from, source }
        }
        assigned => Change::Assigned(assigned),
    }
}

pub fn machine<'a>(name: &'a str, mac: u8) -> Machine<'a> {
    Machine {
        name: Some(name).filter(|name| !name.is_empty()),
        mac: (mac != 0).then_some([2, 0, 0, 0, 0, mac]),
    }
}

const CASES: &[(&str, &[Said], &[True])] = &[
    ("nothing", &[], &[(0, "", 0), (u64::MAX, "", 0)]),
    ("always", &[(Static, 0, OPEN, "a", 1)], &[(0, "a", 1), (u64::MAX - 1, "a", 1)]),
    (
        "a lease and its ends",
        &[(Lease, 10, 20, "a", 1)],
        &[(9, "", 0), (10, "a", 1), (19, "a", 1), (20, "", 0)],
    ),
    (
        "the address changed hands",
        &[(Lease, 10, 20, "a", 1), (Lease, 30, 40, "b", 2)],
        &[(9, "", 0), (15, "a", 1), (25, "", 0), (30, "b", 2), (39, "b", 2), (40, "", 0)],
    ),
    (
        "it changed hands before the lease was over",
        &[(Lease, 10, 100, "a", 1), (Lease, 30, 40, "b", 2)],
        &[(29, "a", 1), (30, "b", 2), (40, "", 0), (99, "", 0)],
    ),
    (
        "told in the wrong order",
        &[(Lease, 30, 40, "b", 2), (Lease, 10, 100, "a", 1)],
        &[(9, "", 0), (29, "a", 1), (30, "b", 2), (40, "", 0), (99, "", 0)],
    ),
    (
        "there and back again",
        &[(Lease, 10, 20, "a", 1), (Lease, 20, 30, "b", 2), (Lease, 30, 40, "a", 1)],
        &[(10, "a", 1), (20, "b", 2), (30, "a", 1), (40, "", 0)],
    ),
    (
        "renewed, then given back",
        &[(Lease, 10, 20, "a", 1), (Lease, 15, 25, "a", 1), (Lease, 22, 0, "", 0)],
        &[(10, "a", 1), (21, "a", 1), (22, "", 0)],
    ),
    (
        "given back, told as a lease that ends at once",
        &[(Lease, 10, 50, "a", 1), (Lease, 15, 15, "a", 1)],
        &[(14, "a", 1), (15, "", 0), (30, "", 0)],
    ),
    (
        "given back, and told without the name: it was the same machine",
        &[(Lease, 10, 50, "a", 1), (Lease, 10, 20, "", 1)],
        &[(10, "a", 1), (19, "a", 1), (20, "", 0)],
    ),
    (
        "without a name and a MAC in common, it is another",
        &[(Lease, 10, 50, "a", 0), (Lease, 20, 50, "b", 0), (Lease, 30, 50, "", 1)],
        &[(10, "a", 0), (20, "b", 0), (30, "", 1)],
    ),
    (
        "read again from the start",
        &[(Lease, 10, 20, "a", 1), (Lease, 15, 25, "b", 2), (Lease, 10, 20, "a", 1), (Lease, 15, 25, "b", 2)],
        &[(14, "a", 1), (15, "b", 2), (24, "b", 2), (25, "", 0)],
    ),
    (
        "what was wrong is put right",
        &[(Static, 0, OPEN, "a", 0), (Static, 0, OPEN, "b", 0)],
        &[(0, "b", 0), (100, "b", 0)],
    ),
    (
        "the end of one that is over already",
        &[(Lease, 10, 20, "a", 1), (Lease, 50, 0, "", 0), (Lease, 60, 70, "b", 2)],
        &[(19, "a", 1), (20, "", 0), (60, "b", 2)],
    ),
    (
        "the end of one before another",
        &[(Lease, 10, 50, "a", 1), (Lease, 30, 60, "b", 2), (Lease, 20, 0, "", 0)],
        &[(19, "a", 1), (20, "", 0), (30, "b", 2), (59, "b", 2)],
    ),
    ("the end of what never was", &[(Lease, 10, 0, "", 0)], &[(10, "", 0)]),
    (
        "from the future: not now, and nothing is hidden by it",
        &[(Lease, 10, OPEN, "a", 1), (Lease, 1000, 2000, "b", 2)],
        &[(500, "a", 1), (1000, "b", 2), (2000, "", 0)],
    ),
    (
        "the best source has the name, and the next one the MAC",
        &[
            (Neighbour, 5, OPEN, "", 3),
            (Ptr, 0, OPEN, "p", 0),
            (Hosts, 0, OPEN, "h", 0),
            (Lease, 10, 20, "l", 2),
        ],
        &[(0, "h", 0), (5, "h", 3), (10, "h", 2), (20, "h", 3)],
    ),
    (
        "in the order of the sources",
        &[
            (Ptr, 0, OPEN, "ptr", 0),
            (Dhcp, 10, OPEN, "dhcp", 4),
            (Lease, 20, OPEN, "lease", 5),
            (Hosts, 30, OPEN, "hosts", 0),
            (Static, 40, 50, "static", 6),
        ],
        &[
            (9, "ptr", 0),
            (10, "dhcp", 4),
            (20, "lease", 5),
            (30, "hosts", 5),
            (40, "static", 6),
            (50, "hosts", 5),
        ],
    ),
];

fn unbounded() -> History {
    History::new(&Identity {
        max_assignments: usize::MAX,
        max_per_address: usize::MAX,
        ..Identity::default()
    })
}

#[test]
fn as_of_the_time_of_the_event() {
    for (what, said, truths) in CASES {
        let mut history = unbounded();
        said.iter().for_each(|said| history.apply(change(*said)));
        for (time, name, mac) in *truths {
            let address = ADDRESS.parse().unwrap();
            assert_eq!(history.at(address, *time), machine(name, *mac), "{what}: at {time}");
        }
        let other: IpAddr = "10.0.0.6".parse().unwrap();
        assert_eq!(history.at(other, 15), Machine::default(), "{what}");
    }
}

#[test]
fn families_do_not_mix() {
    let mut history = unbounded();
    for (address, name) in [("10.0.0.5", "v4"), ("::10.0.0.5", "v6"), ("2001:db8::5", "v6 too")] {
        history.record(assignment(address, (Static, 0, OPEN, name, 0)));
    }
    for (address, name) in [("10.0.0.5", "v4"), ("::10.0.0.5", "v6"), ("2001:db8::5", "v6 too"), ("::5", "")]
    {
        assert_eq!(history.at(address.parse().unwrap(), 1), machine(name, 0), "{address}");
    }
}

#[test]
fn what_is_remembered_can_be_told() {
    let mut history = unbounded();
    for said in [
        (Lease, 30, 40, "b", 2),
        (Lease, 10, 20, "a", 1),
        (Lease, 15, 25, "a", 1),
        (Neighbour, 5, OPEN, "", 2),
    ] {
        history.record(assignment(ADDRESS, said));
    }
    let all = history.all(ADDRESS.parse().unwrap());
    let told: Vec<_> = all.iter().map(|r| (r.source, r.from, r.until, r.machine)).collect();
    assert_eq!(
        told,
        [
            (Neighbour, 5, None, machine("", 2)),
            (Lease, 10, Some(25), machine("a", 1)),
            (Lease, 30, Some(40), machine("b", 2)),
        ]
    );
    assert_eq!(history.tally().to_string(), "seen 4 = emitted 0 + filtered 1 (renewed 1) + lost 0 + held 3");
    assert_eq!((history.len(), history.tally().count(Reason::Renewed)), (3, 1));
}
