//! Any fragments in any order: no panic, no byte from nowhere, bounded memory, books that close.
//!
//! Each step of the input: a control byte, offset, length, then payload. Bit 0: more follow.
//! Bits 1-2: identification. Bit 3: time passes. Bit 4: the capture cut it. Bits 5-6: offset
//! in the wide.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};

use dns_monitor::{
    decode::fragments::{FragmentLimits, Fragments},
    sample::{Content, Datagram, Direction, Packet, Sample, Transport},
};
use libfuzzer_sys::fuzz_target;

const LIMITS: FragmentLimits = FragmentLimits { datagrams: 3, bytes: 8192, timeout: 3_000 };

const PACKET: Packet = Packet {
    time: 0,
    interface: 0,
    direction: Direction::In,
    transport: Transport::Udp,
    source: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    destination: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 53)),
    source_port: 0,
    destination_port: 0,
    source_mac: None,
    destination_mac: None,
    outer_vlan: None,
    inner_vlan: None,
    judged: None,
};

fn check(message: Datagram<'_>, given: usize) {
    assert!(message.bytes.len() <= message.length as usize && message.length <= 65_536);
    assert!(message.bytes.len() <= given);
    assert_eq!(message.packet.source_port, 53, "delivered without its first fragment");
}

fuzz_target!(|data: &[u8]| {
    let mut fragments = Fragments::new(LIMITS);
    let (mut rest, mut time, mut samples) = (data, 0, 0);
    while let Some((&[control, offset, length], after)) = rest.split_first_chunk() {
        let (payload, after) = after.split_at_checked(usize::from(length)).unwrap_or((after, &[]));
        rest = after;
        if control & 8 != 0 {
            time += 400;
        }
        let cut = if control & 16 != 0 { 8 } else { 0 };
        let offset = u16::from(offset) * 8 + u16::from(control >> 5 & 3) * 0x5000;
        let content = Content::Fragment { id: u32::from(control >> 1 & 3), offset, more: control & 1 != 0 };
        let ports = if offset == 0 { 53 } else { 0 };
        let packet = Packet { time, source_port: ports, destination_port: ports, ..PACKET };
        let length = payload.len() as u32 + cut;
        fragments.push(&Sample { packet, content, length, payload }, |message| check(message, data.len()));
        samples += 1;
        let tally = fragments.tally();
        assert_eq!(tally.seen(), samples);
        assert!(tally.held() <= samples, "more fates than samples");
    }
    fragments.finish(|message| check(message, data.len()));
    assert_eq!(fragments.tally().held(), 0);
});
