//! A message as a query and as its response, in one of the schemas, with and without privacy, and on to the body that a
//! collector is sent: each line is JSON in UTF-8, text has no control characters, frames of dnstap are whole. Its length
//! says which, the first byte of its id and the second what else is known.
#![no_main]

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
    output::{
        aggregate::Aggregator,
        sink::{Events, Framing, http, syslog},
    },
    rules::{
        action::{Action, Block, Severity},
        verdict::{Enforced, Hit, Judgement, Verdict},
    },
    sample::{Datagram, Direction, Packet, Transport},
    track::{
        cause::told::{Asker, Cache, Cause},
        lookup::{End, Lookup, Peer, Seen},
        role::Role,
    },
};
use libfuzzer_sys::fuzz_target;

const SCHEMAS: [Schema; 6] =
    [Schema::Ecs, Schema::Ocsf, Schema::Eve, Schema::Zeek, Schema::Cim, Schema::Asim];
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const TIME: u64 = 1_700_000_000_123_456_789;

fuzz_target!(|data: &[u8]| {
    let (first, second) = (data.first().copied().unwrap_or(0), data.get(1).copied().unwrap_or(0));
    let said = String::from_utf8_lossy(data);
    let lookup = lookup(data, first, second);
    let judgement = judgement(&said, second);
    let mut who = Who::stranger(Some([2, 0, 0, 0, 0, 1]));
    who.client = Machine { name: (first & 16 != 0).then_some(&*said), ..who.client };
    let interface = (first & 32 != 0).then_some(&*said);
    let id = Id { start: TIME, sequence: u64::from(second) };
    let event = Event::new(&lookup, &judgement, &who, id, interface).expect("a lookup has a message");
    let observer =
        Observer { hostname: (first & 64 != 0).then(|| said.clone().into_owned()), start: Some(TIME) };
    let which = data.len();
    let mut encoder = with_privacy(Encoder::new(SCHEMAS[which % SCHEMAS.len()], &observer), second);
    let (mut out, mut again) = (Vec::new(), Vec::new());
    let lines = encoder.encode(&event, &mut out);
    encoder.encode(&event, &mut again);
    assert!(out == again, "the second is not like the first");
    check(&out, lines, which);
    match which / SCHEMAS.len() % 3 {
        0 => count(&event, &observer),
        1 => text(&event, second),
        _ => dnstap(&event, &observer),
    }
});

fn lookup(data: &[u8], first: u8, second: u8) -> Lookup<'_> {
    let v6 = first & 1 != 0;
    let host =
        |last| if v6 { [0xfd53, 0, 0, 0, 0, 0, 0, last].into() } else { [10, 0, 0, last as u8].into() };
    let there = Packet {
        time: TIME,
        interface: 0,
        direction: Direction::In,
        transport: if first & 2 != 0 { Transport::Tcp } else { Transport::Udp },
        source: host(5),
        destination: host(53),
        source_port: 40_000,
        destination_port: 53,
        source_mac: Some([2, 0, 0, 0, 0, 1]),
        destination_mac: Some([2, 0, 0, 0, 0, 2]),
        outer_vlan: (second & 1 != 0).then_some(7),
        inner_vlan: (second & 2 != 0).then_some(8),
        judged: None,
    };
    let back = Packet { time: TIME + 1_500_000, ..there };
    let seen = |packet| Seen::new(Datagram { packet, length: data.len() as u32, bytes: data });
    let (query, response) =
        [(true, true), (true, false), (false, true), (true, true)][usize::from(first >> 2 & 3)];
    let client = Peer { ip: there.source, port: 1, mac: None };
    let by = Asker { asked: TIME, client, id: 7, qtype: 1 };
    Lookup {
        role: if first & 128 != 0 { Role::Resolver } else { Role::Client },
        query: query.then(|| seen(there)),
        response: response.then(|| seen(back)),
        end: if response { End::Answered } else { End::TimedOut },
        cause: match second & 4 {
            0 => Cause::Untold,
            _ => Cause::Client { cache: Cache::Hit, filled_by: Some(by) },
        },
    }
}

fn judgement(text: &str, second: u8) -> Judgement<'_> {
    let (verdict, enforced) = match second >> 3 & 3 {
        0 => (Verdict::Pass, None),
        1 => (Verdict::Blocked(Block::Drop), Some(Enforced::Kernel)),
        2 => (Verdict::Blocked(Block::Sinkhole), Some(Enforced::Reset)),
        _ => (Verdict::Would(Block::Nxdomain), Some(Enforced::Next)),
    };
    let hit = || Hit {
        id: text.to_owned(),
        name: text,
        ruleset: text,
        category: Some(text),
        severity: Some(Severity::High),
        action: Action::Alert,
    };
    Judgement { verdict, enforced, rule: (second & 32 != 0).then(hit) }
}

fn with_privacy(encoder: Encoder, second: u8) -> Encoder {
    let (addresses, names) = match second >> 6 {
        0 => return encoder,
        1 => (Addresses::Truncate, Names::Keep),
        2 => (Addresses::Pseudonym, Names::Keep),
        _ => (Addresses::Pseudonym, Names::Hash),
    };
    let settings = Settings { addresses, names, key: Key::parse(KEY).ok(), ..Settings::default() };
    encoder.with_privacy(&settings).expect("a key")
}

/// So many lines of JSON, as they are and on their way.
fn check(out: &[u8], lines: u64, which: usize) {
    let events = Events { bytes: out, count: lines, framing: Framing::Lines };
    let each: Vec<_> = events.iter().collect();
    assert_eq!((each.len() as u64, out.last()), (lines, Some(&b'\n')));
    for line in &each {
        let parsed = serde_json::from_slice::<serde_json::Value>(line);
        assert!(parsed.is_ok_and(|value| value.is_object()), "{}", String::from_utf8_lossy(line));
        syslog::fuzz(line, which.is_multiple_of(2));
    }
    http::fuzz::body(&each, which);
}

/// Two that are alike become one that counts them.
fn count(event: &Event<'_>, observer: &Observer) {
    let mut encoder = Encoder::new(Schema::Ecs, observer);
    let mut aggregator = Aggregator::new(Duration::from_secs(1), 1 << 20);
    let (mut out, mut encode) = (Vec::new(), |out: &mut Vec<u8>| encoder.encode(event, out));
    assert!(!aggregator.add(event, &mut encode) && aggregator.add(event, &mut encode));
    assert_eq!((aggregator.take(&mut out), aggregator.take(&mut out)), (Some(1), None));
    let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(value["dns_monitor"]["count"], 2, "{value}");
}

fn text(event: &Event<'_>, second: u8) {
    let mut out = Vec::new();
    with_privacy(Encoder::text(second & 1 != 0), second).encode(event, &mut out);
    let line = out.strip_suffix(b"\n").and_then(|line| str::from_utf8(line).ok()).expect("a line");
    let is_plain = |c: char| !c.is_control() || c == '\x1b' && second & 1 != 0;
    assert!(line.chars().all(is_plain), "{line:?}");
}

fn dnstap(event: &Event<'_>, observer: &Observer) {
    let mut out = Vec::new();
    let count = Encoder::dnstap(observer, None).encode(event, &mut out);
    let frames = Events { bytes: &out, count, framing: Framing::Lengths };
    let bytes: usize = frames.iter().map(|frame| 4 + frame.len()).sum();
    assert_eq!((frames.iter().count() as u64, bytes), (count, out.len()));
}
