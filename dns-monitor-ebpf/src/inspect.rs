//! The story of one packet: parse, sample.

use dns_monitor_common::counter::Counter;

use crate::{
    hook::Hook,
    parse::{link, network, transport},
    submit,
};

/// Takes the packet if it may carry DNS. The error is the reason why it was not taken.
#[inline(always)]
pub fn inspect<H: Hook>(hook: &H) -> Result<(), Counter> {
    let mut packet = hook.packet();
    let link = link::parse(&mut packet, hook.offloaded_tag())?;
    let network = network::parse(&mut packet, link.ether_type)?;
    let transport = transport::parse(&mut packet, &network)?;
    submit::submit(hook, &packet, &link, &network, &transport)
}
