//! Lookups become events: one JSON object, or one line of text for people.
//!
//! 1. [`Event`]: a lookup and the judgement on it, with what its records say, gathered in one pass;
//! 2. [`ecs`]: as Elastic Common Schema, the contract of `docs/EVENTS.md`; [`ocsf`], [`eve`], [`zeek`], [`cim`] and
//!    [`asim`]: as other schemas have it, see `docs/SCHEMAS.md`; [`beyond`]: what they have no field for;
//! 3. [`text`]: as an aligned line;
//! 4. [`privacy`]: an event that says less of people, before any of these sees it;
//! 5. [`gap`]: what was lost since the last event;
//! 6. [`encoder`]: any of them, as an output wants it.

pub mod answer;
pub mod asim;
pub mod beyond;
pub mod cim;
pub mod community_id;
pub mod dnstap;
pub mod domain;
pub mod ecs;
pub mod encoder;
pub mod eve;
pub mod gap;
pub mod id;
pub mod json;
pub mod ocsf;
pub mod privacy;
pub mod text;
pub mod time;
pub mod zeek;

use std::net::IpAddr;

pub use id::Id;
use privacy::Mask;

use crate::{
    decode::{edns::Edns, malformed::Malformed, message::Question, mnemonics},
    identity::{directory::Who, history::Machine},
    rules::{
        action::Block,
        verdict::{Enforced, Hit, Judgement, Verdict},
    },
    sample::Transport,
    track::lookup::{End, Lookup, Peer, Seen},
};

/// What events say about this host and this start of the agent.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    /// `observer.hostname`.
    pub hostname: Option<String>,
    /// The start of the agent in the ids of its events; `None`: the time of the first event, ns since the Unix epoch.
    pub start: Option<u64>,
}

/// One lookup, and what was found out about it as a whole.
pub struct Event<'a> {
    /// The lookup.
    pub lookup: &'a Lookup<'a>,
    /// What was made of it.
    pub judgement: &'a Judgement<'a>,
    /// Who asked.
    pub who: &'a Who<'a>,
    /// Which event it is.
    pub id: Id,
    /// The interface that its first message crossed.
    pub interface: Option<&'a str>,
    /// The machine that asked.
    pub client: Peer,
    /// The one that was asked.
    pub server: Peer,
    /// EDNS of the query.
    pub query_edns: Option<Edns<'a>>,
    /// EDNS of the response.
    pub response_edns: Option<Edns<'a>>,
    /// What was wrong with the messages' framing.
    pub malformed: Option<&'static str>,
    /// What may be told of other lookups that the cause names; the rest of the event is masked already.
    pub mask: Option<&'a Mask>,
}

/// `event.outcome` (ECS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A response was seen.
    Success,
    /// No response in time, none at all because the query was dropped, or one that says SERVFAIL, REFUSED or FORMERR.
    Failure,
    /// We cannot tell.
    Unknown,
}

impl Outcome {
    /// As events say it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

const FORMERR: u16 = 1;
const SERVFAIL: u16 = 2;
const REFUSED: u16 = 5;

impl<'a> Event<'a> {
    /// Gathers; `None` for a lookup without any message, which no tracker makes.
    pub fn new(
        lookup: &'a Lookup<'a>,
        judgement: &'a Judgement<'a>,
        who: &'a Who<'a>,
        id: Id,
        interface: Option<&'a str>,
    ) -> Option<Self> {
        let (client, server) = lookup.peers()?;
        let (query_edns, query_fault) = survey(lookup.query.as_ref());
        let (response_edns, response_fault) = survey(lookup.response.as_ref());
        let malformed = match lookup.end {
            End::WrongWay => Some("wrong-qr-bit"),
            _ => query_fault.or(response_fault).map(Malformed::name),
        };
        Some(Self {
            lookup,
            judgement,
            who,
            id,
            interface,
            client,
            server,
            query_edns,
            response_edns,
            malformed,
            mask: None,
        })
    }

    /// The message whose header the event shows: the response if there is one.
    pub fn shown(&self) -> Option<&Seen<'a>> {
        self.lookup.response.as_ref().or(self.lookup.query.as_ref())
    }

    /// The question of the query, which the response should only repeat.
    pub fn question(&self) -> Option<Question<'a>> {
        let of = |seen: Option<&Seen<'a>>| seen?.message.as_ref().ok()?.question;
        of(self.lookup.query.as_ref()).or_else(|| of(self.lookup.response.as_ref()))
    }

    /// The whole 12-bit response code.
    pub fn rcode(&self) -> Option<u16> {
        let message = self.lookup.response.as_ref()?.message.as_ref().ok()?;
        Some(message.rcode(self.response_edns.as_ref()))
    }

    /// What was done with the query. A connection that is reset brings no answer, whatever the rule asks for.
    pub fn verdict(&self) -> Verdict {
        match (self.judgement.verdict, self.judgement.enforced) {
            (Verdict::Blocked(_), Some(Enforced::Reset)) => Verdict::Blocked(Block::Drop),
            (verdict, _) => verdict,
        }
    }

    /// Whether somebody wants to know of it.
    pub fn is_alert(&self) -> bool {
        self.judgement.rule.as_ref().is_some_and(Hit::is_alert)
    }

    /// `event.outcome`.
    pub fn outcome(&self) -> Outcome {
        match (self.lookup.end, self.rcode()) {
            (End::TimedOut, _) => Outcome::Failure,
            (End::Answered | End::Unasked | End::Blocked, Some(FORMERR | SERVFAIL | REFUSED)) => {
                Outcome::Failure
            }
            (End::Answered | End::Unasked | End::Blocked, Some(_)) => Outcome::Success,
            (End::Blocked, None) if self.verdict() == Verdict::Blocked(Block::Drop) => Outcome::Failure,
            _ => Outcome::Unknown,
        }
    }

    /// The address of a client that another lookup names.
    pub fn told_address(&self, address: IpAddr) -> IpAddr {
        self.mask.map_or(address, |mask| mask.address(address))
    }

    /// Whose that address was at a time, ns since the Unix epoch.
    pub fn told_machine(&self, address: IpAddr, time: u64) -> Machine<'a> {
        let machine = self.who.at(address, time);
        self.mask.map_or(machine, |mask| mask.machine(machine))
    }

    /// Replaces the name of another lookup that `out` ends with, from `start` on, by what may be told of it.
    pub fn tell_name(&self, out: &mut Vec<u8>, start: usize) {
        if let Some(mask) = self.mask {
            mask.name(out, start);
        }
    }

    /// Appends the Community ID of its flow.
    pub fn community_id(&self, transport: Transport, out: &mut Vec<u8>) {
        let (client, server) = (self.client, self.server);
        community_id::write((client.ip, client.port), (server.ip, server.port), transport, out);
    }

    /// The name of the response code.
    pub fn rcode_name(&self) -> Option<mnemonics::Mnemonic> {
        self.rcode().map(mnemonics::rcode)
    }
}

/// EDNS, and what is wrong with the framing.
fn survey<'a>(seen: Option<&Seen<'a>>) -> (Option<Edns<'a>>, Option<Malformed>) {
    match seen.map(|seen| &seen.message) {
        None => (None, None),
        Some(Ok(message)) => message.survey(),
        Some(Err(reason)) => (None, Some(*reason)),
    }
}

#[cfg(test)]
mod tests;
