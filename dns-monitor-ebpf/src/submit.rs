//! The sample goes into this CPU's ring, written in place.
//!
//! A reservation has a size that the verifier knows, so there are a few sizes: at most half of one is
//! wasted, which costs less than to put the sample together elsewhere and copy it.

use core::ffi::c_void;

use aya_ebpf::helpers::generated::{bpf_ringbuf_discard, bpf_ringbuf_reserve, bpf_ringbuf_submit};
use dns_monitor_common::{
    counter::Counter,
    sample::{HEADER_LENGTH, MAX_CAPTURE, SampleHeader, protocol},
};

use crate::{
    copy,
    hook::Hook,
    maps, opaque,
    parse::transport::{FIN, SYN},
    stage::{Rest, Stage},
};

/// The agent polls: a wake-up would cost four microseconds a sample.
const NO_WAKEUP: u64 = 1;

// Payload bytes of the reservations, below MAX_CAPTURE.
const QUERY: u32 = 64;
const EDNS_QUERY: u32 = 192;
const ANSWER: u32 = 512;
const LARGE_ANSWER: u32 = 1280;

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
        if !copy_payload(hook, offset, sample.cast::<u8>().add(HEADER_LENGTH), captured, size) {
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
unsafe fn copy_payload<H: Hook>(hook: &H, offset: u32, to: *mut u8, captured: u32, size: u32) -> bool {
    if captured == 0 {
        return true; // SYN, FIN, RST
    }
    // SAFETY: the caller's promise, and `captured` is at most `size`.
    unsafe {
        let copied = match size {
            QUERY => copy::from_packet::<{ QUERY as usize / 8 }>(hook.linear(), offset, to, captured),
            EDNS_QUERY => {
                copy::from_packet::<{ EDNS_QUERY as usize / 8 }>(hook.linear(), offset, to, captured)
            }
            _ => false,
        };
        copied || hook.copy(offset, to, captured)
    }
}
