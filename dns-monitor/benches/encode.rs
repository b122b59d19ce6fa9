//! What an event costs in each schema, in ns on one core: gather it, encode it, and hand it over in batches.
//!
//! A lookup of a name of 30 bytes with two answers, as a client makes it: with its MAC and a host name. Each row is the
//! least of many rounds, in CPU time of the thread; what is handed over is thrown away by another. Prints a Markdown
//! table, with bytes an event and what privacy costs on top. Schemas as arguments: only those.

#![allow(clippy::print_stdout, reason = "the table is what a benchmark is for")]

#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use dns_monitor::{
    config::Schema,
    event::{
        Event, Id, Observer,
        encoder::Encoder,
        privacy::{
            Settings,
            settings::{Addresses, Key, Names},
        },
    },
    identity::{directory::Who, history::Machine},
    output::queue::queue,
    rules::verdict::Judgement,
    sample::{Datagram, Direction, Packet, Transport},
    track::{
        cause::told::{Cache, Cause},
        lookup::{End, Lookup, Seen},
        role::Role,
    },
};
use support::{Result, name, query, response};

const SCHEMAS: [Schema; 6] =
    [Schema::Ecs, Schema::Ocsf, Schema::Eve, Schema::Zeek, Schema::Cim, Schema::Asim];
/// Lookups in a round.
const LOOKUPS: u16 = 20_000;
const ROUNDS: usize = 40;
const QUEUE: usize = 16 << 20;
const TIME: u64 = 1_700_000_000_123_456_789;
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn main() -> Result<()> {
    let messages: Vec<_> = (0..LOOKUPS)
        .map(|number| {
            let name = name(30, u32::from(number));
            (query(number, &name), response(number, &name, 2, 0))
        })
        .collect();
    let wanted: Vec<String> = std::env::args().collect();
    let is_wanted = |schema: &Schema| wanted.contains(&format!("{schema:?}"));
    let all = !SCHEMAS.iter().any(is_wanted);
    println!("| schema | ns an event | bytes an event | with pseudonyms | and hashed names |");
    println!("|---|---:|---:|---:|---:|");
    for schema in SCHEMAS.into_iter().filter(|schema| all || is_wanted(schema)) {
        let new = || Encoder::new(schema, &observer());
        let (plain, bytes) = least(&messages, new)?;
        let (pseudonyms, _) = least(&messages, || with(new(), Names::Keep))?;
        let (hashed, _) = least(&messages, || with(new(), Names::Hash))?;
        println!("| {schema:?} | {plain:.0} | {bytes} | {pseudonyms:.0} | {hashed:.0} |");
    }
    let (plain, bytes) = least(&messages, || Encoder::text(false))?;
    println!("| text | {plain:.0} | {bytes} | | |");
    Ok(())
}

fn observer() -> Observer {
    Observer { hostname: Some("ns1.example.net".to_owned()), start: Some(TIME) }
}

fn with(encoder: Encoder, names: Names) -> Encoder {
    let key = Key::parse(KEY).ok();
    let settings = Settings { addresses: Addresses::Pseudonym, names, key, ..Settings::default() };
    match encoder.with_privacy(&settings) {
        Ok(encoder) => encoder,
        Err(error) => unreachable!("{error}"),
    }
}

/// The least time of a round, in ns an event, and bytes an event.
fn least(messages: &[(Vec<u8>, Vec<u8>)], encoder: impl Fn() -> Encoder) -> Result<(f64, usize)> {
    let (mut least, mut bytes) = (Duration::MAX, 0);
    let mut encoder = encoder();
    for _ in 0..ROUNDS {
        let (time, written) = round(messages, &mut encoder)?;
        (least, bytes) = (least.min(time), written / messages.len());
    }
    Ok((least.as_nanos() as f64 / messages.len() as f64, bytes))
}

fn round(messages: &[(Vec<u8>, Vec<u8>)], encoder: &mut Encoder) -> Result<(Duration, usize)> {
    let (mut queue, batches) = queue(QUEUE);
    let reader = std::thread::spawn(move || {
        let mut bytes = 0;
        while let Some(batch) = batches.next() {
            bytes += batch.bytes.len();
            batches.done(batch);
        }
        bytes
    });
    let start = support::thread_time();
    let mut batch = queue.batch();
    for (number, (query, response)) in messages.iter().enumerate() {
        batch.events += encode(number as u64, query, response, encoder, &mut batch.bytes)?;
        if batch.bytes.len() >= queue.batch_bytes() {
            let empty = queue.batch();
            queue.put(std::mem::replace(&mut batch, empty), None);
        }
    }
    queue.put(batch, None);
    let time = support::thread_time() - start;
    queue.close();
    drop(queue);
    Ok((time, reader.join().map_err(|_| "the reader failed")?))
}

fn encode(
    number: u64,
    query: &[u8],
    response: &[u8],
    encoder: &mut Encoder,
    out: &mut Vec<u8>,
) -> Result<u64> {
    let (there, back) = packets(number);
    let lookup = Lookup {
        role: Role::Client,
        query: Some(message(there, query)),
        response: Some(message(back, response)),
        end: End::Answered,
        cause: Cause::Client { cache: Cache::Miss, filled_by: None },
    };
    let mut who = Who::stranger(there.source_mac);
    who.client = Machine { name: Some("laptop-17.example.net"), ..who.client };
    let judgement = Judgement::default();
    let event = Event::new(&lookup, &judgement, &who, Id { start: TIME, sequence: number }, Some("eth0"))
        .ok_or("no event")?;
    Ok(encoder.encode(&event, out))
}

/// Of the query, and of the response.
fn packets(number: u64) -> (Packet, Packet) {
    let there = Packet {
        time: TIME + number * 1000,
        interface: 0,
        direction: Direction::In,
        transport: Transport::Udp,
        source: [10, 0, (number >> 8) as u8, number as u8].into(),
        destination: [10, 0, 0, 2].into(),
        source_port: 1024 + number as u16,
        destination_port: 53,
        source_mac: Some([2, 0, 0, 0, 0, 1]),
        destination_mac: Some([2, 0, 0, 0, 0, 2]),
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    };
    let back = Packet {
        time: there.time + 1_500_000,
        direction: Direction::Out,
        source: there.destination,
        destination: there.source,
        source_port: there.destination_port,
        destination_port: there.source_port,
        ..there
    };
    (there, back)
}

fn message(packet: Packet, bytes: &[u8]) -> Seen<'_> {
    Seen::new(Datagram { packet, length: bytes.len() as u32, bytes })
}
