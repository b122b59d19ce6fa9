//! What the rings give, owned and in one line.

use std::fmt::Write as _;

use dns_monitor::{
    sample::{Content, Packet, Sample},
    source::kernel::sample::Place,
};

/// A sample, and its own copy of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub place: Place,
    pub packet: Packet,
    pub content: Content,
    pub length: u32,
    pub payload: Vec<u8>,
}

impl Taken {
    pub fn of(place: Place, sample: &Sample<'_>) -> Self {
        let Sample { packet, content, length, payload } = *sample;
        Self { place, packet, content, length, payload: payload.to_vec() }
    }

    /// Addresses, VLANs, content, captured and whole length; what is the same in all cases, the bench checks.
    pub fn line(&self) -> String {
        let Packet { source, source_port, destination, destination_port, .. } = self.packet;
        let mut line = format!("{source} {source_port} > {destination} {destination_port} ");
        for id in [self.packet.outer_vlan, self.packet.inner_vlan].into_iter().flatten() {
            write!(line, "vlan {id} ").unwrap();
        }
        match self.content {
            Content::Datagram => line.push_str("datagram"),
            Content::Fragment { id, offset, more } => {
                let more = if more { "+" } else { "" };
                write!(line, "fragment {id:x} at {offset}{more}").unwrap();
            }
            Content::Segment { sequence, flags } => {
                write!(line, "segment {sequence:x} flags {flags:x}").unwrap();
            }
        }
        write!(line, " {}/{}", self.payload.len(), self.length).unwrap();
        line
    }
}
