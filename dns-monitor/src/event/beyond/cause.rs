//! Why the resolver asked, and where a client's answer came from.

use super::machine;
use crate::{
    decode::mnemonics,
    event::{
        Event,
        json::{address, escape_tail, number, raw},
        time::Clock,
    },
    track::cause::told::{Asker, Because, Cause, Entry},
};

/// Appends `cache` and `filled_by`, or `cause`.
pub(super) fn cause(event: &Event<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
    match &event.lookup.cause {
        Cause::Untold => {}
        Cause::Client { cache, filled_by } => {
            raw(out, r#","cache":""#);
            raw(out, cache.name());
            raw(out, "\"");
            if let Some(by) = filled_by {
                raw(out, r#","filled_by":{"#);
                asker(by, event, clock, out);
                raw(out, "}");
            }
        }
        Cause::Resolver(because) => resolver(because, event, clock, out),
    }
}

fn resolver(because: &Because<'_>, event: &Event<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
    raw(out, r#","cause":["#);
    if let Some((certainty, reason)) = because.alone() {
        raw(out, r#"{"certainty":""#);
        raw(out, certainty.name());
        if let Some(reason) = reason {
            raw(out, r#"","reason":""#);
            raw(out, reason.name());
        }
        raw(out, "\"");
        forgotten(because, out);
        raw(out, "}");
    }
    let mut separator = "{";
    for of in because.entries() {
        raw(out, separator);
        separator = ",{";
        entry(&of, event, clock, out);
        forgotten(because, out);
        raw(out, "}");
    }
    raw(out, "]");
    if because.more() > 0 {
        raw(out, r#","cause_more":"#);
        number(out, because.more());
    }
}

fn forgotten(because: &Because<'_>, out: &mut Vec<u8>) {
    if because.is_forgetful() {
        raw(out, r#","forgotten":true"#);
    }
}

fn entry(entry: &Entry<'_>, event: &Event<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
    let by = entry.asker();
    asker(&by, event, clock, out);
    raw(out, r#","question":{"name":""#);
    name(event, out, |out| entry.write_name(out));
    raw(out, r#"","type":""#);
    mnemonics::rr_type(by.qtype).write(out);
    raw(out, r#""},"certainty":""#);
    raw(out, entry.certainty.name());
    raw(out, "\"");
    chain(event, entry, out);
}

fn chain(event: &Event<'_>, entry: &Entry<'_>, out: &mut Vec<u8>) {
    let mut open = r#","chain":[{"via":""#;
    for (via, hop) in entry.chain() {
        raw(out, open);
        open = r#",{"via":""#;
        raw(out, via.name());
        raw(out, r#"","name":""#);
        name(event, out, |out| hop.write_name(out));
        raw(out, r#""}"#);
    }
    if open.starts_with(",{") {
        raw(out, "]");
    }
}

fn name(event: &Event<'_>, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    event.tell_name(out, start);
    escape_tail(out, start);
}

/// Appends the members that say whose lookup it was, without braces.
fn asker(by: &Asker, event: &Event<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
    raw(out, r#""@timestamp":""#);
    clock.write(by.asked, out);
    raw(out, r#"","client":{"ip":""#);
    address(out, event.told_address(by.client.ip));
    raw(out, r#"","port":"#);
    number(out, u64::from(by.client.port));
    machine(&event.told_machine(by.client.ip, by.asked), out);
    raw(out, r#"},"dns":{"id":""#);
    number(out, u64::from(by.id));
    raw(out, r#""}"#);
}
