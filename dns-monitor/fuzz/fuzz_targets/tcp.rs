//! Any segments in any order: no panic, no byte from nowhere, bounded memory, books that close.
//!
//! Each step of the input: a control byte, then what it asks for. Bits 0-2: TCP flags. Bit 3:
//! another host. Bit 4: at a sequence number of its own (two bytes) instead of where the last
//! segment ended. Bit 5: time passes. Bit 6: the capture cut it. Bit 7: a length byte follows.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use dns_monitor::{
    decode::tcp::{StreamLimits, Streams},
    sample::{Content, Datagram, Direction, Packet, Sample, Transport},
};
use libfuzzer_sys::fuzz_target;

const LIMITS: StreamLimits =
    StreamLimits { streams: 3, stream_bytes: 2048, bytes: 4096, patience: 3_000, idle: 9_000 };

/// Numbers wrap soon.
const FIRST: u32 = u32::MAX - 40;

fn packet(time: u64, host: u8) -> Packet {
    Packet {
        time,
        interface: 0,
        direction: Direction::In,
        transport: Transport::Tcp,
        source: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)),
        destination: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53)),
        source_port: 40_000,
        destination_port: 53,
        source_mac: None,
        destination_mac: None,
        outer_vlan: None,
        inner_vlan: None,
        judged: None,
    }
}

fn check(message: Datagram<'_>, given: usize) {
    assert!(message.bytes.len() <= message.length as usize);
    assert!(message.bytes.len() <= given);
}

fuzz_target!(|data: &[u8]| {
    let mut streams = Streams::new(LIMITS);
    let (mut rest, mut time, mut sequence, mut samples) = (data, 0, FIRST, 0);
    while let Some((&control, after)) = rest.split_first() {
        rest = after;
        let mut byte = || {
            let (first, after) = rest.split_first().unwrap_or((&0, &[]));
            rest = after;
            *first
        };
        if control & 16 != 0 {
            sequence = FIRST.wrapping_add(u32::from(u16::from_be_bytes([byte(), byte()])));
        }
        if control & 32 != 0 {
            time += u64::from(byte()) * 20;
        }
        let cut = if control & 64 != 0 { u32::from(byte()) } else { 0 };
        let length = if control & 128 != 0 { usize::from(byte()) } else { 21 };
        let host = (control >> 3 & 1) + byte() % 3;
        let (payload, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        rest = after;
        let content = Content::Segment { sequence, flags: control & 7 };
        let length = payload.len() as u32 + cut;
        sequence = sequence.wrapping_add(length).wrapping_add(u32::from(control >> 1 & 1));
        let sample = Sample { packet: packet(time, host), content, length, payload };
        streams.push(&sample, |message| check(message, data.len()));
        samples += 1;
        let tally = streams.tally();
        assert_eq!(tally.seen(), samples);
        assert!(tally.held() <= samples, "more fates than samples");
    }
    streams.finish(|message| check(message, data.len()));
    assert_eq!(streams.tally().held(), 0);
});
