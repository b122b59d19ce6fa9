//! DHCP (RFC 2131, RFC 2132).

use std::net::{IpAddr, Ipv4Addr};

use super::{Message, is_host, lifetime};
use crate::{
    identity::dhcp::{DhcpReason, name},
    sample::Mac,
};

/// The port of servers and relays.
pub(super) const SERVER: u16 = 67;
/// The port of clients.
pub(super) const CLIENT: u16 = 68;

/// Fixed part of a message: op, htype, hlen, hops, xid, secs, flags, four addresses, chaddr, sname, file.
const FIXED: usize = 236;
const COOKIE: [u8; 4] = [99, 130, 83, 99];

/// Options (RFC 2132, RFC 4702).
mod code {
    pub(super) const PAD: u8 = 0;
    pub(super) const HOST_NAME: u8 = 12;
    pub(super) const REQUESTED: u8 = 50;
    pub(super) const LEASE_TIME: u8 = 51;
    pub(super) const TYPE: u8 = 53;
    pub(super) const FQDN: u8 = 81;
    pub(super) const END: u8 = 255;
}

/// Values of option 53.
mod kind {
    pub(super) const REQUEST: u8 = 3;
    pub(super) const DECLINE: u8 = 4;
    pub(super) const ACK: u8 = 5;
    pub(super) const RELEASE: u8 = 7;
}

/// What matters of a message.
#[derive(Default)]
struct Fields<'a> {
    kind: u8,
    requested: Option<Ipv4Addr>,
    lease: Option<[u8; 4]>,
    host_name: Option<&'a [u8]>,
    fqdn: Option<&'a [u8]>,
}

/// Reads a UDP payload.
pub(super) fn read((source, destination): (u16, u16), payload: &[u8]) -> Result<Message, DhcpReason> {
    let (fixed, rest) = payload.split_first_chunk::<FIXED>().ok_or(DhcpReason::Malformed)?;
    let (cookie, options) = rest.split_first_chunk::<4>().ok_or(DhcpReason::Malformed)?;
    let [op, htype, hlen, ..] = *fixed;
    let at = |offset: usize| fixed.get(offset..).and_then(<[u8]>::first_chunk::<4>).copied();
    let (Some(xid), Some(ciaddr), Some(yiaddr)) = (at(4), at(12), at(16)) else {
        return Err(DhcpReason::Malformed);
    };
    let chaddr: Option<&Mac> = fixed.get(28..).and_then(<[u8]>::first_chunk);
    let mac = *chaddr.ok_or(DhcpReason::Malformed)?;
    if *cookie != COOKIE || (htype, hlen) != (1, 6) {
        return Err(DhcpReason::NotDhcp); // BOOTP, or no Ethernet
    }
    let fields = Fields::read(options).ok_or(DhcpReason::Malformed)?;
    let (client, transaction) = (mac.into(), u32::from_be_bytes(xid));
    let (name, mac) = (fields.name(), Some(mac));
    match (op, fields.kind) {
        (1, _) if destination != SERVER => Err(DhcpReason::NotDhcp),
        (2, _) if source != SERVER => Err(DhcpReason::NotDhcp),
        (1, kind::REQUEST) => Ok(Message::Asked { client, transaction, name, mac }),
        (1, kind::RELEASE) => released(client, Some(Ipv4Addr::from(ciaddr))),
        (1, kind::DECLINE) => released(client, fields.requested),
        (2, kind::ACK) => {
            let address = Some(IpAddr::from(yiaddr)).filter(|address| is_host(*address));
            let address = address.ok_or(DhcpReason::NoAddress)?;
            let addresses = vec![(address, lifetime(fields.lease.ok_or(DhcpReason::Malformed)?))];
            Ok(Message::Granted { client, transaction, addresses, name, mac })
        }
        (1 | 2, _) => Err(DhcpReason::Other),
        _ => Err(DhcpReason::Malformed),
    }
}

fn released(client: Box<[u8]>, address: Option<Ipv4Addr>) -> Result<Message, DhcpReason> {
    let addresses = address.map(IpAddr::V4).into_iter().collect();
    Ok(Message::Released { client, addresses })
}

impl<'a> Fields<'a> {
    /// `None`: an option runs past the end. A missing end is forgiven, as by clients.
    fn read(mut options: &'a [u8]) -> Option<Self> {
        let mut fields = Self::default();
        while let Some((code, rest)) = options.split_first() {
            match *code {
                code::PAD => options = rest,
                code::END => break,
                code => {
                    let (length, rest) = rest.split_first()?;
                    let (data, rest) = rest.split_at_checked(usize::from(*length))?;
                    fields.take(code, data)?;
                    options = rest;
                }
            }
        }
        Some(fields)
    }

    fn take(&mut self, code: u8, data: &'a [u8]) -> Option<()> {
        match code {
            code::HOST_NAME => self.host_name = Some(data),
            code::FQDN => self.fqdn = Some(data),
            code::REQUESTED => self.requested = Some(<[u8; 4]>::try_from(data).ok()?.into()),
            code::LEASE_TIME => self.lease = Some(data.try_into().ok()?),
            code::TYPE => [self.kind] = data.try_into().ok()?,
            _ => {}
        }
        Some(())
    }

    /// The whole name if there is one, else the host name.
    fn name(&self) -> Option<Box<str>> {
        self.fqdn.and_then(fqdn).or_else(|| self.host_name.and_then(name::from_text))
    }
}

/// Client FQDN (RFC 4702 §2): flags, two bytes of no meaning, and the name: by the E flag in wire format, else as text.
fn fqdn(data: &[u8]) -> Option<Box<str>> {
    let (&[flags, _, _], written) = data.split_first_chunk()?;
    if flags & 4 == 0 { name::from_text(written) } else { name::from_wire(written) }
}
