//! Queries that a rule blocks: what the kernel programs send back, byte for byte what the agent says they do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use dns_monitor::rules::{action::Block, verdict::Done};
use dns_monitor_common::{
    counter::Counter,
    rule::{Candidate, action},
};
use kernel_support::{
    answers::{self, NUMBERS, Network},
    bench::{Bench, settings},
    blocked::{COOKIE, ERROR, Expected, OPT, TSIG, below, blocked, expected, full_cookie, query},
    hook::{HOOKS, Hook},
    odd,
    rules::{install, plain},
};

fn check(bench: &mut Bench, hook: Hook, network: Network, message: &[u8], rule: &Candidate, what: &str) {
    let (verdict, frame) = bench.verdict(hook, &network.udp(message)).unwrap();
    let taken = bench.drain();
    let [sample] = &taken[..] else { panic!("{what}: one sample, not {taken:?}") };
    assert_eq!(sample.payload, message, "{what}: the sample is the query, not its answer");
    let done = sample.packet.judged.unwrap().done;
    match expected(message, rule) {
        Expected::Passed => assert_eq!((verdict, done), (hook.verdict(), Done::Passed), "{what}"),
        Expected::Dropped => {
            assert_eq!((verdict, done), (hook.dropped(), Done::Blocked(Block::Drop)), "{what}")
        }
        Expected::Answered(answer) => {
            let block = Block::from_code(rule.action).unwrap();
            assert_eq!((verdict, done), (hook.returned(), Done::Blocked(block)), "{what}");
            assert_eq!(answers::answer(network, &frame), answer, "{what}, {network:?}");
        }
    }
    assert_eq!(bench.counted().0, [(Counter::Sampled, 1)], "{what}");
}

#[test]
fn every_answer_on_every_hook_and_network() {
    let mut bench = Bench::new(&settings());
    let names = blocked();
    let _rules = install(&mut bench.object, &names);
    let additional: [(&str, Vec<&[u8]>); 6] = [
        ("without EDNS", vec![]),
        ("with EDNS", vec![OPT]),
        ("with a cookie", vec![&full_cookie().leak()[..]]),
        ("signed", vec![OPT, TSIG]),
        ("of EDNS version 1", vec![&[0, 0, 41, 0x10, 0, 0, 1, 0, 0, 0, 0]]),
        ("with a record that means nothing", vec![b"\x01x\0\0\x01\0\x01\0\0\0\0\0\x04abcd", OPT]),
    ];
    for (name, rule) in &names {
        for (what, additional) in &additional {
            for qtype in [1, 28, 16] {
                let message = query(&below("www", name), qtype, additional);
                for hook in HOOKS {
                    for network in Network::ALL {
                        let what = format!("{name} {qtype} {what}, {hook:?}, {network:?}");
                        check(&mut bench, hook, network, &message, rule, &what);
                    }
                }
            }
        }
    }
}

#[test]
fn names_of_every_length() {
    let mut bench = Bench::new(&settings());
    let rule = Candidate { ede: ERROR, ..plain(action::NXDOMAIN) };
    let _rules = install(&mut bench.object, &[("example", rule)]);
    for length in 1..=246usize {
        // Labels of 1 to 63 bytes, so many that the name has `length` bytes before `example`.
        let mut name = vec![];
        let mut left = length;
        while left > 0 {
            let label = (left - 1).min(if length % 2 == 0 { 63 } else { 7 });
            let label = if left - label - 1 == 1 { label - 1 } else { label };
            name.push(label as u8);
            name.extend(std::iter::repeat_n(b'A' + (left % 26) as u8, label));
            left -= label + 1;
        }
        if name.contains(&0) {
            continue; // one byte cannot be a label
        }
        name.extend(b"\x07ExAmPlE");
        let message = query(&name, 1, &[OPT]);
        for hook in HOOKS {
            check(
                &mut bench,
                hook,
                Network::ALL[length % 6],
                &message,
                &rule,
                &format!("{length} bytes, {hook:?}"),
            );
        }
    }
}

#[test]
fn random_bytes_behind_the_question() {
    let mut bench = Bench::new(&settings());
    let rule = Candidate { ede: ERROR, ..plain(action::SINKHOLE) };
    let _rules = install(&mut bench.object, &[("example", rule)]);
    let mut random = 1u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let parts: [&[u8]; 8] =
        [OPT, TSIG, &COOKIE[..12], b"\0", b"\xc0\x0c", b"\x03www", b"\0\0\x29", b"\0\0\xfa"];
    for round in 0..60_000 {
        let mut tail = vec![];
        for _ in 0..next(5) {
            match next(3) {
                0 => tail.extend((0..next(12)).map(|_| next(256) as u8)),
                1 => tail.extend(full_cookie()),
                _ => tail.extend(parts[next(8) as usize]),
            }
        }
        let mut message = query(b"\x03wWw\x07eXample", [1, 28, 16][next(3) as usize], &[&tail]);
        message[11] = next(4) as u8;
        if next(10) == 0 {
            message[7 + 2 * next(2) as usize] = next(2) as u8;
        }
        if next(4) == 0 && !tail.is_empty() {
            let at = message.len() - 1 - next(tail.len() as u64) as usize;
            message[at] ^= 1 << next(8);
        }
        let (hook, network) = (HOOKS[round % 3], Network::ALL[round % 6]);
        if hook == Hook::TcIngress && odd::looks_unfinished(network, &network.udp(&message)) {
            continue;
        }
        check(&mut bench, hook, network, &message, &rule, &format!("{message:02x?}, {hook:?}"));
    }
}

#[test]
fn tcp_connections_are_reset() {
    let mut bench = Bench::new(&settings());
    let names = blocked();
    let _rules = install(&mut bench.object, &names);
    for (name, rule) in &names {
        let message = query(&below("www", name), 1, &[OPT]);
        for hook in HOOKS {
            for network in Network::ALL {
                let what = format!("{name}, {hook:?}, {network:?}");
                let (verdict, frame) = bench.verdict(hook, &network.tcp(&message)).unwrap();
                let done = bench.drain()[0].packet.judged.unwrap().done;
                if rule.action == action::TCP_ONLY {
                    assert_eq!((verdict, done), (hook.verdict(), Done::Passed), "{what}");
                    continue;
                }
                assert_eq!((verdict, done), (hook.returned(), Done::Reset), "{what}");
                let header = answers::reset(network, &frame);
                let received = NUMBERS.0.wrapping_add(message.len() as u32 + 2);
                assert_eq!(
                    (header.sequence_number, header.acknowledgment_number),
                    (NUMBERS.1, received),
                    "{what}"
                );
                assert!(header.rst && header.ack && !header.psh && !header.syn && !header.fin, "{what}");
            }
        }
    }
}
