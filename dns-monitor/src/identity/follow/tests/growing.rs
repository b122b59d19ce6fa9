//! Files that grow at their end.

use super::{LeaseReason, NOTHING, Scene};
use crate::identity::lease::Format;

const HEADER: &str = "address,hwaddr,valid_lifetime,expire,hostname,state\n";

/// A row of Kea's: an hour from 11:30.
fn row(address: &str, name: &str) -> String {
    format!("{address},,3600,1795523400,{name},0\n")
}

fn lease(address: &str, name: &str) -> String {
    format!("{address} {name} from 11:30:00 until 12:30:00")
}

fn block(address: &str, name: &str) -> String {
    format!(
        "lease {address} {{\n starts epoch 1795519800;\n ends epoch 1795523400;\n client-hostname \"{name}\";\n}}\n"
    )
}

#[test]
fn only_what_is_new_is_read_and_half_a_line_waits_for_its_rest() {
    let mut scene = Scene::new("kea.csv", Format::Kea);
    scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.5", "a") + "10.0.0.6,,36"));
    assert_eq!(scene.look(), [lease("10.0.0.5", "a")]);
    assert_eq!(scene.look(), NOTHING);
    scene.append("kea.csv", "00,1795523400,");
    assert_eq!(scene.look(), NOTHING);
    scene.append("kea.csv", &("b,0\n".to_owned() + &row("10.0.0.7", "c")));
    assert_eq!(scene.look(), [lease("10.0.0.6", "b"), lease("10.0.0.7", "c")]);
    assert_eq!((scene.tally.emitted(), scene.tally.lost()), (3, 0));
}

#[test]
fn a_file_that_was_cut_is_read_from_its_start() {
    let mut scene = Scene::new("kea.csv", Format::Kea);
    scene.write(
        "kea.csv",
        &(HEADER.to_owned() + &row("10.0.0.5", "a") + &row("10.0.0.6", "b") + "10.0.0.7,half"),
    );
    assert_eq!(scene.look().len(), 2);
    scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.5", "c")));
    assert_eq!(scene.look(), [lease("10.0.0.5", "c")]);
    assert_eq!(scene.tally.count(LeaseReason::HalfWritten), 1);
}

#[test]
fn a_file_that_was_written_anew_in_place_is_noticed_though_it_is_longer() {
    let mut scene = Scene::new("kea.csv", Format::Kea);
    scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.5", "a")));
    assert_eq!(scene.look().len(), 1);
    scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.8", "b") + &row("10.0.0.9", "c")));
    assert_eq!(scene.look(), [lease("10.0.0.8", "b"), lease("10.0.0.9", "c")]);
}

/// As ISC dhcpd does it now and then.
#[test]
fn a_file_that_is_renamed_over_is_read_to_its_end_first() {
    let mut scene = Scene::new("dhcpd.leases", Format::Auto);
    scene.write("dhcpd.leases", &block("10.0.0.5", "a"));
    assert_eq!(scene.look(), [lease("10.0.0.5", "a")]);
    scene.append("dhcpd.leases", &block("10.0.0.6", "b"));
    scene.write("dhcpd.leases.4711", &block("10.0.0.7", "c"));
    scene.rename("dhcpd.leases", "dhcpd.leases~");
    scene.rename("dhcpd.leases.4711", "dhcpd.leases");
    assert_eq!(scene.look(), [lease("10.0.0.6", "b"), lease("10.0.0.7", "c")]);
    scene.append("dhcpd.leases", &block("10.0.0.8", "d"));
    assert_eq!(scene.look(), [lease("10.0.0.8", "d")]);
}

#[test]
fn what_kea_put_aside_is_read_at_the_start() {
    let cases: [(&str, &[&str], &[&str]); 4] = [
        ("nothing", &[], &["main"]),
        ("the result of a clean-up", &[".2"], &["main", "two"]),
        ("one that has not begun", &[".2", ".1"], &["main", "one", "two"]),
        ("one whose result has no place yet", &[".2", ".1", ".completed"], &["done", "main"]),
    ];
    for (what, aside, expected) in cases {
        let mut scene = Scene::new("kea.csv", Format::Auto);
        for end in aside {
            let name = match *end {
                ".1" => "one",
                ".2" => "two",
                _ => "done",
            };
            scene.write(&format!("kea.csv{end}"), &(HEADER.to_owned() + &row("10.0.0.5", name)));
        }
        scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.5", "main")));
        let expected: Vec<String> = expected.iter().map(|name| lease("10.0.0.5", name)).collect();
        assert_eq!(scene.look(), expected, "{what}");
        assert_eq!(scene.look(), NOTHING, "{what}");
    }
}

/// The file goes aside, a new one takes its place, and what comes of the old one is renamed twice.
#[test]
fn the_clean_up_of_kea_loses_nothing_and_tells_nothing_twice() {
    let mut scene = Scene::new("kea.csv", Format::Kea);
    scene.write("kea.csv", &(HEADER.to_owned() + &row("10.0.0.5", "a")));
    assert_eq!(scene.look(), [lease("10.0.0.5", "a")]);
    scene.append("kea.csv", &row("10.0.0.6", "b"));
    scene.rename("kea.csv", "kea.csv.1");
    assert_eq!(scene.look(), [lease("10.0.0.6", "b")], "between the two there is no file");
    scene.write("kea.csv", HEADER);
    assert_eq!(scene.look(), NOTHING);
    scene.append("kea.csv", &row("10.0.0.7", "c"));
    scene.write("kea.csv.output", &(HEADER.to_owned() + &row("10.0.0.5", "a") + &row("10.0.0.6", "b")));
    scene.rename("kea.csv.output", "kea.csv.completed");
    scene.remove("kea.csv.1");
    scene.rename("kea.csv.completed", "kea.csv.2");
    assert_eq!(scene.look(), [lease("10.0.0.7", "c")]);
    assert_eq!(
        scene.notes,
        ["leases …/kea.csv: No such file or directory (os error 2); it is looked for again and again"]
    );
}

#[test]
fn a_lease_of_which_only_the_end_of_the_file_is_half_written_is_lost_with_it() {
    let mut scene = Scene::new("dhcpd.leases", Format::Isc);
    scene.write("dhcpd.leases", &(block("10.0.0.5", "a") + "lease 10.0.0.6 {\n starts epoch 1795519800;\n"));
    assert_eq!(scene.look(), [lease("10.0.0.5", "a")]);
    scene.write("new", &block("10.0.0.7", "c"));
    scene.rename("new", "dhcpd.leases");
    assert_eq!(scene.look(), [lease("10.0.0.7", "c")]);
    assert_eq!(scene.notes.len(), 1, "{:?}", scene.notes);
    assert_eq!(scene.tally.to_string(), "seen 3 = emitted 2 + filtered 0 + lost 1 (half-written 1)");
}

#[test]
fn a_line_without_an_end_takes_no_memory() {
    let mut scene = Scene::new("kea.csv", Format::Kea);
    scene.write("kea.csv", HEADER);
    assert_eq!(scene.look(), NOTHING);
    for _ in 0..8 {
        scene.append("kea.csv", &"x".repeat(1 << 20));
        assert_eq!(scene.look(), NOTHING);
    }
    scene.append("kea.csv", &("\n".to_owned() + &row("10.0.0.5", "a")));
    assert_eq!(scene.look(), [lease("10.0.0.5", "a")]);
    assert_eq!(scene.notes, ["…/kea.csv:2: a line of more than 64 KiB"]);
}

#[test]
fn a_million_leases() {
    let mut scene = Scene::new("kea.csv", Format::Auto);
    let mut text = HEADER.to_owned();
    for number in 0..1_000_000_u32 {
        text += &row(&std::net::Ipv4Addr::from_bits(0x0a00_0000 | number).to_string(), "x");
    }
    scene.write("kea.csv", &text);
    assert_eq!(scene.changes().len(), 1_000_000);
    assert_eq!((scene.tally.emitted(), scene.tally.lost()), (1_000_000, 0));
}
