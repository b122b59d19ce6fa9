//! The sample goes into this CPU's ring, written in place.
//!
//! A reservation has a size that the verifier knows, so there are a few sizes: at most half of one is
//! wasted, which costs less than to put the sample together elsewhere and copy it.

use core::ffi::c_void;

use aya_ebpf::helpers::{
    bpf_get_smp_processor_id,
    generated::{bpf_ktime_get_ns, bpf_ringbuf_discard, bpf_ringbuf_reserve, bpf_ringbuf_submit},
};
use dns_monitor_common::{
    counter::Counter,
    rule::action,
    sample::{HEADER_LENGTH, MAX_CAPTURE, SampleHeader, flag, protocol},
};

use crate::{
    hook::Hook,
    maps::{self, Rest, Stage},
    opaque,
    packet::{self, Packet},
    parse::{
        link::Link,
        network::Network,
        transport::{FIN, FIN_SYN_RST, SYN, Transport},
    },
};

/// The agent polls: a wake-up would cost four microseconds a sample.
const NO_WAKEUP: u64 = 1;

// Payload bytes of the reservations, below MAX_CAPTURE.
const QUERY: u32 = 64;
const EDNS_QUERY: u32 = 192;
const ANSWER: u32 = 512;
const LARGE_ANSWER: u32 = 1280;

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

/// Hands the payload over, in several pieces where one sample does not hold it.
#[inline(always)]
pub fn submit<H: Hook>(hook: &H, stage: &mut Stage, mut rest: Rest) -> Result<(), Counter> {
    let mut flags = stage.header.tcp_flags;
    for _ in 0..H::PIECES {
        let captured = piece(hook, stage, rest, flags)?;
        maps::count(Counter::Samples);
        if captured == rest.present || stage.header.protocol != protocol::TCP {
            return Ok(());
        }
        flags &= !SYN;
        stage.header.stream = stage.header.stream.wrapping_add(captured);
        rest = stage.forget(rest.after(captured));
    }
    Err(Counter::Oversize)
}

/// Submits one sample; returns how many payload bytes it holds.
#[inline(always)]
fn piece<H: Hook>(hook: &H, stage: &mut Stage, rest: Rest, flags: u8) -> Result<u32, Counter> {
    // Only a TCP stream can be cut into pieces that find together again, and only if none is cut short.
    let limit = if stage.header.protocol == protocol::TCP { MAX_CAPTURE as u32 } else { maps::capture() };
    let captured = if rest.present < limit { rest.present } else { limit };
    let more = stage.header.protocol == protocol::TCP && captured < rest.present;
    // Each piece stands for itself, as if the segment had been sent so.
    stage.header.length = if more { captured } else { rest.length };
    stage.header.tcp_flags = if more { flags & !FIN } else { flags };
    stage.header.captured = captured as u16;
    stage.header.sequence = stage.sequence;
    stage.sequence = stage.sequence.wrapping_add(1);
    let Some(ring) = maps::RINGS.get(stage.header.cpu) else { return Err(Counter::NoRing) };
    let ring = core::ptr::from_ref(ring).cast_mut().cast();
    let header = &stage.header;
    if captured <= QUERY {
        write(hook, header, ring, rest.offset, captured, QUERY)
    } else if captured <= EDNS_QUERY {
        write(hook, header, ring, rest.offset, captured, EDNS_QUERY)
    } else if captured <= ANSWER {
        write(hook, header, ring, rest.offset, captured, ANSWER)
    } else if captured <= LARGE_ANSWER {
        write(hook, header, ring, rest.offset, captured, LARGE_ANSWER)
    } else {
        write(hook, header, ring, rest.offset, captured, MAX_CAPTURE as u32)
    }
}

/// Reserves room for `size` payload bytes and writes header and `captured` bytes into it.
#[inline(always)]
fn write<H: Hook>(
    hook: &H,
    header: &SampleHeader,
    ring: *mut c_void,
    offset: u32,
    captured: u32,
    size: u32,
) -> Result<u32, Counter> {
    let mut captured = captured as u64;
    // The caller has made sure; this way the verifier sees it too.
    opaque!(captured);
    if captured > size as u64 {
        return Err(Counter::CopyFailed);
    }
    let captured = captured as u32;
    // SAFETY: what is reserved is submitted or discarded below, and nothing is written beyond `size`.
    unsafe {
        let sample = bpf_ringbuf_reserve(ring, HEADER_LENGTH as u64 + size as u64, 0);
        if sample.is_null() {
            return Err(Counter::RingFull);
        }
        sample.cast::<SampleHeader>().write(*header);
        if !copy(hook, offset, sample.cast::<u8>().add(HEADER_LENGTH), captured, size) {
            bpf_ringbuf_discard(sample, NO_WAKEUP);
            return Err(Counter::CopyFailed);
        }
        bpf_ringbuf_submit(sample, NO_WAKEUP);
    }
    Ok(captured)
}

/// A short payload is copied faster than a helper is called.
///
/// # Safety
/// `to` has room for `size` bytes.
#[inline(always)]
unsafe fn copy<H: Hook>(hook: &H, offset: u32, to: *mut u8, captured: u32, size: u32) -> bool {
    if captured == 0 {
        return true; // SYN, FIN, RST
    }
    // SAFETY: the caller's promise, and `captured` is at most `size`.
    unsafe {
        let copied = match size {
            QUERY => packet::copy::<{ QUERY as usize / 8 }>(hook.linear(), offset, to, captured),
            EDNS_QUERY => packet::copy::<{ EDNS_QUERY as usize / 8 }>(hook.linear(), offset, to, captured),
            _ => false,
        };
        copied || hook.copy(offset, to, captured)
    }
}
