//! Which events an output gets, and several outputs beside each other.

use std::{net::IpAddr, time::Duration};

use serde_json::Value;

use crate::{
    config::{
        Output, Schema,
        output::{Filter, Sample, filter::Wanted},
    },
    event::Observer,
    identity::directory::{Behind, Who},
    output::{
        emit::{Emitter, Pressure},
        lane::Lane,
        queue::{Batches, queue},
    },
    rules::{
        action::{Action, Block, Severity},
        name::NameBuf,
        verdict::{Enforced, Hit, Judgement, Verdict},
    },
    sample::{Datagram, Direction, Packet, Transport},
    track::{
        lookup::{End, Lookup, Seen},
        role::{Kind, Part, Role},
    },
};

/// What an event is about.
pub(super) struct Scene {
    role: Role,
    client: IpAddr,
    name: &'static str,
    judgement: Judgement<'static>,
    behind: Option<IpAddr>,
    /// ns since the Unix epoch.
    time: u64,
}

pub(super) fn scene() -> Scene {
    let hit = Hit {
        id: "rules:1".into(),
        name: "cheap-tlds",
        ruleset: "rules",
        category: None,
        severity: Some(Severity::High),
        action: Action::Block(Block::Nxdomain),
    };
    Scene {
        role: Role::Client,
        client: "10.0.0.5".parse().unwrap(),
        name: "www.Example.com",
        judgement: Judgement {
            verdict: Verdict::Blocked(Block::Nxdomain),
            enforced: Some(Enforced::Kernel),
            rule: Some(hit),
        },
        behind: None,
        time: 0,
    }
}

pub(super) fn emit(emitter: &mut Emitter, scene: &Scene) {
    let packet = Packet {
        time: scene.time,
        interface: 0,
        direction: if scene.role == Role::Client { Direction::In } else { Direction::Out },
        transport: Transport::Udp,
        source: scene.client,
        destination: IpAddr::from([192, 0, 2, 53]),
        source_port: 40_000,
        destination_port: 53,
        source_mac: None,
        destination_mac: None,
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    };
    let mut message = b"\0\x07\x01\0\0\x01\0\0\0\0\0\0".to_vec();
    for label in scene.name.split('.') {
        message.push(label.len() as u8);
        message.extend_from_slice(label.as_bytes());
    }
    message.extend_from_slice(b"\0\0\x01\0\x01");
    let kind = Kind { role: scene.role, part: Part::Query, contradicted: false };
    let seen = Seen::new(Datagram { packet, length: message.len() as u32, bytes: &message });
    let true_client = scene.behind.map(|ip| Behind { ip: Some(ip), machine: Default::default() });
    let mut who = Who::default();
    who.true_client = true_client;
    emitter.emit(&Lookup::alone(kind, seen, End::TimedOut), &scene.judgement, &who);
}

fn lanes(outputs: &[Output]) -> (Emitter, Vec<Batches>) {
    let (lanes, batches) = outputs
        .iter()
        .map(|output| {
            let (queue, batches) = queue(1 << 20);
            (Lane::new(output, false, queue), batches)
        })
        .unzip();
    (Emitter::new(lanes, &Observer::default(), Pressure::Drop), batches)
}

fn lines(batches: &Batches) -> Vec<Vec<u8>> {
    let all: Vec<u8> = std::iter::from_fn(|| batches.next()).flat_map(|batch| batch.bytes).collect();
    all.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Whether the filter lets the event of a scene through.
fn wants(filter: Filter, scene: &Scene) -> bool {
    let (mut emitter, batches) = lanes(&[Output { filter, ..Output::default() }]);
    emit(&mut emitter, scene);
    emitter.close();
    let lines = lines(&batches[0]).len();
    let tally = emitter.books()[0].tally;
    assert_eq!((tally.seen(), tally.filtered() as usize), (1, 1 - lines));
    lines == 1
}

#[test]
fn conditions() {
    let prefix = |text: &str| text.parse().unwrap();
    let name = |text: &str| NameBuf::parse(text).unwrap();
    let resolver = || Scene { role: Role::Resolver, ..scene() };
    let passed = || Scene { judgement: Judgement::default(), ..scene() };
    let behind = || Scene { behind: Some("10.9.0.1".parse().unwrap()), ..scene() };
    let drop = || {
        // A connection that is reset brings no answer, whatever the rule asks for.
        let judgement = Judgement { enforced: Some(Enforced::Reset), ..scene().judgement };
        Scene { judgement, ..scene() }
    };
    let roles = |role| Filter { roles: vec![role], ..Filter::default() };
    let verdicts = |wanted| Filter { verdicts: vec![wanted], ..Filter::default() };
    let rules = |rule: &str| Filter { rules: vec![rule.into()], ..Filter::default() };
    let lists = |list: &str| Filter { lists: vec![list.into()], ..Filter::default() };
    let severities = |severity| Filter { severities: vec![Severity::Low, severity], ..Filter::default() };
    let clients = |text| Filter { clients: vec![prefix("192.0.2.0/24"), prefix(text)], ..Filter::default() };
    let names = |text| Filter { names: vec![name("example.net"), name(text)], ..Filter::default() };
    let block = |block| Wanted::Exactly(Verdict::Blocked(block));
    let cases: [(&str, Filter, Scene, bool); 27] = [
        ("nothing asked", Filter::default(), scene(), true),
        ("role", roles(Role::Client), scene(), true),
        ("other role", roles(Role::Client), resolver(), false),
        ("any block", verdicts(Wanted::Blocked), scene(), true),
        ("any block, and it passed", verdicts(Wanted::Blocked), passed(), false),
        ("this block", verdicts(block(Block::Nxdomain)), scene(), true),
        ("another block", verdicts(block(Block::Drop)), scene(), false),
        ("as the event says it", verdicts(block(Block::Drop)), drop(), true),
        ("would block, and it did", verdicts(Wanted::WouldBlock), scene(), false),
        ("pass", verdicts(Wanted::Exactly(Verdict::Pass)), passed(), true),
        ("pass, and it did not", verdicts(Wanted::Exactly(Verdict::Pass)), scene(), false),
        ("rule", rules("cheap-tlds"), scene(), true),
        ("other rule", rules("other"), scene(), false),
        ("rule, and there is none", rules("cheap-tlds"), passed(), false),
        ("list", lists("rules"), scene(), true),
        ("other list", lists("malware"), scene(), false),
        ("severity", severities(Severity::High), scene(), true),
        ("other severity", severities(Severity::Critical), scene(), false),
        ("network", clients("10.0.0.0/8"), scene(), true),
        ("address", clients("10.0.0.5"), scene(), true),
        ("other network", clients("10.1.0.0/16"), scene(), false),
        ("network of the one behind", clients("10.9.0.0/16"), behind(), true),
        ("network of the forwarder", clients("10.0.0.5"), behind(), true),
        ("the name itself, in any case", names("www.example.com"), scene(), true),
        ("a name above", names("example.com"), scene(), true),
        ("half a label is no name above", names("ample.com"), scene(), false),
        (
            "all must hold",
            Filter { roles: vec![Role::Client], names: vec![name("example.org")], ..Filter::default() },
            scene(),
            false,
        ),
    ];
    for (what, filter, scene, expected) in cases {
        assert_eq!(wants(filter, &scene), expected, "{what}");
    }
}

#[test]
fn a_sample_has_all_lookups_of_a_pair_or_none() {
    let sample = Some(Sample(10.try_into().unwrap()));
    let (mut emitter, batches) = lanes(&[Output { sample, ..Output::default() }]);
    let clients = 1000_u32;
    for _ in 0..3 {
        for client in 0..clients {
            emit(
                &mut emitter,
                &Scene { client: IpAddr::from((0x0a00_0000 | client).to_be_bytes()), ..scene() },
            );
        }
    }
    emitter.close();
    let mut taken = std::collections::BTreeMap::new();
    for line in lines(&batches[0]) {
        let event: Value = serde_json::from_slice(&line).unwrap();
        *taken.entry(event["client"]["ip"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    assert!(taken.values().all(|times| *times == 3));
    assert!((60..=140).contains(&taken.len()), "{} of {clients}", taken.len());
    let tally = emitter.books()[0].tally;
    assert_eq!((tally.seen(), tally.filtered()), (3000, 3000 - 3 * taken.len() as u64));
    // Whatever is changed in the program: who was in the sample stays in it.
    assert_eq!(taken.keys().next().unwrap(), "10.0.0.110");
}

#[test]
fn outputs_get_the_same_bytes_each_by_its_own_filter() {
    let blocked = Filter { verdicts: vec![Wanted::Blocked], ..Filter::default() };
    let text = Output { schema: Some(Schema::Text), ..Output::default() };
    let (mut emitter, batches) = lanes(&[
        Output::default(),
        Output { name: "blocked".into(), filter: blocked, ..Output::default() },
        text,
    ]);
    for number in 0..10 {
        let judgement = if number % 2 == 0 { scene().judgement } else { Judgement::default() };
        emit(&mut emitter, &Scene { judgement, ..scene() });
    }
    emitter.close();
    let lines: Vec<Vec<Vec<u8>>> = batches.iter().map(lines).collect();
    assert_eq!(lines.iter().map(Vec::len).collect::<Vec<_>>(), [10, 5, 10]);
    assert_eq!(lines[1], lines[0].iter().step_by(2).cloned().collect::<Vec<_>>());
    assert!(lines[2].iter().all(|line| line.starts_with(b"1970-")));
    let books: Vec<String> =
        emitter.books().iter().map(|books| format!("{}: {}", books.name, books.tally)).collect();
    assert_eq!(books[1], "blocked: seen 10 = emitted 0 + filtered 5 (filtered 5) + lost 0 + held 5");
}

#[test]
fn a_loss_of_one_output_is_said_there_alone() {
    let small = Output { name: "small".into(), ..Output::default() };
    let (queue_small, batches_small) = queue(2000);
    let (queue_large, batches_large) = queue(1 << 20);
    let lanes =
        vec![Lane::new(&small, false, queue_small), Lane::new(&Output::default(), false, queue_large)];
    let mut emitter = Emitter::new(lanes, &Observer::default(), Pressure::Drop);
    for _ in 0..10 {
        emit(&mut emitter, &scene());
    }
    let batch = batches_small.next().unwrap();
    batches_small.done(batch);
    emitter.report(0, 0, 0);
    emitter.close();
    let gaps = |batches: &Batches| {
        let is_gap = |line: &Vec<u8>| {
            let event: Value = serde_json::from_slice(line).unwrap();
            event["event"]["action"] == "dns-gap"
        };
        lines(batches).iter().filter(|line| is_gap(line)).count()
    };
    assert_eq!((gaps(&batches_small), gaps(&batches_large)), (1, 0));
    let books = emitter.books();
    assert!(books[0].tally.lost() > 0 && books[1].tally.lost() == 0);
    assert!(!emitter.is_broken());
}

/// So many lookups at these times, of [`scene`] and of another client.
fn aggregated(times: &[(u64, &str)]) -> (Vec<Value>, String) {
    let aggregate = Some(Duration::from_secs(10));
    let (mut emitter, batches) = lanes(&[Output { aggregate, ..Output::default() }]);
    for (second, client) in times {
        let scene = Scene { client: client.parse().unwrap(), time: second * 1_000_000_000, ..scene() };
        emit(&mut emitter, &scene);
    }
    emitter.close();
    let events = lines(&batches[0]).iter().map(|line| serde_json::from_slice(line).unwrap()).collect();
    (events, emitter.books()[0].tally.to_string())
}

#[test]
fn lookups_that_are_alike_become_one_event() {
    let times = [
        (0, "10.0.0.5"),
        (1, "10.0.0.6"),
        (3, "10.0.0.5"),
        (9, "10.0.0.5"),
        (10, "10.0.0.5"),
        (11, "10.0.0.5"),
    ];
    let (events, books) = aggregated(&times);
    let said = |event: &Value| {
        let text = |field: &Value| field.as_str().unwrap_or_default().to_owned();
        let count = event["dns_monitor"]["count"].as_u64();
        let event = &event["event"];
        (event["sequence"].as_u64().unwrap(), count, text(&event["start"]), text(&event["end"]))
    };
    let at = |second: u64| format!("1970-01-01T00:00:{second:02}.000000000Z");
    let expected =
        [(0, Some(3), at(0), at(9)), (1, None, String::new(), String::new()), (4, Some(2), at(10), at(11))];
    assert_eq!(events.iter().map(said).collect::<Vec<_>>(), expected);
    assert_eq!(books, "seen 6 = emitted 0 + filtered 3 (aggregated 3) + lost 0 + held 3");
}

#[test]
fn what_waits_for_others_goes_out_when_its_time_is_over() {
    let aggregate = Some(Duration::from_secs(10));
    let (mut emitter, batches) = lanes(&[Output { aggregate, ..Output::default() }]);
    emit(&mut emitter, &scene());
    emitter.flush();
    assert!(batches[0].next_within(Duration::ZERO).is_err());
    emitter.report(9_999_999_999, 0, 0);
    emitter.flush();
    assert!(batches[0].next_within(Duration::ZERO).is_err());
    emitter.report(10_000_000_000, 0, 0);
    emitter.flush();
    assert_eq!(batches[0].next_within(Duration::ZERO).unwrap().events, 1);
}

/// A clock that is set forth and back: nothing waits for a time that does not come, and lookups are counted together again.
#[test]
fn what_waits_for_others_goes_out_though_the_clock_is_set() {
    let hour = 3600;
    let far = 1000 * hour;
    for (what, times, events) in [
        ("forth", [hour, hour + 1, far, far + 1], 2),
        ("back", [far, far + 1, hour, hour + 1], 2),
        ("a little out of order", [hour, hour - 3, hour + 1, hour - 2], 1),
    ] {
        let aggregate = Some(Duration::from_secs(10));
        let (mut emitter, batches) = lanes(&[Output { aggregate, ..Output::default() }]);
        for second in times {
            emit(&mut emitter, &Scene { time: second * 1_000_000_000, ..scene() });
        }
        let last = times.iter().skip(2).max().unwrap();
        emitter.report((last + 10) * 1_000_000_000, 0, 0);
        emitter.flush();
        let out = std::iter::from_fn(|| batches[0].next_within(Duration::ZERO).ok());
        assert_eq!(out.map(|batch| batch.events).sum::<u64>(), events, "{what}");
        assert_eq!(emitter.books()[0].tally.filtered(), 4 - events, "{what}: {}", emitter.books()[0].tally);
    }
}

/// As many bytes may wait as in the queue.
#[test]
fn what_waits_for_others_is_bounded() {
    let aggregate = Some(Duration::from_secs(3600));
    let output = Output { aggregate, queue_bytes: 64 << 10, ..Output::default() };
    let (mut emitter, batches) = lanes(&[output]);
    for client in 0..1000_u32 {
        emit(&mut emitter, &Scene { client: IpAddr::from((0x0a00_0000 | client).to_be_bytes()), ..scene() });
    }
    emitter.flush();
    let out = std::iter::from_fn(|| batches[0].next_within(Duration::ZERO).ok());
    let out: u64 = out.map(|batch| batch.events).sum();
    assert!((850..1000).contains(&out), "{out}");
}
