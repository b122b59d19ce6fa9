//! What the owner of a record in a response policy zone stands for.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::rules::{
    condition::{Condition, Prefix},
    entry::{Entry, Pattern, Scope},
    list::{Bad, text},
    name,
};

/// What triggers a policy; the name, where there is one, is kept beside it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Owner {
    /// The zone itself: nothing.
    Apex,
    /// A name.
    Name(Scope),
    /// Any name.
    Every,
    /// Any name that clients of a network ask for.
    Client(Prefix),
}

/// The names of the zone: its own, the current origin, and the trigger last read.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The zone's name, lower case, without a dot at the end; `None` as long as it is unknown.
    apex: Option<Vec<u8>>,
    /// The origin of relative names, likewise.
    origin: Option<Vec<u8>>,
    /// The trigger, canonical.
    trigger: Vec<u8>,
}

impl Names {
    /// The name that goes with [`Owner::Name`].
    pub fn trigger(&self) -> &[u8] {
        &self.trigger
    }

    /// `$ORIGIN`
    pub fn set_origin(&mut self, value: &[u8]) {
        self.origin = Some(self.absolute(value));
        if self.apex.is_none() && value.ends_with(b".") {
            self.apex.clone_from(&self.origin);
        }
    }

    /// The owner of the SOA record.
    pub fn set_apex(&mut self, owner: Option<&[u8]>) {
        match owner {
            Some(b"@") | None => self.apex.clone_from(&self.origin),
            Some(owner) if owner.ends_with(b".") || self.origin.is_some() => {
                let apex = self.absolute(owner);
                // The origin of a zone file that does not say is the zone.
                self.origin.get_or_insert_with(|| apex.clone());
                self.apex = Some(apex);
            }
            Some(_) => {}
        }
    }

    /// Reads an owner; of a name, the trigger is then to be had from [`trigger`](Self::trigger).
    pub fn owner(&mut self, owner: &[u8]) -> Result<Owner, Bad> {
        self.trigger.clear();
        let is_relative = !owner.ends_with(b".") && owner != b"@";
        if is_relative && self.origin == self.apex {
            return trigger(owner, &mut self.trigger);
        }
        let Some(apex) = self.apex.as_deref() else {
            return if owner == b"@" {
                Ok(Owner::Apex)
            } else {
                Err(Bad::Syntax("no $ORIGIN or SOA says which zone the name is in"))
            };
        };
        let whole = self.absolute(owner);
        if apex.is_empty() {
            return trigger(&whole, &mut self.trigger);
        }
        match whole.strip_suffix(apex) {
            Some(b"") => Ok(Owner::Apex),
            Some([below @ .., b'.']) => trigger(below, &mut self.trigger),
            _ => Err(Bad::Syntax("a name outside the zone")),
        }
    }

    fn absolute(&self, name: &[u8]) -> Vec<u8> {
        let origin = self.origin.as_deref().unwrap_or_default();
        match name {
            b"@" => origin.to_vec(),
            [name @ .., b'.'] => name.to_ascii_lowercase(),
            name if origin.is_empty() => name.to_ascii_lowercase(),
            name => [&name.to_ascii_lowercase(), &b"."[..], origin].concat(),
        }
    }
}

impl Owner {
    /// Calls `with` with the entry for it; `name` is that of [`Owner::Name`].
    pub fn with_entry(&self, name: &[u8], with: impl FnOnce(Entry<'_>)) {
        match self {
            Self::Apex => {}
            Self::Name(scope) => with(Entry::listed(name, *scope)),
            Self::Every => with(Entry::matching(Pattern::Every)),
            Self::Client(prefix) => {
                let when = [Condition::Client(vec![*prefix])];
                with(Entry { when: &when, ..Entry::matching(Pattern::Every) });
            }
        }
    }
}

/// Reads an owner without the zone's name.
fn trigger(text: &[u8], name: &mut Vec<u8>) -> Result<Owner, Bad> {
    let last_dot = text.iter().rposition(|byte| *byte == b'.');
    let (before, last) = last_dot.map_or((&b""[..], text), |at| (&text[..at], &text[at + 1..]));
    if last.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"rpz-")) {
        return match last.to_ascii_lowercase().as_slice() {
            b"rpz-client-ip" => client(before).map(Owner::Client),
            b"rpz-ip" => Err(Bad::Unsupported("a trigger on the addresses of an answer (rpz-ip)")),
            b"rpz-nsip" | b"rpz-nsdname" => {
                Err(Bad::Unsupported("a trigger on name servers (rpz-nsip, rpz-nsdname)"))
            }
            _ => Err(Bad::Syntax("not a kind of trigger")),
        };
    }
    let (text, scope) = match text {
        b"*" => return Ok(Owner::Every),
        [b'*', b'.', below @ ..] => (below, Scope::Below),
        _ => (text, Scope::Exact),
    };
    name::parse(text, name)?;
    Ok(Owner::Name(scope))
}

/// A network: its prefix length, then its address from right to left, `zz` for `::`.
fn client(text: &[u8]) -> Result<Prefix, Bad> {
    let wrong = Bad::Syntax("not a network as rpz-client-ip has it, such as 24.0.2.0.192");
    let labels: Vec<&[u8]> = text.split(|byte| *byte == b'.').collect();
    let network = labels.split_first().and_then(|(length, address)| {
        let address = if address.len() == 4 && !address.iter().any(|label| is_gap(label)) {
            backwards_v4(address)
        } else {
            backwards_v6(address)
        };
        Prefix::around(address?, text::parsed(length)?)
    });
    network.ok_or(wrong)
}

fn is_gap(label: &[u8]) -> bool {
    label.eq_ignore_ascii_case(b"zz")
}

fn backwards_v4(labels: &[&[u8]]) -> Option<IpAddr> {
    let [d, c, b, a] = labels else { return None };
    Some(Ipv4Addr::new(text::parsed(a)?, text::parsed(b)?, text::parsed(c)?, text::parsed(d)?).into())
}

fn backwards_v6(labels: &[&[u8]]) -> Option<IpAddr> {
    let mut spelled = String::with_capacity(40);
    for (number, label) in labels.iter().rev().enumerate() {
        match is_gap(label) {
            true => spelled.push_str(if number == 0 { "::" } else { ":" }),
            false => {
                spelled.push_str(str::from_utf8(label).ok()?);
                spelled.push(':');
            }
        }
    }
    let spelled = if spelled.ends_with("::") { &spelled } else { spelled.strip_suffix(':')? };
    spelled.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}
