//! Messages with bytes changed at random: every schema stays JSON, with privacy and without, and names stay hidden.

use super::*;
use crate::event::privacy::{
    Settings,
    settings::{Addresses, Key, Names},
};

const MESSAGES: usize = 600;
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Numbers that are the same in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn mutate(&mut self, message: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(message.len());
            match self.below(4) {
                0 => message.truncate(at),
                1 => message.insert(at, self.below(256) as u8),
                _ => {
                    if let Some(byte) = message.get_mut(at) {
                        *byte = self.below(256) as u8;
                    }
                }
            }
        }
    }
}

/// A response with every kind of record data that is written anew.
fn response() -> Vec<u8> {
    let subnet = opt(0, true, b"\0\x08\0\x07\0\x01\x18\0\xc6\x33\x64");
    let answers = [
        record(QNAME, CNAME, IN, b"\x03cdn\xc0\x10"),
        record(QNAME, A, IN, &[192, 168, 2, 80]),
        record(QNAME, AAAA, IN, &[0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
        record(QNAME, 15, IN, b"\0\x0a\x04mail\xc0\x10"),
        record(QNAME, 33, IN, b"\0\x0a\0\x14\x01\xbb\x02sv\xc0\x10"),
        record(QNAME, SOA, IN, &[b"\xc0\x10\xc0\x10".as_slice(), &[7; 20]].concat()),
        record(QNAME, TXT, IN, b"\x0bsay \"hi\" \\ "),
        record(b"\x017\x012\x03168\x03192\x07in-addr\x04arpa\0", 12, IN, b"\x06laptop\xc0\x10"),
    ];
    let sections = [question(WWW, A), answers.concat(), subnet].concat();
    message(NOERROR, [1, answers.len() as u16, 0, 1], &[&sections])
}

fn settings(addresses: Addresses, names: Names) -> Settings {
    Settings { addresses, names, key: Key::parse(KEY).ok(), ..Settings::default() }
}

#[test]
fn whatever_comes_is_json() {
    let privacy = [
        settings(Addresses::Keep, Names::Keep),
        settings(Addresses::Truncate, Names::Keep),
        settings(Addresses::Pseudonym, Names::Hash),
    ];
    let all = SCHEMAS.map(|(schema, _)| schema);
    let mut encoders: Vec<_> = privacy
        .iter()
        .flat_map(|settings| {
            let new = |schema| encoder::Encoder::new(schema, &observer()).with_privacy(settings).unwrap();
            std::iter::once(Schema::Ecs).chain(all).map(new).collect::<Vec<_>>()
        })
        .collect();
    let (mut chance, mut out) = (Chance(1), Vec::new());
    for number in 0..MESSAGES {
        let mut bytes = response();
        if number > 0 {
            chance.mutate(&mut bytes);
        }
        let scene = Scene::answered(bytes);
        for encoder in &mut encoders {
            out.clear();
            let lines = scene.lookup(|event| encoder.encode(event, &mut out));
            let text = std::str::from_utf8(&out).unwrap();
            assert_eq!(text.lines().count() as u64, lines);
            for line in text.lines() {
                serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            }
        }
    }
}

/// What the records of the good response become.
#[test]
fn record_data_is_written_anew() {
    let tell = |settings: &Settings| -> Vec<String> {
        let mut out = Vec::new();
        let mut encoder = encoder::Encoder::new(Schema::Ecs, &observer()).with_privacy(settings).unwrap();
        Scene::answered(response()).lookup(|event| encoder.encode(event, &mut out));
        let event: Value = serde_json::from_slice(&out).unwrap();
        let answers = event["dns"]["answers"].as_array().unwrap();
        answers
            .iter()
            .map(|answer| {
                format!("{} {}", answer["type"].as_str().unwrap(), answer["data"].as_str().unwrap())
            })
            .collect()
    };
    let cut = tell(&settings(Addresses::Truncate, Names::Keep));
    let expected = [
        "CNAME cdn.example.com",
        "A 192.168.2.0",
        "AAAA fd01:203:405::",
        "MX 10 mail.example.com",
        "SRV 10 20 443 sv.example.com",
        "SOA example.com example.com 117901063 117901063 117901063 117901063 117901063",
        r#"TXT "say \"hi\" \\ ""#,
        "PTR laptop.example.com",
    ];
    assert_eq!(cut, expected);
    let hashed = tell(&settings(Addresses::Keep, Names::Hash));
    let types: Vec<_> = hashed.iter().map(|answer| answer.split(' ').next().unwrap()).collect();
    assert_eq!(types, ["CNAME", "A", "AAAA", "MX", "SRV", "SOA", "PTR"], "TXT is left out");
    assert_eq!(hashed[1], "A 192.168.2.80");
    assert!(hashed[3].starts_with("MX 10 ") && hashed[3].ends_with(".invalid"), "{hashed:?}");
    assert!(!hashed.concat().contains("example"), "{hashed:?}");
}
