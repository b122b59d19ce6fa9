//! What the kernel programs cost, in ns a packet, each beside its floor in the same run.
//!
//! Prints a Markdown table. `BPF_PROG_TEST_RUN` includes some ns of loop, which the floor has too.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "support/mod.rs"]
mod support;

use aya::{
    Ebpf, EbpfLoader,
    maps::RingBuf,
    programs::{SchedClassifier, Xdp},
};
use dns_monitor::source::kernel::object::{self, Object};
use dns_monitor_common::{names, sample::HEADER_LENGTH};
use support::{Result, capture, frame, name, query, response, to_client, to_resolver};

/// Runs a measurement; a sample each, drained in between.
const REPEAT: u32 = 2_000;
/// Measurements; the least is the program, the rest is the machine.
const ROUNDS: usize = 60;
const RING: u32 = 16 << 20;
const QUERY_CLASS: u64 = 64;

static FLOOR: &[u8] = include_bytes!(env!("DNS_MONITOR_EBPF_FLOOR"));

fn main() -> Result<()> {
    let mut object = object::load(&capture(RING))?;
    load(&mut object.ebpf)?;
    println!(
        "| packet | hook | ns | bare program | reserve + submit | over the bare program | over both floors |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    for case in cases()? {
        let (pass, ring) = floor(&case)?;
        let ns = least(|| measure(&mut object, &case))?;
        let hook = if case.program == names::TC_EGRESS { "TC egress" } else { "XDP" };
        println!(
            "| {} | {hook} | {ns} | {pass} | {} | {} | {} |",
            case.what,
            ring,
            ns as i64 - pass as i64,
            ns as i64 - pass as i64 - ring as i64
        );
    }
    Ok(())
}

struct Case {
    what: String,
    program: &'static str,
    frame: Vec<u8>,
    /// Bytes that the program reserves for the sample; 0: none is taken.
    reserved: u64,
}

fn cases() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |what: &str, program, frame, class: u64| {
        let reserved = if class == 0 { 0 } else { HEADER_LENGTH as u64 + class };
        cases.push(Case { what: what.to_owned(), program, frame, reserved });
    };
    let arp = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1, 8, 6], &[0; 46]].concat();
    let other = frame([10, 0, 0, 1], [10, 0, 0, 2], 4000, 4001, &[0; 64])?;
    for program in [names::XDP_FRAGS, names::TC_EGRESS] {
        add("not IP (ARP)", program, arp.clone(), 0);
        add("not DNS (other UDP port)", program, other.clone(), 0);
    }
    for length in [11, 30, 80, 252] {
        let class = if length <= 30 {
            QUERY_CLASS
        } else if length <= 80 {
            192
        } else {
            512
        };
        let what = format!("query, {length}-byte name");
        add(&what, names::XDP_FRAGS, to_resolver(4000, &query(1, &name(length, 1)))?, class);
    }
    add(
        "query, 30-byte name, linear XDP",
        names::XDP,
        to_resolver(4000, &query(1, &name(30, 1)))?,
        QUERY_CLASS,
    );
    for (length, class) in [(100, 192), (512, 512), (1232, 1280)] {
        let message = response(1, &name(30, 1), 2, length);
        assert_eq!(message.len(), length, "the response is not as long as the table says");
        add(&format!("response, {length} bytes"), names::TC_EGRESS, to_client(4000, &message)?, class);
    }
    Ok(cases)
}

fn load(ebpf: &mut Ebpf) -> Result<()> {
    for name in [names::XDP, names::XDP_FRAGS] {
        let program: &mut Xdp = ebpf.program_mut(name).ok_or(name)?.try_into()?;
        program.load()?;
    }
    let program: &mut SchedClassifier = ebpf.program_mut(names::TC_EGRESS).ok_or("egress")?.try_into()?;
    Ok(program.load()?)
}

fn measure(object: &mut Object, case: &Case) -> Result<u64> {
    let ns = match object.ebpf.program(case.program).ok_or(case.program)? {
        aya::programs::Program::Xdp(program) => support::xdp(program, &case.frame, REPEAT)?,
        aya::programs::Program::SchedClassifier(program) => support::tc(program, &case.frame, REPEAT)?,
        _ => return Err("a program of neither hook".into()),
    };
    let taken = object.rings.drain(u64::MAX, usize::MAX, |_| {});
    let expected = if case.reserved == 0 { 0 } else { REPEAT as usize };
    if taken == expected {
        Ok(ns)
    } else {
        Err(format!("{}: {taken} samples, not {expected}", case.what).into())
    }
}

/// A bare program of the case's hook, and what reserving and submitting as many bytes adds to one (on XDP).
fn floor(case: &Case) -> Result<(u64, u64)> {
    let size = case.reserved.max(8);
    let mut ebpf = EbpfLoader::new().override_global("SIZE", &size, true).load(FLOOR)?;
    let mut ring = RingBuf::try_from(ebpf.take_map("RING").ok_or("RING")?)?;
    let mut xdp = |name: &'static str| -> Result<u64> {
        let program: &mut Xdp = ebpf.program_mut(name).ok_or(name)?.try_into()?;
        program.load()?;
        least(|| {
            let ns = support::xdp(program, &case.frame, REPEAT)?;
            while ring.next().is_some() {}
            Ok(ns)
        })
    };
    let (bare, reserving) = (xdp("bare_pass")?, xdp("bare_ring")?);
    let added = if case.reserved == 0 { 0 } else { reserving - bare };
    if case.program != names::TC_EGRESS {
        return Ok((bare, added));
    }
    let program: &mut SchedClassifier = ebpf.program_mut("bare_tc").ok_or("bare_tc")?.try_into()?;
    program.load()?;
    Ok((least(|| support::tc(program, &case.frame, REPEAT))?, added))
}

fn least(mut measure: impl FnMut() -> Result<u64>) -> Result<u64> {
    let mut least = u64::MAX;
    for _ in 0..ROUNDS {
        least = least.min(measure()?);
    }
    Ok(least)
}
