//! DHCPv6 (RFC 9915; options as in RFC 8415).

use std::net::{IpAddr, Ipv6Addr};

use super::{MAX_ADDRESSES, Message, is_host, lifetime};
use crate::{
    identity::dhcp::{DhcpReason, name},
    sample::Mac,
};

/// The port of clients.
pub(super) const CLIENT: u16 = 546;
/// The port of servers and relays.
pub(super) const SERVER: u16 = 547;

/// Relays that one message may have passed (RFC 8415 §7.6).
const MAX_HOPS: usize = 8;
/// Longest DUID, with its type, bytes (RFC 8415 §11.1).
const MAX_DUID: usize = 130;
/// Message type, hop count, link address, peer address.
const RELAY_HEADER: usize = 34;

/// Options.
mod code {
    pub(super) const CLIENT_ID: u16 = 1;
    pub(super) const IA_NA: u16 = 3;
    pub(super) const IA_TA: u16 = 4;
    pub(super) const ADDRESS: u16 = 5;
    pub(super) const RELAYED: u16 = 9;
    /// RFC 4704.
    pub(super) const FQDN: u16 = 39;
}

/// Message types.
mod kind {
    pub(super) const REQUEST: u8 = 3;
    pub(super) const RENEW: u8 = 5;
    pub(super) const REBIND: u8 = 6;
    pub(super) const SOLICIT: u8 = 1;
    pub(super) const REPLY: u8 = 7;
    pub(super) const RELEASE: u8 = 8;
    pub(super) const DECLINE: u8 = 9;
    pub(super) const RELAY_FORWARD: u8 = 12;
    pub(super) const RELAY_REPLY: u8 = 13;
}

/// Whether an IPv6 packet comes from a link-local address: from a machine on the link, to whoever is on the link.
pub(super) fn is_link_local(packet: &[u8]) -> bool {
    let source: Option<[u8; 16]> = packet.get(8..24).and_then(|bytes| bytes.try_into().ok());
    source.is_some_and(|source| Ipv6Addr::from(source).is_unicast_link_local())
}

/// Reads a UDP payload.
pub(super) fn read(
    (source, destination): (u16, u16),
    payload: &[u8],
    mac: Option<Mac>,
) -> Result<Message, DhcpReason> {
    let (payload, relayed) = unwrapped(payload)?;
    let (&[kind, t0, t1, t2], options) = payload.split_first_chunk().ok_or(DhcpReason::Malformed)?;
    let transaction = u32::from_be_bytes([0, t0, t1, t2]);
    let fields = Fields::read(options).ok_or(DhcpReason::Malformed)?;
    let client = || fields.client.map(Box::from).ok_or(DhcpReason::Malformed);
    let mac = mac.filter(|_| !relayed);
    match kind {
        kind::REPLY if source != SERVER => Err(DhcpReason::NotDhcp),
        kind::REPLY if fields.addresses.is_empty() => Err(DhcpReason::NoAddress),
        kind::REPLY => {
            let (client, name) = (client()?, fields.name());
            Ok(Message::Granted { client, transaction, addresses: fields.addresses, name, mac: None })
        }
        _ if destination != SERVER => Err(DhcpReason::NotDhcp),
        kind::SOLICIT | kind::REQUEST | kind::RENEW | kind::REBIND => {
            Ok(Message::Asked { client: client()?, transaction, name: fields.name(), mac })
        }
        kind::RELEASE | kind::DECLINE => {
            let addresses = fields.addresses.iter().map(|(address, _)| *address).collect();
            Ok(Message::Released { client: client()?, addresses })
        }
        _ => Err(DhcpReason::Other),
    }
}

/// The client's or server's own message, and whether a relay had it.
fn unwrapped(payload: &[u8]) -> Result<(&[u8], bool), DhcpReason> {
    let mut inner = payload;
    for hops in 0..=MAX_HOPS {
        if !matches!(inner.first(), Some(&(kind::RELAY_FORWARD | kind::RELAY_REPLY))) {
            return Ok((inner, hops > 0));
        }
        let options = inner.get(RELAY_HEADER..).ok_or(DhcpReason::Malformed)?;
        inner = Options { rest: options }
            .find_map(|option| option.filter(|(code, _)| *code == code::RELAYED))
            .ok_or(DhcpReason::Malformed)?
            .1;
    }
    Err(DhcpReason::Malformed)
}

/// What matters of a message.
#[derive(Default)]
struct Fields<'a> {
    client: Option<&'a [u8]>,
    fqdn: Option<&'a [u8]>,
    addresses: Vec<(IpAddr, Option<u32>)>,
}

impl<'a> Fields<'a> {
    fn read(options: &'a [u8]) -> Option<Self> {
        let mut fields = Self::default();
        for option in (Options { rest: options }) {
            let (code, data) = option?;
            match code {
                code::CLIENT_ID => fields.client = Some(data).filter(|duid| duid.len() <= MAX_DUID),
                code::FQDN => fields.fqdn = Some(data),
                // IAID, and in an IA_NA T1 and T2.
                code::IA_NA => fields.take_addresses(data.get(12..)?)?,
                code::IA_TA => fields.take_addresses(data.get(4..)?)?,
                _ => {}
            }
        }
        Some(fields)
    }

    fn take_addresses(&mut self, options: &[u8]) -> Option<()> {
        for option in (Options { rest: options }) {
            let (code::ADDRESS, data) = option? else { continue };
            let (address, data) = data.split_first_chunk::<16>()?;
            let (_preferred, data) = data.split_first_chunk::<4>()?;
            let address = IpAddr::from(*address);
            if is_host(address) && self.addresses.len() < MAX_ADDRESSES {
                self.addresses.push((address, lifetime(*data.first_chunk()?)));
            }
        }
        Some(())
    }

    /// Client FQDN (RFC 4704 §4): flags, and the name in wire format.
    fn name(&self) -> Option<Box<str>> {
        name::from_wire(self.fqdn?.get(1..)?)
    }
}

/// Options one after another; `None` where one runs past the end.
struct Options<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Options<'a> {
    type Item = Option<(u16, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let option = self.rest.split_first_chunk().and_then(|(&[c0, c1, l0, l1], rest)| {
            let (data, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes([l0, l1])))?;
            self.rest = rest;
            Some((u16::from_be_bytes([c0, c1]), data))
        });
        if option.is_none() {
            self.rest = &[];
        }
        Some(option)
    }
}
