//! Lookups as dnstap: what a reader of Protocol Buffers finds.

use super::{messages::*, *};
use crate::{
    event::dnstap,
    rules::{
        action::{Action, Block},
        verdict::{Enforced, Hit, Verdict},
    },
};

/// The frames of a lookup.
fn frames(scene: &Scene) -> Vec<Vec<u8>> {
    let (mut out, observer) = (b"before".to_vec(), observer());
    let count = scene.lookup(|event| dnstap::Encoder::new(&observer, None).encode(event, &mut out));
    let mut rest = out.strip_prefix(b"before").unwrap();
    let mut frames = Vec::new();
    while let Some((length, behind)) = rest.split_first_chunk() {
        let (frame, behind) = behind.split_at(u32::from_be_bytes(*length) as usize);
        frames.push(frame.to_vec());
        rest = behind;
    }
    assert_eq!((count, rest), (frames.len() as u64, &b""[..]));
    frames
}

/// The fields of a message, as text: numbers in decimal, bytes in hexadecimal.
fn fields(message: &[u8]) -> Vec<(u64, String)> {
    dnstap::tests::read(message)
}

/// The message within the frame.
fn message_of(frame: &[u8]) -> Vec<(u64, String)> {
    let inner = fields(frame).into_iter().find(|(field, _)| *field == 14).unwrap().1;
    fields(&data_encoding::HEXLOWER.decode(inner.as_bytes()).unwrap())
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

fn value(fields: &[(u64, String)], field: u64) -> Option<&str> {
    fields.iter().find(|(number, _)| *number == field).map(|(_, value)| value.as_str())
}

#[test]
fn a_frame_says_who_saw_it() {
    let [query, response] = frames(&Scene::default()).try_into().unwrap();
    for frame in [query, response] {
        let fields = fields(&frame);
        let version = concat!("dns-monitor ", env!("CARGO_PKG_VERSION"));
        let expected = [
            (1, hex(b"ns1.example.net")),
            (2, hex(version.as_bytes())),
            (3, hex(b"17979cfe362a0000-42")),
            (14, value(&fields, 14).unwrap().to_owned()),
            (15, "1".to_owned()),
        ];
        assert_eq!(fields, expected);
    }
}

#[test]
fn query_and_response_are_told_as_they_crossed_the_nic() {
    let scene = Scene::default();
    let [query, response] = frames(&scene).try_into().unwrap();
    let place = [
        (2, "1".to_owned()),
        (3, "1".to_owned()),
        (4, hex(&[192, 0, 2, 1])),
        (6, "40000".to_owned()),
        (5, hex(&[192, 0, 2, 53])),
        (7, "53".to_owned()),
        (8, "1700000000".to_owned()),
        (9, "123456789".to_owned()),
    ];
    let asked = [&[(1, "5".to_owned())], &place[..], &[(10, hex(scene.query.as_deref().unwrap()))]].concat();
    assert_eq!(message_of(&query), asked);
    let times = [(12, "1700000000".to_owned()), (13, "124956789".to_owned())];
    let body = [(14, hex(scene.response.as_deref().unwrap()))];
    assert_eq!(message_of(&response), [&[(1, "6".to_owned())], &place[..], &times, &body].concat());
}

#[test]
fn what_was_not_seen_is_not_told() {
    let asked = message(QUERY, [1, 0, 0, 0], &[&question(WWW, A)]);
    let lone = || Scene { query: None, end: End::Unasked, ..Scene::default() };
    let mut v6 = Scene { role: Role::Resolver, ..Scene::default() };
    v6.packet.source = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into();
    v6.packet.destination = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 2].into();
    v6.packet.transport = Transport::Tcp;
    let cases: [(&str, Scene, &[&str], &[u64]); 4] = [
        ("no response", Scene::unanswered(asked), &["5"], &[12, 13, 14, 15]),
        ("a lone response", lone(), &["6"], &[8, 9, 10, 15]),
        ("what the resolver asks", v6, &["3", "4"], &[15]),
        (
            "not even a header",
            Scene { end: End::Undecodable, ..Scene::unanswered(b"\x12".to_vec()) },
            &["5"],
            &[14],
        ),
    ];
    for (what, scene, types, absent) in cases {
        let messages: Vec<_> = frames(&scene).iter().map(|frame| message_of(frame)).collect();
        let told: Vec<_> = messages.iter().filter_map(|fields| value(fields, 1)).collect();
        assert_eq!(told, types, "{what}");
        for field in absent {
            assert!(messages.iter().all(|fields| value(fields, *field).is_none()), "{what}: {field}");
        }
    }
}

#[test]
fn a_rule_is_a_policy() {
    let hit = || Hit {
        id: "ads.txt:7".to_owned(),
        name: "ads",
        ruleset: "ads",
        category: None,
        severity: None,
        action: Action::Block(Block::Nxdomain),
    };
    let cases = [
        ("nxdomain", Verdict::Blocked(Block::Nxdomain), Enforced::Kernel, "1"),
        ("nodata", Verdict::Blocked(Block::Nodata), Enforced::Kernel, "2"),
        ("a rule that only tries", Verdict::Would(Block::Drop), Enforced::No, "3"),
        ("drop", Verdict::Blocked(Block::Drop), Enforced::Kernel, "4"),
        ("a reset brings no answer", Verdict::Blocked(Block::Nxdomain), Enforced::Reset, "4"),
        ("truncated", Verdict::Blocked(Block::TcpOnly), Enforced::Kernel, "5"),
        ("sinkhole", Verdict::Blocked(Block::Sinkhole), Enforced::Kernel, "6"),
    ];
    for (what, verdict, enforced, action) in cases {
        let judgement = Judgement { verdict, enforced: Some(enforced), rule: Some(hit()) };
        for frame in frames(&Scene { judgement, end: End::Blocked, ..Scene::default() }) {
            let message = message_of(&frame);
            let policy = data_encoding::HEXLOWER.decode(value(&message, 15).unwrap().as_bytes()).unwrap();
            let expected = [(1, hex(b"dns-monitor")), (2, hex(b"ads.txt:7")), (3, action.to_owned())];
            assert_eq!(fields(&policy), expected, "{what}");
        }
    }
}
