//! What it costs to say why a resolver asks and whose machine a client is, in ns of CPU time an event, while a million
//! names wait.
//!
//! Messages in memory through the tracker: four a lookup that the cache does not answer, which are two events; each
//! name is new, and for each the oldest one goes. What is named in a row is done beside what the row before does. All
//! rows take turns in each round, and the least counts. Prints a Markdown table. A number as argument: only with so many
//! names.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "support/mod.rs"]
mod support;

use std::{hint::black_box, net::IpAddr, time::Duration};

use dns_monitor::{
    config::{Config, identity::Identity, resolved::Track},
    identity::{
        assignment::{Assignment, Source},
        directory::Directory,
        history::History,
    },
    sample::{Datagram, Direction, Packet, Transport},
    track::{Tracker, lookup::Lookup},
};

/// Names that are remembered: those that wait for an answer that does not come, and those of the last lookups.
const NAMES: [u32; 2] = [1_000, 1_000_000];
/// How long the tracker remembers them: as long as it takes to bring so many, one goes for each that comes.
const WINDOW: Duration = Duration::from_secs(15);
/// Lookups of a round, each two events.
const LOOKUPS: u32 = 20_000;
const ROUNDS: u32 = 15;
const ZONES: u32 = 1000;
const LEASES: u32 = 1_000_000;
const START: u64 = 1_700_000_000_000_000_000;
const US: u64 = 1_000;

/// What is done with each message.
struct Row {
    name: String,
    names: u32,
    tracker: Tracker,
    directory: Option<Directory>,
    least: f64,
}

impl Row {
    fn new(name: String, names: u32, max_remembered: u32, directory: Option<Directory>) -> Self {
        let track = Track {
            max_remembered: max_remembered as usize,
            max_waiting: 2 * names as usize,
            response_timeout: Duration::from_secs(60),
        };
        Self { name, names, tracker: Tracker::new(&track, &[53]), directory, least: f64::MAX }
    }

    fn take(&mut self, packet: Packet, bytes: &[u8]) {
        let Self { tracker, directory, .. } = self;
        if let Some(directory) = directory {
            directory.expect(&packet);
        }
        tracker
            .push(Datagram { packet, length: bytes.len() as u32, bytes }, |lookup| look(directory, lookup));
    }

    /// From one name to the next, ns.
    fn step(&self) -> u64 {
        WINDOW.as_nanos() as u64 / u64::from(self.names)
    }

    /// Names that wait from now on.
    fn flood(&mut self) {
        for number in 0..self.names {
            let (_, bytes) = message(number, "w", 0);
            let time = START + u64::from(number) * self.step();
            self.take(Packet { source_port: 1023, ..client(time, number) }, &bytes);
        }
    }

    /// Lookups, one after another: ns of each event.
    fn round(&mut self, round: u32) -> f64 {
        let time = |number: u32| START + u64::from(self.names + number) * self.step();
        let numbers = (0..LOOKUPS).map(|number| round * LOOKUPS + number);
        let talks: Vec<_> = numbers.map(|number| talk(time(number), number)).collect();
        let start = support::thread_time();
        for talk in &talks {
            for (packet, bytes) in talk {
                self.take(*packet, bytes);
            }
        }
        (support::thread_time() - start).as_secs_f64() * 1e9 / f64::from(2 * LOOKUPS)
    }
}

fn look(directory: &mut Option<Directory>, lookup: &Lookup<'_>) {
    match directory {
        Some(directory) => _ = black_box(directory.who(lookup)),
        None => _ = black_box(lookup),
    }
}

/// `w17.z17.example`, and an answer where `answers` is 1.
fn message(number: u32, label: &str, answers: u8) -> (u16, Vec<u8>) {
    let id = (number % 65_521) as u16;
    let mut bytes = id.to_be_bytes().to_vec();
    let flags = if answers > 0 { [0x81, 0x80] } else { [1, 0] };
    bytes.extend([flags[0], flags[1], 0, 1, 0, answers, 0, 0, 0, 0]);
    for label in [format!("{label}{number}"), format!("z{}", number % ZONES), "example".to_owned()] {
        bytes.push(label.len() as u8);
        bytes.extend(label.bytes());
    }
    bytes.extend([0, 0, 1, 0, 1]);
    if answers > 0 {
        bytes.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0, 0, 4, 192, 0, 2, 1]);
    }
    (id, bytes)
}

/// A client's question, the resolver's, the answer to it, and the client's.
fn talk(start: u64, number: u32) -> [(Packet, Vec<u8>); 4] {
    let (_, query) = message(number, "r", 0);
    let (_, answer) = message(number, "r", 1);
    let asks = client(start, number);
    let seeks = Packet { time: start + US, direction: Direction::Out, ..server(number) };
    let finds = Packet { time: start + 2 * US, ..turned(&seeks) };
    let tells = Packet { time: start + 3 * US, ..turned(&asks) };
    [(asks, query.clone()), (seeks, query), (finds, answer.clone()), (tells, answer)]
}

fn client(time: u64, number: u32) -> Packet {
    let source = IpAddr::from((0x0a00_0000 + number % LEASES).to_be_bytes());
    Packet { time, source, source_port: 1024 + (number % 60_000) as u16, ..packet() }
}

fn server(number: u32) -> Packet {
    let destination = IpAddr::from((0xc633_6400 + number % 50).to_be_bytes());
    let source = IpAddr::from([192, 0, 2, 53]);
    Packet { source, destination, source_port: 1024 + (number % 60_000) as u16, ..packet() }
}

fn packet() -> Packet {
    Packet {
        time: START,
        interface: 1,
        direction: Direction::In,
        transport: Transport::Udp,
        source: IpAddr::from([192, 0, 2, 1]),
        destination: IpAddr::from([192, 0, 2, 53]),
        source_port: 1024,
        destination_port: 53,
        source_mac: Some([2, 0, 0, 0, 0, 1]),
        destination_mac: Some([2, 0, 0, 0, 0, 2]),
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    }
}

fn turned(packet: &Packet) -> Packet {
    Packet {
        direction: if packet.direction == Direction::In { Direction::Out } else { Direction::In },
        source: packet.destination,
        destination: packet.source,
        source_port: packet.destination_port,
        destination_port: packet.source_port,
        ..*packet
    }
}

/// A million machines with a lease.
fn directory(config: &Config) -> Directory {
    let mut history = History::new(&Identity::default());
    for number in 0..LEASES {
        history.record(Assignment {
            address: IpAddr::from((0x0a00_0000 + number).to_be_bytes()),
            from: 0,
            until: None,
            name: Some(format!("machine-{number}.example").into()),
            mac: Some([2, 0, 0, (number >> 16) as u8, (number >> 8) as u8, number as u8]),
            source: Source::Lease,
        });
    }
    Directory::of_history(config, history)
}

fn main() {
    let config = Config::default();
    let wanted: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let rows = NAMES.iter().filter(|names| wanted.is_empty() || wanted.contains(names)).flat_map(|names| {
        let row = |what, max, directory| Row::new(format!("{what}, {names} names"), *names, max, directory);
        [
            row("queries and responses joined", 0, None),
            row("+ why the resolver asks", 2 * names, None),
            row("+ whose machine it is, 1000000 leases", 2 * names, Some(directory(&config))),
        ]
    });
    let mut rows: Vec<_> = rows.collect();
    rows.iter_mut().for_each(Row::flood);
    for round in 0..ROUNDS {
        for row in &mut rows {
            row.least = row.round(round).min(row.least);
        }
    }
    println!("| what is done | ns an event | more than the row before |\n|---|---:|---:|");
    for (at, row) in rows.iter().enumerate() {
        let before = at.checked_sub(1).filter(|_| !at.is_multiple_of(3)).and_then(|at| rows.get(at));
        let more = before.map_or(String::new(), |before| format!("{:+.0}", row.least - before.least));
        println!("| {} | {:.0} | {more} |", row.name, row.least);
    }
}
