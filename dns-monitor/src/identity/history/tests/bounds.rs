//! Memory has bounds, and what goes is counted.

use std::net::{IpAddr, Ipv4Addr};

use super::{ADDRESS, OPEN, assignment, machine};
use crate::{
    config::Identity,
    identity::{
        assignment::Source::{Lease, Neighbour, Static},
        history::{History, Reason},
    },
};

fn bounded(max_assignments: usize, max_per_address: usize) -> History {
    History::new(&Identity { max_assignments, max_per_address, ..Identity::default() })
}

fn number(number: u32) -> String {
    Ipv4Addr::from_bits(0x0a00_0000 | number).to_string()
}

#[test]
fn of_one_address_the_oldest_goes_first() {
    let mut history = bounded(1000, 3);
    history.record(assignment(ADDRESS, (Static, 0, OPEN, "", 9)));
    for hour in 1..=50 {
        let name = if hour % 2 == 0 { "even" } else { "odd" };
        history.record(assignment(ADDRESS, (Lease, hour * 10, hour * 10 + 10, name, 0)));
    }
    let address = ADDRESS.parse().unwrap();
    let expected = [(485, ""), (495, "odd"), (505, "even"), (515, "")];
    for (time, name) in expected {
        assert_eq!(
            history.at(address, time),
            machine(name, 9),
            "at {time}: the table is not washed out by leases"
        );
    }
    assert_eq!((history.len(), history.tally().count(Reason::Crowded)), (3, 48));
    assert_eq!(history.tally().held(), 3);
}

#[test]
fn in_all_the_address_that_is_longest_unspoken_of_goes_first() {
    let mut history = bounded(4, 8);
    for n in 1..=4 {
        history.record(assignment(&number(n), (Lease, 10, 20, "x", 1)));
    }
    history.record(assignment(&number(1), (Lease, 15, 30, "x", 1))); // renewed
    for n in 5..=6 {
        history.record(assignment(&number(n), (Lease, 16, 40, "x", 1)));
    }
    let known: Vec<u32> =
        (1..=6).filter(|n| history.at(number(*n).parse().unwrap(), 17) != machine("", 0)).collect();
    assert_eq!(known, [1, 4, 5, 6]);
    assert_eq!((history.len(), history.tally().count(Reason::Evicted)), (4, 2));
}

#[test]
fn a_flood_from_the_network_does_not_wash_out_what_files_say() {
    let mut history = bounded(100, 8);
    for n in 0..50 {
        history.record(assignment(&number(n), (Neighbour, 1, OPEN, "", 1)));
        history.record(assignment(&number(n), (Static, 0, OPEN, "x", 0)));
    }
    for n in 1000..9000 {
        history.record(assignment(&number(n), (Neighbour, 2, OPEN, "", 2)));
    }
    let named = (0..50).filter(|n| history.at(number(*n).parse().unwrap(), 3).name == Some("x")).count();
    assert_eq!((named, history.len()), (50, 100));
    assert_eq!(history.tally().held(), 100);
}

#[test]
fn a_million_leases() {
    let mut history = bounded(1_000_000, 4);
    let address = |n: u32| IpAddr::from(Ipv4Addr::from_bits(0x0a00_0000 | n));
    for n in 0..1_000_000_u32 {
        let mut lease = assignment(ADDRESS, (Lease, 10, 20, "", 1));
        (lease.address, lease.name) = (address(n), Some(format!("host-{n}").into()));
        history.record(lease);
    }
    assert_eq!((history.len(), history.tally().lost()), (1_000_000, 0));
    for n in [0, 1, 499_999, 999_999] {
        assert_eq!(history.at(address(n), 15), machine(&format!("host-{n}"), 1));
    }
    history.record(assignment("192.0.2.1", (Lease, 10, 20, "one more", 1)));
    assert_eq!((history.len(), history.tally().count(Reason::Evicted)), (1_000_000, 1));
}
