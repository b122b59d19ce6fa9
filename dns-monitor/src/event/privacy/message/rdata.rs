//! Record data as it may be told.

use std::net::IpAddr;

use super::{Local, name};
use crate::decode::{record::Record, rr_type};

/// The class of the Internet.
const IN: u16 = 1;

/// A piece of record data.
#[derive(Clone, Copy)]
enum Piece {
    /// So many bytes that say nothing of anybody.
    Bytes(usize),
    /// A name, which may be compressed.
    Name,
}

/// Appends record data; `None`: it may not be told. Where names are hashed, only data of which it is known where its names
/// are may be.
pub(super) fn write(record: &Record<'_>, local: &Local<'_>, out: &mut Vec<u8>) -> Option<()> {
    let data = record.rdata();
    if let Some(address) = address(record) {
        match local.mentioned(address) {
            IpAddr::V4(address) => out.extend_from_slice(&address.octets()),
            IpAddr::V6(address) => out.extend_from_slice(&address.octets()),
        }
        return Some(());
    }
    let start = out.len();
    if data.is_empty() || pieces(record.rtype).is_some_and(|pieces| write_pieces(record, pieces, local, out))
    {
        return Some(());
    }
    out.truncate(start);
    (!local.mask.hashes_names()).then(|| out.extend_from_slice(data))
}

fn address(record: &Record<'_>) -> Option<IpAddr> {
    match (record.class, record.rtype) {
        (IN, rr_type::A) => <[u8; 4]>::try_from(record.rdata()).ok().map(IpAddr::from),
        (IN, rr_type::AAAA) => <[u8; 16]>::try_from(record.rdata()).ok().map(IpAddr::from),
        _ => None,
    }
}

/// The types whose data may have compressed names (RFC 3597 §4), and those that have nothing but a name to hide.
const fn pieces(rtype: u16) -> Option<&'static [Piece]> {
    const MB: u16 = 7;
    const MG: u16 = 8;
    const MR: u16 = 9;
    const MINFO: u16 = 14;
    const RP: u16 = 17;
    const AFSDB: u16 = 18;
    const RT: u16 = 21;
    const KX: u16 = 36;
    const SOA_NUMBERS: usize = 20;
    match rtype {
        rr_type::NS | rr_type::CNAME | rr_type::PTR | rr_type::DNAME | MB | MG | MR => Some(&[Piece::Name]),
        rr_type::MX | AFSDB | RT | KX => Some(&[Piece::Bytes(2), Piece::Name]),
        rr_type::SRV => Some(&[Piece::Bytes(6), Piece::Name]),
        MINFO | RP => Some(&[Piece::Name, Piece::Name]),
        rr_type::SOA => Some(&[Piece::Name, Piece::Name, Piece::Bytes(SOA_NUMBERS)]),
        _ => None,
    }
}

/// Whether the data is what the pieces say, to its end.
fn write_pieces(record: &Record<'_>, pieces: &[Piece], local: &Local<'_>, out: &mut Vec<u8>) -> bool {
    let (data, mut at) = (record.rdata(), 0usize);
    for piece in pieces {
        match piece {
            Piece::Bytes(count) => {
                let end = at.saturating_add(*count);
                let Some(bytes) = data.get(at..end) else { return false };
                out.extend_from_slice(bytes);
                at = end;
            }
            Piece::Name => {
                let Some(found) = record.name_at(at) else { return false };
                name(&found, local, out);
                at = at.saturating_add(span(data.get(at..).unwrap_or_default()));
            }
        }
    }
    at == data.len()
}

/// Bytes that a name takes where it stands, up to its root label or pointer.
fn span(data: &[u8]) -> usize {
    let mut at = 0usize;
    while let Some(length) = data.get(at) {
        match length {
            0 => return at.saturating_add(1),
            1..=63 => at = at.saturating_add(usize::from(*length)).saturating_add(1),
            _ => return at.saturating_add(2),
        }
    }
    at
}
