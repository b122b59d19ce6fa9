//! Who had an address: what one question costs, and what it takes to read a million leases.
//!
//! Prints Markdown tables.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "rules/memory.rs"]
mod memory;
#[path = "support/mod.rs"]
mod support;

use std::{
    fmt::Write as _,
    fs,
    hint::black_box,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use dns_monitor::{
    config::{Identity, Leases},
    identity::{
        assignment::{Assignment, Source},
        follow,
        history::History,
        lease::Format,
    },
};
use memory::Memory;
use support::Result;

const LEASES: u32 = 1_000_000;
const ROUNDS: usize = 5;
/// 2026-11-24 11:30:00 UTC, the middle of every lease, s.
const NOW: u64 = 1_795_519_800;
const SECOND: u64 = 1_000_000_000;

fn main() -> Result<()> {
    questions();
    files()
}

/// Addresses of a large network, none beside the one before.
fn address(number: u32) -> IpAddr {
    Ipv4Addr::from_bits(0x0a00_0000 | (number.wrapping_mul(0x9e37_79b1) & 0x00ff_ffff)).into()
}

fn questions() {
    println!(
        "| addresses | assignments of each | one question after the other, ns | each waits for the one before, ns | unknown address, ns |"
    );
    println!("|---:|---:|---:|---:|---:|");
    for (addresses, hands) in [(10_000, 1), (LEASES, 1), (LEASES, 2)] {
        let mut history = History::new(&Identity::default());
        for hand in 0..hands {
            (0..addresses).for_each(|number| history.record(assignment(number, hand)));
        }
        let at_once = least(|| ask(&history, |i, _| address(i % addresses)));
        let in_turn = least(|| ask(&history, |i, last| address((i ^ last) % addresses)));
        let unknown = least(|| ask(&history, |i, _| Ipv4Addr::from_bits(0xc000_0000 | i).into()));
        println!("| {addresses} | {hands} | {at_once:.1} | {in_turn:.1} | {unknown:.1} |");
    }
}

/// A lease, or what the neighbour table says of the same address.
fn assignment(number: u32, hand: u32) -> Assignment {
    let [_, b, c, d] = number.to_be_bytes();
    Assignment {
        address: address(number),
        from: (NOW - 1800) * SECOND,
        until: (hand == 0).then_some((NOW + 1800) * SECOND),
        name: (hand == 0).then(|| format!("host-{number}").into()),
        mac: Some([2, 0, 0, b, c, d]),
        source: if hand == 0 { Source::Lease } else { Source::Neighbour },
    }
}

/// Mean ns of a million questions; each address may follow from the answer before.
fn ask(history: &History, address: impl Fn(u32, u32) -> IpAddr) -> f64 {
    let start = Instant::now();
    let mut last = 0;
    for number in 0..LEASES {
        let machine = black_box(history.at(address(number, last), NOW * SECOND));
        last = machine.mac.map_or(0, |mac| u32::from(mac[5]));
    }
    start.elapsed().as_nanos() as f64 / f64::from(LEASES)
}

fn least(measure: impl Fn() -> f64) -> f64 {
    (0..ROUNDS).map(|_| measure()).fold(f64::MAX, f64::min)
}

fn files() -> Result<()> {
    let folder = tempfile::Builder::new().prefix("dns-monitor-bench-").tempdir()?;
    println!("\n| format | leases | file, MB | read, s | memory, bytes a lease |");
    println!("|---|---:|---:|---:|---:|");
    for (format, name, write) in FORMATS {
        let path = folder.path().join(name);
        let mut text = String::new();
        write(&mut text)?;
        fs::write(&path, &text)?;
        let size = text.len() / 1_000_000;
        drop(text);
        let (mut time, mut memory) = (Duration::MAX, None);
        for _ in 0..ROUNDS {
            let (round, bytes) = load(&path, *format)?;
            time = time.min(round);
            memory = memory.or(Some(bytes)); // later rounds find what earlier ones left
        }
        let bytes = memory.unwrap_or_default() as f64 / f64::from(LEASES);
        println!("| {name} | {LEASES} | {size} | {:.2} | {bytes:.0} |", time.as_secs_f64());
    }
    Ok(())
}

fn load(path: &Path, format: Format) -> Result<(Duration, u64)> {
    let leases = [Leases { path: PathBuf::from(path), format, zone: None, lease_time: None }];
    let before = Memory::now()?;
    let start = Instant::now();
    let mut history = History::new(&Identity::default());
    let tally = follow::read(&leases, &mut history);
    let time = start.elapsed();
    if (tally.emitted(), tally.lost(), history.len()) != (u64::from(LEASES), 0, LEASES as usize) {
        return Err(format!("{}: {tally}", path.display()).into());
    }
    Ok((time, Memory::now()?.own.saturating_sub(before.own)))
}

type Write = fn(&mut String) -> std::fmt::Result;

const FORMATS: &[(Format, &str, Write)] = &[
    (Format::Kea, "kea", |text| {
        writeln!(
            text,
            "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context"
        )?;
        each(text, |n, address, mac| {
            format!("{address},{mac},01:{mac},3600,{},1,0,0,host-{n}.example.com,0,", NOW + 1800)
        })
    }),
    (Format::Isc, "isc", |text| {
        each(text, |n, address, mac| {
            format!(
                "lease {address} {{\n  starts 2 2026/11/24 11:00:00;\n  ends 2 2026/11/24 12:00:00;\n  cltt 2 2026/11/24 11:00:00;\n  \
                 binding state active;\n  next binding state free;\n  hardware ethernet {mac};\n  client-hostname \"host-{n}\";\n}}"
            )
        })
    }),
    // For ever: what is over before the file is written is not remembered.
    (Format::Dnsmasq, "dnsmasq", |text| {
        each(text, |n, address, mac| format!("0 {mac} {address} host-{n} 01:{mac}"))
    }),
    (Format::Windows, "windows", |text| {
        each(text, |n, address, mac| {
            format!(
                "10,11/24/26,11:00:00,Assign,{address},host-{n}.example.com,{},,{n},0,,,,,,,,,0",
                mac.replace(':', "")
            )
        })
    }),
    (Format::Table, "table", |text| each(text, |n, address, mac| format!("{address},host-{n},{mac}"))),
    (Format::Hosts, "hosts", |text| {
        each(text, |n, address, _| format!("{address} host-{n}.example.com host-{n}"))
    }),
];

fn each(text: &mut String, line: impl Fn(u32, IpAddr, &str) -> String) -> std::fmt::Result {
    for number in 0..LEASES {
        let [_, b, c, d] = number.to_be_bytes();
        let mac = format!("02:00:00:{b:02x}:{c:02x}:{d:02x}");
        writeln!(text, "{}", line(number, address(number), &mac))?;
    }
    Ok(())
}
