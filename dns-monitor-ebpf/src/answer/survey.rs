//! What of the query's additional records matters: EDNS with its cookie, and whether the query is signed.

use dns_monitor_common::rule::MAX_NAME;

use super::{OPT, OPT_TYPE};
use crate::{
    copy,
    hook::Hook,
    packet::Packet,
    parse::question::HEADER,
    stage::{Rest, Stage},
};

const TSIG: u16 = 250;
const COOKIE: u16 = 10;
/// Labels of the name of a key that are followed, root label included.
const MAX_KEY_LABELS: usize = 32;

/// Reads what is behind the question. `None`: a signature or a version of EDNS that the resolver has to answer.
#[inline(always)]
pub fn survey<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest) -> Option<()> {
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
    if unsafe { copy::from_packet::<6>(*packet, at, to, length + 4) } {
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
