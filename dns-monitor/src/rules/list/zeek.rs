//! Files of Zeek's intelligence framework: tab-separated, the columns named by a line `#fields`.
//!
//! `Intel::DOMAIN` lists the name and what is below it; other types are about something else.

use super::{Bad, lines::Out};
use crate::rules::entry::Scope;

/// Where the columns are that count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    indicator: usize,
    kind: usize,
}

pub(super) fn line(line: &[u8], fields: &mut Option<Fields>, out: &mut Out<'_>) -> Result<(), Bad> {
    if let Some(header) = line.strip_prefix(b"#fields") {
        *fields = columns(header);
        return fields.map(|_| ()).ok_or(Bad::Syntax("#fields names no indicator and indicator_type"));
    }
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(());
    }
    let fields = fields.ok_or(Bad::Syntax("no line #fields before the first indicator"))?;
    let value = |column| line.split(|byte| *byte == b'\t').nth(column).map(<[u8]>::trim_ascii);
    let (Some(indicator), Some(kind)) = (value(fields.indicator), value(fields.kind)) else {
        return Err(Bad::Syntax("fewer columns than #fields says (tabs separate them)"));
    };
    match kind {
        b"Intel::DOMAIN" => out.listed(indicator, Scope::Suffix),
        _ if kind.starts_with(b"Intel::") => Err(Bad::NotForDns("an indicator of another type")),
        _ => Err(Bad::Syntax("no type such as Intel::DOMAIN in the column indicator_type")),
    }
}

fn columns(header: &[u8]) -> Option<Fields> {
    let column = |wanted: &[u8]| {
        header.split(|byte| *byte == b'\t').skip(1).position(|title| title.trim_ascii() == wanted)
    };
    Some(Fields { indicator: column(b"indicator")?, kind: column(b"indicator_type")? })
}
