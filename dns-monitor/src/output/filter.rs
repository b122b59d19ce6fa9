//! Which events an output wants.

use std::net::IpAddr;

use crate::{
    config::output::{self, Sample, filter::Wanted},
    decode::name::MAX_WIRE_LENGTH,
    event::Event,
    rules::{condition::names::is_in, verdict::Verdict},
};

/// Of the events for which every condition holds that is given.
pub struct Filter(output::Filter);

impl Filter {
    /// `None` where every event passes.
    pub fn new(settings: &output::Filter) -> Option<Self> {
        (!settings.is_empty()).then(|| Self(settings.clone()))
    }

    /// Whether an event passes.
    pub fn wants(&self, event: &Event<'_>) -> bool {
        let output::Filter { roles, verdicts, clients, names, .. } = &self.0;
        let verdict = event.verdict();
        (roles.is_empty() || roles.contains(&event.lookup.role))
            && (verdicts.is_empty() || verdicts.iter().any(|wanted| holds(*wanted, verdict)))
            && self.rule(event)
            && (clients.is_empty() || asks(event).any(|ip| clients.iter().any(|net| net.contains(ip))))
            && (names.is_empty() || self.name(event))
    }

    /// Whether the rule that decided is one of those.
    fn rule(&self, event: &Event<'_>) -> bool {
        let output::Filter { rules, lists, severities, .. } = &self.0;
        if rules.is_empty() && lists.is_empty() && severities.is_empty() {
            return true;
        }
        event.judgement.rule.as_ref().is_some_and(|hit| {
            (rules.is_empty() || rules.iter().any(|rule| rule == hit.name))
                && (lists.is_empty() || lists.iter().any(|list| list == hit.ruleset))
                && (severities.is_empty()
                    || hit.severity.is_some_and(|severity| severities.contains(&severity)))
        })
    }

    fn name(&self, event: &Event<'_>) -> bool {
        let mut buffer = [0; MAX_WIRE_LENGTH];
        name(event, &mut buffer)
            .is_some_and(|name| self.0.names.iter().any(|above| is_in(name, above.as_bytes())))
    }
}

/// The name that was asked for, as rules have names: without the root label.
fn name<'b>(event: &Event<'_>, buffer: &'b mut [u8; MAX_WIRE_LENGTH]) -> Option<&'b [u8]> {
    event.question()?.name.canonical(buffer).strip_suffix(&[0_u8])
}

/// The machine that asked, and the one for which a forwarder did.
fn asks(event: &Event<'_>) -> impl Iterator<Item = IpAddr> {
    let behind = event.who.true_client.as_ref().and_then(|behind| behind.ip);
    std::iter::once(event.client.ip).chain(behind)
}

const fn holds(wanted: Wanted, verdict: Verdict) -> bool {
    match (wanted, verdict) {
        (Wanted::Blocked, Verdict::Blocked(_)) | (Wanted::WouldBlock, Verdict::Would(_)) => true,
        (Wanted::Exactly(Verdict::Pass), Verdict::Pass) => true,
        (Wanted::Exactly(Verdict::Blocked(wanted)), Verdict::Blocked(block))
        | (Wanted::Exactly(Verdict::Would(wanted)), Verdict::Would(block)) => wanted as u8 == block as u8,
        _ => false,
    }
}

/// Takes one of so many pairs of client and name, with all their lookups: on every host, and after every start, the same.
pub struct Sampler {
    one_of: u64,
}

impl Sampler {
    /// One of so many.
    pub fn new(sample: Sample) -> Self {
        Self { one_of: sample.0.get().into() }
    }

    /// Whether the event is of the sample.
    pub fn takes(&self, event: &Event<'_>) -> bool {
        let client = match event.client.ip.to_canonical() {
            IpAddr::V4(v4) => hashed(OFFSET, &v4.octets()),
            IpAddr::V6(v6) => hashed(OFFSET, &v6.octets()),
        };
        let mut buffer = [0; MAX_WIRE_LENGTH];
        mixed(hashed(client, name(event, &mut buffer).unwrap_or_default())).is_multiple_of(self.one_of)
    }
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// FNV-1a, which is the same everywhere and for ever.
fn hashed(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME))
}

/// Every bit of the result depends on every bit of the hash: the remainder of FNV alone is not even (finalizer of MurmurHash3).
const fn mixed(hash: u64) -> u64 {
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
