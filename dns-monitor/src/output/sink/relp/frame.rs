//! Commands and responses of RELP: `<number> <command> <length>[ <data>]\n`.

use crate::output::sink::input::Parsed;

/// The highest number of a transaction; then comes 1 again.
pub(super) const MAX_NUMBER: u32 = 999_999_999;
/// The longest head: number, command, length.
const MAX_HEAD: usize = 9 + 1 + 32 + 1 + 9 + 1;
/// The most data that a response may have.
const MAX_DATA: usize = 64 << 10;

/// What a receiver says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The transaction; 0 for what the receiver says on its own.
    pub(super) number: u32,
    /// What it is.
    pub(super) command: String,
    /// What belongs to it.
    pub(super) data: Vec<u8>,
}

/// Appends a command.
pub(super) fn write(number: u32, command: &str, data: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{number} {command} {}", data.len()).as_bytes());
    if !data.is_empty() {
        out.push(b' ');
        out.extend_from_slice(data);
    }
    out.push(b'\n');
}

/// Reads what a receiver says.
pub(super) fn parse(bytes: &[u8]) -> Parsed<Frame> {
    let odd = |what: &str| Err(format!("no frame of RELP: {what}"));
    // The head ends at the third space, or at the line feed where there is no data.
    let mut ends =
        bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b' ' | b'\n')).map(|(at, _)| at);
    let (Some(first), Some(second), Some(end)) = (ends.next(), ends.next(), ends.next()) else {
        return if bytes.len() > MAX_HEAD { odd("its head has no end") } else { Ok(None) };
    };
    let part = |from: usize, to: usize| bytes.get(from..to).and_then(|part| str::from_utf8(part).ok());
    let (number, command) = (part(0, first), part(first.saturating_add(1), second));
    let length = part(second.saturating_add(1), end);
    let (Some(number), Some(length)) = (number.and_then(decimal), length.and_then(decimal)) else {
        return odd("number or length is none");
    };
    let length = length as usize;
    let is_command =
        |name: &&str| (1..=32).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric());
    let Some(command) = command.filter(is_command) else { return odd("the command is none") };
    if length > MAX_DATA {
        return odd("too long");
    }
    // Without data the line feed may follow the length, or a space.
    let start = if length == 0 && bytes.get(end) == Some(&b'\n') { end } else { end.saturating_add(1) };
    let stop = start.saturating_add(length);
    match (bytes.get(start..stop), bytes.get(stop)) {
        (Some(data), Some(b'\n')) => {
            let frame = Frame { number, command: command.to_owned(), data: data.to_vec() };
            Ok(Some((frame, stop.saturating_add(1))))
        }
        (Some(_), Some(_)) => odd("no line feed at its end"),
        _ => Ok(None),
    }
}

fn decimal(text: &str) -> Option<u32> {
    let digits = (1..=9).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit());
    digits.then(|| text.parse().ok())?
}

impl Frame {
    /// The code of a response and what follows it: `200 OK`.
    pub(super) fn response(&self) -> Option<(u32, &[u8])> {
        if self.command != "rsp" {
            return None;
        }
        let (code, rest) = self.data.split_at_checked(3)?;
        Some((decimal(str::from_utf8(code).ok()?)?, rest.strip_prefix(b" ").unwrap_or(rest)))
    }
}
