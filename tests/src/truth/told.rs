//! What events say of causes and caches.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{IpAddr, SocketAddr},
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{oracle::Query, probe::Key};
use crate::event::{field, number, text};

/// An outgoing query.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// When, ns since 1970.
    pub at: u64,
    /// What is asked for.
    pub key: Key,
    /// Who is said to have caused it; `None`: the event says nothing.
    pub causes: Option<Vec<Cause>>,
    /// How many there are beside them.
    pub more: u64,
    /// The event's number in the stream.
    pub sequence: u64,
}

/// An entry of `dns_monitor.cause`.
#[derive(Clone, Debug)]
pub struct Cause {
    /// As it is written.
    pub certainty: String,
    /// The client's query, where a client is named.
    pub query: Option<Query>,
    /// What `via` says, from the client's name to the resolver's.
    pub chain: Vec<String>,
}

/// Whose lookup filled the cache: address and id.
pub type Filler = (IpAddr, u16);

/// A client's lookup.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Whose.
    pub query: Query,
    /// `dns_monitor.cache`.
    pub cache: Option<String>,
    /// Address and id in `filled_by`.
    pub filled_by: Option<Filler>,
}

/// Every lookup of a stream of events.
#[derive(Debug, Default)]
pub struct Told {
    /// Of role `resolver`.
    pub outgoing: Vec<Outgoing>,
    /// Of role `client`.
    pub incoming: Vec<Incoming>,
    /// What else there is: gaps, responses to no query.
    pub others: u64,
}

/// Reads a file of events. Queries of no known type are an error: none is made here.
pub fn read(path: &Path) -> Result<Told> {
    let mut told = Told::default();
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        let event: Value = serde_json::from_str(&line).with_context(|| format!("not an event: {line}"))?;
        // A response that follows no query, as after five seconds, has no length of one.
        let role = field(&event, "client.bytes").and_then(|_| text(&event, "dns_monitor.role"));
        match role {
            Some("resolver") => told.outgoing.push(outgoing(&event).with_context(|| line)?),
            Some("client") => told.incoming.push(incoming(&event).with_context(|| line)?),
            _ => told.others += 1,
        }
    }
    told.outgoing.sort_by_key(|outgoing| outgoing.at);
    Ok(told)
}

fn outgoing(event: &Value) -> Option<Outgoing> {
    let causes = field(event, "dns_monitor.cause").and_then(Value::as_array);
    Some(Outgoing {
        at: time(text(event, "@timestamp")?)?,
        key: (text(event, "dns.question.name")?.to_owned(), rr_type(text(event, "dns.question.type")?)?),
        causes: causes.map(|causes| causes.iter().map(cause).collect()),
        more: number(event, "dns_monitor.cause_more").unwrap_or_default(),
        sequence: number(event, "event.sequence")?,
    })
}

fn cause(entry: &Value) -> Cause {
    let chain = entry.get("chain").and_then(Value::as_array).into_iter().flatten();
    let step = |step: &Value| Some(format!("{} {}", text(step, "via")?, text(step, "name")?));
    Cause {
        certainty: text(entry, "certainty").unwrap_or("absent").to_owned(),
        query: query(entry),
        chain: chain.filter_map(step).collect(),
    }
}

fn incoming(event: &Value) -> Option<Incoming> {
    let filled_by = |by| Some((text(by, "client.ip")?.parse().ok()?, text(by, "dns.id")?.parse().ok()?));
    Some(Incoming {
        query: query(event)?,
        cache: text(event, "dns_monitor.cache").map(str::to_owned),
        filled_by: field(event, "dns_monitor.filled_by").and_then(filled_by),
    })
}

fn query(event: &Value) -> Option<Query> {
    let port = u16::try_from(number(event, "client.port")?).ok()?;
    let ip = text(event, "client.ip")?.parse().ok()?;
    Some((SocketAddr::new(ip, port), text(event, "dns.id")?.parse().ok()?))
}

/// The number of a type.
fn rr_type(word: &str) -> Option<u16> {
    const TYPES: [(&str, u16); 12] = [
        ("A", 1),
        ("NS", 2),
        ("CNAME", 5),
        ("SOA", 6),
        ("PTR", 12),
        ("MX", 15),
        ("TXT", 16),
        ("AAAA", 28),
        ("SRV", 33),
        ("DS", 43),
        ("DNSKEY", 48),
        ("HTTPS", 65),
    ];
    let known = TYPES.iter().find(|(known, _)| *known == word).map(|(_, number)| *number);
    known.or_else(|| word.strip_prefix("TYPE")?.parse().ok())
}

/// `2026-11-24T03:48:11.469033Z` as ns since 1970: days by Howard Hinnant's `days_from_civil`.
fn time(text: &str) -> Option<u64> {
    let (date, clock) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut clock = clock.split(':');
    let (hour, minute) = (clock.next()?.parse::<u64>().ok()?, clock.next()?.parse::<u64>().ok()?);
    let (second, fraction) = clock.next().map(|second| second.split_once('.').unwrap_or((second, "")))?;
    let nanoseconds: u64 = format!("{fraction:0<9}").parse().ok()?;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year / 400, year % 400);
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second.parse::<u64>().ok()?;
    Some(seconds * 1_000_000_000 + nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::time;

    #[test]
    fn reads_times() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T12:00:00.5Z", Some(951_825_600_500_000_000)),
            ("2026-11-24T03:48:11.469033Z", Some(1_795_492_091_469_033_000)),
            ("2026-11-24 03:48:11Z", None),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }
}
