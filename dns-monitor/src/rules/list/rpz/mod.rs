//! Response policy zones, as master files (RFC 1035 §5; draft-vixie-dnsop-dns-rpz).
//!
//! Triggers by name, by wildcard and by the client's address are read, and every policy but answers other than addresses.
//! The zone's own name is that of the SOA record, or else the first `$ORIGIN`; where neither is absolute, relative names
//! are triggers as they stand.

mod record;
mod run;
mod trigger;

use super::{Bad, MAX_LINE, lines::Out, text};
use crate::rules::{
    action::{Action, Block, Effect},
    entry::Entry,
};
use record::Record;
use run::Run;
use trigger::{Names, Owner};

/// What an alias to these names means.
const POLICIES: [(&str, Action); 5] = [
    (".", Action::Block(Block::Nxdomain)),
    ("*.", Action::Block(Block::Nodata)),
    ("rpz-passthru.", Action::Allow),
    ("rpz-drop.", Action::Block(Block::Drop)),
    ("rpz-tcp-only.", Action::Block(Block::TcpOnly)),
];

/// What the lines before mean for the next.
#[derive(Debug, Default)]
pub(super) struct Zone {
    names: Names,
    /// Whom the next record belongs to if it names nobody.
    owner: Option<Result<Owner, Bad>>,
    /// `$TTL`, s.
    ttl: Option<u32>,
    run: Run,
    /// A record that parentheses spread over lines, without comments.
    joined: Vec<u8>,
    /// Parentheses that are open.
    open: u32,
}

impl Zone {
    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        let is_plain = self.open == 0 && !line.iter().any(|byte| matches!(byte, b';' | b'(' | b')' | b'"'));
        if is_plain {
            return self.statement(line, out);
        }
        let mut joined = std::mem::take(&mut self.joined);
        self.open = record::join(line, self.open, &mut joined);
        let result = match self.open {
            _ if joined.len() > MAX_LINE => Err(Bad::LineTooLong),
            0 => self.statement(&joined, out),
            _ => {
                self.joined = joined;
                return Ok(());
            }
        };
        self.open = 0;
        joined.clear();
        self.joined = joined;
        result
    }

    /// To be called behind the last line.
    pub fn finish(&mut self, out: &mut Out<'_>) {
        self.run.end(out);
        if self.open > 0 {
            out.bad(Bad::Syntax("a parenthesis that is never closed"));
        }
    }

    fn statement(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        match line.first() {
            None => Ok(()),
            Some(b'$') => self.directive(line),
            Some(_) if line.trim_ascii().is_empty() => Ok(()),
            Some(_) => self.record(&record::read(line)?, out),
        }
    }

    fn directive(&mut self, line: &[u8]) -> Result<(), Bad> {
        let (key, value) = text::first_word(line);
        match key.to_ascii_uppercase().as_slice() {
            b"$ORIGIN" if !value.is_empty() => self.names.set_origin(value),
            b"$TTL" => {
                self.ttl = Some(record::ttl(value).ok_or(Bad::Syntax("$TTL needs a number of seconds"))?)
            }
            b"$INCLUDE" | b"$GENERATE" => return Err(Bad::Unsupported("$INCLUDE and $GENERATE")),
            _ => return Err(Bad::Syntax("not a directive of a master file")),
        }
        Ok(())
    }

    fn record(&mut self, record: &Record<'_>, out: &mut Out<'_>) -> Result<(), Bad> {
        if record.is("SOA") {
            self.names.set_apex(record.owner);
        }
        if let Some(owner) = record.owner {
            self.owner = Some(self.names.owner(owner));
        }
        if !record.is("CNAME") && !record.is("A") && !record.is("AAAA") {
            self.run.end(out);
            return self.other(record);
        }
        let owner = match self.owner.as_ref() {
            Some(owner) => owner.clone()?,
            None => return Err(Bad::Syntax("a record without a name before the first name")),
        };
        if record.is("CNAME") {
            self.run.end(out);
            return self.policy(&owner, record, out);
        }
        let address = text::address(record.data)?;
        if address.is_ipv4() != record.is("A") {
            return Err(Bad::Syntax("an address of the other family"));
        }
        self.run.add(&owner, self.names.trigger(), address, record.ttl.or(self.ttl), out)
    }

    /// Records that say nothing of a trigger: those of the zone itself and of its signatures.
    fn other(&self, record: &Record<'_>) -> Result<(), Bad> {
        text::query_type(record.kind)
            .map_err(|_| Bad::Syntax("not a record: a name, a type and its data"))?;
        let is_of_zone = ["SOA", "NS", "RRSIG", "NSEC", "NSEC3", "NSEC3PARAM", "DNSKEY"]
            .iter()
            .any(|kind| record.is(kind));
        if is_of_zone || matches!(self.owner, Some(Ok(Owner::Apex))) {
            return Ok(());
        }
        Err(Bad::Unsupported("an answer other than addresses"))
    }

    fn policy(&self, owner: &Owner, record: &Record<'_>, out: &mut Out<'_>) -> Result<(), Bad> {
        let trigger = self.names.trigger();
        let policy = POLICIES.iter().find(|(target, _)| target.as_bytes().eq_ignore_ascii_case(record.data));
        let (_, action) = policy.ok_or(Bad::Unsupported("an alias (CNAME) to another name"))?;
        let effect = Some(Effect::of(*action));
        owner.with_entry(trigger, |entry| out.entry(Entry { effect, ..entry }));
        Ok(())
    }
}
