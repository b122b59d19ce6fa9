//! Each format as a table: what is said of a text, the text, and what comes of it, a line each.

#![allow(clippy::unwrap_used, reason = "tests")]

mod adblock;
mod detection;
mod dnsmasq;
mod domains;
mod hosts;
mod junk;
mod rpz;
mod stix;
mod suricata;
mod zeek;

use std::fmt::Write;

use super::{Bad, Format, Sink, read};
use crate::rules::{
    action::{Action, Block, Effect},
    condition::Condition,
    entry::{Entry, Pattern, Scope},
    name::{NameBuf, Shown},
};

/// What is said of a text, the text, what comes of it.
type Case<'c> = (&'c str, &'c str, &'c [&'c str]);

/// Reads every text of a table, and compares.
fn check(format: Format, table: &[Case<'_>]) {
    for (what, text, expected) in table {
        assert_eq!(lines_of(format, text.as_bytes()), *expected, "{what}: {text:?}");
    }
}

/// What comes of a text.
fn lines_of(format: Format, text: &[u8]) -> Vec<String> {
    let mut told = Told::default();
    read(format, &mut &*text, &mut told).unwrap();
    told.0
}

/// A sink that tells what it was given.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn entry(&mut self, line: u32, entry: Entry<'_>) {
        let mut text = format!("{line} ");
        match entry.pattern {
            Pattern::Name(name, Scope::Exact) => write!(text, "exact {}", Shown(name)),
            Pattern::Name(name, Scope::Below) => write!(text, "below {}", Shown(name)),
            Pattern::Name(name, Scope::Suffix) => write!(text, "suffix {}", Shown(name)),
            Pattern::Regex(regex) => write!(text, "regex {regex}"),
            Pattern::Every => write!(text, "every"),
        }
        .unwrap();
        if entry.important {
            text += " important";
        }
        for condition in entry.when {
            text += &format!(" if {}", condition_text(condition));
        }
        if let Some(effect) = entry.effect {
            text += &format!(" => {}", effect_text(effect));
            assert_eq!(effect.important, entry.important);
        }
        self.0.push(text);
    }

    fn bad(&mut self, line: u32, why: Bad) {
        let kind = if why.is_unreadable() { "bad" } else { "ignored" };
        self.0.push(format!("{line} {kind}: {why}"));
    }
}

fn effect_text(effect: Effect) -> String {
    let mut text = effect.action.name().to_owned();
    if effect.action == Action::Block(Block::Sinkhole) {
        let addresses = effect.sinkhole.v4.iter().map(ToString::to_string);
        let addresses = addresses.chain(effect.sinkhole.v6.iter().map(ToString::to_string));
        text += &format!(" {} ttl {}", addresses.collect::<Vec<_>>().join(" "), effect.ttl);
    }
    text
}

fn condition_text(condition: &Condition) -> String {
    let names = |names: &[NameBuf]| names.iter().map(NameBuf::to_string).collect::<Vec<_>>().join("|");
    match condition {
        Condition::Not(not) => format!("not {}", condition_text(not)),
        Condition::Type(types) => format!("type {types:?}"),
        Condition::Suffix(suffix) => format!("suffix {}", names(suffix)),
        Condition::Client(networks) => {
            let networks = networks.iter().map(|network| format!("{}/{}", network.address, network.length));
            format!("client {}", networks.collect::<Vec<_>>().join("|"))
        }
        other => format!("{other:?}"),
    }
}
