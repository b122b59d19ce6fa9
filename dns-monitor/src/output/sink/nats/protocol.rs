//! What a NATS server says: lines, some with a payload.

use crate::output::sink::input::Parsed;

/// The longest line: `INFO` of a large cluster.
const MAX_LINE: usize = 256 << 10;
/// The longest payload of an answer.
const MAX_PAYLOAD: usize = 64 << 10;

/// One thing that it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// What it is and can, as JSON.
    Info(Vec<u8>),
    /// Are you there?
    Ping,
    /// I am.
    Pong,
    /// Well done.
    Ok,
    /// Something went wrong, in its own words.
    Err(String),
    /// A message for us.
    Message {
        /// The last part of its subject: what it answers.
        token: String,
        /// The status in its header, such as 503.
        status: Option<u16>,
        /// The payload.
        payload: Vec<u8>,
    },
}

/// Reads one.
pub(super) fn parse(bytes: &[u8]) -> Parsed<Said> {
    let Some(end) = memchr::memchr(b'\n', bytes) else {
        return if bytes.len() > MAX_LINE { Err("a line without end".to_owned()) } else { Ok(None) };
    };
    let behind = end.saturating_add(1);
    let line = bytes.get(..end).unwrap_or_default();
    let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
    let (verb, rest) = line.split_once([' ', '\t']).unwrap_or((&line, ""));
    let said = match verb.to_ascii_uppercase().as_str() {
        "INFO" => Said::Info(rest.trim().as_bytes().to_vec()),
        "PING" => Said::Ping,
        "PONG" => Said::Pong,
        "+OK" => Said::Ok,
        "-ERR" => Said::Err(rest.trim().trim_matches('\'').to_owned()),
        "MSG" | "HMSG" => return message(verb.len() == 4, rest, bytes, behind),
        _ => return Err(format!("{:?} is not of NATS", line.chars().take(80).collect::<String>())),
    };
    Ok(Some((said, behind)))
}

/// `<subject> <sid> [reply] [header bytes] <bytes>`, and the payload from `start` on.
fn message(has_header: bool, head: &str, bytes: &[u8], start: usize) -> Parsed<Said> {
    let odd =
        || Err(format!("the head of a message is none: {:?}", head.chars().take(80).collect::<String>()));
    let words: Vec<&str> = head.split_ascii_whitespace().collect();
    let sizes = if has_header { 2 } else { 1 };
    let (Some(subject), true) = (words.first(), (2..=3).contains(&words.len().saturating_sub(sizes))) else {
        return odd();
    };
    let size = |from_end: usize| words.iter().rev().nth(from_end).and_then(|word| word.parse::<usize>().ok());
    let (Some(total), Some(header)) = (size(0), if has_header { size(1) } else { Some(0) }) else {
        return odd();
    };
    if total > MAX_PAYLOAD || header > total {
        return odd();
    }
    let end = start.saturating_add(total);
    let Some(whole) = bytes.get(start..end.saturating_add(2)) else { return Ok(None) };
    let Some(whole) = whole.strip_suffix(b"\r\n") else { return Err("a message without its end".to_owned()) };
    let (header, payload) = whole.split_at_checked(header).unwrap_or_default();
    let token = subject.rsplit('.').next().unwrap_or_default().to_owned();
    let said = Said::Message { token, status: status(header), payload: payload.to_vec() };
    Ok(Some((said, end.saturating_add(2))))
}

/// `NATS/1.0 503`
fn status(header: &[u8]) -> Option<u16> {
    let line = header.split(|byte| *byte == b'\r').next()?.strip_prefix(b"NATS/1.0 ")?;
    str::from_utf8(line.get(..3)?).ok()?.parse().ok()
}
