//! Which of the four messages of a resolver host a message is.

use super::lookup::Seen;
use crate::sample::Direction;

/// Whose lookup a message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A machine asks the resolver: `CLIENT_QUERY`, `CLIENT_RESPONSE`.
    Client,
    /// The resolver asks an authority or forwarder: `RESOLVER_QUERY`, `RESOLVER_RESPONSE`.
    Resolver,
}

impl Role {
    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Resolver => "resolver",
        }
    }
}

/// Which half of a lookup a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Toward the server.
    Query,
    /// Toward the client.
    Response,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Whose lookup.
    pub role: Role,
    /// Which half of it.
    pub part: Part,
    /// The QR bit says otherwise: it can neither answer nor be answered.
    pub contradicted: bool,
}

/// The ports that mean DNS, host order.
pub struct Ports(Vec<u16>);

impl Ports {
    /// At least one port.
    pub fn new(ports: &[u16]) -> Self {
        Self(ports.to_vec())
    }

    /// Port and direction decide. Where both ports or neither mean DNS, the QR bit decides which half it is.
    pub fn kind(&self, seen: &Seen<'_>) -> Kind {
        let packet = &seen.datagram.packet;
        let flag = seen.message.as_ref().ok().map(|message| match message.header.qr() {
            false => Part::Query,
            true => Part::Response,
        });
        let part = match (self.0.contains(&packet.destination_port), self.0.contains(&packet.source_port)) {
            (true, false) => Part::Query,
            (false, true) => Part::Response,
            (true, true) | (false, false) => flag.unwrap_or(Part::Query),
        };
        let role = match (packet.direction, part) {
            (Direction::In, Part::Query) | (Direction::Out, Part::Response) => Role::Client,
            (Direction::Out, Part::Query) | (Direction::In, Part::Response) => Role::Resolver,
        };
        Kind { role, part, contradicted: flag.is_some_and(|flag| flag != part) }
    }
}
