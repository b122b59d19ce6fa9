//! Why the resolver asked, at the end of a line.

use crate::{
    event::{
        Event,
        json::{address, number, raw},
    },
    track::cause::told::{Because, Cause},
};

/// Clients that a line names.
const NAMED: usize = 3;

/// Appends `  hit`, or `  for 192.0.2.1#4711 (sole)`.
pub(super) fn cause(event: &Event<'_>, out: &mut Vec<u8>) {
    match &event.lookup.cause {
        Cause::Untold => {}
        Cause::Client { cache, .. } => {
            raw(out, "  ");
            raw(out, cache.name());
        }
        Cause::Resolver(because) => resolver(event, because, out),
    }
}

fn resolver(event: &Event<'_>, because: &Because<'_>, out: &mut Vec<u8>) {
    if let Some((certainty, reason)) = because.alone() {
        raw(out, "  for ");
        raw(out, reason.map_or("nobody known", |reason| reason.name()));
        raw(out, " (");
        raw(out, certainty.name());
        return raw(out, ")");
    }
    let mut certainty = None;
    for entry in because.entries().take(NAMED) {
        raw(out, if certainty.is_none() { "  for " } else { ", " });
        let asker = entry.asker();
        address(out, event.told_address(asker.client.ip));
        raw(out, "#");
        number(out, u64::from(asker.client.port));
        certainty = certainty.or(Some(entry.certainty));
    }
    let others = (because.entries().count().saturating_sub(NAMED) as u64).saturating_add(because.more());
    if others > 0 {
        raw(out, " and ");
        number(out, others);
        raw(out, " more");
    }
    if let Some(certainty) = certainty {
        raw(out, " (");
        raw(out, certainty.name());
        raw(out, ")");
    }
}
