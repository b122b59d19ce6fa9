//! Events as text for people.

use super::{messages::*, *};
use crate::event::gap::{Gap, Hole, Lost, Why};

#[test]
fn lines_are_aligned() {
    let asks = |name: &[u8], qtype| message(QUERY, [1, 0, 0, 0], &[&question(name, qtype)]);
    let mut refused = Scene::answered(message(0x8185, [1, 0, 0, 0], &[&question(WWW, A)]));
    refused.role = Role::Resolver;
    let mut v6 = Scene::default();
    v6.packet.source = [0x2001, 0xdb8, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666].into();
    let cases = [
        (
            "the usual",
            Scene::default(),
            "client    192.0.2.1#40000                          www.example.com                           A       NOERROR    1.500 ms     pass",
        ),
        (
            "what the resolver asks is told by whom it asks",
            refused,
            "resolver  192.0.2.53#53                            www.example.com                           A       REFUSED    1.500 ms     pass",
        ),
        (
            "no response",
            Scene::unanswered(asks(ROOT, 257)),
            "client    192.0.2.1#40000                          .                                         CAA     -          -            pass",
        ),
        (
            "no question",
            Scene::unanswered(message(QUERY, [1, 0, 0, 0], &[b"\xc0\x0c"])),
            "client    192.0.2.1#40000                          -                                         -       -          -            pass  malformed: forward-pointer",
        ),
        (
            "too long for its column",
            v6,
            "client    2001:db8:1111:2222:3333:4444:5555:6666#40000  www.example.com                           A       NOERROR    1.500 ms     pass",
        ),
    ];
    for (what, scene, expected) in cases {
        assert_eq!(scene.text(false), format!("2023-11-14T22:13:20.123456789Z  {expected}\n"), "{what}");
    }
}

#[test]
fn losses_are_lines() {
    let mut out = Vec::new();
    let lost = Lost { kernel: 1, decode: 2, sink: 3 };
    let hole =
        Hole { interface: "eth0".to_owned(), why: Why::Restart, from: Some(TIME - 123_456_789), to: TIME };
    let mut encoder = text::Encoder::new(false);
    encoder.encode_gap(TIME, &Gap { lost, hole: None }, &mut out);
    encoder.encode_gap(TIME, &Gap { lost, hole: Some(&hole) }, &mut out);
    let lost = "lost: 1 packets in the kernel, 2 samples, 3 events";
    let expected = format!(
        "2023-11-14T22:13:20.123456789Z  gap       {lost}\n2023-11-14T22:13:20.123456789Z  gap       nothing was seen on \
         eth0 from 2023-11-14T22:13:20.000000000Z to 2023-11-14T22:13:20.123456789Z: agent-restart; {lost}\n"
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}

/// What a stranger sends must not move the cursor of the one who reads it.
#[test]
fn no_control_byte_reaches_the_terminal() {
    for first in 0..=u8::MAX {
        let name = [&[3, first, first ^ 0x80, b'x'][..], b"\x03com\0"].concat();
        for qtype in [A, u16::from(first) << 8 | 7] {
            let scene = Scene::unanswered(message(QUERY, [1, 0, 0, 0], &[&question(&name, qtype)]));
            let line = scene.text(false);
            assert!(
                line.trim_end_matches('\n').bytes().all(|byte| (b' '..=b'~').contains(&byte)),
                "{line:?}"
            );
            assert_eq!(line.matches('\n').count(), 1, "{line:?}");
        }
    }
}

/// Colour changes nothing but colour, and ends where the line ends.
#[test]
fn colour_is_all_that_colour_adds() {
    let failed = Scene::answered(message(0x8182, [1, 0, 0, 0], &[&question(WWW, A)]));
    let broken = Scene::unanswered(message(QUERY, [1, 0, 0, 0], &[b"\xc0\x0c"]));
    for scene in [Scene::default(), failed, broken] {
        let colored = scene.text(true);
        assert_ne!(colored, scene.text(false));
        let mut plain = colored.clone();
        for code in ["\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"] {
            plain = plain.replace(code, "");
        }
        assert_eq!(plain, scene.text(false));
        let (before, after) = colored.rsplit_once("\x1b[").unwrap();
        assert!(before.contains("\x1b[") && after.starts_with("0m"), "{colored:?}");
    }
}
