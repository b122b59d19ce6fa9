//! Queries that a rule blocks and that are sent in odd ways: the answer is as right as any, or there is none.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use dns_monitor::{
    config::resolved::Capture,
    rules::{action::Block, verdict::Done},
    source::kernel::enforce::Enforcer,
};
use dns_monitor_common::{
    counter::Counter,
    rule::{Candidate, action},
};
use kernel_support::{
    answers::{self, Checksum, Network},
    bench::{Bench, settings},
    blocked::{ERROR, Expected, OPT, TSIG, below, expected, full_cookie, query},
    frame::{Frame, PSH_ACK},
    hook::{HOOKS, Hook},
    odd,
    rules::{install, plain},
    taken::Taken,
};

const V4: [Network; 3] =
    [Network { v6: false, tags: 0 }, Network { v6: false, tags: 1 }, Network { v6: false, tags: 2 }];

fn rule() -> Candidate {
    Candidate { ede: ERROR, ..plain(action::SINKHOLE) }
}

/// A bench on which `example` and all below it lead into a sinkhole.
fn bench(settings: &Capture) -> (Bench, Enforcer) {
    let mut bench = Bench::new(settings);
    let rules = install(&mut bench.object, &[("example", rule())]);
    (bench, rules)
}

/// A query for AAAA with EDNS: its answer is longer than it.
fn message() -> Vec<u8> {
    query(&below("www", "example"), 28, &[OPT])
}

/// What the agent says that the answer is.
fn right_answer(message: &[u8]) -> Vec<u8> {
    match expected(message, &rule()) {
        Expected::Answered(answer) => answer,
        _ => panic!("no answer to {message:02x?}"),
    }
}

/// Runs the program; returns what it said, the frame, and the sample, which is the query.
fn run(bench: &mut Bench, hook: Hook, frame: &[u8], payload: &[u8], what: &str) -> (u32, Vec<u8>, Taken) {
    let (verdict, frame) = bench.verdict(hook, frame).unwrap();
    let taken = bench.drain();
    let held: Vec<u8> = taken.iter().flat_map(|sample| sample.payload.clone()).collect();
    assert!(held == payload, "{what}, {hook:?}: the sample is the query: {held:02x?}");
    (verdict, frame, taken[0].clone())
}

/// The answer comes back, and says what it should; gives its frame and checksum.
fn is_answered(
    bench: &mut Bench,
    hook: Hook,
    network: Network,
    frame: &[u8],
    message: &[u8],
    what: &str,
) -> (Vec<u8>, Checksum) {
    let what = format!("{what}, {network:?}");
    let (verdict, frame, sample) = run(bench, hook, frame, message, &what);
    let done = sample.packet.judged.unwrap().done;
    assert_eq!((verdict, done), (hook.returned(), Done::Blocked(Block::Sinkhole)), "{what}, {hook:?}");
    let (answer, checksum) = answers::datagram(network, &frame);
    assert_eq!(answer, right_answer(message), "{what}, {hook:?}");
    assert_eq!(bench.counted().0, [(Counter::Sampled, 1)], "{what}, {hook:?}");
    (frame, checksum)
}

/// The same, with a finished checksum.
fn is_answered_well(
    bench: &mut Bench,
    hook: Hook,
    network: Network,
    frame: &[u8],
    message: &[u8],
    what: &str,
) {
    let (_, checksum) = is_answered(bench, hook, network, frame, message, what);
    assert_eq!(checksum.shown, checksum.finished, "{what}, {network:?}, {hook:?}");
}

fn stream(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u16).to_be_bytes()[..], message].concat()
}

/// A sender may leave checksums to its device: an answer that goes out by it has the same kind of sum, which the device
/// finishes. XDP sends what it has, so there the sum must be a finished one.
#[test]
fn unfinished_checksums() {
    let (mut bench, _rules) = bench(&settings());
    let (message, what) = (message(), "an unfinished checksum");
    for hook in HOOKS {
        for network in Network::ALL {
            let frame = odd::unfinished(network, &network.udp(&message));
            let udp = is_answered(&mut bench, hook, network, &frame, &message, what);
            let frame = odd::unfinished(network, &network.tcp(&message));
            let (verdict, frame, _) = run(&mut bench, hook, &frame, &stream(&message), what);
            assert_eq!((verdict, bench.counted().1), (hook.returned(), 1), "{hook:?}, {network:?}");
            let (_, sum) = answers::segment(network, &frame);
            for (frame, sum) in [udp, (frame, sum)] {
                let wanted = if hook.is_xdp() { sum.finished } else { odd::pseudo_sum(network, &frame) };
                assert_eq!(sum.shown, wanted, "{hook:?}, {network:?}: {sum:x?}");
            }
        }
    }
}

#[test]
fn without_a_checksum() {
    let (mut bench, _rules) = bench(&settings());
    let message = message();
    for hook in HOOKS {
        for network in V4 {
            let frame = odd::without_checksum(network, &network.udp(&message));
            is_answered_well(&mut bench, hook, network, &frame, &message, "no checksum");
        }
    }
}

/// They stay in the answer.
#[test]
fn with_ipv4_options() {
    let (mut bench, _rules) = bench(&settings());
    let message = message();
    for hook in HOOKS {
        for network in V4 {
            for words in [1, 5, 10] {
                let what = format!("{words} words of options");
                let frame = odd::with_options(network, &network.udp(&message), words);
                is_answered_well(&mut bench, hook, network, &frame, &message, &what);
                let frame = odd::with_options(network, &network.tcp(&message), words);
                let (verdict, frame, sample) = run(&mut bench, hook, &frame, &stream(&message), &what);
                let done = sample.packet.judged.unwrap().done;
                assert_eq!((verdict, done), (hook.returned(), Done::Reset), "{what}, {hook:?}");
                answers::reset(network, &frame);
                bench.counted();
            }
        }
    }
}

/// Nothing that says where a packet goes or how it is cut can simply be turned round: such a query is dropped.
#[test]
fn what_cannot_be_turned_round_is_dropped() {
    let (mut bench, _rules) = bench(&settings());
    let message = message();
    let udp = Frame::holding(&message).udp(40000, 53);
    let tcp = Frame::holding(&stream(&message)).tcp(40000, 53, PSH_ACK, 0);
    let cases = [
        ("hop-by-hop options", udp.clone().extension(0, 0).ipv6()),
        ("destination options", udp.clone().extension(60, 2).ipv6()),
        ("two extension headers", udp.clone().extension(60, 0).extension(43, 1).ipv6()),
        ("an atomic fragment", udp.clone().ipv6_fragment(0, false).ipv6()),
        ("the first fragment", udp.clone().ipv4_fragment(0, true)),
        ("the first fragment, IPv6", udp.ipv6_fragment(0, true).ipv6()),
        ("TCP behind options", tcp.extension(60, 0).ipv6()),
    ];
    for hook in HOOKS {
        for (what, packet) in &cases {
            let frame = packet.clone().ethernet();
            let (verdict, _, sample) =
                run(&mut bench, hook, &frame.bytes, &frame.bytes[frame.payload..], what);
            let done = sample.packet.judged.unwrap().done;
            assert_eq!((verdict, done), (hook.dropped(), Done::Blocked(Block::Drop)), "{what}, {hook:?}");
            assert_eq!(bench.counted().0, [(Counter::Sampled, 1)], "{what}, {hook:?}");
        }
    }
}

/// Whether the frame, IP or UDP says where the message ends: what follows is not part of it, even if it looks like EDNS or
/// a signature, and is not sent back.
#[test]
fn bytes_behind_the_message() {
    let (mut bench, _rules) = bench(&settings());
    let mut promised = query(&below("www", "example"), 28, &[]);
    promised[11] = 1; // a record that is not there
    let trailers: [(&str, &[u8]); 4] =
        [("zeros", &[0; 46]), ("a byte", &[7]), ("EDNS", OPT), ("a signature", TSIG)];
    for hook in HOOKS {
        for network in Network::ALL {
            for message in [&message(), &promised] {
                for (what, trailer) in trailers {
                    let frame = network.udp(message);
                    let padded = [&frame, trailer].concat();
                    is_answered_well(&mut bench, hook, network, &padded, message, what);
                    let trailed = odd::with_trailer(network, &frame, trailer);
                    is_answered_well(&mut bench, hook, network, &trailed, message, what);
                }
            }
        }
    }
}

/// The longest answer there is: to a query for the longest name, with the longest cookie.
#[test]
fn the_longest_name() {
    let (mut bench, _rules) = bench(&settings());
    let name = [&[63; 64][..], &[63; 64], &[63; 64], &[53; 54], b"\x07example"].concat();
    assert_eq!(name.len(), 254);
    let cookie = [&[0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 44, 0, 10, 0, 40][..], &[9; 40]].concat();
    for hook in HOOKS {
        for network in Network::ALL {
            for edns in [&[][..], &[OPT], &[&full_cookie()], &[&cookie]] {
                for qtype in [1, 28, 16] {
                    let message = query(&name, qtype, edns);
                    let frame = network.udp(&message);
                    is_answered_well(&mut bench, hook, network, &frame, &message, &format!("type {qtype}"));
                }
            }
        }
    }
}

/// Frames in several buffers are cut to one, and sent back.
#[test]
fn frames_of_several_buffers() {
    let (mut bench, _rules) = bench(&settings());
    let hook = Hook::XdpFrags;
    for padding in [3000u16, 4000, 4096, 9000, 60_000] {
        let option = [&[0, 12][..], &padding.to_be_bytes(), &vec![0; usize::from(padding)]].concat();
        let opt = [&[0, 0, 41, 0x10, 0, 0, 0, 0, 0][..], &(padding + 4).to_be_bytes(), &option].concat();
        let message = query(&below("www", "example"), 28, &[&opt]);
        for network in Network::ALL {
            let what = format!("{padding} bytes of padding, {network:?}");
            let frame = network.udp(&message);
            let (verdict, frame, sample) =
                run(&mut bench, hook, &frame, &message[..message.len().min(4096)], &what);
            let done = sample.packet.judged.unwrap().done;
            assert_eq!((verdict, done), (hook.returned(), Done::Blocked(Block::Sinkhole)), "{what}");
            assert_eq!(answers::answer(network, &frame), right_answer(&message), "{what}");
            let frame = network.tcp(&message);
            let (verdict, frame, _) = run(&mut bench, hook, &frame, &stream(&message), &what);
            assert_eq!(verdict, hook.returned(), "{what}");
            answers::reset(network, &frame);
            bench.counted();
        }
    }
}

/// Samples are lost then, and are counted; what a rule says is done all the same.
#[test]
fn a_full_ring_blocks_all_the_same() {
    const RUNS: u64 = 100;
    for hook in HOOKS {
        let (mut bench, rules) = bench(&Capture { ring_size: 4096, ..settings() });
        let message = message();
        for run in 0..RUNS {
            let network = Network::ALL[run as usize % 6];
            let (verdict, frame) = bench.verdict(hook, &network.udp(&message)).unwrap();
            assert_eq!(verdict, hook.returned(), "{hook:?}, query {run}");
            assert_eq!(answers::answer(network, &frame), right_answer(&message), "{hook:?}, query {run}");
        }
        let held = bench.drain().len() as u64;
        assert!((10..RUNS).contains(&held), "{hook:?}: {held} samples in a ring that is too small for all");
        let fates = [(Counter::Sampled, held), (Counter::RingFull, RUNS - held)];
        assert_eq!(bench.counted().0, fates, "{hook:?}");
        assert_eq!(
            rules.hits().unwrap(),
            [0, RUNS],
            "{hook:?}: decisions are counted where samples are lost"
        );
    }
}

#[test]
fn a_compressed_question_is_the_name_that_resolvers_read() {
    let (mut bench, _rules) = bench(&settings());
    let pointing = |at: u8| {
        let name = below("www", "example");
        [&query(&[], 1, &[])[..12], &name, &[0xc0, at, 0, 1, 0, 1]].concat()
    };
    // A byte of the header, whether it is 0 and so the root label, and what is done.
    let cases = [
        ("the number of answers", 6, true),
        ("half the number of questions", 4, true),
        ("the other half", 5, false),
        ("the id", 0, false),
        ("the name itself", 12, false),
        ("behind the name", 40, false),
    ];
    for (what, at, is_root) in cases {
        let message = pointing(at);
        for hook in HOOKS {
            for network in Network::ALL {
                let (verdict, _, sample) = run(&mut bench, hook, &network.udp(&message), &message, what);
                let done = sample.packet.judged.map(|judged| judged.done);
                let expected = match is_root {
                    true => (hook.dropped(), Some(Done::Blocked(Block::Drop))),
                    false => (hook.verdict(), None),
                };
                assert_eq!((verdict, done), expected, "{what}, {hook:?}, {network:?}");
            }
        }
    }
    bench.counted();
    let message = pointing(6);
    let (verdict, frame) = bench.verdict(Hook::Xdp, &V4[0].tcp(&message)).unwrap();
    assert_eq!(verdict, Hook::Xdp.returned(), "over TCP it is reset as any");
    assert!(answers::reset(V4[0], &frame).rst);
}
