//! Link layers: Ethernet, 802.1Q and QinQ, Linux cooked, raw IP, BSD loopback.

use dns_monitor_common::counter::Counter;
use etherparse::{Ethernet2HeaderSlice, SingleVlanHeaderSlice};

use super::CaptureReason;
use crate::sample::{Direction, Mac};

/// Tags that are followed, as in the kernel programs.
const MAX_TAGS: usize = 2;

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

/// Lengths of the headers of LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2, LINKTYPE_NULL.
const SLL: usize = 16;
const SLL2: usize = 20;
const LOOPBACK: usize = 4;

/// What frames begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LinkType {
    Ethernet,
    /// Linux cooked, as `-i any` gives it.
    Sll,
    Sll2,
    /// IPv4 or IPv6 at once.
    Raw,
    /// A four-byte address family, then as raw.
    Loopback,
    Other,
}

impl LinkType {
    /// From a LINKTYPE_ number, or one of the DLT_ numbers that old files have in its place.
    pub(super) fn from_number(number: u32) -> Self {
        match number {
            0 | 108 => Self::Loopback,
            1 => Self::Ethernet,
            12 | 14 | 101 | 228 | 229 => Self::Raw,
            113 => Self::Sll,
            276 => Self::Sll2,
            _ => Self::Other,
        }
    }
}

/// What the link layer says.
pub(super) struct Link<'a> {
    pub(super) source: Option<Mac>,
    pub(super) destination: Option<Mac>,
    pub(super) outer_vlan: Option<u16>,
    pub(super) inner_vlan: Option<u16>,
    /// Behind the tags.
    pub(super) ether_type: u16,
    /// Where the link says it.
    pub(super) direction: Option<Direction>,
    pub(super) rest: &'a [u8],
}

impl<'a> Link<'a> {
    fn plain(ether_type: u16, rest: &'a [u8]) -> Self {
        Self {
            source: None,
            destination: None,
            outer_vlan: None,
            inner_vlan: None,
            ether_type,
            direction: None,
            rest,
        }
    }

    fn skip_tags(mut self) -> Result<Self, CaptureReason> {
        for _ in 0..MAX_TAGS {
            if !matches!(self.ether_type, 0x8100 | 0x88a8 | 0x9100) {
                break;
            }
            let tag = SingleVlanHeaderSlice::from_slice(self.rest).map_err(|_| Counter::ShortLink)?;
            let id = Some(tag.vlan_identifier().value());
            match self.outer_vlan {
                None => self.outer_vlan = id,
                Some(_) => self.inner_vlan = id,
            }
            self.ether_type = tag.ether_type().0;
            self.rest = self.rest.get(tag.slice().len()..).unwrap_or_default();
        }
        Ok(self)
    }
}

/// Reads what stands before the IP header.
pub(super) fn parse(link: LinkType, frame: &[u8]) -> Result<Link<'_>, CaptureReason> {
    match link {
        LinkType::Ethernet => ethernet(frame)?.skip_tags(),
        LinkType::Sll => cooked(frame)?.skip_tags(),
        LinkType::Sll2 => cooked2(frame)?.skip_tags(),
        LinkType::Raw => raw(frame),
        LinkType::Loopback => raw(frame.get(LOOPBACK..).ok_or(Counter::ShortLink)?),
        LinkType::Other => Err(CaptureReason::OtherLink),
    }
}

fn ethernet(frame: &[u8]) -> Result<Link<'_>, CaptureReason> {
    let header = Ethernet2HeaderSlice::from_slice(frame).map_err(|_| Counter::ShortLink)?;
    let rest = frame.get(header.slice().len()..).unwrap_or_default();
    let link = Link::plain(header.ether_type().0, rest);
    Ok(Link { source: Some(header.source()), destination: Some(header.destination()), ..link })
}

fn cooked(frame: &[u8]) -> Result<Link<'_>, CaptureReason> {
    let (header, rest) = frame.split_first_chunk::<SLL>().ok_or(Counter::ShortLink)?;
    let [_, kind, _, _, _, length, address @ .., _, _, high, low] = header;
    let link = Link::plain(u16::from_be_bytes([*high, *low]), rest);
    Ok(Link { source: mac(*length, address), direction: direction(*kind), ..link })
}

fn cooked2(frame: &[u8]) -> Result<Link<'_>, CaptureReason> {
    let (header, rest) = frame.split_first_chunk::<SLL2>().ok_or(Counter::ShortLink)?;
    let [high, low, _, _, _, _, _, _, _, _, kind, length, address @ .., _, _] = header;
    let link = Link::plain(u16::from_be_bytes([*high, *low]), rest);
    Ok(Link { source: mac(*length, address), direction: direction(*kind), ..link })
}

fn mac(length: u8, address: &[u8; 6]) -> Option<Mac> {
    (length == 6).then_some(*address)
}

/// sll_pkttype (packet(7)). A packet between other hosts is seen, but goes neither way.
fn direction(kind: u8) -> Option<Direction> {
    match kind {
        0..=2 => Some(Direction::In),
        4 => Some(Direction::Out),
        _ => None,
    }
}

fn raw(packet: &[u8]) -> Result<Link<'_>, CaptureReason> {
    let version = packet.first().ok_or(Counter::ShortLink)? >> 4;
    match version {
        4 => Ok(Link::plain(IPV4, packet)),
        6 => Ok(Link::plain(IPV6, packet)),
        _ => Err(Counter::NotIp.into()),
    }
}
