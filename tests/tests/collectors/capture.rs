//! A capture of lookups, each by a client and for a name of its own.

use std::{
    fs,
    path::{Path, PathBuf},
};

use dns_monitor_tests::dns;

/// The resolver in it.
pub const RESOLVER: &str = "10.53.0.53";

/// Writes a capture (pcap, Ethernet) of so many lookups, each with a query and a response.
pub fn write(folder: &Path, lookups: u32) -> PathBuf {
    let mut bytes = Vec::new();
    for number in [0xa1b2_3c4d_u32, 0x0004_0002, 0, 0, 65_535, 1] {
        bytes.extend(number.to_le_bytes());
    }
    for at in 0..lookups {
        let (client, resolver) = ([10, (at >> 16) as u8, (at >> 8) as u8, at as u8], [10, 53, 0, 53]);
        let query = dns::query(at as u16, &format!("n{at}.lab.example"), 1);
        let mut response = query.clone();
        response[2..4].copy_from_slice(&[0x81, 0x80]);
        packet(&mut bytes, at * 2, (client, 40_000), (resolver, 53), &query);
        packet(&mut bytes, at * 2 + 1, (resolver, 53), (client, 40_000), &response);
    }
    let file = folder.join("lookups.pcap");
    fs::write(&file, bytes).unwrap();
    file
}

type End = ([u8; 4], u16);

/// The packet `at`: 10 µs after the one before.
fn packet(out: &mut Vec<u8>, at: u32, from: End, to: End, payload: &[u8]) {
    let (udp, ip) = (payload.len() as u16 + 8, payload.len() as u16 + 28);
    let length = u32::from(ip) + 14;
    for number in [1_700_000_000 + at / 100_000, at % 100_000 * 10_000, length, length] {
        out.extend(number.to_le_bytes());
    }
    out.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
    out.extend([0x45, 0]);
    out.extend(ip.to_be_bytes());
    out.extend([0, 0, 0, 0, 64, 17, 0, 0]);
    out.extend(from.0);
    out.extend(to.0);
    for number in [from.1, to.1, udp, 0] {
        out.extend(number.to_be_bytes());
    }
    out.extend(payload);
}
