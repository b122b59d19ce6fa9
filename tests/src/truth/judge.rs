//! What events say, held against the truth.

use std::{collections::HashMap, net::IpAddr};

use super::{
    crowd::Lookup,
    oracle::{Answered, Causes, How, Oracle, Query},
    plan,
    probe::Key,
    told::{Cause, Incoming, Outgoing, Told},
    verdict::{Count, Verdict},
};

/// Who asked what.
type Account<'a> = HashMap<Query, &'a Lookup>;

/// Judges a run.
pub fn judge(told: &Told, oracle: &Oracle, lookups: &[Lookup]) -> Verdict {
    let account: Account<'_> = lookups.iter().map(|lookup| ((lookup.client, lookup.id), lookup)).collect();
    let mut verdict = Verdict::default();
    for outgoing in &told.outgoing {
        verdict.outgoing(outgoing, oracle, &account);
    }
    verdict.clients(told, oracle, &account);
    verdict
}

impl Verdict {
    fn outgoing(&mut self, outgoing: &Outgoing, oracle: &Oracle, account: &Account<'_>) {
        self.outgoing += 1;
        let question = |query: &Query| account.get(query).map(|lookup| key(lookup));
        let truth = oracle.causes(&outgoing.key, outgoing.at, question);
        let causes = outgoing.causes.as_deref().unwrap_or_default();
        self.silent += u64::from(causes.is_empty());
        self.unknown += u64::from(truth.is_none());
        for cause in causes {
            let judged = truth.as_ref().map_or(Judged::Undecided, |truth| judge_entry(cause, truth));
            judged.count(self.entries.entry(cause.certainty.clone()).or_default());
            if truth.as_ref().is_some_and(Causes::is_of_names) {
                judged.count(&mut self.names);
            }
            if let Some(kind) = judged.mistake(cause, truth.as_ref()) {
                let text = || describe(outgoing, &[cause], truth.as_ref(), account);
                self.mistakes.entry(kind).or_default().add(text);
            }
        }
        let Some(truth) = truth else { return };
        self.conflicts += conflicts(&outgoing.key.0, &truth);
        self.recall(outgoing, causes, &truth, account);
    }

    fn recall(&mut self, outgoing: &Outgoing, causes: &[Cause], truth: &Causes, account: &Account<'_>) {
        for (query, how) in &truth.certain {
            let named = causes.iter().any(|cause| cause.query == Some(*query));
            // An event names 256 at most.
            if named || outgoing.more == 0 {
                self.recall.entry(*how).or_default().count(named);
            }
            if !named && outgoing.more == 0 {
                let said = causes.first().map_or("nothing", |cause| cause.certainty.as_str());
                let text = || describe(outgoing, &causes.iter().collect::<Vec<_>>(), Some(truth), account);
                self.mistakes.entry(format!("{how:?} not named, but {said}")).or_default().add(text);
            }
        }
        if truth.certain.is_empty() && truth.own && !truth.stranger {
            self.own.count(causes.iter().any(|cause| cause.certainty == "self"));
        }
    }

    fn clients(&mut self, told: &Told, oracle: &Oracle, account: &Account<'_>) {
        let mut seen = 0;
        for incoming in told.incoming.iter().filter(|incoming| account.contains_key(&incoming.query)) {
            seen += 1;
            let truth = match oracle.answered(&incoming.query) {
                Answered::Hit => "hit",
                Answered::Miss => "miss",
                Answered::Shared => "shared",
            };
            let Some(lookup) = account.get(&incoming.query).filter(|lookup| in_time(lookup)) else {
                continue;
            };
            let said = incoming.cache.clone().unwrap_or_else(|| "absent".into());
            if said != truth {
                self.wrong_cache(&said, truth, lookup);
            }
            *self.cache.entry((said, truth)).or_default() += 1;
            self.filler(incoming, oracle, account);
        }
        self.missing = (account.len() as u64).saturating_sub(seen);
    }
}

impl Verdict {
    fn wrong_cache(&mut self, said: &str, truth: &str, lookup: &Lookup) {
        let text = || {
            let answered = lookup.answered.map_or("never".into(), |(at, _)| clock(at));
            format!("{}, answered {answered}", asked(lookup))
        };
        self.mistakes.entry(format!("cache {said}, but {truth}")).or_default().add(text);
    }

    fn filler(&mut self, incoming: &Incoming, oracle: &Oracle, account: &Account<'_>) {
        let Some((ip, id)) = incoming.filled_by else { return };
        let Some(lookup) = account.get(&incoming.query) else { return };
        let (at, _) = lookup.answered.unwrap_or((lookup.sent, 0));
        let question = |query: &Query| account.get(query).map(|lookup| key(lookup));
        let is_it = |query: &Query| query.0.ip() == ip && query.1 == id;
        match oracle.filled_by(&key(lookup), at, question) {
            Some(truth) if truth.certain.keys().any(is_it) => self.fillers.right += 1,
            Some(truth) if !truth.stranger && !truth.possible.iter().any(is_it) => {
                self.fillers.wrong += 1;
                let by = truth.certain.keys().next().and_then(|query| account.get(query));
                let by = by.map_or("nobody".into(), |lookup| asked(lookup));
                let text = || format!("{} said filled by {ip} {id}, true {by}", asked(lookup));
                self.mistakes.entry("filled_by".into()).or_default().add(text);
            }
            _ => self.fillers.undecided += 1,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Right,
    Undecided,
    Wrong,
    Word,
}

impl Judged {
    fn count(self, count: &mut Count) {
        match self {
            Self::Right => count.right += 1,
            Self::Undecided => count.undecided += 1,
            Self::Wrong => count.wrong += 1,
            Self::Word => count.word += 1,
        }
    }

    /// What kind of mistake it is.
    fn mistake(self, cause: &Cause, truth: Option<&Causes>) -> Option<String> {
        let said = &cause.certainty;
        let how = cause.query.and_then(|query| truth?.certain.get(&query));
        match (self, how) {
            (Self::Right | Self::Undecided, _) => None,
            (Self::Word, Some(how)) => Some(format!("{said}, but {how:?}")),
            _ => Some(format!("{said}, but no cause")),
        }
    }
}

/// Whether it had an answer, before the agent gave it up: of others it is not told where they had it from.
fn in_time(lookup: &Lookup) -> bool {
    const PATIENCE: u64 = 4_900_000_000;
    const SERVFAIL: u16 = 2;
    let answered = lookup.answered.filter(|(_, rcode)| *rcode != SERVFAIL);
    answered.is_some_and(|(at, _)| at.saturating_sub(lookup.sent) < PATIENCE)
}

/// A client's lookup in words.
fn asked(lookup: &Lookup) -> String {
    let Lookup { client, id, question, sent, .. } = lookup;
    format!("{client}#{id} {} {} at {}", question.name, question.rr_type.0, clock(*sent))
}

/// An outgoing query in words: what is said of it, and what is true.
fn describe(outgoing: &Outgoing, causes: &[&Cause], truth: Option<&Causes>, account: &Account<'_>) -> String {
    let who = |query: &Query| {
        account.get(query).map_or_else(|| format!("{query:?}, a stranger"), |lookup| asked(lookup))
    };
    let (name, rr_type) = &outgoing.key;
    let mut text = format!("{} event {} asks {name} type {rr_type}", clock(outgoing.at), outgoing.sequence);
    for said in causes.iter().take(3) {
        let client = said.query.as_ref().map_or("nobody".into(), who);
        text += &format!("\n    said: {} {client} chain {:?}", said.certainty, said.chain);
    }
    let Some(truth) = truth else { return text };
    for (query, how) in truth.certain.iter().take(3) {
        text += &format!("\n    true: {how:?} {}", who(query));
    }
    let (certain, possible) = (truth.certain.len(), truth.possible.len());
    text + &format!("\n    true: {certain} certain, {possible} possible, own {}", truth.own)
}

fn judge_entry(cause: &Cause, truth: &Causes) -> Judged {
    let nobody = truth.certain.is_empty() && truth.possible.is_empty() && !truth.stranger;
    let Some(query) = cause.query else {
        return match cause.certainty.as_str() {
            "self" if nobody && truth.own => Judged::Right,
            "self" | "none" if truth.certain.is_empty() && !nobody => Judged::Undecided,
            _ => Judged::Wrong,
        };
    };
    let Some(how) = truth.certain.get(&query) else {
        let possible = truth.stranger || truth.possible.contains(&query);
        return if possible { Judged::Undecided } else { Judged::Wrong };
    };
    let others = truth.certain.len() > 1;
    let word = match (how, cause.certainty.as_str()) {
        (How::Asked, "sole") => !others,
        (How::Asked, "shared") => others || truth.possible.len() > 1,
        (How::Alias | How::Inner, "chained") => true,
        (How::Prefetch, "prefetch") => true,
        _ => false,
    };
    match word {
        true if cause.certainty == "sole" && truth.possible.len() > 1 => Judged::Undecided,
        true => Judged::Right,
        false => Judged::Word,
    }
}

/// How many of the true causes are another client than the one whose mark the name has.
fn conflicts(name: &str, truth: &Causes) -> u64 {
    let marked = name
        .strip_prefix('c')
        .and_then(|rest| rest.split_once('-'))
        .and_then(|(number, _)| number.parse().ok());
    let Some(number) = marked.filter(|number| *number < plan::CLIENTS) else { return 0 };
    let own = plan::client(number);
    let foreign = |query: &&Query| query.0.ip() != IpAddr::V4(own.v4) && query.0.ip() != IpAddr::V6(own.v6);
    truth.certain.keys().filter(foreign).count() as u64
}

fn key(lookup: &Lookup) -> Key {
    (lookup.question.name.clone(), lookup.question.rr_type.1)
}

/// Seconds within the hour, with microseconds.
fn clock(at: u64) -> String {
    let micros = at / 1000;
    format!("{:02}:{:02}.{:06}", micros / 60_000_000 % 60, micros / 1_000_000 % 60, micros % 1_000_000)
}

#[cfg(test)]
mod tests;
