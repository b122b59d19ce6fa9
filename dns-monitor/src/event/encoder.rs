//! One event, in the words of the schema that its output wants.

use super::{Event, Id, Observer, dnstap, ecs, gap::Lost, text};
use crate::config::Schema;

/// Writes events and gaps. What it needs to remember between two of them is its own: an output has its own encoder,
/// or shares one with outputs that want the same.
pub struct Encoder {
    form: Form,
}

/// One variant a schema.
enum Form {
    Ecs(Box<ecs::Encoder>),
    Text(text::Encoder),
    Dnstap(Box<dnstap::Encoder>),
}

impl Encoder {
    /// Its fields named as `schema` names them; `colored` matters to text alone.
    pub fn new(schema: Schema, colored: bool, observer: &Observer) -> Self {
        let form = match schema {
            Schema::Ecs => Form::Ecs(Box::new(ecs::Encoder::new(observer))),
            Schema::Text => Form::Text(text::Encoder::new(colored)),
        };
        Self { form }
    }

    /// The messages themselves, framed by their lengths, not lines; `identity` as in [`dnstap::Encoder::new`].
    pub fn dnstap(observer: &Observer, identity: Option<&str>) -> Self {
        Self { form: Form::Dnstap(Box::new(dnstap::Encoder::new(observer, identity))) }
    }

    /// Appends one event, each of its lines with a line feed; returns how many lines it is: one, but in
    /// [`Schema::Eve`](Schema), where query, response and alert have a line each. Books of an output count what a
    /// collector takes one by one: lines.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        match &mut self.form {
            Form::Ecs(encoder) => encoder.encode(event, out),
            Form::Text(encoder) => encoder.encode(event, out),
            Form::Dnstap(encoder) => return encoder.encode(event, out),
        }
        1
    }

    /// Appends what was lost since the last gap; `time` in ns since the Unix epoch. Returns how many lines it is.
    pub fn encode_gap(&mut self, time: u64, id: Id, lost: &Lost, out: &mut Vec<u8>) -> u64 {
        match &mut self.form {
            Form::Ecs(encoder) => encoder.encode_gap(time, id, lost, out),
            Form::Text(encoder) => encoder.encode_gap(time, lost, out),
            // It has no word for it.
            Form::Dnstap(_) => return 0,
        }
        1
    }
}
