//! Names that rules block, queries for them, and what the agent says that the programs answer.

use dns_monitor::rules::{
    action::{Action, Block, Effect, Sinkhole},
    forge::{forge, is_signed},
    name::NameBuf,
};
use dns_monitor_common::rule::{Candidate, action, candidate};

use super::rules::plain;

pub const ERROR: u16 = 15;
pub const OPT: &[u8] = &[0, 0, 41, 0x10, 0, 0, 0, 0x80, 0, 0, 0];
pub const COOKIE: &[u8] = &[0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 28, 0, 10, 0, 24];
pub const TSIG: &[u8] = b"\x03key\0\0\xfa\0\xff\0\0\0\0\0\x04abcd";

/// One name for each way to block, and what its rule does.
pub fn blocked() -> Vec<(&'static str, Candidate)> {
    let with_error = |action| Candidate { ede: ERROR, ..plain(action) };
    vec![
        ("nx.example", with_error(action::NXDOMAIN)),
        ("plain-nx.example", plain(action::NXDOMAIN)),
        ("nodata.example", with_error(action::NODATA)),
        ("refused.example", with_error(action::REFUSED)),
        ("sinkhole.example", with_error(action::SINKHOLE)),
        (
            "sinkhole4.example",
            Candidate { flags: plain(0).flags & !candidate::V6, ..plain(action::SINKHOLE) },
        ),
        ("tcp-only.example", plain(action::TCP_ONLY)),
        ("drop.example", plain(action::DROP)),
    ]
}

fn effect(rule: &Candidate) -> (Block, Effect) {
    let block = Block::from_code(rule.action).unwrap();
    let has = |flag: u16| rule.flags & flag != 0;
    let sinkhole = Sinkhole {
        v4: has(candidate::V4).then(|| rule.v4.into()),
        v6: has(candidate::V6).then(|| rule.v6.into()),
    };
    let ede = (rule.ede == ERROR).then_some(ERROR);
    (block, Effect { sinkhole, ede, ttl: rule.ttl, ..Effect::of(Action::Block(block)) })
}

/// A query with RD, CD and whatever is given behind its question.
pub fn query(name: &[u8], qtype: u16, additional: &[&[u8]]) -> Vec<u8> {
    let count = additional.len() as u8;
    let header = [0x12, 0x34, 0x01, 0x10, 0, 1, 0, 0, 0, 0, 0, count];
    [&header[..], name, &[0], &qtype.to_be_bytes(), &[0, 1], &additional.concat()].concat()
}

/// `name` below `label`, in a mix of cases.
pub fn below(label: &str, name: &str) -> Vec<u8> {
    let name = NameBuf::parse(&format!("{label}.{name}")).unwrap().as_bytes().to_vec();
    name.iter()
        .enumerate()
        .map(|(at, byte)| if at % 2 == 0 { byte.to_ascii_uppercase() } else { *byte })
        .collect()
}

pub fn full_cookie() -> Vec<u8> {
    [COOKIE, &[7; 24]].concat()
}

/// What the agent says of a query that a rule wants to block.
pub enum Expected {
    Passed,
    Dropped,
    Answered(Vec<u8>),
}

pub fn expected(query: &[u8], rule: &Candidate) -> Expected {
    let (block, effect) = effect(rule);
    let mut answer = vec![];
    match block {
        Block::Drop => Expected::Dropped,
        _ if is_signed(query) => Expected::Passed,
        _ if forge(query, block, &effect, &mut answer) => Expected::Answered(answer),
        _ => Expected::Passed,
    }
}
