//! One event, in the words of the schema that its output wants.

use super::{
    Event, Id, Observer, asim, cim, dnstap, ecs, eve,
    gap::Gap,
    ocsf,
    privacy::{
        Privacy,
        settings::{PrivacyError, Settings},
    },
    text, zeek,
};
use crate::config::Schema;

/// Writes events and gaps. What it needs to remember between two of them is its own: an output has its own encoder,
/// or shares one with outputs that want the same.
pub struct Encoder {
    form: Form,
    privacy: Option<Box<Privacy>>,
}

/// One variant a schema.
enum Form {
    Ecs(Box<ecs::Encoder>),
    Text(text::Encoder),
    Ocsf(Box<ocsf::Encoder>),
    Eve(Box<eve::Encoder>),
    Zeek(Box<zeek::Encoder>),
    Cim(Box<cim::Encoder>),
    Asim(Box<asim::Encoder>),
    Dnstap(Box<dnstap::Encoder>),
}

impl Encoder {
    /// As `schema` has it; text without colour.
    pub fn new(schema: Schema, observer: &Observer) -> Self {
        let form = match schema {
            Schema::Ecs => Form::Ecs(Box::new(ecs::Encoder::new(observer))),
            Schema::Ocsf => Form::Ocsf(Box::new(ocsf::Encoder::new(observer))),
            Schema::Eve => Form::Eve(Box::new(eve::Encoder::new(observer))),
            Schema::Zeek => Form::Zeek(Box::new(zeek::Encoder::new(observer))),
            Schema::Cim => Form::Cim(Box::new(cim::Encoder::new(observer))),
            Schema::Asim => Form::Asim(Box::new(asim::Encoder::new(observer))),
            Schema::Text => return Self::text(false),
        };
        Self { form, privacy: None }
    }

    /// Aligned text for people, with or without colour.
    pub fn text(colored: bool) -> Self {
        Self { form: Form::Text(text::Encoder::new(colored)), privacy: None }
    }

    /// The messages themselves, framed by their lengths, not lines; `identity` as in [`dnstap::Encoder::new`].
    pub fn dnstap(observer: &Observer, identity: Option<&str>) -> Self {
        Self { form: Form::Dnstap(Box::new(dnstap::Encoder::new(observer, identity))), privacy: None }
    }

    /// The same, but events say no more of people than these settings let them.
    ///
    /// # Errors
    /// [`PrivacyError`]: settings that cannot be used.
    pub fn with_privacy(self, settings: &Settings) -> Result<Self, PrivacyError> {
        let privacy = settings.is_on().then(|| Privacy::new(settings).map(Box::new)).transpose()?;
        Ok(Self { privacy, ..self })
    }

    /// Appends one event, each of its lines with a line feed; returns how many lines it is: one, but in
    /// [`Schema::Eve`](Schema), where query, response and alert have a line each. Books of an output count what a
    /// collector takes one by one: lines.
    pub fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        let Self { form, privacy } = self;
        match privacy {
            Some(privacy) => privacy.apply(event, |event| form.encode(event, out)),
            None => form.encode(event, out),
        }
    }

    /// Appends what is missing; `time` in ns since the Unix epoch. Returns how many lines it is.
    pub fn encode_gap(&mut self, time: u64, id: Id, gap: &Gap<'_>, out: &mut Vec<u8>) -> u64 {
        match &mut self.form {
            Form::Ecs(encoder) => encoder.encode_gap(time, id, gap, out),
            Form::Text(encoder) => encoder.encode_gap(time, gap, out),
            Form::Ocsf(encoder) => encoder.encode_gap(time, id, gap, out),
            Form::Eve(encoder) => encoder.encode_gap(time, id, gap, out),
            Form::Zeek(encoder) => encoder.encode_gap(time, id, gap, out),
            Form::Cim(encoder) => encoder.encode_gap(time, id, gap, out),
            Form::Asim(encoder) => encoder.encode_gap(time, id, gap, out),
            // It has no word for it.
            Form::Dnstap(_) => return 0,
        }
        1
    }
}

impl Form {
    fn encode(&mut self, event: &Event<'_>, out: &mut Vec<u8>) -> u64 {
        match self {
            Self::Ecs(encoder) => encoder.encode(event, out),
            Self::Text(encoder) => encoder.encode(event, out),
            Self::Ocsf(encoder) => encoder.encode(event, out),
            Self::Eve(encoder) => return encoder.encode(event, out),
            Self::Zeek(encoder) => encoder.encode(event, out),
            Self::Cim(encoder) => encoder.encode(event, out),
            Self::Asim(encoder) => encoder.encode(event, out),
            Self::Dnstap(encoder) => return encoder.encode(event, out),
        }
        1
    }
}
