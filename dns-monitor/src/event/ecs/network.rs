//! Where a lookup was seen, and between whom.

use crate::{
    event::{
        Event,
        beyond::machine,
        json::{address, number, raw},
    },
    identity::history::Machine,
    sample::{Packet, Transport},
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
    event.community_id(packet.transport, out);
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
