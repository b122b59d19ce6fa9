//! The sample goes into this CPU's ring.

use aya_ebpf::helpers::{
    bpf_get_smp_processor_id,
    generated::{bpf_ktime_get_ns, bpf_ringbuf_output},
};
use dns_monitor_common::{
    counter::Counter,
    sample::{HEADER_LENGTH, MAX_CAPTURE, flag, protocol},
};

use crate::{
    hook::Hook,
    maps::{self, Rest, Stage},
    opaque,
    packet::Packet,
    parse::{link::Link, network::Network, transport::Transport},
};

/// The agent polls: a wake-up would cost four microseconds a sample.
const NO_WAKEUP: u64 = 1;

/// Describes the packet and hands it over, in several pieces where one does not hold it.
#[inline(always)]
pub fn submit<H: Hook>(
    hook: &H,
    packet: &Packet,
    link: &Link,
    network: &Network,
    transport: &Transport,
) -> Result<(), Counter> {
    let Some(stage) = maps::STAGE.get_ptr_mut(0) else { return Err(Counter::CopyFailed) };
    // SAFETY: the stage is this CPU's own, and programs on one CPU do not nest.
    let stage = unsafe { &mut *stage };
    let offset = packet.offset();
    let Some(present) = hook.length(packet).checked_sub(offset) else { return Err(Counter::BadTransport) };
    let length = transport.length.unwrap_or(present);
    describe(hook, stage, link, network, transport);
    let rest = Rest { offset, length, present: if length < present { length } else { present } };
    let rest = stage.forget(rest);
    pieces(hook, stage, rest)
}

#[inline(always)]
fn describe<H: Hook>(hook: &H, stage: &mut Stage, link: &Link, network: &Network, transport: &Transport) {
    let header = &mut stage.header;
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
}

#[inline(always)]
fn pieces<H: Hook>(hook: &H, stage: &mut Stage, mut rest: Rest) -> Result<(), Counter> {
    for _ in 0..H::PIECES {
        let captured = piece(hook, stage, rest)?;
        if captured == rest.present || stage.header.protocol != protocol::TCP {
            return Ok(());
        }
        stage.header.stream = stage.header.stream.wrapping_add(captured);
        rest = stage.forget(rest.after(captured));
    }
    Err(Counter::Oversize)
}

/// Submits one sample; returns how many payload bytes it holds.
#[inline(always)]
fn piece<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest) -> Result<u32, Counter> {
    // Only a TCP stream can be cut into pieces that find together again, and only if none is cut short.
    let limit = if stage.header.protocol == protocol::TCP { MAX_CAPTURE as u32 } else { maps::capture() };
    let captured = if rest.present < limit { rest.present } else { limit };
    stage.header.length = rest.length;
    stage.header.captured = captured as u16;
    stage.header.sequence = stage.sequence;
    stage.sequence = stage.sequence.wrapping_add(1);
    if captured == 0 {
        return output(stage, 0).map(|()| 0); // SYN, FIN, RST
    }
    let captured = bounded(captured);
    if !hook.copy(rest.offset, &mut stage.payload, captured) {
        return Err(Counter::CopyFailed);
    }
    output(stage, captured).map(|()| captured)
}

/// The same number, in a shape in which the verifier sees that it is 1 to [`MAX_CAPTURE`].
#[inline(always)]
fn bounded(captured: u32) -> u32 {
    const { assert!(MAX_CAPTURE.is_power_of_two()) }
    let mut last = captured as u64 - 1;
    opaque!(last);
    (last as u32 & (MAX_CAPTURE as u32 - 1)) + 1
}

#[inline(always)]
fn output(stage: &mut Stage, captured: u32) -> Result<(), Counter> {
    let Some(ring) = maps::RINGS.get(stage.header.cpu) else { return Err(Counter::NoRing) };
    let size = HEADER_LENGTH as u64 + captured as u64;
    let ring = core::ptr::from_ref(ring).cast_mut().cast();
    let from = (&raw mut *stage).cast();
    // SAFETY: the stage begins with header and payload, back to back, and holds `size` bytes.
    let refused = unsafe { bpf_ringbuf_output(ring, from, size, NO_WAKEUP) } != 0;
    if refused {
        return Err(Counter::RingFull);
    }
    maps::count(Counter::Samples);
    Ok(())
}
