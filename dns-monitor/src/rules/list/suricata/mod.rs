//! Suricata: rules that look at `dns.query`, and data sets, which are names in base64, one a line.
//!
//! The action of a rule is that of the list; only `pass` allows. Case never counts, with or without `nocase`. A rule of
//! which any option would narrow what it matches, and is not understood, is left out.

mod content;
mod options;
mod rule;

use data_encoding::BASE64;

use super::{Bad, MAX_LINE, lines::Out};
use crate::rules::entry::Scope;

/// A rule may go on behind a backslash at the end of a line.
#[derive(Debug, Default)]
pub(super) struct Reader {
    begun: Vec<u8>,
}

impl Reader {
    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        let part = line.strip_suffix(b"\\");
        if self.begun.is_empty() && part.is_none() {
            return statement(line, out);
        }
        self.begun.extend_from_slice(part.unwrap_or(line));
        if self.begun.len() > MAX_LINE {
            self.begun.clear();
            return Err(Bad::LineTooLong);
        }
        if part.is_some() {
            return Ok(());
        }
        let result = statement(&self.begun, out);
        self.begun.clear();
        result
    }

    /// To be called behind the last line.
    pub fn finish(&mut self, out: &mut Out<'_>) {
        if !self.begun.is_empty() {
            out.bad(Bad::Syntax("a rule that breaks off"));
        }
    }
}

fn statement(line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.trim_ascii();
    if matches!(line.first(), None | Some(b'#')) {
        return Ok(());
    }
    if !line.contains(&b' ') {
        return out.listed(&member(line)?, Scope::Exact);
    }
    rule::read(str::from_utf8(line).map_err(|_| Bad::NotText)?, out)
}

/// A member of a data set; behind a comma, a reputation may follow.
pub(super) fn member(line: &[u8]) -> Result<Vec<u8>, Bad> {
    let encoded = line.split(|byte| *byte == b',').next().unwrap_or_default();
    BASE64.decode(encoded).map_err(|_| Bad::Syntax("neither a rule nor a name in base64"))
}
