//! What the rules are not asked about, and what they say where there are none.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use dns_monitor::{
    rules::{
        compile::{Builder, Settings},
        table::keys,
        verdict::{Done, Judged},
    },
    source::kernel::enforce::Enforcer,
};
use dns_monitor_common::rule::action;
use kernel_support::{
    bench::{Bench, settings},
    frame::{Frame, PSH_ACK, SYN},
    hook::{HOOKS, Hook},
    rules::{install, plain, put_in_force},
};

const NAME: &[u8] = b"\x03www\x07example\0";
const A_IN: &[u8] = &[0, 1, 0, 1];
const HEADER: [u8; 12] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];

fn query() -> Vec<u8> {
    [&HEADER, NAME, A_IN].concat()
}

/// A query with a byte of its header changed.
fn with(at: usize, byte: u8) -> Vec<u8> {
    let mut query = query();
    query[at] = byte;
    query
}

fn of_name(name: &[u8]) -> Vec<u8> {
    [&HEADER, name, A_IN].concat()
}

fn to_resolver(message: &[u8]) -> Frame {
    Frame::holding(message).udp(40000, 53).ipv4().ethernet()
}

/// What the program says of a frame; it lets it pass.
fn passes(bench: &mut Bench, hook: Hook, frame: &Frame, what: &str) -> Option<Judged> {
    let (verdict, bytes) = bench.verdict(hook, &frame.bytes).unwrap();
    assert_eq!(verdict, hook.verdict(), "{what}, {hook:?}");
    assert_eq!(bytes, frame.bytes, "{what}, {hook:?}: untouched");
    let taken = bench.drain();
    let [sample] = &taken[..] else { panic!("{what}, {hook:?}: one sample, not {taken:?}") };
    sample.packet.judged
}

#[test]
fn without_rules_nothing_is_judged_and_without_entries_nothing_is_found() {
    for hook in HOOKS {
        let mut bench = Bench::new(&settings());
        let mut enforcer = Enforcer::new(&mut bench.object).unwrap();
        assert_eq!(passes(&mut bench, hook, &to_resolver(&query()), "no rules"), None);
        assert_eq!((enforcer.is_enforcing(), enforcer.hits().unwrap()), (false, vec![]));

        let empty = Settings {
            keys: keys::random().unwrap(),
            generation: 300,
            exempt: vec![],
            own_zones: vec![],
            keep_hidden: false,
        };
        let mut room = enforcer.room();
        let (rules, _) = Builder::new(empty).unwrap().finish(&mut room, 0).unwrap();
        put_in_force(&mut enforcer, &rules, room);
        let nothing = Judged { generation: 44, done: Done::Passed, candidate: 0, line: 0 };
        for name in [&b"\0"[..], NAME] {
            let judged = passes(&mut bench, hook, &to_resolver(&of_name(name)), "no entries");
            assert_eq!(judged, Some(nothing));
        }
        assert_eq!((enforcer.is_enforcing(), enforcer.hits().unwrap()), (true, vec![0]));
    }
}

/// All of these are about a name that is blocked.
fn not_judged() -> Vec<(&'static str, Frame)> {
    let long = [&[63; 64][..], &[63; 64], &[63; 64], &[54; 55], b"\x07example\0"].concat();
    assert_eq!(long.len(), 256);
    let message = |message: &[u8]| to_resolver(message);
    let tcp = |length: u16| {
        let bytes = [&length.to_be_bytes()[..], &query()].concat();
        Frame::holding(&bytes)
    };
    vec![
        ("a response", message(&with(2, 0x81))),
        ("an inverse query", message(&with(2, 0x09))),
        ("an update", message(&with(2, 0x29))),
        ("no question", message(&with(5, 0))),
        ("two questions", message(&with(5, 2))),
        ("256 questions", message(&with(4, 1))),
        ("a name that goes on elsewhere", message(&of_name(b"\x03www\xc0\x0c\x07example\0"))),
        ("a label of a kind that is no more", message(&of_name(b"\x41www\x07example\0"))),
        ("a name that is too long", message(&of_name(&long))),
        ("a header and no more", message(&HEADER)),
        ("what a resolver is told", Frame::holding(&query()).udp(53, 40000).ipv4().ethernet()),
        (
            "what follows a first fragment",
            Frame::holding(&query()).protocol(17).ipv4_fragment(1480, false).ethernet(),
        ),
        ("a SYN", Frame::holding(&[]).tcp(40000, 53, SYN, 0).ipv4().ethernet()),
        (
            "the length of a message alone",
            Frame::holding(&[0, 29]).tcp(40000, 53, PSH_ACK, 0).ipv4().ethernet(),
        ),
        ("the end of a message", Frame::holding(&query()).tcp(40000, 53, PSH_ACK, 0).ipv4().ethernet()),
        ("from resolver to client", tcp(29).tcp(53, 40000, PSH_ACK, 0).ipv4().ethernet()),
    ]
}

#[test]
fn what_is_no_query_to_the_resolver_passes() {
    let mut bench = Bench::new(&settings());
    let _rules = install(&mut bench.object, &[("example", plain(action::NXDOMAIN))]);
    for hook in HOOKS {
        for (what, frame) in not_judged() {
            assert_eq!(passes(&mut bench, hook, &frame, what), None, "{what}, {hook:?}");
        }
        // Else the rest would prove nothing.
        let (verdict, _) = bench.verdict(hook, &to_resolver(&query()).bytes).unwrap();
        assert_eq!(verdict, hook.returned());
        bench.drain();
    }
    let leaves = passes(&mut bench, Hook::TcEgress, &to_resolver(&query()), "on its way out");
    assert_eq!(leaves, None, "the resolver's own queries");
}

/// Whether it ends with the frame or with the datagram: what is not there is not judged, whatever stands behind it.
#[test]
fn every_truncation_of_a_query() {
    let mut bench = Bench::new(&settings());
    let _rules = install(&mut bench.object, &[("example", plain(action::NXDOMAIN))]);
    let whole = query();
    for hook in HOOKS {
        for end in 1..whole.len() {
            let what = format!("{end} bytes");
            let cut = to_resolver(&whole[..end]);
            assert_eq!(passes(&mut bench, hook, &cut, &what), None, "{what}, {hook:?}");
            let mut padded = cut.clone();
            padded.bytes.extend(&whole[end..]);
            assert_eq!(passes(&mut bench, hook, &padded, &what), None, "{what} and padding, {hook:?}");
        }
    }
}
