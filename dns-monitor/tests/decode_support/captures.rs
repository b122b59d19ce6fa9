//! The UDP payloads of every capture.

use etherparse::{NetHeaders, PacketHeaders, TransportHeader};
use pcap_file::{DataLink, pcap::PcapReader};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One UDP payload to or from a DNS port.
pub struct Captured {
    pub file: String,
    pub packet: usize,
    pub payload: Vec<u8>,
}

/// Every UDP payload of port 53 that a capture holds unfragmented.
///
/// # Panics
/// The captures cannot be found or read: a test that skipped them would prove nothing.
pub fn udp_payloads() -> Vec<Captured> {
    files().iter().flat_map(|file| payloads(file)).collect()
}

/// Every capture file.
///
/// # Panics
/// As [`udp_payloads`].
pub fn files() -> Vec<PathBuf> {
    let folder = folder();
    let mut files = Vec::new();
    find(&folder, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no capture in {}: set DNS_MONITOR_CAPTURES", folder.display());
    files
}

/// `DNS_MONITOR_CAPTURES`, or else `shared/captures` beside the workspace.
fn folder() -> PathBuf {
    let beside = || {
        let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        above.map(|folder| folder.join("shared/captures")).find(|folder| folder.is_dir())
    };
    let named = std::env::var_os("DNS_MONITOR_CAPTURES").map(PathBuf::from);
    named.or_else(beside).unwrap_or_else(|| panic!("no captures: set DNS_MONITOR_CAPTURES"))
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "pcap") {
            files.push(path);
        }
    }
}

fn payloads(file: &Path) -> Vec<Captured> {
    let mut reader = PcapReader::new(fs::File::open(file).unwrap()).unwrap();
    let link = reader.header().datalink;
    let mut found = Vec::new();
    let mut number = 0;
    while let Some(packet) = reader.next_packet() {
        number += 1;
        if let Some(payload) = packet.ok().and_then(|packet| dns(link, &packet.data)) {
            found.push(Captured { file: file.display().to_string(), packet: number, payload });
        }
    }
    found
}

fn dns(link: DataLink, frame: &[u8]) -> Option<Vec<u8>> {
    let headers = match link {
        DataLink::ETHERNET => PacketHeaders::from_ethernet_slice(frame).ok()?,
        DataLink::RAW => PacketHeaders::from_ip_slice(frame).ok()?,
        DataLink::LINUX_SLL => PacketHeaders::from_ip_slice(frame.get(16..)?).ok()?,
        DataLink::LINUX_SLL2 => PacketHeaders::from_ip_slice(frame.get(20..)?).ok()?,
        _ => return None,
    };
    let fragmented = match &headers.net {
        Some(NetHeaders::Ipv4(header, _)) => header.is_fragmenting_payload(),
        Some(NetHeaders::Ipv6(_, extensions)) => extensions.is_fragmenting_payload(),
        _ => return None,
    };
    let Some(TransportHeader::Udp(udp)) = headers.transport else { return None };
    let ports = [udp.source_port, udp.destination_port];
    (!fragmented && ports.contains(&53)).then(|| headers.payload.slice().to_vec())
}
