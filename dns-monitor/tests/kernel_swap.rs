//! Rules that change under fire: each packet is judged by the set of rules that its sample names, never by parts of two,
//! never by none; and what is listed before and after a change is listed in between.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a panic is a failed test")]

mod kernel_rules_support;
mod kernel_support;
mod rules_support;

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
};

use dns_monitor::{
    rules::{
        action::{Action, Block, Effect},
        entry::Scope,
        ruleset::{
            Ruleset,
            live::{Change, unconditional},
        },
        verdict::Done,
    },
    source::kernel::enforce::Enforcer,
};
use kernel_rules_support::{
    room::Tight,
    trial::{Program, Seen, Trial},
};
use kernel_support::{
    bench::run_on_any_cpu,
    hook::{HOOKS, Hook},
    rules::{InForce, put_in_force},
};
use rules_support::{
    chance::Chance,
    lookups::Asked,
    reference::{Listed, canonical},
    world::World,
};

type Labels = Vec<Vec<u8>>;

/// Each swap waits for the kernel: so these wait side by side.
const TRIALS: [[Hook; 3]; 4] = [HOOKS; 4];
/// Of each trial, of twelve, at least; and so many of them packets must have seen, else it would prove nothing.
const SWAPS: usize = 167;
const SEEN: usize = SWAPS / 4;
/// With fewer seen after so many, something is wrong.
const MOST_SWAPS: usize = 50 * SWAPS;
/// Names that stay.
const NAMES: usize = 4000;
/// Names that come and go, and how often.
const OTHERS: usize = 200;
const ROUNDS: usize = 400;

fn labels(name: &str) -> Labels {
    name.split('.').map(|label| label.as_bytes().to_vec()).collect()
}

fn asked(labels: &Labels) -> Asked {
    let client = [192, 0, 2, 1].into();
    Asked { name: canonical(labels), qtype: 1, qclass: 1, client, mac: None, vlan: None }
}

/// The rules of a generation: those of even ones block other names, otherwise, in other lines, than those of odd ones.
fn generation(chance: &mut Chance, number: u16) -> World {
    let even = number.is_multiple_of(2);
    let own = if even { ["even.example", "both.example"] } else { ["both.example", "odd.example"] };
    let mut world = World::blocking(chance, own.map(labels).to_vec());
    world.generation = number;
    for Listed { effect, .. } in &mut world.listed {
        *effect = Effect::of(Action::Block(if even { Block::Refused } else { Block::Drop }));
    }
    world
}

/// What the rules of the generation that the sample names say of a name.
fn expected(seen: &Seen) -> (Done, u32) {
    let even = seen.judged().generation.is_multiple_of(2);
    let block = if even { Block::Refused } else { Block::Drop };
    let done = if seen.tcp { Done::Reset } else { Done::Blocked(block) };
    match (even, &seen.asked.name[1..3]) {
        (true, b"ev") | (false, b"bo") => (done, 1),
        (true, b"bo") | (false, b"od") => (done, 2),
        _ => (Done::Passed, 0),
    }
}

/// Asks until the rules no longer change; counts the `changes` that packets saw, and decisions.
fn fire(program: &mut Program, chance: &mut Chance, is_over: &AtomicBool, changes: &AtomicUsize) -> u64 {
    let names = ["even.example", "odd.example", "both.example", "other.example"].map(labels);
    give_way();
    let (mut last, mut decided) = (None, 0);
    while !is_over.load(Ordering::Acquire) {
        let lookups: Vec<_> = (0..200).map(|_| asked(chance.pick(&names))).collect();
        for seen in program.ask(chance, lookups) {
            let judged = seen.judged();
            assert_eq!((judged.done, judged.line), expected(&seen), "{seen:?}");
            let ahead = judged.generation.wrapping_sub(last.unwrap_or(judged.generation));
            assert!(ahead < 128, "{last:?}, then {}: old rules do not come back", judged.generation);
            changes.fetch_add(usize::from(ahead > 0), Ordering::Relaxed);
            last = Some(judged.generation);
            decided += u64::from(judged.candidate != 0);
        }
    }
    decided
}

/// Else threads that change rules had to wait for a processor each time they have waited for the kernel.
fn give_way() {
    // SAFETY: concerns this thread alone; a refusal would only make the test slower.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, 19) };
}

/// Puts sets of rules in force one after the other; returns how many decisions they have counted.
fn swap(enforcer: &mut Enforcer, chance: &mut Chance, changes: &AtomicUsize) -> u64 {
    let (mut hits, mut number) = (0, 0);
    // A machine that has much to do gives packets few turns.
    while number < SWAPS || changes.load(Ordering::Relaxed) < SEEN {
        number += 1;
        assert!(number < MOST_SWAPS, "packets saw {changes:?} of {number} changes");
        let mut room = enforcer.room();
        let (rules, _) = generation(chance, number as u16 % 256).build(&mut room, 0);
        hits += put_in_force(enforcer, &rules, room).iter().sum::<u64>();
    }
    hits
}

/// Says so when it is dropped, by a panic too.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Runs `change` on a thread of its own while `fire` asks.
fn under_fire<C: Send, F>(change: impl FnOnce() -> C + Send, fire: impl FnOnce(&AtomicBool) -> F) -> (C, F) {
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let changing = scope.spawn(|| {
            let _over = Over(&is_over);
            run_on_any_cpu();
            change()
        });
        let fired = fire(&is_over);
        (changing.join().unwrap(), fired)
    })
}

fn swap_under_fire(hook: Hook, seed: u64) {
    let (mut chance, mut others) = (Chance::new(seed), Chance::new(seed));
    let Trial { mut program, mut enforcer } = Trial::new(hook);
    let mut room = enforcer.room();
    let (rules, _) = generation(&mut chance, 0).build(&mut room, 0);
    put_in_force(&mut enforcer, &rules, room);
    let changes = AtomicUsize::new(0);
    let (hits, decided) = under_fire(
        || swap(&mut enforcer, &mut others, &changes),
        |is_over| fire(&mut program, &mut chance, is_over, &changes),
    );
    let hits = hits + enforcer.hits().unwrap().iter().sum::<u64>();
    assert_eq!(hits, decided, "{hook:?}: each decision is counted once");
}

#[test]
fn two_thousand_swaps() {
    thread::scope(|scope| {
        let trials: Vec<_> = TRIALS
            .into_iter()
            .flatten()
            .zip(50..)
            .map(|(hook, seed)| scope.spawn(move || swap_under_fire(hook, seed)))
            .collect();
        trials.into_iter().for_each(|trial| trial.join().unwrap());
    });
}

/// Lists as many names as find room, and takes them back; how many there were.
fn come_and_go(enforcer: &Enforcer, rules: &Ruleset, round: usize) -> usize {
    let candidate = unconditional(1, &Effect::of(Action::Block(Block::Drop)), Scope::Suffix);
    let tokens: Vec<_> = (0..OTHERS)
        .filter_map(|number| {
            let name = canonical(&labels(&format!("other{number}.round{round}")));
            let change = Change { name: &name, candidate, line: 0, expires: None };
            rules.insert(&change, &mut InForce(enforcer)).ok()
        })
        .collect();
    tokens.iter().for_each(|token| assert!(rules.remove(*token, &mut InForce(enforcer)).unwrap()));
    tokens.len()
}

/// In a table that is nearly full, a name that comes makes others move.
#[test]
fn a_listed_name_is_found_while_others_come_and_go() {
    let names: Vec<_> = (0..NAMES).map(|number| labels(&format!("n{number}.example"))).collect();
    for hook in HOOKS {
        let mut chance = Chance::new(9);
        let Trial { mut program, mut enforcer } = Trial::new(hook);
        let mut room = enforcer.room();
        let (rules, _) = World::blocking(&mut chance, names.clone())
            .build(&mut Tight { room: &mut room, names: NAMES }, 0);
        put_in_force(&mut enforcer, &rules, room);
        program.ask(&mut chance, [asked(&names[0])]); // loads the program, which takes its time
        let (came, count) = under_fire(
            || (0..ROUNDS).map(|round| come_and_go(&enforcer, &rules, round)).sum::<usize>(),
            |is_over| {
                let mut count = 0;
                while !is_over.load(Ordering::Acquire) {
                    let lookups: Vec<_> = (0..200).map(|_| asked(chance.pick(&names))).collect();
                    for seen in program.ask(&mut chance, lookups) {
                        assert_ne!(seen.judged().candidate, 0, "{seen:?}");
                        count += 1;
                    }
                }
                count
            },
        );
        // Else it would prove nothing.
        assert!(came > 10 * ROUNDS && count > 10_000, "{hook:?}: {came} came, {count} were asked for");
    }
}
