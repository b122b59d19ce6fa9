//! The watchdog in the kernel: where the agent has not been heard of for too long, nothing is blocked.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_support;

use std::{thread, time::Duration};

use dns_monitor::{
    rules::{action::Block, verdict::Done},
    source::kernel::clock,
};
use dns_monitor_common::{
    counter::Counter,
    rule::{Candidate, action, candidate},
};
use kernel_support::{
    answers::Network,
    bench::{Bench, settings},
    blocked::{below, query},
    hook::{HOOKS, Hook},
    rules::{install, plain},
    taken::Taken,
};

const SILENCE: Duration = Duration::from_millis(300);
const AGES: Duration = Duration::from_secs(3600);

/// One query for each rule that the watchdog has a say in, and the others.
fn names() -> [(&'static str, Candidate, Done); 4] {
    let refused = plain(action::REFUSED);
    [
        ("block.example", refused, Done::Blocked(Block::Refused)),
        ("drop.example", plain(action::DROP), Done::Blocked(Block::Drop)),
        (
            "would.example",
            Candidate { flags: refused.flags | candidate::WOULD, ..refused },
            Done::Would(Block::Refused),
        ),
        ("alert.example", plain(action::ALERT), Done::Passed),
    ]
}

fn ask(bench: &mut Bench, hook: Hook, name: &str) -> (u32, Taken) {
    let (verdict, _) =
        bench.verdict(hook, &Network::ALL[0].udp(&query(&below("www", name), 1, &[]))).unwrap();
    (verdict, bench.drain().remove(0))
}

/// Asks for all names: either each is done what its rule says, or what it would block passes and is counted.
fn is_blocking(bench: &mut Bench, hook: Hook) -> bool {
    let shut = names().map(|(_, _, done)| done);
    let open = shut.map(|done| if matches!(done, Done::Blocked(_)) { Done::Passed } else { done });
    let done = names().map(|(name, ..)| {
        let (verdict, sample) = ask(bench, hook, name);
        let judged = sample.packet.judged.unwrap();
        assert_ne!(judged.candidate, 0, "{name}, {hook:?}: the rule is named in any case");
        let blocked = matches!(judged.done, Done::Blocked(_));
        assert_eq!(verdict != hook.verdict(), blocked, "{name}, {hook:?}");
        judged.done
    });
    let (fates, _) = bench.counted();
    let unwatched = fates.iter().find(|(fate, _)| *fate == Counter::Unwatched).map_or(0, |(_, count)| *count);
    let (is_shut, is_open) = (done == shut && unwatched == 0, done == open && unwatched == 2);
    assert!(is_shut || is_open, "{hook:?}: {done:?}, {unwatched} counted");
    is_shut
}

#[test]
fn silence_opens_and_a_sign_of_life_shuts() {
    for hook in HOOKS {
        let mut bench = Bench::new(&settings());
        let rules = install(&mut bench.object, &names().map(|(name, rule, _)| (name, rule)));
        assert!(is_blocking(&mut bench, hook), "{hook:?}: nobody has set a watchdog");
        rules.set_watchdog(Some(AGES));
        assert!(is_blocking(&mut bench, hook), "{hook:?}: it has just been set");
        rules.set_watchdog(Some(SILENCE));
        thread::sleep(SILENCE + Duration::from_millis(1));
        assert!(!is_blocking(&mut bench, hook), "{hook:?}: silence");
        rules.set_watchdog(None);
        assert!(is_blocking(&mut bench, hook), "{hook:?}: it has been taken back");
    }
}

/// To the nanosecond of the packet, as far as the agent can know when it last gave a sign of life.
#[test]
fn as_long_as_it_is_silent() {
    let silence = SILENCE.as_nanos() as u64;
    for hook in HOOKS {
        let mut bench = Bench::new(&settings());
        let rules = install(&mut bench.object, &names().map(|(name, rule, _)| (name, rule)));
        ask(&mut bench, hook, "block.example"); // loads the program, which takes its time
        rules.set_watchdog(Some(SILENCE));
        let (mut blocked, mut passed) = (0, 0);
        while passed < 3 {
            let before = clock::monotonic();
            rules.beat();
            let after = clock::monotonic();
            loop {
                let (verdict, sample) = ask(&mut bench, hook, "block.example");
                let time = sample.packet.time;
                if verdict == hook.verdict() {
                    assert!(time > before + silence, "{hook:?}: too early");
                    break;
                }
                assert!(time <= after + silence, "{hook:?}: too late");
                blocked += 1;
            }
            passed += 1;
        }
        assert!(blocked > 0, "{hook:?}: a sign of life shuts again");
    }
}
