//! What a stream answers to an event.

use serde::Deserialize;

use crate::output::sink::fault::words;

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    /// The stream has it, now or before.
    Taken,
    /// It will never have it.
    Refused(String),
    /// It may, later.
    Later(String),
    /// Not from us, or not there.
    Misplaced(String),
    /// This is no answer of a stream.
    Garbage(String),
}

#[derive(Deserialize)]
struct Answer {
    stream: Option<String>,
    seq: Option<u64>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: u16,
    #[serde(default)]
    err_code: u32,
    #[serde(default)]
    description: String,
}

/// Reads the header's status and the payload of an answer.
pub(super) fn read(status: Option<u16>, payload: &[u8]) -> Ack {
    match status {
        // JetStream may also be on its way up.
        Some(503) => return Ack::Later("no stream is bound to the subject".to_owned()),
        Some(status) => return Ack::Later(format!("status {status}")),
        None => {}
    }
    let answer: Answer = match serde_json::from_slice(payload) {
        Ok(answer) => answer,
        Err(error) => return Ack::Garbage(format!("no answer of a stream: {error}")),
    };
    match answer {
        Answer { error: Some(fault), .. } => fault.ack(),
        Answer { stream: Some(_), seq: Some(_), .. } => Ack::Taken,
        _ => Ack::Garbage("neither stream nor error in an answer".to_owned()),
    }
}

impl Fault {
    fn ack(self) -> Ack {
        let Self { code, err_code, description } = self;
        let told = format!("{code} ({err_code}): {}", words(description.as_bytes()));
        match code {
            // Full, without a leader, not enough peers, out of memory or disk.
            408 | 429 | 500..=599 => Ack::Later(told),
            401 | 403 | 404 => Ack::Misplaced(told),
            _ => Ack::Refused(told),
        }
    }
}
