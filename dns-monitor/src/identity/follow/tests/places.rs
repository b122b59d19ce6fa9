//! Folders, files whose format shows only later, and what is told of bad lines.

use super::{LeaseReason, NOTHING, Scene};
use crate::identity::lease::Format;

#[test]
fn the_logs_of_a_folder_are_read_in_the_order_in_which_they_were_written() {
    let mut scene = Scene::new("", Format::Windows);
    let log = |time: &str, event: &str, name: &str| {
        format!("{event},11/24/26,{time},x,10.0.0.5,{name},02005E005301,\r\n")
    };
    scene.write("DhcpSrvLog-Tue.log", &log("10:00:00", "10", "a"));
    scene.write("DhcpV6SrvLog-Tue.log", &log("10:00:00", "10", "not this"));
    scene.write("readme.txt", &log("10:00:00", "10", "nor this"));
    assert_eq!(scene.look().len(), 1);
    scene.append("DhcpSrvLog-Tue.log", &log("10:30:00", "12", "a"));
    scene.write("DhcpSrvLog-Wed.log", &log("10:40:00", "10", "b"));
    assert_eq!(scene.look().len(), 2);
    // A week later.
    scene.write("DhcpSrvLog-Tue.log", &log("11:00:00", "10", "c"));
    assert_eq!(scene.look().len(), 1);
    assert_eq!((scene.notes.len(), scene.tally.emitted()), (0, 4));
}

#[test]
fn the_format_shows_when_something_stands_in_the_file() {
    let mut scene = Scene::new("x", Format::Auto);
    for text in ["", "# later\n"] {
        scene.write("x", text);
        assert_eq!(scene.look(), NOTHING);
    }
    scene.append("x", "10.0.0.5 a\n");
    assert_eq!(scene.look(), ["10.0.0.5 a"]);
}

#[test]
fn bad_lines_are_told_a_few_times_and_always_counted() {
    let mut scene = Scene::new("x", Format::Table);
    scene.write("x", "10.0.0.5,a\nb\nc\nd\ne\nf\n10.0.0.6,g\n");
    assert_eq!(scene.look(), ["10.0.0.5 a", "10.0.0.6 g"]);
    let expected = [
        "…/x:2: \"b\" is not an IP address",
        "…/x:3: \"c\" is not an IP address",
        "…/x:4: \"d\" is not an IP address",
        "…/x: there are more such lines; they are counted, not told",
    ];
    assert_eq!(scene.notes, expected);
    assert_eq!((scene.tally.emitted(), scene.tally.count(LeaseReason::Unreadable)), (2, 5));
}

#[test]
fn a_folder_without_logs_is_no_fault() {
    let mut scene = Scene::new("", Format::Auto);
    assert_eq!(scene.look(), NOTHING);
    assert_eq!(scene.notes, NOTHING);
}
