//! `_bulk` of Elasticsearch and OpenSearch: a 200 may hold an error for each event.

use serde::Deserialize;

use super::{
    super::outcome::{Fate, Outcome, Reply},
    quote,
};
use crate::output::sink::{facts::Facts, fault::words};

/// What of the reply is wanted: it speaks of each event.
const FILTER: &str = "filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason";

#[derive(Debug)]
pub(super) struct Elasticsearch {
    index: String,
}

#[derive(Deserialize)]
struct Bulk {
    #[serde(default)]
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    create: Created,
}

#[derive(Deserialize)]
struct Created {
    status: u16,
    error: Option<Fault>,
}

#[derive(Default, Deserialize)]
struct Fault {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    reason: String,
}

/// What a whole request is refused with.
#[derive(Deserialize)]
struct Refusal {
    error: Fault,
}

impl Elasticsearch {
    pub(super) fn new(index: &str) -> Self {
        Self { index: index.to_owned() }
    }

    pub(super) fn url(&self, base: &str) -> String {
        format!("{}/{}/_bulk?{FILTER}", base.trim_end_matches('/'), self.index)
    }
}

/// `create`, the only action that data streams take. With the event's id as `_id`, what comes twice is kept once.
pub(super) fn body(lines: &[&[u8]], out: &mut Vec<u8>) {
    for line in lines {
        match Facts::read(line).id {
            Some(id) => {
                out.extend_from_slice(br#"{"create":{"_id":"#);
                quote(&id, out);
                out.extend_from_slice(b"}}\n");
            }
            None => out.extend_from_slice(b"{\"create\":{}}\n"),
        }
        out.extend_from_slice(line);
        out.push(b'\n');
    }
}

pub(super) fn read(reply: &Reply, count: usize) -> Outcome {
    if reply.status != 200 {
        let refusal = serde_json::from_slice::<Refusal>(&reply.body);
        return reply.judge(&refusal.map_or_else(|_| reply.text(), |refusal| refusal.error.told()));
    }
    match serde_json::from_slice::<Bulk>(&reply.body) {
        Ok(Bulk { items }) if items.len() == count => {
            Outcome::Each(items.into_iter().map(|item| item.create.fate()).collect())
        }
        Ok(Bulk { items }) => Outcome::Garbage(format!("_bulk of {count} events speaks of {}", items.len())),
        Err(error) => Outcome::Garbage(format!("this is no reply of _bulk: {error}: {}", reply.text())),
    }
}

impl Created {
    fn fate(self) -> Fate {
        let told = || match self.error.as_ref().map(Fault::told) {
            Some(told) => format!("status {}: {told}", self.status),
            None => format!("status {}", self.status),
        };
        match self.status {
            // 409: an event of this id is there already.
            200..=299 | 409 => Fate::Taken,
            429 | 500..=599 => Fate::Later(told()),
            // Nothing is wrong with the event: not allowed, no such index, or the index is write-protected.
            401 | 403 | 404 => Fate::Misplaced(told()),
            _ => Fate::Refused(told()),
        }
    }
}

impl Fault {
    fn told(&self) -> String {
        words(format!("{}: {}", self.kind, self.reason).as_bytes())
    }
}
