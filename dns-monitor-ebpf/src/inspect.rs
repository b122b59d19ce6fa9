//! The story of one packet: parse, judge, sample, act.

use dns_monitor_common::{counter::Counter, rule::action};

use crate::{
    answer,
    describe::describe,
    hook::Hook,
    maps,
    parse::{link, network, transport},
    reset, rules,
    stage::{Rest, Stage},
    submit,
};

/// What becomes of the packet.
pub enum Fate {
    /// It goes its way.
    Pass,
    /// It ends here.
    Drop,
    /// It goes back to where it came from: it has become an answer.
    Return,
}

/// Takes the packet if it may carry DNS, and decides its fate. Nothing that keeps a packet from being taken keeps a rule
/// from being enforced.
#[inline(always)]
pub fn inspect<H: Hook>(hook: &H) -> Fate {
    let Some(stage) = maps::STAGE.get_ptr_mut(0) else { return Fate::Pass };
    // SAFETY: the stage is this CPU's own, and programs on one CPU do not nest.
    let stage = unsafe { &mut *stage };
    let rest = match parse(hook, stage) {
        Ok(rest) => rest,
        Err(reason) => {
            maps::count(reason);
            return Fate::Pass;
        }
    };
    if !H::EGRESS {
        rules::judge(hook, stage, rest);
    }
    match submit::submit(hook, stage, rest) {
        Ok(()) => maps::count(Counter::Sampled),
        Err(reason) => maps::count(reason),
    }
    if H::EGRESS { Fate::Pass } else { act(hook, stage) }
}

/// Where the payload is. The error is the reason why the packet is not taken.
#[inline(always)]
fn parse<H: Hook>(hook: &H, stage: &mut Stage) -> Result<Rest, Counter> {
    if hook.is_marked() {
        return Err(Counter::OwnAnswer);
    }
    let mut packet = hook.packet();
    let link = link::parse(&mut packet, hook.offloaded_tag())?;
    stage.network = packet.offset();
    let network = network::parse(&mut packet, link.ether_type)?;
    stage.transport = packet.offset();
    let transport = transport::parse(&mut packet, &network)?;
    describe(hook, stage, &packet, &link, &network, &transport)
}

#[inline(always)]
fn act<H: Hook>(hook: &H, stage: &mut Stage) -> Fate {
    match stage.search.action {
        action::DROP => Fate::Drop,
        action::NXDOMAIN | action::NODATA | action::REFUSED | action::SINKHOLE | action::TCP_ONLY => {
            returned(answer::write(hook, stage))
        }
        action::RESET => returned(reset::write(hook, stage)),
        _ => Fate::Pass,
    }
}

/// What could not be written is dropped all the same: the resolver must not see it.
#[inline(always)]
fn returned(written: Option<()>) -> Fate {
    match written {
        Some(()) => Fate::Return,
        None => {
            maps::count(Counter::AnswerFailed);
            Fate::Drop
        }
    }
}
