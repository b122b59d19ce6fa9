//! Events that say less of people: see `docs/PRIVACY.md`.
//!
//! 1. [`settings`]: what an operator asks for;
//! 2. [`mask`]: an address, a name, a machine, as it may be told;
//! 3. `cryptopan`, `names`, `reverse`: how that is worked out;
//! 4. `local`: which of an event's addresses are a client's;
//! 5. `message`: a DNS message written anew, so that no encoder sees the old one;
//! 6. [`Privacy`]: an event, its every part replaced.

mod cryptopan;
mod local;
pub mod mask;
mod message;
mod names;
mod reverse;
pub mod settings;
#[cfg(test)]
mod tests;

use self::{local::Local, settings::PrivacyError};
pub use self::{mask::Mask, settings::Settings};
use super::Event;
use crate::track::lookup::Lookup;

/// Turns events into what may be told of them; keeps its buffers.
pub struct Privacy {
    mask: Mask,
    query: Vec<u8>,
    response: Vec<u8>,
}

impl Privacy {
    /// Prepares the keys.
    ///
    /// # Errors
    /// [`PrivacyError`]: settings that need a key and have none, or a prefix that is longer than an address.
    pub fn new(settings: &Settings) -> Result<Self, PrivacyError> {
        Ok(Self { mask: Mask::new(settings)?, query: Vec::new(), response: Vec::new() })
    }

    /// Calls `then` with the event as it may be told.
    pub fn apply<R>(&mut self, event: &Event<'_>, then: impl FnOnce(&Event<'_>) -> R) -> R {
        let Self { mask, query, response } = self;
        let local = Local::new(mask, event);
        let query =
            event.lookup.query.as_ref().map(|seen| local.seen(seen, event.query_edns.as_ref(), query));
        let response = event
            .lookup
            .response
            .as_ref()
            .map(|seen| local.seen(seen, event.response_edns.as_ref(), response));
        let lookup = Lookup {
            role: event.lookup.role,
            query: query.map(|(seen, _)| seen),
            response: response.map(|(seen, _)| seen),
            end: event.lookup.end,
            cause: local.cause(event.lookup.cause),
        };
        let judgement = local.judgement(event.judgement);
        let mut who = *event.who;
        who.client = mask.machine(who.client);
        who.true_client = who.true_client.and_then(|behind| local.behind(behind));
        then(&Event {
            lookup: &lookup,
            judgement: &judgement,
            who: &who,
            id: event.id,
            interface: event.interface,
            client: local.peer(event.client),
            server: local.peer(event.server),
            query_edns: query.and_then(|(_, edns)| edns),
            response_edns: response.and_then(|(_, edns)| edns),
            malformed: event.malformed,
            mask: Some(mask),
        })
    }
}
