//! The pattern of a rule: which names it means.
//!
//! `||` anchors at the start of a label, `|` at an end of the name, `^` at its right end; what has no anchor is found
//! anywhere. A bare domain, without anchors and modifiers, means itself alone.

use crate::rules::{
    entry::{Pattern, Scope},
    list::{Bad, bad::quoted, text},
    name::{self, BadName},
};

/// Where a pattern begins.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Anywhere,
    Label,
    Name,
}

/// A pattern without its anchors.
struct Anchored<'t> {
    start: Start,
    body: &'t str,
    is_end: bool,
}

/// The pattern, and the modifiers where there are any.
pub(super) fn split(rule: &str) -> (&str, Option<&str>) {
    let end_of_regex = rule.strip_prefix('/').and_then(|rest| rest.rfind("/$")).map(|at| at + 2);
    match end_of_regex.or_else(|| if is_regex(rule) { None } else { rule.find('$') }) {
        Some(at) => (&rule[..at], Some(&rule[at + 1..])),
        None => (rule, None),
    }
}

fn is_regex(mask: &str) -> bool {
    mask.len() > 2 && mask.starts_with('/') && mask.ends_with('/')
}

/// Reads a pattern. What it is made of is put into `name` or `regex`.
pub(super) fn read<'b>(
    mask: &str,
    is_bare: bool,
    name: &'b mut Vec<u8>,
    regex: &'b mut String,
) -> Result<Pattern<'b>, Bad> {
    name.clear();
    regex.clear();
    if is_regex(mask) {
        return expression(&mask[1..mask.len() - 1], regex);
    }
    if is_bare && is_domain(mask, name) {
        return Ok(Pattern::Name(name, Scope::Exact));
    }
    name.clear();
    let anchored = anchors(mask);
    if anchored.body.contains(|c: char| c.is_ascii() && !is_name_character(c) && c != '*') {
        return Err(Bad::NotForDns("a rule about the rest of a URL"));
    }
    if let Some((text, scope)) = as_name(&anchored) {
        return match name::parse(text.as_bytes(), name) {
            Ok(()) => Ok(Pattern::Name(name, scope)),
            Err(BadName::Address) => Err(Bad::Unsupported("a rule about the addresses of an answer")),
            Err(why) => Err(why.into()),
        };
    }
    wildcards(&anchored, regex)
}

fn is_name_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// A name of at least two labels.
fn is_domain(mask: &str, name: &mut Vec<u8>) -> bool {
    mask.contains('.') && !mask.ends_with('.') && name::parse(mask.as_bytes(), name).is_ok()
}

fn anchors(mask: &str) -> Anchored<'_> {
    let (start, rest) = match (mask.strip_prefix("||"), mask.strip_prefix('|')) {
        (Some(rest), _) => (Start::Label, rest),
        (None, Some(rest)) => (Start::Name, rest),
        (None, None) => (Start::Anywhere, mask),
    };
    let body = rest.strip_suffix('|').unwrap_or(rest);
    // Nothing follows the separator, so a wildcard behind it is empty.
    let without_wildcard = body.trim_end_matches('*');
    let body = if without_wildcard.ends_with('^') { without_wildcard } else { body };
    let body = body.strip_suffix('^').unwrap_or(body);
    Anchored { start, body, is_end: body.len() < rest.len() }
}

/// Patterns that the table of names can hold.
fn as_name<'t>(anchored: &Anchored<'t>) -> Option<(&'t str, Scope)> {
    if !anchored.is_end {
        return None;
    }
    let (text, scope) = match (anchored.body.strip_prefix("*."), anchored.start) {
        (Some(below), _) => (below, Scope::Below),
        (None, Start::Label) => (anchored.body, Scope::Suffix),
        (None, Start::Name) => (anchored.body, Scope::Exact),
        (None, Start::Anywhere) => return None,
    };
    (!text.is_empty() && !text.contains('*')).then_some((text, scope))
}

/// What is left: a regular expression, or every name.
fn wildcards<'b>(anchored: &Anchored<'_>, regex: &'b mut String) -> Result<Pattern<'b>, Bad> {
    if !anchored.body.is_ascii() {
        return Err(Bad::Unsupported("letters beyond ASCII in a part of a name"));
    }
    let body = anchored.body.trim_matches('*');
    if body.is_empty() {
        return Ok(Pattern::Every);
    }
    match anchored.start {
        Start::Label if !anchored.body.starts_with('*') => regex.push_str(r"(?:^|\.)"),
        Start::Name if !anchored.body.starts_with('*') => regex.push('^'),
        _ => {}
    }
    for (number, part) in body.split('*').enumerate() {
        if number > 0 {
            regex.push_str(".*");
        }
        text::escape(part.as_bytes(), regex);
    }
    if anchored.is_end && !anchored.body.ends_with('*') {
        regex.push('$');
    }
    Ok(Pattern::Regex(regex))
}

/// `/…/`: a regular expression of the operator's, without regard to case.
fn expression<'b>(text: &str, regex: &'b mut String) -> Result<Pattern<'b>, Bad> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        regex.push_str("(?i)");
    }
    // JavaScript allows to escape a slash.
    regex.push_str(&text.replace(r"\/", "/"));
    match regex::Regex::new(regex) {
        Ok(_) => Ok(Pattern::Regex(regex)),
        Err(_) => Err(Bad::Regex(quoted(text.as_bytes()))),
    }
}
