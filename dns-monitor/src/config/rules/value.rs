//! How one value of a list or rule is read.
//!
//! Every reader takes the text and gives the value, or what would have been right.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    config::value::{Checked, duration, expected},
    rules::action::{Action, Block},
};

/// Actions as the configuration says them.
const ACTIONS: [Action; 9] = [
    Action::Allow,
    Action::Observe,
    Action::Alert,
    Action::Block(Block::Drop),
    Action::Block(Block::Nxdomain),
    Action::Block(Block::Nodata),
    Action::Block(Block::Refused),
    Action::Block(Block::Sinkhole),
    Action::Block(Block::TcpOnly),
];

/// Extended DNS Errors that filters give (RFC 8914 §4.16 to §4.18).
const EDES: [(&str, u16); 3] = [("blocked", 15), ("censored", 16), ("filtered", 17)];

/// The longest path, and the longest path of a socket: both less the NUL.
const PATH_LENGTH: usize = 4095;
const SOCKET_LENGTH: usize = 107;

/// The longest name of a list, a rule, or a category.
const LABEL_LENGTH: usize = 64;

/// `off`, or what `read` reads.
pub fn or_off<T>(text: &str, read: impl Fn(&str) -> Checked<T>) -> Checked<Option<T>> {
    if text == "off" {
        return Ok(None);
    }
    read(text).map(Some).or_else(|or| expected(format!("{}, or \"off\"", or.0)))
}

/// The name of a list or rule.
pub fn label(text: &str) -> Checked<String> {
    let odd = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > LABEL_LENGTH || text.contains(odd) {
        return expected("1 to 64 letters, digits, dots, dashes and underscores, such as \"cheap-tlds\"");
    }
    Ok(text.to_owned())
}

/// What a list or rule is about.
pub fn category(text: &str) -> Checked<String> {
    if text.trim().is_empty() || text.len() > LABEL_LENGTH || text.contains(char::is_control) {
        return expected("1 to 64 bytes of text, such as \"malware\"");
    }
    Ok(text.to_owned())
}

/// What is done.
pub fn action(text: &str) -> Checked<Action> {
    let found = ACTIONS.into_iter().find(|action| action.name() == text);
    found.map_or_else(|| expected(format!("one of {}", quoted(&ACTIONS.map(Action::name)))), Ok)
}

/// An Extended DNS Error, or none.
pub fn ede(text: &str) -> Checked<Option<u16>> {
    if text == "none" {
        return Ok(None);
    }
    let named = EDES.into_iter().find_map(|(name, code)| (name == text).then_some(code));
    // 65535 is private use, and the kernel programs' word for none.
    match named.or_else(|| text.parse().ok().filter(|code| *code != u16::MAX)) {
        Some(code) => Ok(Some(code)),
        None => expected("\"blocked\", \"censored\", \"filtered\", \"none\" or a number from 0 to 65534"),
    }
}

/// An Extended DNS Error as [`ede`] reads it.
pub fn show_ede(code: u16) -> String {
    let named = EDES.into_iter().find(|(_, named)| *named == code);
    named.map_or_else(|| code.to_string(), |(name, _)| name.to_owned())
}

/// The time to live of a sinkhole's answer, s.
pub fn ttl(text: &str) -> Checked<u32> {
    let ttl = duration(text, Duration::ZERO..=Duration::from_secs(24 * 3600));
    match ttl.ok().filter(|ttl| ttl.subsec_nanos() == 0).and_then(|ttl| u32::try_from(ttl.as_secs()).ok()) {
        Some(seconds) => Ok(seconds),
        None => expected("a duration of whole seconds from 0s to 24h, such as \"60s\""),
    }
}

/// A path, for what is read.
pub fn path(text: &str) -> Checked<PathBuf> {
    if text.is_empty() || text.len() > PATH_LENGTH || text.contains('\0') {
        return expected("a path, such as \"/etc/dns-monitor/lists\"");
    }
    Ok(text.into())
}

/// A path, for what is written: wherever the agent is started.
pub fn absolute(text: &str) -> Checked<PathBuf> {
    let path = path(text).ok().filter(|path| path.is_absolute());
    path.map_or_else(|| expected("a path from the root on, such as \"/var/lib/dns-monitor\""), Ok)
}

/// The path of a Unix socket.
pub fn socket(text: &str) -> Checked<PathBuf> {
    let path = path(text).ok().filter(|path| path.is_absolute() && text.len() <= SOCKET_LENGTH);
    let phrase = "a path from the root on, of at most 107 bytes, such as \"/run/dns-monitor/control.sock\"";
    path.filter(|path| path != Path::new("/")).map_or_else(|| expected(phrase), Ok)
}

/// The name of a group of users.
pub fn group(text: &str) -> Checked<String> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | ',' | '/');
    if text.is_empty() || text.len() > 32 || text.contains(odd) {
        return expected("the name of a group, 1 to 32 bytes, such as \"adm\"");
    }
    Ok(text.to_owned())
}

/// Where a list is fetched from.
pub fn url(text: &str) -> Checked<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return expected("an http or https address, such as \"https://lists.example/names.txt\"");
    }
    Ok(text.to_owned())
}

/// The names of a choice, for errors.
pub fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
