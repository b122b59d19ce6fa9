//! The modifiers of a rule: when it counts, and what it does.

use super::rewrite;
use crate::rules::{
    action::Effect,
    condition::{Condition, Prefix},
    list::{Bad, bad::quoted, text},
    name::NameBuf,
};

/// What modifiers say beside conditions.
#[derive(Debug, Default)]
pub(super) struct Modifiers {
    pub important: bool,
    pub effect: Option<Effect>,
}

/// Reads the modifiers behind `$`, and appends what must hold to `when`.
pub(super) fn read(options: &str, is_exception: bool, when: &mut Vec<Condition>) -> Result<Modifiers, Bad> {
    let mut modifiers = Modifiers::default();
    // The values that have commas of their own are names of clients, in quotes or escaped: unknown here.
    for option in options.split(',') {
        let (key, value) = match option.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (option, None),
        };
        match (key, value) {
            ("important", None) => modifiers.important = true,
            ("client", Some(value)) => clients(value, when)?,
            ("dnstype", Some(value)) => types(value, when)?,
            ("denyallow", Some(value)) => when.push(not(Condition::Suffix(names(value)?))),
            ("dnsrewrite", value) => modifiers.effect = rewrite::read(value.unwrap_or(""), is_exception)?,
            ("badfilter", None) => return Err(Bad::Unsupported("badfilter, which takes back another rule")),
            ("ctag", Some(_)) => return Err(Bad::Unsupported("ctag, which needs AdGuard's clients")),
            _ => return Err(Bad::UnknownModifier(quoted(key.as_bytes()))),
        }
    }
    Ok(modifiers)
}

/// `10.0.0.0/8|~10.1.0.0/16`
fn clients(value: &str, when: &mut Vec<Condition>) -> Result<(), Bad> {
    let (mut these, mut not_these) = (Vec::new(), Vec::new());
    for client in value.split('|') {
        match client.strip_prefix('~') {
            Some(client) => not_these.push(client_network(client)?),
            None => these.push(client_network(client)?),
        }
    }
    if !these.is_empty() {
        when.push(Condition::Client(these));
    }
    if !not_these.is_empty() {
        when.push(not(Condition::Client(not_these)));
    }
    Ok(())
}

fn client_network(client: &str) -> Result<Prefix, Bad> {
    text::prefix(client.as_bytes()).map_err(|_| Bad::Unsupported("a client by its name"))
}

/// `A|AAAA`, or `~A|~AAAA`. Where there are both, only the former count.
fn types(value: &str, when: &mut Vec<Condition>) -> Result<(), Bad> {
    let (mut these, mut not_these) = (Vec::new(), Vec::new());
    for name in value.split('|') {
        match name.strip_prefix('~') {
            Some(name) => not_these.push(text::query_type(name.as_bytes())?),
            None => these.push(text::query_type(name.as_bytes())?),
        }
    }
    when.push(if these.is_empty() { not(Condition::Type(not_these)) } else { Condition::Type(these) });
    Ok(())
}

fn names(value: &str) -> Result<Vec<NameBuf>, Bad> {
    value.split('|').map(|name| NameBuf::parse(name).map_err(Bad::from)).collect()
}

fn not(condition: Condition) -> Condition {
    Condition::Not(Box::new(condition))
}
