//! Community ID v1: one string for a flow, the same in every tool that saw it.

use std::net::IpAddr;

use sha1::{Digest, Sha1};

use crate::{decode::text, sample::Transport};

/// Everyone's default; both ends of a join must use the same.
const SEED: u16 = 0;

/// Appends the Community ID of a flow; which end is first does not matter.
pub fn write(a: (IpAddr, u16), b: (IpAddr, u16), transport: Transport, out: &mut Vec<u8>) {
    let protocol = match transport {
        Transport::Udp => dns_monitor_common::sample::protocol::UDP,
        Transport::Tcp => dns_monitor_common::sample::protocol::TCP,
    };
    let (first, second) = if a <= b { (a, b) } else { (b, a) };
    let mut hash = Sha1::new();
    hash.update(SEED.to_be_bytes());
    address(&mut hash, first.0);
    address(&mut hash, second.0);
    hash.update([protocol, 0]);
    hash.update(first.1.to_be_bytes());
    hash.update(second.1.to_be_bytes());
    out.extend_from_slice(b"1:");
    text::base64(&hash.finalize(), out);
}

fn address(hash: &mut Sha1, address: IpAddr) {
    match address {
        IpAddr::V4(address) => hash.update(address.octets()),
        IpAddr::V6(address) => hash.update(address.octets()),
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
