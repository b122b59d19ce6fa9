//! What it costs to say why a resolver asks and whose machine a client is, in ns an event, while a million names wait.
//!
//! Messages in memory through the tracker: four a lookup that the cache does not answer, which are two events; each
//! name is new. What is named in a row is done beside what the row before does. All rows take turns in each round, and
//! the least counts. Prints a Markdown table.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::{hint::black_box, net::IpAddr, time::Instant};

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

/// Names that wait for an answer that does not come.
const WAITING: u32 = 1_000_000;
/// Lookups of a round, each two events.
const LOOKUPS: u32 = 20_000;
const ROUNDS: u32 = 15;
const ZONES: u32 = 1000;
const START: u64 = 1_700_000_000_000_000_000;
const US: u64 = 1_000;

/// What is done with each message.
struct Row {
    name: &'static str,
    tracker: Tracker,
    directory: Option<Directory>,
    least: f64,
}

impl Row {
    fn new(name: &'static str, max_remembered: usize, directory: Option<Directory>) -> Self {
        let track = Track { max_remembered, max_waiting: 2 * WAITING as usize, ..Track::default() };
        Self { name, tracker: Tracker::new(&track, &[53]), directory, least: f64::MAX }
    }

    fn take(&mut self, packet: Packet, bytes: &[u8]) {
        let Self { tracker, directory, .. } = self;
        tracker
            .push(Datagram { packet, length: bytes.len() as u32, bytes }, |lookup| look(directory, lookup));
    }

    /// Names that wait from now on.
    fn flood(&mut self) {
        for number in 0..WAITING {
            let (_, bytes) = message(number, "w", 0);
            self.take(client(START, number), &bytes);
        }
    }

    /// Lookups, one after another: ns of each event.
    fn round(&mut self, round: u32) -> f64 {
        let talks: Vec<_> = (0..LOOKUPS).map(|number| talk(round * LOOKUPS + number)).collect();
        let start = Instant::now();
        for talk in &talks {
            for (packet, bytes) in talk {
                self.take(*packet, bytes);
            }
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(2 * LOOKUPS)
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
fn talk(number: u32) -> [(Packet, Vec<u8>); 4] {
    let start = START + 1_000_000 + u64::from(number) * 10 * US;
    let (_, query) = message(number, "r", 0);
    let (_, answer) = message(number, "r", 1);
    let asks = client(start, number);
    let seeks = Packet { time: start + US, direction: Direction::Out, ..server(number) };
    let finds = Packet { time: start + 2 * US, ..turned(&seeks) };
    let tells = Packet { time: start + 3 * US, ..turned(&asks) };
    [(asks, query.clone()), (seeks, query), (finds, answer.clone()), (tells, answer)]
}

fn client(time: u64, number: u32) -> Packet {
    let source = IpAddr::from((0x0a00_0000 + number % WAITING).to_be_bytes());
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
    for number in 0..WAITING {
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
    let mut rows = [
        Row::new("queries and responses joined", 0, None),
        Row::new("+ why the resolver asks, 1,000,000 names wait", 2 * WAITING as usize, None),
        Row::new("+ whose machine it is, 1,000,000 leases", 2 * WAITING as usize, Some(directory(&config))),
    ];
    rows.iter_mut().for_each(Row::flood);
    for round in 0..ROUNDS {
        for row in &mut rows {
            row.least = row.round(round).min(row.least);
        }
    }
    println!("| what is done | ns an event | more than the row before |\n|---|---:|---:|");
    let mut before = None;
    for row in &rows {
        let more = before.map_or(String::new(), |before| format!("{:+.0}", row.least - before));
        println!("| {} | {:.0} | {more} |", row.name, row.least);
        before = Some(row.least);
    }
}
