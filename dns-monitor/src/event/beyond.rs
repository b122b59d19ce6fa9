//! What no schema has a field for, told in the words of `docs/EVENTS.md` by every schema: the members of
//! `dns_monitor`, and those of ECS that the others lack.

mod cause;

use self::cause::cause;
use super::{
    Event, Id,
    gap::{Gap, Hole, Lost},
    json::{address, count, escape_tail, escaped, mac, raw, text},
    time::Clock,
};
use crate::{
    decode::{edns::Edns, header::Header},
    identity::{directory::Behind, history::Machine},
    rules::verdict::{Hit, Judgement, Verdict},
    sample::Mac,
    track::role::Role,
};

/// Appends `rule`.
#[cold]
pub fn rule(hit: &Hit<'_>, out: &mut Vec<u8>) {
    raw(out, r#","rule":{"name":""#);
    escaped(out, hit.name.as_bytes());
    for (key, value) in [
        (r#"","id":""#, Some(hit.id.as_str())),
        (r#"","ruleset":""#, Some(hit.ruleset)),
        (r#"","category":""#, hit.category),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            raw(out, key);
            escaped(out, value.as_bytes());
        }
    }
    raw(out, r#""}"#);
}

/// Appends `id` and `sequence`, with a comma before each.
#[inline]
pub fn id(id: Id, out: &mut Vec<u8>) {
    raw(out, r#","id":""#);
    id.write(out);
    count(out, r#"","sequence":"#, id.sequence);
}

/// Appends `header_flags` of the message that the event shows, with a comma before it.
pub fn header_flags(event: &Event<'_>, header: Header, out: &mut Vec<u8>) {
    raw(out, r#","header_flags":["#);
    let edns = if event.lookup.response.is_some() { &event.response_edns } else { &event.query_edns };
    let wants_dnssec = edns.as_ref().is_some_and(|edns| edns.dnssec_ok());
    let start = out.len();
    for (set, flag) in [
        (header.aa(), r#""AA","#),
        (header.tc(), r#""TC","#),
        (header.rd(), r#""RD","#),
        (header.ra(), r#""RA","#),
        (header.ad(), r#""AD","#),
        (header.cd(), r#""CD","#),
        (wants_dnssec, r#""DO","#),
    ] {
        if set {
            raw(out, flag);
        }
    }
    if out.len() > start {
        out.pop();
    }
    raw(out, "]");
}

/// Appends `community_id`, with a comma before it.
pub fn community_id(event: &Event<'_>, out: &mut Vec<u8>) {
    if let Some(first) = event.lookup.first() {
        raw(out, r#","community_id":""#);
        event.community_id(first.datagram.packet.transport, out);
        raw(out, "\"");
    }
}

/// Appends where the lookup was seen: `interface`, `vlan`, `inner_vlan`, each with a comma before it.
pub fn place(event: &Event<'_>, out: &mut Vec<u8>) {
    if let Some(interface) = event.interface {
        text(out, r#","interface":""#, interface);
    }
    vlan(event, out);
}

/// Appends `vlan` and `inner_vlan`, each with a comma before it.
pub fn vlan(event: &Event<'_>, out: &mut Vec<u8>) {
    let Some(first) = event.lookup.first() else { return };
    let packet = &first.datagram.packet;
    for (key, id) in [(r#","vlan":"#, packet.outer_vlan), (r#","inner_vlan":"#, packet.inner_vlan)] {
        if let Some(id) = id {
            count(out, key, u64::from(id));
        }
    }
}

/// Appends `client`, where anything is known of the machine that its address does not say.
pub fn client(event: &Event<'_>, out: &mut Vec<u8>) {
    let known = &event.who.client;
    if known.name.is_some() || known.mac.is_some_and(|address| address != Mac::default()) {
        raw(out, r#","client":{"#);
        first_machine(known, out);
        raw(out, "}");
    }
}

/// Appends `domain` and `mac`, what is known of them, with a comma before each.
#[inline]
pub fn machine(machine: &Machine<'_>, out: &mut Vec<u8>) {
    if let Some(name) = machine.name {
        text(out, r#","domain":""#, name);
    }
    if let Some(address) = machine.mac.filter(|address| *address != Mac::default()) {
        raw(out, r#","mac":""#);
        mac(out, address);
        raw(out, "\"");
    }
}

/// The same at the start of an object.
fn first_machine(known: &Machine<'_>, out: &mut Vec<u8>) {
    let start = out.len();
    machine(known, out);
    if out.len() > start {
        out.remove(start);
    }
}

/// Appends what is missing, without a comma before it, for schemas that have no fields for times and interface of a hole.
pub fn gap(gap: &Gap<'_>, clock: &mut Clock, out: &mut Vec<u8>) {
    lost(&gap.lost, out);
    if let Some(what) = gap.hole {
        hole(what, clock, out);
        text(out, r#","interface":""#, &what.interface);
    }
}

/// Appends `reason`, `start` and `end` of a hole, each with a comma before it.
pub fn hole(hole: &Hole, clock: &mut Clock, out: &mut Vec<u8>) {
    text(out, r#","reason":""#, hole.why.name());
    for (open, time) in [(r#","start":""#, hole.from), (r#","end":""#, Some(hole.to))] {
        if let Some(time) = time {
            raw(out, open);
            clock.write(time, out);
            raw(out, "\"");
        }
    }
}

/// Appends `lost`, without a comma before it.
pub fn lost(lost: &Lost, out: &mut Vec<u8>) {
    count(out, r#""lost":{"kernel":"#, lost.kernel);
    count(out, r#","decode":"#, lost.decode);
    count(out, r#","sink":"#, lost.sink);
    raw(out, "}");
}

/// Appends the members that every event about a lookup has, or may have; `malformed` also of its answers.
pub fn members(event: &Event<'_>, malformed: Option<&str>, clock: &mut Clock, out: &mut Vec<u8>) {
    raw(
        out,
        match event.lookup.role {
            Role::Client => r#""role":"client","verdict":""#,
            Role::Resolver => r#""role":"resolver","verdict":""#,
        },
    );
    match (event.verdict(), event.judgement) {
        (Verdict::Pass, Judgement { enforced: None, rule: None, .. }) => raw(out, r#"pass""#),
        (verdict, judgement) => judged(verdict, judgement, out),
    }
    if let Some(question) = event.question().filter(|question| question.name.has_upper()) {
        raw(out, r#","original_name":""#);
        let start = out.len();
        question.name.write_original(out);
        escape_tail(out, start);
        raw(out, "\"");
    }
    let subnet = |edns: &Option<Edns<'_>>| edns.as_ref().and_then(Edns::client_subnet);
    if let Some(subnet) = subnet(&event.query_edns).or_else(|| subnet(&event.response_edns)) {
        raw(out, r#","client_subnet":""#);
        subnet.write(out);
        raw(out, "\"");
    }
    if let Some(malformed) = malformed {
        raw(out, r#","malformed":""#);
        raw(out, malformed);
        raw(out, "\"");
    }
    if let Some(behind) = &event.who.true_client {
        true_client(behind, out);
    }
    cause(event, clock, out);
}

#[cold]
fn true_client(behind: &Behind<'_>, out: &mut Vec<u8>) {
    raw(out, r#","true_client":{"#);
    match behind.ip {
        Some(ip) => {
            raw(out, r#""ip":""#);
            address(out, ip);
            raw(out, "\"");
            machine(&behind.machine, out);
        }
        None => first_machine(&behind.machine, out),
    }
    raw(out, "}");
}

/// Appends the verdict from its value on, how it was enforced, and how bad the rule says it is.
#[cold]
fn judged(verdict: Verdict, judgement: &Judgement<'_>, out: &mut Vec<u8>) {
    raw(out, verdict.name());
    if let Some(enforced) = judgement.enforced {
        raw(out, r#"","enforced":""#);
        raw(out, enforced.name());
    }
    if let Some(severity) = judgement.rule.as_ref().and_then(|hit| hit.severity) {
        raw(out, r#"","severity":""#);
        raw(out, severity.name());
    }
    raw(out, "\"");
}
