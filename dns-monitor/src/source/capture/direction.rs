//! Which way a packet went: a capture seldom says.

use super::{CaptureOptions, network::Network, transport::Segment};
use crate::sample::{Content, Direction};

/// The bit of a DNS header's third byte that tells a response (RFC 1035 §4.1.1).
const RESPONSE: u8 = 0x80;

/// `None`: between other hosts than the resolvers. `hint` is what the file itself says.
pub(super) fn of(
    network: &Network<'_>,
    segment: &Segment<'_>,
    hint: Option<Direction>,
    options: &CaptureOptions,
) -> Option<Direction> {
    if options.resolvers.is_empty() {
        return Some(hint.unwrap_or_else(|| by_port(segment, &options.ports)));
    }
    if options.resolvers.contains(&network.destination) {
        return Some(Direction::In);
    }
    options.resolvers.contains(&network.source).then_some(Direction::Out)
}

/// The side with the DNS port is taken for the resolver.
fn by_port(segment: &Segment<'_>, ports: &[u16]) -> Direction {
    let from = ports.contains(&segment.source_port);
    let to = ports.contains(&segment.destination_port);
    // Old servers ask from the port they answer on: there only the message tells.
    let is_response = segment.payload.get(2).is_some_and(|byte| byte & RESPONSE != 0);
    let is_message = !matches!(segment.content, Content::Segment { .. });
    match (from, to) {
        (true, false) => Direction::Out,
        (true, true) if is_message && is_response => Direction::Out,
        _ => Direction::In,
    }
}
