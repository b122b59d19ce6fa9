//! Which of an event's addresses are a client's. In role `resolver` the one that asks is the resolver, which is nobody's
//! machine, and its address is told as it is.

use std::net::IpAddr;

use super::{mask::Mask, message, settings::Field};
use crate::{
    decode::edns::Edns,
    event::Event,
    identity::directory::Behind,
    rules::verdict::{Hit, Judgement},
    sample::{Datagram, Packet},
    track::{
        cause::told::Cause,
        lookup::{Peer, Seen},
        role::Role,
    },
};

/// The mask, and the client of the event at hand.
pub(super) struct Local<'m> {
    pub(super) mask: &'m Mask,
    client: Option<IpAddr>,
}

impl<'m> Local<'m> {
    pub(super) fn new(mask: &'m Mask, event: &Event<'_>) -> Self {
        let client = (event.lookup.role == Role::Client).then_some(event.client.ip);
        Self { mask, client }
    }

    /// An address at an end of the lookup.
    fn end(&self, address: IpAddr) -> IpAddr {
        if self.client == Some(address) { self.mask.address(address) } else { address }
    }

    /// An address that stands in a message.
    pub(super) fn mentioned(&self, address: IpAddr) -> IpAddr {
        match self.client == Some(address) {
            true => self.mask.address(address),
            false => self.mask.mentioned(address),
        }
    }

    pub(super) fn peer(&self, peer: Peer) -> Peer {
        let mac = peer.mac.filter(|_| !self.mask.drops(Field::ClientMac));
        Peer { ip: self.end(peer.ip), mac, ..peer }
    }

    pub(super) fn behind<'b>(&self, behind: Behind<'b>) -> Option<Behind<'b>> {
        let ip = behind.ip.map(|ip| self.mask.address(ip));
        let machine = self.mask.machine(behind.machine);
        let says = ip.is_some() || machine.name.is_some() || machine.mac.is_some();
        (says && !self.mask.drops(Field::TrueClient)).then_some(Behind { ip, machine })
    }

    /// What is told of the cause at all; its addresses and names are masked where they are written.
    pub(super) fn cause<'c>(&self, cause: Cause<'c>) -> Cause<'c> {
        match cause {
            Cause::Client { cache, .. } if self.mask.drops(Field::FilledBy) => {
                Cause::Client { cache, filled_by: None }
            }
            Cause::Resolver(_) if self.mask.drops(Field::Cause) => Cause::Untold,
            cause => cause,
        }
    }

    /// The line of a list is as good as the name in it.
    pub(super) fn judgement<'j>(&self, judgement: &Judgement<'j>) -> Judgement<'j> {
        let without_line = |hit: &Hit<'j>| {
            let id = hit.id.rsplit_once(':').map_or(hit.id.as_str(), |(file, _)| file);
            Hit { id: id.to_owned(), ..hit.clone() }
        };
        match (&judgement.rule, self.mask.hashes_names()) {
            (Some(hit), true) => Judgement { rule: Some(without_line(hit)), ..judgement.clone() },
            _ => judgement.clone(),
        }
    }

    /// The message as it may be told, in `buffer` where it is another one, and its EDNS.
    pub(super) fn seen<'b>(
        &self,
        seen: &Seen<'b>,
        edns: Option<&Edns<'b>>,
        buffer: &'b mut Vec<u8>,
    ) -> (Seen<'b>, Option<Edns<'b>>) {
        let packet = self.packet(&seen.datagram.packet);
        let datagram = Datagram { packet, ..seen.datagram };
        let Ok(message) = &seen.message else {
            return (Seen { datagram: Datagram { bytes: &[], ..datagram }, message: seen.message }, None);
        };
        if !self.mask.touches_messages() {
            return (Seen { datagram, message: Ok(*message) }, edns.copied());
        }
        message::rewrite(message, edns, self, buffer);
        let (message, edns) = message::read(buffer, message);
        (Seen { datagram: Datagram { bytes: buffer, ..datagram }, message }, edns)
    }

    fn packet(&self, packet: &Packet) -> Packet {
        let drops_mac = self.mask.drops(Field::ClientMac);
        Packet {
            source: self.end(packet.source),
            destination: self.end(packet.destination),
            source_mac: packet.source_mac.filter(|_| !drops_mac),
            destination_mac: packet.destination_mac.filter(|_| !drops_mac),
            ..*packet
        }
    }
}
