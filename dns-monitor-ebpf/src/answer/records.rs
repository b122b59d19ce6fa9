//! The records of an answer: an address, then EDNS.

use core::ptr::{read_volatile, write_volatile};

use dns_monitor_common::rule::NO_EDE;

use super::{A, AAAA, EDE, IN, OPT, OPT_TYPE, Plan};
use crate::{copy, packet::Packet, stage::Stage};

/// The UDP payload that EDNS of ours allows, bytes.
const OUR_SIZE: u16 = 1232;
/// The question's name, from anywhere behind it (RFC 1035 §4.1.4).
const POINTER_TO_QUESTION: u16 = 0xc00c;
/// The longest cookie option with its head (RFC 7873 §4).
const MAX_COOKIE: u32 = 44;
/// Code of an Extended DNS Error (RFC 8914 §2).
const ERROR: u16 = 15;
/// Length of a record without its data.
const FIXED: u32 = 12;

/// Writes them behind the question.
#[inline(always)]
pub fn records(stage: &mut Stage, packet: &Packet) -> Option<()> {
    let plan = &mut stage.plan;
    let mut at = plan.question_end;
    if plan.address_length != 0 {
        at = address(plan, packet, at)?;
    }
    if plan.edns { edns(plan, packet, at) } else { Some(()) }
}

/// Says where it ends.
#[inline(always)]
fn address(plan: &Plan, packet: &Packet, at: u32) -> Option<u32> {
    let record = packet.at(at)?.header::<{ FIXED as usize }>()?;
    record.set(0, POINTER_TO_QUESTION.to_be());
    record.set(2, (if plan.address_length == 4 { A } else { AAAA }).to_be());
    record.set(4, IN.to_be());
    record.set(6, plan.ttl.to_be());
    record.set(10, (plan.address_length as u16).to_be());
    let data = packet.at(at + FIXED)?;
    let from = plan.address.as_ptr();
    if plan.address_length == 4 {
        // SAFETY: 16 plain bytes.
        data.header::<4>()?.set(0, unsafe { from.cast::<u32>().read_unaligned() });
        return Some(at + FIXED + 4);
    }
    let data = data.header::<16>()?;
    // SAFETY: as above.
    unsafe {
        data.set(0, from.cast::<u64>().read_unaligned());
        data.set(8, from.add(8).cast::<u64>().read_unaligned());
    }
    Some(at + FIXED + 16)
}

#[inline(always)]
fn edns(plan: &mut Plan, packet: &Packet, at: u32) -> Option<()> {
    let options = plan.cookie_length + if plan.ede == NO_EDE { 0 } else { EDE as u32 };
    let opt = packet.at(at)?.header::<OPT>()?;
    opt.set(0, 0u8);
    opt.set(1, OPT_TYPE.to_be());
    opt.set(3, OUR_SIZE.to_be());
    opt.set(5, 0u16);
    opt.set(7, plan.dnssec as u16);
    opt.set(9, (options as u16).to_be());
    let mut at = at + OPT as u32;
    if plan.cookie_length != 0 {
        at = cookie(plan, packet, at)?;
    }
    if plan.ede != NO_EDE {
        let error = packet.at(at)?.header::<EDE>()?;
        error.set(0, ERROR.to_be());
        error.set(2, (EDE as u16 - 4).to_be());
        error.set(4, plan.ede.to_be());
    }
    Some(())
}

/// Says where it ends.
#[inline(always)]
fn cookie(plan: &mut Plan, packet: &Packet, at: u32) -> Option<u32> {
    // SAFETY: a field of our own; volatile, so that the verifier takes any value.
    let length = unsafe {
        write_volatile(&raw mut plan.cookie_length, plan.cookie_length);
        read_volatile(&raw const plan.cookie_length)
    };
    if length > MAX_COOKIE {
        return None;
    }
    // SAFETY: the cookie has 48 bytes, and no more than that are written.
    let written = unsafe { copy::to_packet::<6>(packet.at(at)?, plan.cookie.as_ptr(), length) };
    if written { Some(at + length) } else { None }
}
