//! What the parsers have found, in the words of a sample.

use aya_ebpf::helpers::{bpf_get_smp_processor_id, generated::bpf_ktime_get_ns};
use dns_monitor_common::{
    counter::Counter,
    rule::action,
    sample::{SampleHeader, flag},
};

use crate::{
    hook::Hook,
    packet::Packet,
    parse::{
        link::Link,
        network::Network,
        transport::{FIN_SYN_RST, Transport},
    },
    stage::{Rest, Stage},
};

/// Describes the packet in this CPU's stage; says where its payload is.
#[inline(always)]
pub fn describe<H: Hook>(
    hook: &H,
    stage: &mut Stage,
    packet: &Packet,
    link: &Link,
    network: &Network,
    transport: &Transport,
) -> Result<Rest, Counter> {
    let offset = packet.offset();
    let (length, present) = lengths(hook, packet, offset, transport)?;
    if length == 0 && transport.flags & FIN_SYN_RST == 0 {
        return Err(Counter::TcpWithoutData); // now that the frame has said how long it is
    }
    write_header(hook, &mut stage.header, link, network, transport);
    stage.payload = length;
    Ok(stage.forget(Rest { offset, length, present }))
}

/// Payload bytes on the wire, and how many of them are in the packet.
#[inline(always)]
fn lengths<H: Hook>(
    hook: &H,
    packet: &Packet,
    offset: u32,
    transport: &Transport,
) -> Result<(u32, u32), Counter> {
    if let Some(length) = transport.length
        && offset + length <= packet.length()
    {
        return Ok((length, length)); // all in the linear part: no need to ask the kernel
    }
    let Some(present) = hook.length().checked_sub(offset) else { return Err(Counter::BadTransport) };
    let length = transport.length.unwrap_or(present);
    Ok((length, if length < present { length } else { present }))
}

#[inline(always)]
fn write_header<H: Hook>(
    hook: &H,
    header: &mut SampleHeader,
    link: &Link,
    network: &Network,
    transport: &Transport,
) {
    // SAFETY: helpers without arguments.
    (header.time, header.cpu) = unsafe { (bpf_ktime_get_ns(), bpf_get_smp_processor_id()) };
    network.write_addresses(header);
    link.write_macs(header);
    header.interface = hook.interface();
    header.stream = if network.is_fragment() { network.fragment_id } else { transport.sequence };
    header.source_port = transport.source_port;
    header.destination_port = transport.destination_port;
    header.fragment_offset = transport.fragment_offset;
    header.outer_vlan = link.vlans[0];
    header.inner_vlan = link.vlans[1];
    header.flags = link.flags | network.flags | if H::EGRESS { flag::EGRESS } else { 0 };
    header.protocol = network.protocol;
    header.tcp_flags = transport.flags;
    (header.line, header.candidate, header.action, header.generation) = (0, 0, action::ALLOW, 0);
}
