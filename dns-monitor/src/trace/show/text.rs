//! An alert and what came out of it, as a paragraph for people.

use std::fmt::{self, Write as _};

use super::Traced;
use crate::trace::{
    alert::{Alert, Original},
    event::{Cause, Event, Party, Role},
    finding::{
        Matched, Sure,
        machine::{ASKED, Machine, SAME_TIME},
        skew::Skew,
        unmatched::Time,
    },
};

/// Appends the paragraph; its last line is empty.
///
/// # Errors
/// Those of `out`.
pub fn paragraph(traced: &Traced<'_>, out: &mut String) -> fmt::Result {
    let alert = traced.alert;
    head(alert, out)?;
    match &traced.finding.matched {
        Ok(found) => matched(alert, found, traced.skew, out)?,
        Err(why) => writeln!(out, "  no match: {why}")?,
    }
    writeln!(out)
}

fn head(alert: &Alert, out: &mut String) -> fmt::Result {
    write!(out, "{}", alert.place)?;
    if let Some(when) = alert.said.when {
        write!(out, "  {}", Time(when.time))?;
    }
    match &alert.said.ends {
        [Some(one), Some(other)] => write!(out, "  {one} -> {other}")?,
        [Some(end), None] | [None, Some(end)] => write!(out, "  {end}")?,
        [None, None] => (),
    }
    if let Some(name) = &alert.said.name {
        write!(out, "  {name}")?;
    }
    if let Some(id) = alert.said.id {
        write!(out, "  id {id}")?;
    }
    writeln!(out)?;
    match &alert.said.about {
        // Of a foreign text, nothing that would move the cursor or change a colour.
        Some(about) => writeln!(out, "  {}", printable(about)),
        None if alert.original == Original::Asked => Ok(()),
        None => writeln!(out, "  (a record of a lookup)"),
    }
}

fn matched(alert: &Alert, found: &Matched, skew: Option<Skew>, out: &mut String) -> fmt::Result {
    writeln!(out, "  {}: {}", found.sure.name(alert.said.when.is_some()), why(found.sure, alert))?;
    if let Some(skew) = skew.filter(|_| alert.said.when.is_some()) {
        writeln!(out, "  {}", clock(skew))?;
    }
    for machine in &found.machines {
        self::machine(machine, out)?;
    }
    if found.machines.is_empty() {
        writeln!(out, "  no machine: {}", nobody(&found.events))?;
    }
    for event in &found.events {
        chain(event, out)?;
    }
    if found.more > 0 {
        writeln!(out, "    and {} more lookups", found.more)?;
    }
    Ok(())
}

fn why(sure: Sure, alert: &Alert) -> &'static str {
    match (sure, alert.said.name.is_some(), alert.said.id.is_some()) {
        (Sure::Exact, _, _) => "connection, id and name are the same",
        (Sure::Flow, true, _) => "connection and name are the same; the alert has no id",
        (Sure::Flow, false, true) => "connection and id are the same; the alert has no name",
        (Sure::Flow, false, false) => "the connection is the same; the alert has neither id nor name",
        (Sure::IdName, _, _) => "id and name are the same; the connection is another, or not told",
        (Sure::Name, _, true) => "only the name is the same",
        (Sure::Name, _, false) => "only the name is the same, or below it; the alert has no id",
    }
}

/// How the clocks are.
#[must_use]
pub fn clock(skew: Skew) -> String {
    let direction = if skew.ahead < 0 { "behind" } else { "ahead of" };
    let matches = if skew.matches == 1 { "match" } else { "matches" };
    format!(
        "the sensor's clock is {} {direction} the resolver's ({} exact {matches}, within {})",
        Span(skew.ahead.unsigned_abs()),
        skew.matches,
        Span(skew.spread)
    )
}

fn machine(machine: &Machine, out: &mut String) -> fmt::Result {
    write!(out, "  machine {}  {}", Named(&machine.client), certainty(&machine.certainty))?;
    if machine.lookups > 1 {
        write!(out, "  {} lookups from {:.6} to {:.6}", machine.lookups, machine.first, machine.last)?;
    }
    if let Some(forwarder) = &machine.forwarder {
        write!(out, "  through {}", Named(forwarder))?;
    }
    writeln!(out)
}

fn certainty(word: &str) -> &str {
    match word {
        "sole" => "sole: nobody else waited for it",
        "shared" => "shared: others waited for it too",
        "chained" => "chained: what it asked for leads there",
        "prefetch" => "prefetch: its answer was renewed",
        ASKED => "asked for it",
        SAME_TIME => "waited for the same name; the event has no cause",
        other => other,
    }
}

fn nobody(events: &[std::rc::Rc<Event>]) -> String {
    let causes = || events.iter().flat_map(|event| &event.dns_monitor.cause);
    if let Some(own) = causes().find(|cause| cause.certainty.as_deref() == Some("self")) {
        let reason = own.reason.as_deref().unwrap_or("no reason given");
        return format!("the resolver asked of its own accord ({reason})");
    }
    if causes().any(|cause| cause.forgotten) {
        return "what made the resolver ask is forgotten".into();
    }
    "the events do not say who made the resolver ask".into()
}

/// The lookups behind an event, in the order of time: who asked, what led to the name, what was answered.
fn chain(event: &Event, out: &mut String) -> fmt::Result {
    for cause in &event.dns_monitor.cause {
        asked(cause, out)?;
    }
    if let Some(more) = event.dns_monitor.cause_more {
        writeln!(out, "    and {more} more clients")?;
    }
    let who = match event.dns_monitor.role {
        Some(Role::Resolver) => "resolver",
        _ => "client",
    };
    write!(out, "    {:.6}  {who} ", event.timestamp)?;
    question(event.client.as_ref(), event.dns.question.as_ref(), event.dns.id, out)?;
    if let Some(server) = &event.server {
        write!(out, " of {}", server.ip)?;
    }
    writeln!(out)?;
    answer(event, out)
}

fn asked(cause: &Cause, out: &mut String) -> fmt::Result {
    let Some(client) = &cause.client else { return Ok(()) };
    match cause.timestamp {
        Some(at) => write!(out, "    {at:.6}  client ")?,
        None => write!(out, "    client ")?,
    }
    question(Some(client), cause.question.as_ref(), cause.dns.as_ref().and_then(|dns| dns.id), out)?;
    for hop in &cause.chain {
        write!(out, "; {} {}", hop.via, hop.name)?;
    }
    writeln!(out)
}

fn question(
    client: Option<&Party>,
    question: Option<&crate::trace::event::Question>,
    id: Option<u16>,
    out: &mut String,
) -> fmt::Result {
    match client {
        Some(Party { ip, port: Some(port), .. }) => write!(out, "{ip}#{port}")?,
        Some(Party { ip, .. }) => write!(out, "{ip}")?,
        None => write!(out, "somebody")?,
    }
    write!(out, " asks")?;
    if let Some(question) = question {
        write!(out, " {}", question.name)?;
        if let Some(rr_type) = &question.rr_type {
            write!(out, " {rr_type}")?;
        }
    }
    id.map_or(Ok(()), |id| write!(out, " (id {id})"))
}

fn answer(event: &Event, out: &mut String) -> fmt::Result {
    let Some(duration) = event.event.duration else { return no_answer(event, out) };
    let at = i64::try_from(duration).map_or(event.time(), |duration| event.time().saturating_add(duration));
    write!(
        out,
        "    {}  answer {}",
        Time(at),
        event.dns.response_code.as_deref().unwrap_or("that cannot be read")
    )?;
    for answer in event.dns.answers.iter().filter(|answer| answer.rr_type.as_deref() == Some("CNAME")) {
        write!(out, "; cname {}", answer.data.as_deref().unwrap_or_default())?;
    }
    for address in &event.dns.resolved_ip {
        write!(out, " {address}")?;
    }
    match (event.dns_monitor.cache.as_deref(), &event.dns_monitor.filled_by) {
        (Some("hit"), Some(by)) => {
            write!(out, " from the cache, fetched for ")?;
            match (&by.client, by.timestamp) {
                (Some(client), Some(at)) => write!(out, "{} at {at:.6}", Named(client))?,
                (Some(client), None) => write!(out, "{}", Named(client))?,
                (None, _) => write!(out, "somebody")?,
            }
        }
        (Some("hit"), None) => write!(out, " from the cache")?,
        _ => (),
    }
    writeln!(out)
}

fn no_answer(event: &Event, out: &mut String) -> fmt::Result {
    match event.dns_monitor.verdict.as_deref() {
        None | Some("pass") => writeln!(out, "    no answer seen"),
        Some(verdict) => writeln!(out, "    blocked: {verdict}"),
    }
}

/// `laptop-17 10.0.0.5 02-53-00-00-85-C5`.
pub struct Named<'a>(pub &'a Party);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Party { ip, domain, mac, .. } = self.0;
        if let Some(domain) = domain {
            // Machines choose their names themselves.
            write!(f, "{} ", printable(domain))?;
        }
        write!(f, "{ip}")?;
        mac.as_ref().map_or(Ok(()), |mac| write!(f, " {mac}"))
    }
}

/// ns, as people read them.
struct Span(u64);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            nanos if nanos < 1_000_000_000 => {
                write!(f, "{}.{:03} ms", nanos / 1_000_000, nanos / 1000 % 1000)
            }
            nanos => write!(f, "{}.{:03} s", nanos / 1_000_000_000, nanos / 1_000_000 % 1000),
        }
    }
}

/// Without control characters.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
