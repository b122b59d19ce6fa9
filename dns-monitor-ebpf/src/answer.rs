//! A query becomes its own answer, in place. What it says is specified in the agent's `rules/forge.rs`, and compared with
//! it byte for byte.
//!
//! In two steps, because the sample of the query is taken between them: what will be written is decided, and room made
//! for it; then it is written.

use core::ptr::{read_volatile, write_volatile};

use dns_monitor_common::{
    rule::{Candidate, MAX_NAME, NO_EDE, action, candidate},
    sample::protocol,
};

use crate::{
    checksum,
    hook::Hook,
    maps::{Rest, Stage},
    packet::{self, Packet},
    parse::question::HEADER,
    turn,
};

const UDP: u32 = 8;
const OPT: usize = 11;
const OPT_TYPE: u16 = 41;
const TSIG: u16 = 250;
const COOKIE: u16 = 10;
const EDE: u32 = 6;
/// The longest cookie option with its head (RFC 7873 §4), and no longer answer than that is copied.
const MAX_COOKIE: u32 = 44;
/// Labels of the name of a key that are followed, root label included.
const MAX_KEY_LABELS: usize = 32;
/// What EDNS of ours allows, bytes.
const OUR_SIZE: u16 = 1232;
const A: u16 = 1;
const AAAA: u16 = 28;
const IN: u16 = 1;

/// What will be written.
#[repr(C)]
pub struct Plan {
    /// The cookie option, head included.
    cookie: [u8; 48],
    address: [u8; 16],
    cookie_length: u32,
    /// Length of the frame.
    length: u32,
    /// Where the question ends, bytes from the start of the packet.
    question_end: u32,
    ttl: u32,
    /// Bytes of the address; 0: no answer.
    address_length: u8,
    /// Whether there is EDNS.
    edns: bool,
    /// The DO bit and its byte.
    dnssec: u8,
    action: u8,
    ede: u16,
}

/// Decides what to write, and makes room. Returns what will be done: the rule's action, or nothing where the resolver has
/// to speak for itself, or a drop where there is no room.
#[inline(always)]
pub fn plan<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, rule: &Candidate) -> u8 {
    let end = stage.search.dns + HEADER as u32 + stage.search.name.length() as u32 + 5;
    let plan = &mut stage.plan;
    (plan.question_end, plan.action, plan.ttl, plan.ede) = (end, rule.action, rule.ttl, rule.ede);
    (plan.edns, plan.dnssec, plan.cookie_length, plan.address_length) = (false, 0, 0, 0);
    if survey(hook, stage, rest).is_none() {
        return action::ALLOW;
    }
    if !turn::is_possible(stage) {
        return action::DROP;
    }
    address(stage, rule);
    let plan = &mut stage.plan;
    if !plan.edns {
        plan.ede = NO_EDE;
    }
    plan.length = length(plan);
    if plan.length <= hook.length() || hook.grow(plan.length, &mut stage.spare) {
        return rule.action;
    }
    plan.ede = NO_EDE;
    plan.length = length(plan);
    if plan.length <= hook.length() { rule.action } else { action::DROP }
}

#[inline(always)]
fn length(plan: &Plan) -> u32 {
    let answer = if plan.address_length == 0 { 0 } else { 12 + plan.address_length as u32 };
    let error = if plan.ede == NO_EDE { 0 } else { EDE };
    let edns = if plan.edns { OPT as u32 + plan.cookie_length + error } else { 0 };
    plan.question_end + answer + edns
}

#[inline(always)]
fn address(stage: &mut Stage, rule: &Candidate) {
    if rule.action != action::SINKHOLE || stage.search.qclass != IN {
        return;
    }
    let plan = &mut stage.plan;
    if stage.search.qtype == A && rule.flags & candidate::V4 != 0 {
        let [a, b, c, d] = rule.v4;
        plan.address = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        plan.address_length = 4;
    } else if stage.search.qtype == AAAA && rule.flags & candidate::V6 != 0 {
        plan.address = rule.v6;
        plan.address_length = 16;
    }
}

/// Reads what is behind the question. `None`: a signature or a version of EDNS that the resolver has to answer.
#[inline(always)]
fn survey<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest) -> Option<()> {
    let packet = hook.linear();
    let Some(header) = packet.at(stage.search.dns)?.header::<HEADER>() else { return Some(()) };
    if header.get::<u32>(6) != 0 {
        return Some(()); // answers in a query: nobody means that
    }
    let records = header.be16(10);
    let end = rest.offset + rest.length;
    let mut at = stage.plan.question_end;
    for record in 0..2 {
        if record >= records {
            break;
        }
        let Some(next) = additional(stage, &packet, at, end)? else { break };
        at = next;
    }
    Some(())
}

/// One additional record; returns where the next one begins.
#[inline(always)]
fn additional(stage: &mut Stage, packet: &Packet, at: u32, end: u32) -> Option<Option<u32>> {
    let Some(owner) = packet.at(at) else { return Some(None) };
    let Some(first) = owner.header::<OPT>() else { return Some(None) };
    if first.get::<u8>(0) == 0 && first.be16(1) == OPT_TYPE && !stage.plan.edns {
        let next = at + OPT as u32 + first.be16(9) as u32;
        if next > end {
            return Some(None); // it runs past the end: it is not there
        }
        if first.get::<u8>(6) != 0 {
            return None;
        }
        stage.plan.edns = true;
        stage.plan.dnssec = first.get::<u8>(7) & 0x80;
        cookie(stage, packet, at + OPT as u32, next);
        return Some(Some(next));
    }
    let Some(at) = skip_name(packet, at) else { return Some(None) };
    let Some(cursor) = packet.at(at) else { return Some(None) };
    let Some(fixed) = cursor.header::<10>() else { return Some(None) };
    let next = at + 10 + fixed.be16(8) as u32;
    if next > end {
        return Some(None);
    }
    if fixed.be16(0) == TSIG { None } else { Some(Some(next)) }
}

/// Keeps the first option if it is a whole cookie.
#[inline(always)]
fn cookie(stage: &mut Stage, packet: &Packet, at: u32, end: u32) {
    let Some(option) = packet.at(at).and_then(|cursor| cursor.header::<4>()) else { return };
    let length = option.be16(2) as u32;
    if option.be16(0) != COOKIE || !(16..=40).contains(&length) || at + 4 + length > end {
        return;
    }
    let to = (&raw mut stage.plan.cookie).cast::<u8>();
    // SAFETY: the cookie has room for 48 bytes, and these are at most 44.
    if unsafe { packet::copy::<6>(*packet, at, to, length + 4) } {
        stage.plan.cookie_length = length + 4;
    }
}

/// Where a record's type is. `None`: the name is not all there, or longer than any key's.
#[inline(always)]
fn skip_name(packet: &Packet, start: u32) -> Option<u32> {
    let mut at = start;
    for _ in 0..MAX_KEY_LABELS {
        let length = packet.at(at)?.header::<1>()?.get::<u8>(0) as u32;
        let end = match length {
            0 => at + 1,
            1..=63 => {
                at += length + 1;
                continue;
            }
            64..=191 => return None,
            _ => at + 2,
        };
        return if end - start > MAX_NAME as u32 + 1 { None } else { Some(end) };
    }
    None
}

/// Writes the answer. `None`: it could not be done, and the packet may be half written.
#[inline(always)]
pub fn write<H: Hook>(hook: &H, stage: &mut Stage) -> Option<()> {
    let partial = is_partial(hook, stage)?;
    // SAFETY: a field of our own; volatile, so that the verifier forgets where it came from.
    let length = unsafe { read_volatile(&raw const stage.plan.length) };
    if !hook.resize(length) {
        return None;
    }
    let packet = hook.linear();
    let datagram = length - stage.transport;
    turn::around(stage, &packet, datagram)?;
    message(stage, &packet)?;
    records(stage, &packet)?;
    let udp = packet.at(stage.transport)?.header::<{ UDP as usize }>()?;
    udp.set(0, udp.get::<u32>(0).rotate_left(16));
    udp.set(4, (datagram as u16).to_be());
    udp.set(6, 0u16);
    let pseudo = checksum::pseudo(turn::addresses(stage, &packet)?, protocol::UDP, datagram);
    let sum = if partial {
        checksum::fold(pseudo)
    } else {
        turn::finished(checksum::over(&packet, stage.transport, datagram, pseudo)?)
    };
    udp.set(6, sum);
    hook.mark();
    Some(())
}

#[inline(always)]
fn is_partial<H: Hook>(hook: &H, stage: &Stage) -> Option<bool> {
    let packet = hook.linear();
    let udp = packet.at(stage.transport)?.header::<{ UDP as usize }>()?;
    let pseudo = checksum::pseudo(turn::addresses(stage, &packet)?, protocol::UDP, udp.be16(4) as u32);
    Some(turn::is_partial::<H>(udp.get(6), pseudo))
}

/// The header of the message.
#[inline(always)]
fn message(stage: &Stage, packet: &Packet) -> Option<()> {
    let header = packet.at(stage.search.dns)?.header::<HEADER>()?;
    let plan = &stage.plan;
    let (truncated, rcode) = match plan.action {
        action::TCP_ONLY => (0x02, 0),
        action::NXDOMAIN => (0, 3),
        action::REFUSED => (0, 5),
        _ => (0, 0),
    };
    header.set(2, 0x80 | header.get::<u8>(2) & 0x79 | truncated); // QR; opcode and RD as they were
    header.set(3, 0x80 | header.get::<u8>(3) & 0x10 | rcode); // RA; CD as it was
    header.set(4, 1u16.to_be());
    header.set(6, ((plan.address_length != 0) as u16).to_be());
    header.set(8, 0u16);
    header.set(10, (plan.edns as u16).to_be());
    Some(())
}

/// The records: an address, then EDNS.
#[inline(always)]
fn records(stage: &mut Stage, packet: &Packet) -> Option<()> {
    let plan = &mut stage.plan;
    let mut at = plan.question_end;
    if plan.address_length != 0 {
        let record = packet.at(at)?.header::<16>()?;
        record.set(0, 0xc00cu16.to_be()); // the question's name
        record.set(2, (if plan.address_length == 4 { A } else { AAAA }).to_be());
        record.set(4, IN.to_be());
        record.set(6, plan.ttl.to_be());
        record.set(10, (plan.address_length as u16).to_be());
        at += 12;
        let length = plan.address_length as u32;
        address_bytes(plan, packet.at(at)?)?;
        at += length;
    }
    if !plan.edns {
        return Some(());
    }
    let options = plan.cookie_length + if plan.ede == NO_EDE { 0 } else { EDE };
    let opt = packet.at(at)?.header::<OPT>()?;
    opt.set(0, 0u8);
    opt.set(1, OPT_TYPE.to_be());
    opt.set(3, OUR_SIZE.to_be());
    opt.set(5, 0u16);
    opt.set(7, plan.dnssec as u16);
    opt.set(9, (options as u16).to_be());
    at += OPT as u32;
    if plan.cookie_length != 0 {
        // SAFETY: a field of our own; volatile, so that the verifier takes any value.
        let length = unsafe {
            write_volatile(&raw mut plan.cookie_length, plan.cookie_length);
            read_volatile(&raw const plan.cookie_length)
        };
        // SAFETY: the cookie has 48 bytes, and no more than that are written.
        if length > MAX_COOKIE || !unsafe { packet::paste::<6>(packet.at(at)?, plan.cookie.as_ptr(), length) }
        {
            return None;
        }
        at += length;
    }
    if plan.ede != NO_EDE {
        let error = packet.at(at)?.header::<{ EDE as usize }>()?;
        error.set(0, 15u16.to_be());
        error.set(2, 2u16.to_be());
        error.set(4, plan.ede.to_be());
    }
    Some(())
}

#[inline(always)]
fn address_bytes(plan: &Plan, to: Packet) -> Option<()> {
    let from = plan.address.as_ptr();
    if plan.address_length == 4 {
        // SAFETY: 16 plain bytes.
        to.header::<4>()?.set(0, unsafe { from.cast::<u32>().read_unaligned() });
        return Some(());
    }
    let to = to.header::<16>()?;
    // SAFETY: as above.
    unsafe {
        to.set(0, from.cast::<u64>().read_unaligned());
        to.set(8, from.add(8).cast::<u64>().read_unaligned());
    }
    Some(())
}
