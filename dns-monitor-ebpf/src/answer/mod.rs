//! A query becomes its own answer, in place. What it says is specified in the agent's `rules/forge.rs`, and compared with
//! it byte for byte.
//!
//! In two steps, because the sample of the query is taken between them:
//! 1. [`plan`]: what will be written is decided, from what [`survey`] finds behind the question, and room made for it;
//! 2. [`write`]: it is written, [`records`] last.

mod plan;
mod records;
mod survey;

use core::ptr::read_volatile;

use dns_monitor_common::{rule::action, sample::protocol};

pub use self::plan::{Plan, plan};
use self::records::records;
use crate::{checksum, hook::Hook, packet::Packet, parse::question::HEADER, stage::Stage, turn};

const UDP: usize = 8;
/// Length and type of EDNS without options (RFC 6891 §6.1.2).
const OPT: usize = 11;
const OPT_TYPE: u16 = 41;
/// Length of an Extended DNS Error without text (RFC 8914 §2), with its head.
const EDE: usize = 6;
const A: u16 = 1;
const AAAA: u16 = 28;
const IN: u16 = 1;

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
    let udp = packet.at(stage.transport)?.header::<UDP>()?;
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
    let udp = packet.at(stage.transport)?.header::<UDP>()?;
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
