//! What will be written is decided, and room made for it.

use dns_monitor_common::rule::{Candidate, NO_EDE, action, candidate};

use super::{A, AAAA, EDE, IN, OPT, survey::survey};
use crate::{
    hook::Hook,
    parse::question::HEADER,
    stage::{Rest, Stage},
    turn,
};

/// What will be written.
#[repr(C)]
pub struct Plan {
    /// The cookie option, head included.
    pub cookie: [u8; 48],
    pub address: [u8; 16],
    pub cookie_length: u32,
    /// Length of the frame.
    pub length: u32,
    /// Where the question ends, bytes from the start of the packet.
    pub question_end: u32,
    pub ttl: u32,
    /// Bytes of the address; 0: no answer.
    pub address_length: u8,
    /// Whether there is EDNS.
    pub edns: bool,
    /// The DO bit and its byte.
    pub dnssec: u8,
    pub action: u8,
    pub ede: u16,
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
    let error = if plan.ede == NO_EDE { 0 } else { EDE as u32 };
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
