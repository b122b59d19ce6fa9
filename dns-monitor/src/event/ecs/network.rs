//! Where a lookup was seen, and between whom.

use crate::{
    event::{
        Event, community_id,
        json::{address, escaped, mac, number, raw},
    },
    identity::history::Machine,
    sample::{Mac, Packet, Transport},
    track::lookup::{Peer, Seen},
};

/// Appends `network`: of the lookup's first packet.
pub(super) fn network(packet: &Packet, event: &Event<'_>, out: &mut Vec<u8>) {
    raw(
        out,
        match packet.transport {
            Transport::Udp => r#","network":{"transport":"udp","type":""#,
            Transport::Tcp => r#","network":{"transport":"tcp","type":""#,
        },
    );
    raw(out, if packet.source.is_ipv4() { r#"ipv4","community_id":""# } else { r#"ipv6","community_id":""# });
    let (client, server) = (event.client, event.server);
    community_id::write((client.ip, client.port), (server.ip, server.port), packet.transport, out);
    raw(out, "\"");
    if let Some(id) = packet.outer_vlan {
        raw(out, r#","vlan":{"id":""#);
        number(out, u64::from(id));
        raw(out, r#""}"#);
    }
    if let Some(id) = packet.inner_vlan {
        raw(out, r#","inner":{"vlan":{"id":""#);
        number(out, u64::from(id));
        raw(out, r#""}}"#);
    }
    raw(out, "}");
}

/// Appends `client` or `server`: `open` is the text up to its address, `sent` the message it sent.
pub(super) fn peer(out: &mut Vec<u8>, open: &str, peer: Peer, sent: Option<&Seen<'_>>, known: &Machine<'_>) {
    raw(out, open);
    address(out, peer.ip);
    raw(out, r#"","port":"#);
    number(out, u64::from(peer.port));
    machine(known, out);
    if let Some(sent) = sent {
        raw(out, r#","bytes":"#);
        number(out, u64::from(sent.datagram.length));
    }
    raw(out, "}");
}

/// Appends `domain` and `mac`, what is known of them.
#[inline]
pub(super) fn machine(machine: &Machine<'_>, out: &mut Vec<u8>) {
    if let Some(name) = machine.name {
        raw(out, r#","domain":""#);
        escaped(out, name.as_bytes());
        raw(out, "\"");
    }
    if let Some(address) = machine.mac.filter(|address| *address != Mac::default()) {
        raw(out, r#","mac":""#);
        mac(out, address);
        raw(out, "\"");
    }
}
