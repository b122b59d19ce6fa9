//! What rules cost in the kernel, in ns a query: sampled without rules, and judged by one name, a million, ten million.
//!
//! Each run is given its packet by a program that puts it together anew and then calls the one that is measured: an
//! answer is written over its query, which therefore cannot simply be judged again, and a name that is the same in every
//! run is in every cache. What that costs is measured with a program that does nothing, and taken off. Prints a Markdown
//! table.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "verdict/chase.rs"]
mod chase;
#[path = "verdict/lists.rs"]
mod lists;
#[path = "support/names.rs"]
mod names;
#[path = "support/mod.rs"]
mod support;

use aya::{
    Ebpf, EbpfLoader,
    maps::{Array, ProgramArray},
    programs::{ProgramFd, Xdp},
};
use dns_monitor::source::kernel::{
    enforce::Enforcer,
    object::{self, Object},
};
use dns_monitor_common::names as common;
use lists::{ALLOWED, BLOCKED, DROPPED, EXPLAINED, LETTERS_AT, family};
use support::{Result, capture, name, query, to_resolver};

/// Runs a measurement, a sample each, drained in between; and measurements of each cell. The least is the program, the
/// rest is the machine.
const BRIEF: (u32, usize) = (2_000, 150);
/// Where each name is another: so many in a row that caches hold what they can hold of a table under load.
const LONG: (u32, usize) = (20_000, 150);
/// As large as the agent's own, because it takes its share of the caches.
const RING: u32 = 4 << 20;
/// Ethernet, IPv4, UDP and the header of the message.
const NAME_AT: usize = 14 + 20 + 8 + 12;
/// Words of a frame, as `floor.rs` has them.
const WORDS: usize = 40;

const XDP_DROP: u32 = 1;
const XDP_PASS: u32 = 2;
const XDP_TX: u32 = 3;

static FLOOR: &[u8] = include_bytes!(env!("DNS_MONITOR_EBPF_FLOOR"));

fn main() -> Result<()> {
    let mut judges = [0, 1, 1_000_000, 10_000_000].into_iter().map(Judge::new).collect::<Result<Vec<_>>>()?;
    println!("| query | no rules | 1 name | 1 M names | 10 M names | 10 M names over no rules |");
    println!("|---|---:|---:|---:|---:|---:|");
    for case in cases()? {
        let cells = measure(&mut judges, &case)?;
        let text: Vec<_> = cells.iter().map(|ns| ns.map_or("–".to_owned(), |ns| format!("{ns}"))).collect();
        let over = cells.last().copied().flatten().zip(cells.first().copied().flatten());
        let over = over.map_or(0, |(with, without)| with as i64 - without as i64);
        println!("| {} | {} | {over} |", case.what, text.join(" | "));
    }
    println!(
        "\nOne read of memory that is not in a cache, in {} MB: {:.0} ns.",
        chase::BYTES >> 20,
        chase::least()
    );
    Ok(())
}

/// What becomes of the query where there are rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Missed,
    Answered,
    Dropped,
}

/// Which letters are put into the name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// The same each time.
    Same,
    /// Any: 2³² names, of which none is listed.
    Any,
    /// Those of any name that is listed.
    Listed,
}

struct Case {
    what: String,
    frame: Vec<u8>,
    letters: Letters,
    /// Where in the name they are.
    letters_at: usize,
    fate: Fate,
    /// The shortest list that has such a name.
    least: usize,
}

fn cases() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let short = b"\x08aaaaaaaa\x01x\0".to_vec();
    for (name, lookups) in [(short, 1), (name(30, 1), 2), (name(80, 1), 3), (name(252, 1), 3)] {
        let what = format!("miss, {}-byte name, {lookups} suffixes looked up", name.len() - 1);
        let frame = to_resolver(4000, &query(1, &name))?;
        let (letters, letters_at, fate) = (Letters::Same, 1, Fate::Missed);
        cases.push(Case { what, frame, letters, letters_at, fate, least: 0 });
    }
    let mut add = |what: &str, message: &[u8], letters, fate, least| -> Result<()> {
        let (what, frame) = (what.to_owned(), to_resolver(4000, message)?);
        cases.push(Case { what, frame, letters, letters_at: LETTERS_AT, fate, least });
        Ok(())
    };
    let of = |kind: &[u8; 8]| query(1, &lists::asked(kind));
    let edns = |mut message: Vec<u8>| {
        message[11] = 1;
        message.extend([0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 0]);
        message
    };
    add("miss, 30-byte name, the same", &of(ALLOWED), Letters::Same, Fate::Missed, 0)?;
    add("miss, 30-byte name, another each time", &of(ALLOWED), Letters::Any, Fate::Missed, 0)?;
    add("hit, NXDOMAIN, the same", &of(BLOCKED), Letters::Same, Fate::Answered, 1)?;
    add("hit, NXDOMAIN, another each time", &of(BLOCKED), Letters::Listed, Fate::Answered, 1)?;
    add("hit, NXDOMAIN, with EDNS", &edns(of(BLOCKED)), Letters::Same, Fate::Answered, 1)?;
    add("hit, NXDOMAIN, with EDNS and why", &edns(of(EXPLAINED)), Letters::Same, Fate::Answered, 2)?;
    add("hit, drop", &of(DROPPED), Letters::Same, Fate::Dropped, 2)?;
    Ok(cases)
}

/// The programs with so many names.
struct Judge {
    object: Object,
    enforcer: Enforcer,
    names: usize,
}

impl Judge {
    fn new(names: usize) -> Result<Self> {
        let mut object = object::load(&capture(RING))?;
        let program: &mut Xdp = object.ebpf.program_mut(common::XDP_FRAGS).ok_or("XDP")?.try_into()?;
        program.load()?;
        let mut enforcer = Enforcer::new(&mut object)?;
        if names > 0 {
            lists::install(&mut enforcer, names)?;
        }
        Ok(Self { object, enforcer, names })
    }

    fn program(&self) -> Result<&ProgramFd> {
        let program: &Xdp = self.object.ebpf.program(common::XDP_FRAGS).ok_or("XDP")?.try_into()?;
        Ok(program.fd()?)
    }

    /// Runs the case, and makes sure that every run was what the table says.
    fn run(&mut self, again: &mut Again, case: &Case) -> Result<u64> {
        let before: u64 = self.enforcer.hits()?.iter().sum();
        let (ns, fate) = again.run(case)?;
        let (repeat, _) = case.repeat();
        let taken = self.object.rings.drain(u64::MAX, usize::MAX, |_| {});
        let hits = self.enforcer.hits()?.iter().sum::<u64>() - before;
        let (expected, wanted) = match case.fate {
            _ if self.names == 0 => (XDP_PASS, 0),
            Fate::Missed => (XDP_PASS, 0),
            Fate::Answered => (XDP_TX, u64::from(repeat)),
            Fate::Dropped => (XDP_DROP, u64::from(repeat)),
        };
        if (fate, hits, taken) == (expected, wanted, repeat as usize) {
            return Ok(ns);
        }
        Err(format!("{}, {} names: fate {fate}, {hits} hits, {taken} samples", case.what, self.names).into())
    }
}

/// ns of each judge's program, without what it takes to give it its packet.
fn measure(judges: &mut [Judge], case: &Case) -> Result<Vec<Option<u64>>> {
    let mut bare = Again::new(case, 0, None)?;
    let mut again = Vec::new();
    for judge in &*judges {
        again.push(Again::new(case, judge.names, Some(judge.program()?))?);
    }
    let rounds = case.repeat().1;
    let mut floor = u64::MAX;
    for _ in 0..rounds {
        floor = floor.min(bare.run(case)?.0);
    }
    let mut least = Vec::new();
    for (judge, again) in judges.iter_mut().zip(&mut again) {
        let is_listed = judge.names == 0 || judge.names >= case.least;
        let mut ns = None;
        for _ in 0..if is_listed { rounds } else { 0 } {
            ns = Some(judge.run(again, case)?.min(ns.unwrap_or(u64::MAX)));
        }
        least.push(ns.map(|ns| ns.saturating_sub(floor)));
    }
    Ok(least)
}

/// The program that gives another one its packet.
struct Again {
    ebpf: Ebpf,
}

impl Again {
    /// Before `program`, or before one that does nothing.
    fn new(case: &Case, names: usize, program: Option<&ProgramFd>) -> Result<Self> {
        let (length, letters) = (case.frame.len() as u64, (NAME_AT + case.letters_at) as u64);
        let mut ebpf = EbpfLoader::new()
            .override_global("LENGTH", &length, true)
            .override_global("LETTERS", &letters, true)
            .load(FLOOR)?;
        for name in ["again", "bare_frags"] {
            let program: &mut Xdp = ebpf.program_mut(name).ok_or(name)?.try_into()?;
            program.load()?;
        }
        let bare: &Xdp = ebpf.program("bare_frags").ok_or("bare_frags")?.try_into()?;
        let target = program.unwrap_or(bare.fd()?).try_clone()?;
        let mut programs = ProgramArray::try_from(ebpf.map_mut("PROGRAM").ok_or("PROGRAM")?)?;
        programs.set(0, &target, 0)?;
        let mut next: Array<_, [u64; WORDS + 2]> = Array::try_from(ebpf.map_mut("NEXT").ok_or("NEXT")?)?;
        next.set(0, case.next(names), 0)?;
        Ok(Self { ebpf })
    }

    /// Mean ns a run, and what the last one returned.
    fn run(&mut self, case: &Case) -> Result<(u64, u32)> {
        let program: &Xdp = self.ebpf.program("again").ok_or("again")?.try_into()?;
        support::xdp_fate(program, &case.frame, case.repeat().0)
    }
}

impl Case {
    fn repeat(&self) -> (u32, usize) {
        if self.letters == Letters::Same { BRIEF } else { LONG }
    }

    /// The element of the map that `again` reads.
    fn next(&self, names: usize) -> [u64; WORDS + 2] {
        let mut next = [0; WORDS + 2];
        for (word, bytes) in next.iter_mut().zip(self.frame.chunks(8)) {
            let mut whole = [0; 8];
            whole[..bytes.len()].copy_from_slice(bytes);
            *word = u64::from_ne_bytes(whole);
        }
        next[WORDS] = match self.letters {
            Letters::Same => 0,
            Letters::Any => u64::from(u32::MAX),
            Letters::Listed => family(names.max(1)) - 1,
        };
        next[WORDS + 1] = 0x9e37_79b9_7f4a_7c15;
        next
    }
}
