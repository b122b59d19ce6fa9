//! Files that are written anew when something changes.

use super::{NOTHING, Scene};
use crate::identity::lease::Format;

fn line(expiry: &str, address: &str, name: &str) -> String {
    format!("{expiry} 02:00:5e:00:53:01 {address} {name} *\n")
}

const MAC: &str = "02:00:5e:00:53:01";
/// 13:00 and 14:00.
const ONE: &str = "1795525200";
const TWO: &str = "1795528800";

#[test]
fn a_lease_that_is_no_longer_there_ends_now() {
    let mut scene = Scene::new("dnsmasq.leases", Format::Auto);
    scene.write("dnsmasq.leases", &(line(ONE, "10.0.0.5", "a") + &line(ONE, "10.0.0.6", "b")));
    let expected = ["a", "b"].iter().zip(["10.0.0.5", "10.0.0.6"]);
    let expected: Vec<_> = expected
        .map(|(name, address)| format!("{address} {name} {MAC} from 12:00:00 until 13:00:00"))
        .collect();
    assert_eq!(scene.look(), expected);
    scene.now += 600 * super::SECOND;
    scene.write("dnsmasq.leases", &line(TWO, "10.0.0.5", "a"));
    assert_eq!(scene.look(), [format!("10.0.0.5 a {MAC} from 12:10:00 until 14:00:00")], "renewed");
    assert_eq!(scene.look_after(2), ["10.0.0.6 ended 12:10:00"]);
    assert_eq!(scene.look_after(2), NOTHING);
}

#[test]
fn what_is_not_there_yet_while_the_file_is_written_does_not_end() {
    let mut scene = Scene::new("dnsmasq.leases", Format::Dnsmasq);
    let whole = line(ONE, "10.0.0.5", "a") + &line(ONE, "10.0.0.6", "b");
    scene.write("dnsmasq.leases", &whole);
    assert_eq!(scene.look().len(), 2);
    scene.now += 600 * super::SECOND;
    for part in ["", &whole[..10], &whole[..60]] {
        scene.write("dnsmasq.leases", part);
        assert_eq!(scene.look(), NOTHING, "{part:?}");
    }
    scene.write("dnsmasq.leases", &whole);
    assert_eq!(scene.look_after(2), NOTHING);
    assert_eq!(scene.notes, NOTHING);
}

#[test]
fn a_last_line_that_stays_half_written_is_not_believed() {
    let mut scene = Scene::new("dnsmasq.leases", Format::Dnsmasq);
    scene.write("dnsmasq.leases", &line(ONE, "10.0.0.5", "a"));
    assert_eq!(scene.look().len(), 1);
    scene.append("dnsmasq.leases", "1795525200 02:00:5e:00:53:02 10.0.0.6 b");
    assert_eq!(scene.look_after(2), NOTHING);
    assert_eq!(scene.tally.to_string(), "seen 2 = emitted 1 + filtered 0 + lost 1 (half-written 1)");
}

#[test]
fn a_table_holds_for_ever_until_it_changes() {
    let mut scene = Scene::new("hosts", Format::Auto);
    scene.write("hosts", "10.0.0.5 a\n10.0.0.5 alias\n10.0.0.6 b\n10.0.0.7 c");
    assert_eq!(scene.look(), ["10.0.0.5 a", "10.0.0.6 b", "10.0.0.7 c"]);
    scene.now += 60 * super::SECOND;
    scene.write("hosts", "10.0.0.5 a\n10.0.0.6 d\n10.0.0.8 e\n");
    assert_eq!(scene.look(), ["10.0.0.6 d from 12:01:00", "10.0.0.8 e from 12:01:00"]);
    assert_eq!(scene.look_after(2), ["10.0.0.7 ended 12:01:00"]);
}

#[test]
fn a_file_with_a_time_in_the_future_comes_to_rest_too() {
    let mut scene = Scene::new("hosts", Format::Hosts);
    scene.write("hosts", "10.0.0.5 a\n10.0.0.6 b\n");
    assert_eq!(scene.look().len(), 2);
    let now = scene.now;
    scene.now += 1000 * super::SECOND;
    scene.write("hosts", "10.0.0.5 a\n");
    scene.now = now;
    assert_eq!(scene.look(), NOTHING);
    assert_eq!(scene.look_after(2), ["10.0.0.6 ended 12:00:02"]);
}

/// As systemd-networkd does it.
#[test]
fn json_is_replaced() {
    let mut scene = Scene::new("eth1", Format::Auto);
    let text = |leases: &str| format!("{{\"Leases\":[{leases}]}}");
    scene.write(
        "eth1",
        &text(r#"{"Address":[10,0,0,5],"Hostname":"a"},{"Address":[10,0,0,6],"Hostname":"b"}"#),
    );
    assert_eq!(scene.look(), ["10.0.0.5 a from 12:00:00", "10.0.0.6 b from 12:00:00"]);
    scene.now += 60 * super::SECOND;
    scene.write("new", &text(r#"{"Address":[10,0,0,5],"Hostname":"c"}"#));
    scene.rename("new", "eth1");
    assert_eq!(scene.look(), ["10.0.0.5 c from 12:01:00"]);
    assert_eq!(scene.look_after(2), ["10.0.0.6 ended 12:01:00"]);
    scene.remove("eth1");
    assert_eq!(scene.look_after(1), ["10.0.0.5 ended 12:01:03"]);
    assert_eq!((scene.look_after(1), scene.notes.len()), (Vec::new(), 0));
}

#[test]
fn a_file_that_is_gone_ends_nothing_and_goes_on_when_it_is_back() {
    let mut scene = Scene::new("hosts", Format::Hosts);
    assert_eq!(scene.look(), NOTHING, "not there yet");
    scene.write("hosts", "10.0.0.5 a\n10.0.0.6 b\n");
    assert_eq!(scene.look(), ["10.0.0.5 a", "10.0.0.6 b"]);
    scene.remove("hosts");
    assert_eq!(scene.look_after(2), NOTHING);
    assert_eq!(scene.look_after(2), NOTHING);
    scene.write("hosts", "10.0.0.5 a\n");
    assert_eq!(scene.look_after(2), ["10.0.0.6 ended 12:00:04"]);
    let note = "leases …/hosts: No such file or directory (os error 2); it is looked for again and again";
    assert_eq!(scene.notes, [note, note]);
}
