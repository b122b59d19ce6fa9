//! Addresses of one owner, on lines that follow each other, are one answer.

use std::net::IpAddr;

use super::trigger::Owner;
use crate::rules::{
    action::{Action, Block, Effect, Sinkhole},
    entry::Entry,
    list::{Bad, lines::Out},
};

/// The answer that is being put together, if any.
#[derive(Debug, Default)]
pub(super) struct Run {
    owner: Option<Owner>,
    name: Vec<u8>,
    sinkhole: Sinkhole,
    /// Time to live, s.
    ttl: Option<u32>,
    /// Line of the first address.
    line: u32,
}

impl Run {
    /// Adds an address to the answer, or begins another.
    pub fn add(
        &mut self,
        owner: &Owner,
        name: &[u8],
        address: IpAddr,
        ttl: Option<u32>,
        out: &mut Out<'_>,
    ) -> Result<(), Bad> {
        let is_same = self.owner.as_ref() == Some(owner) && self.name == name;
        if !is_same {
            self.end(out);
            self.owner = Some(owner.clone());
            self.name.extend_from_slice(name);
            (self.ttl, self.line) = (ttl, out.line);
        }
        let sinkhole = &mut self.sinkhole;
        match address {
            IpAddr::V4(v4) if sinkhole.v4.is_none() => sinkhole.v4 = Some(v4),
            IpAddr::V6(v6) if sinkhole.v6.is_none() => sinkhole.v6 = Some(v6),
            _ => {
                return Err(Bad::Unsupported("more than one address of a family, of which the first counts"));
            }
        }
        Ok(())
    }

    /// There are no more addresses for it.
    pub fn end(&mut self, out: &mut Out<'_>) {
        let run = std::mem::take(self);
        if let Some(owner) = run.owner {
            let effect = Effect { sinkhole: run.sinkhole, ..Effect::of(Action::Block(Block::Sinkhole)) };
            let effect = Some(Effect { ttl: run.ttl.unwrap_or(effect.ttl), ..effect });
            owner.with_entry(&run.name, |entry| out.entry_of(run.line, Entry { effect, ..entry }));
        }
    }
}
