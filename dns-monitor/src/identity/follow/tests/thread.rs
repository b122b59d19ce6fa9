//! The thread, and what it hands over.

use std::{
    fs,
    io::Write as _,
    net::IpAddr,
    time::{Duration, Instant},
};

use crate::{
    config::{Identity, Leases},
    identity::{
        feed::feed,
        follow::{Follower, read},
        history::History,
        lease::Format,
    },
};

const PATIENCE: Duration = Duration::from_secs(30);
const ADDRESS: &str = "10.0.0.5";

fn leases(path: &std::path::Path) -> [Leases; 1] {
    [Leases { path: path.to_owned(), format: Format::Auto, zone: None, lease_time: None }]
}

fn name_of(history: &History, address: &str) -> Option<String> {
    let address: IpAddr = address.parse().unwrap();
    history.at(address, super::super::now()).name.map(str::to_owned)
}

#[test]
fn what_is_there_is_known_at_once_and_what_comes_later_soon() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hosts");
    fs::write(&path, "10.0.0.5 a\n").unwrap();
    let mut history = History::new(&Identity::default());
    let (feed, learned) = feed();
    let follower = Follower::start(&leases(&path), feed, &mut history).unwrap();
    assert_eq!(name_of(&history, ADDRESS).as_deref(), Some("a"));
    let mut file = fs::File::options().append(true).open(&path).unwrap();
    file.write_all(b"10.0.0.6 b\n").unwrap();
    let start = Instant::now();
    while name_of(&history, "10.0.0.6").is_none() {
        assert!(start.elapsed() < PATIENCE);
        learned.poll(&mut history);
        std::thread::yield_now();
    }
    assert_eq!((follower.tally().seen(), follower.tally().emitted()), (2, 2));
}

#[test]
fn a_follower_that_nobody_listens_to_ends_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    fs::write(&path, "10.0.0.5,a\n").unwrap();
    let mut history = History::new(&Identity::default());
    let (feed, learned) = feed();
    let follower = Follower::start(&leases(&path), feed, &mut history).unwrap();
    let more: String =
        (0..200_000_u32).map(|n| format!("{},b\n", std::net::Ipv4Addr::from_bits(0x0b00_0000 | n))).collect();
    fs::write(&path, more).unwrap();
    let start = Instant::now();
    while learned.poll(&mut history) == 0 {
        assert!(start.elapsed() < PATIENCE);
        std::thread::yield_now();
    }
    // More is on its way than the channel holds.
    drop(follower);
}

#[test]
fn a_replay_reads_all_there_is_and_counts_what_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kea.csv");
    fs::write(&path, "address,valid_lifetime,expire,hostname\n10.0.0.5,3600,1795523400,a\n10.0.0.6,36")
        .unwrap();
    let mut history = History::new(&Identity::default());
    let tally = read(&leases(&path), &mut history);
    assert_eq!(tally.to_string(), "seen 2 = emitted 1 + filtered 0 + lost 1 (half-written 1)");
    let then = 1_795_520_000_000_000_000;
    assert_eq!(history.at(ADDRESS.parse().unwrap(), then).name, Some("a"));
}
