//! Control frames of Frame Streams: 4 zero bytes, a length, a type, and fields; all numbers 4 bytes, big-endian.

use crate::output::sink::{fault::words, input::Parsed};

/// What is in the stream.
pub(super) const DNSTAP: &[u8] = b"protobuf:dnstap.Dnstap";
/// The longest control frame, and the longest content type in it.
const MAX_FRAME: usize = 512;
const MAX_TYPE: usize = 256;
/// The only field there is.
const CONTENT_TYPE: u32 = 1;

/// What a control frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Accept = 1,
    Start = 2,
    Stop = 3,
    Ready = 4,
    Finish = 5,
}

/// A control frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) kind: Kind,
    /// Content types.
    pub(super) types: Vec<Vec<u8>>,
}

impl Control {
    /// One that speaks of dnstap.
    pub(super) fn dnstap(kind: Kind) -> Self {
        Self { kind, types: vec![DNSTAP.to_vec()] }
    }

    /// As the stream has it.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut frame = (self.kind as u32).to_be_bytes().to_vec();
        for kind in &self.types {
            frame.extend_from_slice(&CONTENT_TYPE.to_be_bytes());
            frame.extend_from_slice(&u32::try_from(kind.len()).unwrap_or_default().to_be_bytes());
            frame.extend_from_slice(kind);
        }
        let length = u32::try_from(frame.len()).unwrap_or_default();
        [&[0; 4], &length.to_be_bytes()[..], &frame].concat()
    }
}

/// Reads one.
pub(super) fn parse(bytes: &[u8]) -> Parsed<Control> {
    let mut rest = bytes;
    match number(&mut rest) {
        None => return Ok(None),
        Some(0) => {}
        Some(_) => return Err("no control frame of Frame Streams".to_owned()),
    }
    let Some(length) = number(&mut rest) else { return Ok(None) };
    let length = length as usize;
    if !(4..=MAX_FRAME).contains(&length) {
        return Err(format!("a control frame of {length} bytes"));
    }
    let Some(mut frame) = rest.get(..length) else { return Ok(None) };
    let kind = match number(&mut frame) {
        Some(1) => Kind::Accept,
        Some(2) => Kind::Start,
        Some(3) => Kind::Stop,
        Some(4) => Kind::Ready,
        Some(5) => Kind::Finish,
        other => return Err(format!("a control frame of type {}", other.unwrap_or_default())),
    };
    let mut types = Vec::new();
    while !frame.is_empty() {
        types.push(field(&mut frame).ok_or("a control frame with a field that is none")?);
    }
    Ok(Some((Control { kind, types }, length.saturating_add(8))))
}

fn field(frame: &mut &[u8]) -> Option<Vec<u8>> {
    if number(frame)? != CONTENT_TYPE {
        return None;
    }
    let length = number(frame)? as usize;
    let (value, rest) = frame.split_at_checked(length).filter(|_| length <= MAX_TYPE)?;
    *frame = rest;
    Some(value.to_vec())
}

fn number(bytes: &mut &[u8]) -> Option<u32> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_be_bytes(*number))
}

/// Content types for people.
pub(super) fn names(types: &[Vec<u8>]) -> String {
    let names: Vec<_> = types.iter().map(|kind| format!("{:?}", words(kind))).collect();
    if names.is_empty() { "anything".to_owned() } else { names.join(", ") }
}
