//! Logs of Zeek: `dns.log`, `notice.log` and `intel.log`, as JSON or tab-separated.

use serde_json::{Map, Value};

use super::{BadAlert, Kind, Said, json, name, plain, when::Clock};

/// What a notice is about.
const NOTE: &[&str] = &["/note", "/seen.indicator", "/seen_indicator"];

/// Reads a record; `None` where it is not Zeek's.
pub fn read(value: &Value, clock: &Clock) -> Option<Kind> {
    let ts = json::plain(value, &["/ts"])?;
    let is_alert = json::text(value, NOTE).is_some();
    let id = json::small(value, &["/trans_id"]);
    if !is_alert && id.is_none() && json::text(value, &["/query"]).is_none() {
        return Some(Kind::Other);
    }
    let ends = [
        json::end(value, &["/id.orig_h", "/id_orig_h", "/src"], &["/id.orig_p", "/id_orig_p"]),
        json::end(value, &["/id.resp_h", "/id_resp_h", "/dst"], &["/id.resp_p", "/id_resp_p", "/p"]),
    ];
    let said = Said {
        when: clock.read(&ts),
        ends,
        id,
        name: json::text(value, &["/query"]).and_then(name::read).or_else(|| named(value)),
        of_response: false,
        about: about(value),
        link: json::text(value, &["/uid"]).map(|uid| format!("uid {uid}").into()),
    };
    Some(if is_alert { Kind::Alert(said) } else { Kind::Record(said) })
}

/// The domain that a notice names: an indicator, or what its texts say.
fn named(value: &Value) -> Option<Box<str>> {
    let indicator = json::text(value, &["/seen.indicator", "/seen_indicator"]);
    let indicator = indicator.filter(|text| name::is_host(text)).and_then(name::read);
    let texts = [["/sub"], ["/msg"]];
    indicator.or_else(|| texts.iter().find_map(|at| plain::host(json::text(value, at)?)))
}

fn about(value: &Value) -> Option<Box<str>> {
    let note = json::text(value, NOTE)?;
    let said = json::text(value, &["/msg"]).map(|message| format!("{note}: {message}"));
    Some(said.map_or_else(|| note.into(), Into::into))
}

/// What the lines at the head of a tab-separated log say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    separator: String,
    unset: String,
    empty: String,
    fields: Vec<String>,
}

impl Default for Head {
    fn default() -> Self {
        Self { separator: "\t".into(), unset: "-".into(), empty: "(empty)".into(), fields: Vec::new() }
    }
}

impl Head {
    /// Takes a line that begins with `#`.
    pub fn line(&mut self, line: &str) {
        if let Some(separator) = line.strip_prefix("#separator ") {
            *self = Self { separator: unescaped(separator.trim()), ..Self::default() };
            return;
        }
        let mut parts = line.split(self.separator.as_str()).map(str::to_owned);
        match (parts.next().as_deref(), parts) {
            (Some("#unset_field"), mut rest) => self.unset = rest.next().unwrap_or_default(),
            (Some("#empty_field"), mut rest) => self.empty = rest.next().unwrap_or_default(),
            (Some("#fields"), rest) => self.fields = rest.collect(),
            _ => (),
        }
    }

    /// Whether lines can be read.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.fields.is_empty()
    }

    /// The line as the object that the JSON log would have.
    ///
    /// # Errors
    /// [`BadAlert::Fields`].
    pub fn object(&self, line: &str) -> Result<Value, BadAlert> {
        let found = line.split(self.separator.as_str()).count();
        let expected = self.fields.len();
        if found != expected {
            return Err(BadAlert::Fields { found, expected });
        }
        let values = line.split(self.separator.as_str());
        let told =
            self.fields.iter().zip(values).filter(|(_, value)| *value != self.unset && *value != self.empty);
        let object: Map<_, _> = told.map(|(field, value)| (field.clone(), unescaped(value).into())).collect();
        Ok(Value::Object(object))
    }
}

/// Resolves `\xHH`; what is no ASCII character then stays as it is written.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split("\\x");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let coded = part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()).filter(u8::is_ascii);
        match (coded, part.get(2..)) {
            (Some(byte), Some(rest)) => {
                out.push(char::from(byte));
                out.push_str(rest);
            }
            _ => {
                out.push_str("\\x");
                out.push_str(part);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests;
