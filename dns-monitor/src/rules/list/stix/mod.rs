//! STIX 2.1 bundles: indicators whose pattern is the name of a domain. It is listed with what is below it.
//!
//! Objects are read one after the other; only one is in memory. Indicators that are revoked, or not valid now, are left
//! out: they change when the list is read again.

mod pattern;

use std::{
    fmt,
    io::{self, BufRead, Read},
};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Bad, MAX_STIX, bad::quoted, lines::Out};
use crate::rules::entry::Scope;

/// An object of a bundle, as far as it matters.
#[derive(Deserialize)]
struct Object {
    r#type: String,
    pattern: Option<String>,
    pattern_type: Option<String>,
    valid_from: Option<Timestamp>,
    valid_until: Option<Timestamp>,
    #[serde(default)]
    revoked: bool,
}

/// Reads a bundle; `now` decides which indicators are valid.
pub(super) fn read(text: &mut dyn BufRead, now: Timestamp, out: &mut Out<'_>) -> io::Result<()> {
    let mut text = text.take(MAX_STIX);
    let mut json = serde_json::Deserializer::from_reader(&mut text);
    let result = Bundle { now, out }.deserialize(&mut json).and_then(|()| json.end());
    match result {
        Err(error) if error.is_io() => return Err(error.into()),
        Err(_) if text.limit() == 0 => out.bad(Bad::TooLarge),
        Err(error) => out.bad(Bad::Json(quoted(error.to_string().as_bytes()))),
        Ok(()) => {}
    }
    Ok(())
}

/// Reads the map that is the bundle.
struct Bundle<'o, 's> {
    now: Timestamp,
    out: &'o mut Out<'s>,
}

/// Reads its list of objects.
struct Objects<'o, 's>(Bundle<'o, 's>);

impl<'de> DeserializeSeed<'de> for Bundle<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Bundle<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bundle")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let Self { now, out } = self;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "objects" => map.next_value_seed(Objects(Bundle { now, out: &mut *out }))?,
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Objects<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_, '_> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<(), S::Error> {
        let Bundle { now, out } = self.0;
        while let Some(object) = list.next_element::<Box<RawValue>>()? {
            out.line = out.line.saturating_add(1);
            let result = serde_json::from_str(object.get())
                .map_err(|error| Bad::Json(quoted(error.to_string().as_bytes())))
                .and_then(|object: Object| indicator(&object, now, out));
            if let Err(why) = result {
                out.bad(why);
            }
        }
        Ok(())
    }
}

/// Objects that are no indicators only describe others.
fn indicator(object: &Object, now: Timestamp, out: &mut Out<'_>) -> Result<(), Bad> {
    if object.r#type != "indicator" {
        return Ok(());
    }
    if object.revoked {
        return Err(Bad::NotInForce("revoked"));
    }
    if object.valid_until.is_some_and(|until| until <= now) {
        return Err(Bad::NotInForce("no longer valid (valid_until)"));
    }
    if object.valid_from.is_some_and(|from| from > now) {
        return Err(Bad::NotInForce("not yet valid (valid_from)"));
    }
    if object.pattern_type.as_deref().is_some_and(|kind| kind != "stix") {
        return Err(Bad::Unsupported("a pattern in another language than that of STIX"));
    }
    let pattern = object.pattern.as_deref().ok_or(Bad::Syntax("an indicator without a pattern"))?;
    let mut result = Ok(());
    for name in pattern::domains(pattern)? {
        result = out.listed(name.as_bytes(), Scope::Suffix).and(result);
    }
    result
}
