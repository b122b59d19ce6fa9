//! Community ID v1: one string for a flow, the same in every tool that saw it.

use std::net::IpAddr;

use crate::{decode::text, sample::Transport};

/// Everyone's default; both ends of a join must use the same.
const SEED: u16 = 0;

/// What SHA-1 begins with (FIPS 180-4 §5.3.1).
const STATE: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

/// Appends the Community ID of a flow; which end is first does not matter.
#[inline]
pub fn write(a: (IpAddr, u16), b: (IpAddr, u16), transport: Transport, out: &mut Vec<u8>) {
    let protocol = match transport {
        Transport::Udp => dns_monitor_common::sample::protocol::UDP,
        Transport::Tcp => dns_monitor_common::sample::protocol::TCP,
    };
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut flow = Block::default();
    flow.put(&SEED.to_be_bytes());
    flow.put_address(first.0);
    flow.put_address(second.0);
    flow.put(&[protocol, 0]);
    flow.put(&first.1.to_be_bytes());
    flow.put(&second.1.to_be_bytes());
    out.extend_from_slice(b"1:");
    let (groups, last) = flow.sha1();
    out.extend_from_slice(groups.map(text::base64_group).as_flattened());
    let [a, b, c, _] = text::base64_group(last);
    out.extend_from_slice(&[a, b, c, b'=']);
}

/// What is hashed: at most 42 bytes, so that SHA-1 has one block to do.
struct Block {
    bytes: [u8; 64],
    length: usize,
}

impl Default for Block {
    fn default() -> Self {
        Self { bytes: [0; 64], length: 0 }
    }
}

impl Block {
    #[inline]
    fn put(&mut self, part: &[u8]) {
        let end = self.length + part.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(part);
        }
        self.length = end;
    }

    #[inline]
    fn put_address(&mut self, address: IpAddr) {
        match address {
            IpAddr::V4(address) => self.put(&address.octets()),
            IpAddr::V6(address) => self.put(&address.octets()),
        }
    }

    /// Padded by a one bit, zeros, and its length in bits (FIPS 180-4 §5.1.1). The digest in groups of three bytes, of
    /// which the last lacks one.
    fn sha1(mut self) -> ([[u8; 3]; 6], [u8; 3]) {
        let bits = (self.length as u64 * 8).to_be_bytes();
        self.put(&[0x80]);
        self.length = self.bytes.len() - bits.len();
        self.put(&bits);
        let mut state = STATE;
        sha1::block_api::compress(&mut state, &[self.bytes]);
        let [a, b, c, d, e] = state.map(u32::to_be_bytes);
        let groups = [
            [a[0], a[1], a[2]],
            [a[3], b[0], b[1]],
            [b[2], b[3], c[0]],
            [c[1], c[2], c[3]],
            [d[0], d[1], d[2]],
            [d[3], e[0], e[1]],
        ];
        (groups, [e[2], e[3], 0])
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    /// From the specification's own examples (community-id-spec, `baseline` with seed 0).
    #[test]
    fn ids_are_those_of_the_specification() {
        let cases = [
            ("192.168.1.52", 54585, "8.8.8.8", 53, Transport::Udp, "1:d/FP5EW3wiY1vCndhwleRRKHowQ="),
            ("128.232.110.120", 34855, "66.35.250.204", 80, Transport::Tcp, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="),
            (
                "2001:470:e5bf:dead:4957:2174:e82c:4887",
                63943,
                "2607:f8b0:400c:c03::1a",
                25,
                Transport::Tcp,
                "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=",
            ),
        ];
        for (source, source_port, destination, destination_port, transport, expected) in cases {
            let source = (source.parse().unwrap(), source_port);
            let destination = (destination.parse().unwrap(), destination_port);
            for (a, b) in [(source, destination), (destination, source)] {
                let mut out = Vec::new();
                write(a, b, transport, &mut out);
                assert_eq!(String::from_utf8_lossy(&out), expected);
            }
        }
    }
}
