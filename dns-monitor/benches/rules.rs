//! Ten million names: how long the table takes to build, what it weighs, and what a lookup costs that misses.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::{hint::black_box, time::Duration};

use dns_monitor::rules::{
    action::{Action, Block, Effect},
    compile::{Builder, File, Kind, Origin, Settings},
    entry::{Entry, Scope},
    ruleset::Ruleset,
    subject::Subject,
    table::{keys, memory::Heap},
};

const NAMES: u64 = 10_000_000;
const LOOKUPS: u64 = 4_000_000;

/// `x0123456789abcdef.example.com` and the like: about 30 bytes.
fn name(number: u64, out: &mut Vec<u8>) {
    out.clear();
    let digits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    out.push(17);
    out.push(b'x');
    out.extend((0..16).map(|at| b"0123456789abcdef"[(digits >> (4 * at) & 15) as usize]));
    out.extend(*b"\x07example\x03com");
}

/// Of this thread: others on the machine do not count.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is there to be written.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn build() -> Ruleset {
    let keys = keys::random().unwrap();
    let settings = Settings { keys, generation: 1, exempt: vec![], own_zones: vec![], keep_hidden: false };
    let mut builder = Builder::new(settings).unwrap();
    let effect = Effect::of(Action::Block(Block::Nxdomain));
    let files = vec![File { path: "list".into(), base: 0 }];
    let origin = Origin { name: "list".into(), kind: Kind::List, files, effect, ..Origin::manual() };
    let origin = builder.origin(origin).unwrap();
    let mut buffer = Vec::new();
    let start = cpu_time();
    for number in 0..NAMES {
        name(number, &mut buffer);
        builder.add(origin, number as u32, &Entry::listed(&buffer, Scope::Suffix)).unwrap();
    }
    let added = cpu_time() - start;
    let (rules, report) = builder.finish(&mut Heap, 100_000).unwrap();
    println!("{NAMES} names added in {added:?}, laid out in {:?}", cpu_time() - start - added);
    println!("{:.2} bytes a name; {report:?}", report.table_bytes as f64 / NAMES as f64);
    rules
}

fn lookups(what: &str, rules: &Ruleset, first: u64, distinct: u64) {
    let mut names = vec![Vec::new(); distinct as usize];
    for (number, out) in (first..).zip(&mut names) {
        name(number, out);
    }
    let client = "192.0.2.1".parse().unwrap();
    let start = cpu_time();
    let mut hits = 0;
    for name in names.iter().cycle().take(LOOKUPS as usize) {
        let subject = Subject { name, qtype: 1, qclass: 1, client, mac: None, vlan: None, time: 0 };
        hits += u64::from(rules.decide_table(black_box(&subject)).is_some());
    }
    println!("{what}: {:.1} ns, {hits} hits", (cpu_time() - start).as_nanos() as f64 / LOOKUPS as f64);
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM")).collect()
}

fn main() {
    let rules = build();
    println!("{}", memory());
    lookups("miss, 32 names", &rules, NAMES, 32);
    lookups("miss, a million names", &rules, NAMES, 1_000_000);
    lookups("hit, 32 names", &rules, 0, 32);
    lookups("hit, a million names", &rules, 0, 1_000_000);
}
