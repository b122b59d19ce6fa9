//! Frames changed into what is seldom seen, with IP headers that are right all the same.

use etherparse::Ipv4Header;

use super::answers::Network;

const V6_HEADER: usize = 40;
const UDP: u8 = 17;
/// Where the headers have their checksums.
const UDP_SUM: usize = 6;
const TCP_SUM: usize = 16;

fn word(pair: &[u8]) -> u32 {
    u32::from(u16::from_be_bytes([pair[0], pair[1]]))
}

/// Where the transport's header begins, and its protocol.
fn transport(network: Network, frame: &[u8]) -> (usize, u8) {
    let ip = network.ip_at();
    match network.v6 {
        true => (ip + V6_HEADER, frame[ip + 6]),
        false => (ip + usize::from(frame[ip] & 0xf) * 4, frame[ip + 9]),
    }
}

/// The sum of the pseudo-header (RFC 768, RFC 8200 §8.1) as a sender leaves it to its device.
pub fn pseudo_sum(network: Network, frame: &[u8]) -> u16 {
    let ip = network.ip_at();
    let (at, protocol) = transport(network, frame);
    let addresses = if network.v6 { ip + 8..ip + 40 } else { ip + 12..ip + 20 };
    let length = match (protocol, network.v6) {
        (UDP, _) => word(&frame[at + 4..]),
        (_, true) => word(&frame[ip + 4..]),
        (_, false) => word(&frame[ip + 2..]) - (at - ip) as u32,
    };
    let sum = frame[addresses].chunks(2).map(word).sum::<u32>() + u32::from(protocol) + length;
    let folded = (sum & 0xffff) + (sum >> 16);
    u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap()
}

/// Where the frame has the transport's checksum.
fn sum_at(network: Network, frame: &[u8]) -> usize {
    let (at, protocol) = transport(network, frame);
    at + if protocol == UDP { UDP_SUM } else { TCP_SUM }
}

/// As the sender's stack gives it to a device that will finish the checksum.
pub fn unfinished(network: Network, frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    let (at, sum) = (sum_at(network, &frame), pseudo_sum(network, &frame));
    frame[at..at + 2].copy_from_slice(&sum.to_be_bytes());
    frame
}

/// Whether the checksum looks like that, as one in 65,536 finished ones does.
pub fn looks_unfinished(network: Network, frame: &[u8]) -> bool {
    let at = sum_at(network, frame);
    word(&frame[at..]) % 0xffff == u32::from(pseudo_sum(network, frame)) % 0xffff
}

/// A datagram whose sender has computed no checksum.
pub fn without_checksum(network: Network, frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    let at = sum_at(network, &frame);
    frame[at..at + 2].fill(0);
    frame
}

/// Changes the IPv4 header.
fn edit(network: Network, frame: &[u8], change: impl FnOnce(&mut Ipv4Header)) -> Vec<u8> {
    assert!(!network.v6);
    let (head, packet) = frame.split_at(network.ip_at());
    let (mut header, rest) = Ipv4Header::from_slice(packet).unwrap();
    change(&mut header);
    header.header_checksum = header.calc_header_checksum();
    let mut changed = head.to_vec();
    header.write(&mut changed).unwrap();
    changed.extend(rest);
    changed
}

/// With so many words of IPv4 options, all of them without meaning.
pub fn with_options(network: Network, frame: &[u8], words: u8) -> Vec<u8> {
    edit(network, frame, |header| {
        header.options = vec![1; usize::from(words) * 4][..].try_into().unwrap();
        header.total_len += u16::from(words) * 4;
    })
}

/// With bytes that IP counts and UDP does not.
pub fn with_trailer(network: Network, frame: &[u8], trailer: &[u8]) -> Vec<u8> {
    let more = u16::try_from(trailer.len()).unwrap();
    let mut frame = match network.v6 {
        false => edit(network, frame, |header| header.total_len += more),
        true => {
            let (mut frame, at) = (frame.to_vec(), network.ip_at() + 4);
            let length = u16::from_be_bytes([frame[at], frame[at + 1]]) + more;
            frame[at..at + 2].copy_from_slice(&length.to_be_bytes());
            frame
        }
    };
    frame.extend(trailer);
    frame
}
