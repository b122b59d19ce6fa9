#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;

const NOW: u64 = 1_700_000_000_000_000_000;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// What the next agent makes of what this one did: from when each interface was not seen.
fn told(folder: &Path, interfaces: &[&str]) -> Vec<(String, Option<u64>)> {
    let holes = Handover::open(folder).holes(&names(interfaces), NOW);
    assert!(holes.iter().all(|hole| (hole.to, hole.why) == (NOW, Why::Restart)), "{holes:?}");
    holes.into_iter().map(|hole| (hole.interface, hole.from)).collect()
}

#[test]
fn the_next_agent_knows_until_when_the_one_before_watched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert_eq!(told(path, &["eth0"]), [], "there was none");
    Handover::open(path).begin(names(&["eth0", "eth1"]));
    assert_eq!(told(path, &["eth0"]), [("eth0".to_owned(), None)], "it ended without a word");
    Handover::open(path).end(names(&["eth0", "eth1"]), NOW - 5, None);
    let expected = [("eth1".to_owned(), Some(NOW - 5))];
    assert_eq!(told(path, &["eth1", "eth2"]), expected, "only what both watch");
    Handover::open(path).end(names(&["eth0"]), NOW + 1, None);
    assert_eq!(told(path, &["eth0"]), [("eth0".to_owned(), None)], "a clock that was set back");
    for bad in ["", "{", "{\"namespace\":1}", "[]"] {
        fs::write(path.join(FILE), bad).unwrap();
        assert_eq!(told(path, &["eth0"]), [], "{bad}");
    }
}

#[test]
fn another_network_has_other_interfaces() {
    let folder = tempfile::tempdir().unwrap();
    let word = Word {
        namespace: interface::namespace().wrapping_add(1),
        interfaces: names(&["eth0"]),
        until: None,
        counted: None,
    };
    fs::write(folder.path().join(FILE), serde_json::to_vec(&word).unwrap()).unwrap();
    assert_eq!(told(folder.path(), &["eth0"]), []);
}

#[test]
fn what_the_agent_should_have_had_is_counted() {
    let mut tally = Tally::default();
    tally.see(20);
    for (counter, count) in [
        (Counter::Sampled, 9),
        (Counter::RingFull, 2),
        (Counter::NoAgent, 5),
        (Counter::OtherPort, 4),
        (Counter::Samples, 12),
    ] {
        tally.end(counter, count);
    }
    let counted = Counted::of(&tally);
    assert_eq!(counted.packets, 11);
    assert!(counted.slots.contains(&(Counter::Oversize as u32)), "those that are zero so far, too");
    let folder = tempfile::tempdir().unwrap();
    Handover::open(folder.path()).end(names(&["eth0"]), NOW, Some(counted));
    assert_eq!(Handover::open(folder.path()).unread(Path::new("/nonexistent")), 0, "nothing is pinned");
}
