//! Messages from lines of text:
//!
//! ```text
//! 3 c1 > www.example A                    at 3 ms client 1 asks
//! 4 s2 < www.example A                    the resolver asks server 2
//! 5 s2 > www.example A: www.example CNAME cdn.example   server 2 says so
//! 6 c1 < www.example A: SERVFAIL          the client is told so
//! 7 s2 !                                  nobody waits for server 2 any more
//! ```
//!
//! Records stand behind the colon, separated by commas; those behind a `|` are in the authority section.

use std::net::IpAddr;

use crate::{
    config::resolved::Track,
    sample::{Datagram, Direction, Packet},
    track::{
        Tracker,
        cause::told::{Because, Cause},
        lookup::Lookup,
        role::Role,
    },
};

const START: u64 = 1_700_000_000_000_000_000;
const MS: f64 = 1e6;
const TYPES: &[(&str, u16)] = &[
    ("A", 1),
    ("NS", 2),
    ("CNAME", 5),
    ("SOA", 6),
    ("NULL", 10),
    ("MX", 15),
    ("AAAA", 28),
    ("SRV", 33),
    ("DNAME", 39),
    ("DS", 43),
    ("DNSKEY", 48),
    ("HTTPS", 65),
    ("AXFR", 252),
];

/// One message.
pub struct Line<'a> {
    time: u64,
    peer: &'a str,
    toward_resolver: bool,
    name: &'a str,
    qtype: u16,
    /// What stands behind the colon.
    says: Option<&'a str>,
}

impl<'a> Line<'a> {
    pub fn read(text: &'a str) -> Self {
        let (head, says) = match text.split_once(':') {
            Some((head, says)) => (head, Some(says.trim())),
            None => (text, None),
        };
        let words: Vec<_> = head.split_whitespace().collect();
        let [time, peer, arrow, name, qtype] = words[..] else { panic!("{text}") };
        let time = START + (time.parse::<f64>().unwrap() * MS) as u64;
        Self { time, peer, toward_resolver: arrow == ">", name, qtype: number(qtype), says }
    }

    /// The id is that of the name, so that what belongs together finds together.
    fn id(&self) -> u16 {
        let sum: u32 = self.name.bytes().zip(1..).map(|(byte, at)| u32::from(byte) * at).sum();
        (sum as u16) << 4 | self.qtype & 15
    }

    fn bytes(&self) -> Vec<u8> {
        let (rcode, answers, authorities) = self.sections();
        let flags = u16::from(self.says.is_some()) << 15 | 0x0100 | rcode;
        let mut bytes = Vec::new();
        let counts = [self.id(), flags, 1, answers.len() as u16, authorities.len() as u16, 0];
        counts.iter().for_each(|number| bytes.extend(number.to_be_bytes()));
        put_name(self.name, &mut bytes);
        put(&[self.qtype, 1], &mut bytes);
        answers.iter().chain(&authorities).for_each(|record| put_record(record, &mut bytes));
        bytes
    }

    fn sections(&self) -> (u16, Vec<&'a str>, Vec<&'a str>) {
        let split = |text: &'a str| text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect();
        match self.says.unwrap_or_default() {
            "SERVFAIL" => (2, Vec::new(), Vec::new()),
            "NXDOMAIN" => (3, Vec::new(), Vec::new()),
            text => {
                let (answers, authorities) = text.split_once('|').unwrap_or((text, ""));
                (0, split(answers), split(authorities))
            }
        }
    }

    fn packet(&self) -> Packet {
        let number = self.peer[1..].parse().unwrap();
        let is_client = self.peer.starts_with('c');
        let resolver = IpAddr::from([192, 0, 2, 53]);
        let peer =
            if is_client { IpAddr::from([10, 0, 0, number]) } else { IpAddr::from([198, 51, 100, number]) };
        // The port of a client tells its lookups apart, as its id does.
        let ports = if is_client { (40_000 + u16::from(number), 53) } else { (53, 50_000) };
        let (direction, source, destination, ports) = match self.toward_resolver {
            true => (Direction::In, peer, resolver, ports),
            false => (Direction::Out, resolver, peer, (ports.1, ports.0)),
        };
        Packet {
            time: self.time,
            interface: 1,
            direction,
            source,
            destination,
            source_port: ports.0,
            destination_port: ports.1,
            ..Packet::example()
        }
    }
}

fn number(name: &str) -> u16 {
    TYPES.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("type {name}")).1
}

fn put(numbers: &[u16], out: &mut Vec<u8>) {
    numbers.iter().for_each(|number| out.extend(number.to_be_bytes()));
}

pub fn put_name(name: &str, out: &mut Vec<u8>) {
    for label in name.split('.').filter(|label| !label.is_empty()) {
        out.push(label.len() as u8);
        out.extend(label.bytes());
    }
    out.push(0);
}

/// `owner TYPE target`; an address, or anything else that is no name, is four bytes of data.
fn put_record(record: &str, out: &mut Vec<u8>) {
    let words: Vec<_> = record.split_whitespace().collect();
    let rtype = number(words[1]);
    put_name(words[0], out);
    put(&[rtype, 1, 0, 300], out);
    let mut data = Vec::new();
    match (words[1], words.get(2)) {
        ("MX" | "HTTPS", Some(target)) => {
            put(&[10], &mut data);
            put_name(target, &mut data);
        }
        ("SRV", Some(target)) => {
            put(&[10, 20, 5060], &mut data);
            put_name(target, &mut data);
        }
        (_, Some(target)) => put_name(target, &mut data),
        (_, None) => data.extend([192, 0, 2, 1]),
    }
    put(&[data.len() as u16], out);
    out.extend(data);
}

/// A conversation so far.
pub struct Talk {
    tracker: Tracker,
    /// What was told.
    pub told: Vec<String>,
}

impl Talk {
    pub fn new(max_remembered: usize) -> Self {
        let tracker = Tracker::new(&Track { max_remembered, ..Track::default() }, &[53]);
        Self { tracker, told: Vec::new() }
    }

    pub fn take(&mut self, line: &Line<'_>) {
        let bytes = line.bytes();
        let datagram = Datagram { packet: line.packet(), length: bytes.len() as u32, bytes: &bytes };
        let told = &mut self.told;
        self.tracker.push(datagram, |lookup| told.push(tell(lookup)));
    }

    /// Nothing is answered any more.
    pub fn give_up(&mut self) {
        let told = &mut self.told;
        self.tracker.finish(|lookup| told.push(tell(lookup)));
    }

    pub fn tracker(&self) -> &Tracker {
        &self.tracker
    }
}

/// One line: whose lookup, of what, and why.
fn tell(lookup: &Lookup<'_>) -> String {
    let question = lookup.first().unwrap().message.as_ref().unwrap().question.unwrap();
    let client = lookup.peers().unwrap().0.ip.to_string();
    let who = match lookup.role {
        Role::Client => format!("c{}", client.rsplit('.').next().unwrap()),
        Role::Resolver => "resolver".to_owned(),
    };
    let why = match &lookup.cause {
        Cause::Untold => "untold".to_owned(),
        Cause::Client { cache, filled_by: None } => cache.name().to_owned(),
        Cause::Client { cache, filled_by: Some(by) } => {
            format!("{} by {}", cache.name(), by.client.ip.to_string().replace("10.0.0.", "c"))
        }
        Cause::Resolver(because) => because_of(because),
    };
    format!("{who} {} {}: {why}", question.name, type_name(question.qtype))
}

fn type_name(qtype: u16) -> &'static str {
    TYPES.iter().find(|(_, number)| *number == qtype).unwrap().0
}

fn because_of(because: &Because<'_>) -> String {
    let mut parts: Vec<_> = because
        .entries()
        .map(|entry| {
            let (asker, mut name) = (entry.asker(), Vec::new());
            entry.write_name(&mut name);
            let mut text = format!(
                "{} c{} {}",
                entry.certainty.name(),
                asker.client.ip.to_string().trim_start_matches("10.0.0."),
                String::from_utf8(name).unwrap()
            );
            for (via, hop) in entry.chain() {
                let mut name = Vec::new();
                hop.write_name(&mut name);
                text += &format!(" -{}-> {}", via.name(), String::from_utf8(name).unwrap());
            }
            text
        })
        .collect();
    parts.sort();
    if let Some((certainty, reason)) = because.alone() {
        parts.push(format!(
            "{}{}",
            certainty.name(),
            reason.map_or(String::new(), |reason| format!(" {}", reason.name()))
        ));
    }
    if because.more() > 0 {
        parts.push(format!("and {} more", because.more()));
    }
    if because.is_forgetful() {
        parts.push("forgetful".to_owned());
    }
    parts.join(", ")
}
