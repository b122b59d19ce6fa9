//! Adblock syntax, as AdGuard reads it for DNS: `[@@]pattern[$modifiers]`.
//!
//! A rule of which any part is unknown is ignored whole: browsers' lists must not block more here than there. Lines of a
//! hosts file may stand among the rules, as AdGuard has it.

mod modifiers;
mod pattern;
mod rewrite;

use super::{Bad, hosts, lines::Out, text};
use crate::rules::{
    action::{Action, Effect},
    condition::Condition,
    entry::{Entry, Pattern, Scope},
};

/// Memory that one rule leaves to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    name: Vec<u8>,
    regex: String,
    when: Vec<Condition>,
}

/// What browsers hide or inject; DNS has no elements.
const COSMETIC: [&str; 7] = ["##", "#@#", "#?#", "#$#", "#%#", "#@?#", "$$"];

pub(super) fn line(line: &[u8], scratch: &mut Scratch, out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.trim_ascii_start();
    if matches!(line.first(), None | Some(b'!' | b'#' | b'[')) {
        return Ok(());
    }
    // Nearly every rule of nearly every list.
    let plain = line.strip_prefix(b"||").and_then(|rest| rest.strip_suffix(b"^"));
    if let Some(name) = plain
        && out.listed(name, Scope::Suffix).is_ok()
    {
        return Ok(());
    }
    let (first, rest) = text::first_word(line);
    if !rest.is_empty() && text::address(first).is_ok() {
        return hosts::line(line, out);
    }
    rule(str::from_utf8(line).map_err(|_| Bad::NotText)?, scratch, out)
}

fn rule(line: &str, scratch: &mut Scratch, out: &mut Out<'_>) -> Result<(), Bad> {
    let (is_exception, rest) = line.strip_prefix("@@").map_or((false, line), |rest| (true, rest));
    let (mask, options) = pattern::split(rest);
    if !mask.starts_with('/') && COSMETIC.iter().any(|mark| rest.contains(mark)) {
        return Err(Bad::NotForDns("a cosmetic rule"));
    }
    let Scratch { name, regex, when } = scratch;
    when.clear();
    let modifiers = match options {
        Some(options) => modifiers::read(options, is_exception, when)?,
        None => modifiers::Modifiers::default(),
    };
    let is_bare = !is_exception && options.is_none();
    let pattern = pattern::read(mask, is_bare, name, regex)?;
    if pattern == Pattern::Every && when.is_empty() && !mask.contains('*') {
        return Err(Bad::Syntax("a rule without a pattern, for every name"));
    }
    let important = modifiers.important;
    let effect = if is_exception { Some(Effect::of(Action::Allow)) } else { modifiers.effect };
    let effect = effect.map(|effect| Effect { important, ..effect });
    out.entry(Entry { pattern, effect, important, when });
    Ok(())
}
