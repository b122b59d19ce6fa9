//! Who it was, why the resolver asked, and who filled the cache.

use std::net::IpAddr;

use super::{messages::*, *};
use crate::{
    config::{Config, Identity, resolved::Track},
    identity::{
        assignment::{Assignment, Source},
        directory::Directory,
        history::History,
    },
    rules::condition::network::Prefix,
    sample::Mac,
    track::{
        Tracker,
        cause::told::{Asker, Cache, Cause},
        lookup::Peer,
    },
};

const SECOND: u64 = 1_000_000_000;
const CLIENT: [u8; 4] = [192, 0, 2, 1];
const OTHER: [u8; 4] = [192, 0, 2, 7];
/// Of the lease of the second one.
const MAC: Mac = [0x02, 0, 0, 0, 0, 0x07];

/// What is known: the client has another name since [`TIME`], and there is one machine more.
fn directory(believed: Option<[u8; 4]>) -> Directory {
    let mut history = History::new(&Identity::default());
    let mut record = |address: [u8; 4], from, name: &str, mac| {
        let (address, name, source) = (address.into(), Some(name.into()), Source::Lease);
        history.record(Assignment { address, from, until: None, name, mac, source });
    };
    record(CLIENT, TIME - 60 * SECOND, "laptop-17.lab", None);
    record(CLIENT, TIME, "odd\"name\\.lab", None);
    record(OTHER, 0, "printer-3.lab", Some(MAC));
    let prefix = |address: [u8; 4]| Prefix { address: address.into(), length: 32 };
    let identity = Identity { forwarders: believed.map(prefix).into_iter().collect(), ..Identity::default() };
    Directory::of_history(&Config { identity, ..Config::default() }, history)
}

/// The event of a lookup, by what is known.
fn encode(lookup: &Lookup<'_>, directory: &mut Directory) -> Value {
    let (judgement, who, mut out) = (Judgement::default(), directory.who(lookup), Vec::new());
    let event = Event::new(lookup, &judgement, &who, ID, Some("eth0")).unwrap();
    let observer = observer();
    Encoder::new(&observer).encode(&event, &mut out);
    serde_json::from_slice(&out).unwrap()
}

/// What, who asked, and what is said of the client.
#[test]
fn a_client_has_its_name_and_its_mac() {
    let by = |ip: [u8; 4], mac| {
        let mut scene = Scene::default();
        (scene.packet.source, scene.packet.source_mac) = (ip.into(), mac);
        scene
    };
    let early = || {
        let mut scene = by(CLIENT, None);
        scene.packet.time = TIME - 1;
        scene
    };
    let wire = Some([0x02, 0, 0, 0, 0xab, 0xcd]);
    let cases = [
        ("its name now, and its MAC", by(CLIENT, wire), json!("odd\"name\\.lab"), json!("02-00-00-00-AB-CD")),
        ("its name a moment before", early(), json!("laptop-17.lab"), Value::Null),
        ("the MAC of its lease", by(OTHER, None), json!("printer-3.lab"), json!("02-00-00-00-00-07")),
        ("the wire knows better", by(OTHER, wire), json!("printer-3.lab"), json!("02-00-00-00-AB-CD")),
        ("nobody knows it", by([192, 0, 2, 99], None), Value::Null, Value::Null),
    ];
    for (what, scene, domain, mac) in cases {
        let event = scene.with(Cause::Untold, |lookup| encode(lookup, &mut directory(None)));
        assert_eq!((&event["client"]["domain"], &event["client"]["mac"]), (&domain, &mac), "{what}");
    }
}

#[test]
fn a_clients_answer_is_told_where_it_came_from() {
    let asker = |ip: [u8; 4], seconds| Asker {
        client: Peer { ip: ip.into(), port: 4711, mac: None },
        asked: TIME - seconds * SECOND,
        id: 7,
        qtype: A,
    };
    let of = |cache, filled_by| Cause::Client { cache, filled_by };
    let cases = [
        ("nothing is known", Cause::Untold, json!({})),
        ("a miss", of(Cache::Miss, None), json!({"cache": "miss"})),
        ("joined", of(Cache::Shared, None), json!({"cache": "shared"})),
        ("a hit, nobody knows since when", of(Cache::Hit, None), json!({"cache": "hit"})),
        (
            "a hit, and who filled the cache, by its name of that time",
            of(Cache::Hit, Some(asker(CLIENT, 5))),
            json!({"cache": "hit", "filled_by": {
                "@timestamp": "2023-11-14T22:13:15.123456789Z",
                "client": {"ip": "192.0.2.1", "port": 4711, "domain": "laptop-17.lab"},
                "dns": {"id": "7"},
            }}),
        ),
        (
            "the same, by its lease",
            of(Cache::Hit, Some(asker(OTHER, 0))),
            json!({"cache": "hit", "filled_by": {
                "@timestamp": "2023-11-14T22:13:20.123456789Z",
                "client": {
                    "ip": "192.0.2.7", "port": 4711, "domain": "printer-3.lab", "mac": "02-00-00-00-00-07",
                },
                "dns": {"id": "7"},
            }}),
        ),
    ];
    for (what, cause, changes) in cases {
        let mut expected = usual();
        merge(&mut expected, &json!({"client": {"domain": "odd\"name\\.lab"}, "dns_monitor": changes}));
        let event = Scene::default().with(cause, |lookup| encode(lookup, &mut directory(None)));
        assert_eq!(event, expected, "{what}");
    }
}

#[test]
fn a_forwarder_that_is_believed_names_the_true_client() {
    let (subnet, mac) =
        (&[0, 8, 0, 8, 0, 1, 32, 0, 192, 0, 2, 7][..], &[0xfd, 0xe9, 0, 6, 2, 0, 0, 0, 0, 0x42][..]);
    let both = [subnet, mac].concat();
    let cases = [
        ("nobody is believed", None, both.as_slice(), Value::Null),
        ("somebody else is", Some(OTHER), &both, Value::Null),
        (
            "an address: its name, and the MAC of its lease",
            Some(CLIENT),
            subnet,
            json!({"ip": "192.0.2.7", "domain": "printer-3.lab", "mac": "02-00-00-00-00-07"}),
        ),
        ("a MAC alone", Some(CLIENT), mac, json!({"mac": "02-00-00-00-00-42"})),
        (
            "both: the forwarder knows the MAC better",
            Some(CLIENT),
            &both,
            json!({"ip": "192.0.2.7", "domain": "printer-3.lab", "mac": "02-00-00-00-00-42"}),
        ),
        (
            "an address that nobody knows",
            Some(CLIENT),
            &[0, 8, 0, 8, 0, 1, 32, 0, 192, 0, 2, 99],
            json!({"ip": "192.0.2.99"}),
        ),
    ];
    for (what, believed, options, expected) in cases {
        let query = message(QUERY, [1, 0, 0, 1], &[&question(WWW, A), &opt(0, false, options)]);
        let scene = Scene { query: Some(query), ..Scene::default() };
        let event = scene.with(Cause::Untold, |lookup| encode(lookup, &mut directory(believed)));
        assert_eq!(event["dns_monitor"]["true_client"], expected, "{what}");
        assert_eq!(event["client"]["domain"], "odd\"name\\.lab", "{what}: the forwarder stays the client");
    }
}

/// So many ms after [`TIME`]: a client asks, the resolver asks, and is told of an alias, which it asks for too.
#[test]
fn a_lookup_of_the_resolver_names_its_cause() {
    const EDGE: &[u8] = b"\x04edge\x04test\0";
    let ask = |name: &[u8]| message(QUERY, [1, 0, 0, 0], &[&question(name, A)]);
    let told = |name: &[u8], record: Vec<u8>| message(NOERROR, [1, 1, 0, 0], &[&question(name, A), &record]);
    let client = Scene::default().packet;
    let server = IpAddr::from([198, 51, 100, 1]);
    let out = Packet {
        direction: Direction::Out,
        source: client.destination,
        destination: server,
        source_mac: None,
        destination_mac: None,
        ..client
    };
    let back = Packet {
        direction: Direction::In,
        source: server,
        destination: client.destination,
        source_port: out.destination_port,
        destination_port: out.source_port,
        ..out
    };
    let steps = [
        (client, ask(WWW)),
        (out, ask(WWW)),
        (back, told(WWW, record(QNAME, CNAME, IN, EDGE))),
        (out, ask(EDGE)),
        (back, told(EDGE, record(QNAME, A, IN, &OTHER))),
        (out, ask(b"\x07nothing\x04test\0")),
        (back, message(0x8183, [1, 0, 0, 0], &[&question(b"\x07nothing\x04test\0", A)])),
    ];
    let (mut tracker, mut directory, mut causes) =
        (Tracker::new(&Track::default(), &[53]), directory(None), Vec::new());
    for (at, (packet, bytes)) in (0..).zip(&steps) {
        let packet = Packet { time: TIME + at * 1_000_000, ..*packet };
        tracker.push(Datagram { packet, length: bytes.len() as u32, bytes }, |lookup| {
            causes.push(encode(lookup, &mut directory)["dns_monitor"]["cause"].take());
        });
    }
    let asker = json!({
        "@timestamp": "2023-11-14T22:13:20.123456789Z",
        "client": {"ip": "192.0.2.1", "port": 40000, "domain": "odd\"name\\.lab"},
        "dns": {"id": "4660"},
        "question": {"name": "www.example.com", "type": "A"},
    });
    let with = |more: Value| {
        let mut entry = asker.clone();
        merge(&mut entry, &more);
        entry
    };
    let expected = [
        json!([with(json!({"certainty": "sole"}))]),
        json!([with(json!({"certainty": "chained", "chain": [{"via": "cname", "name": "edge.test"}]}))]),
        json!([{"certainty": "none"}]),
    ];
    assert_eq!(causes, expected);
}
