//! `ip,name,mac`: a table of the operator's, CSV. A first line that names the columns may give them another order, and
//! others beside them; name or MAC may be left out.

use super::{
    Bad,
    lines::{Holder, Out, address},
    text,
};
use crate::identity::assignment::Source;

const COLUMNS: [&[u8]; 3] = [b"ip", b"name", b"mac"];

/// Where the columns stand.
#[derive(Debug)]
pub(super) struct Reader {
    places: [Option<usize>; COLUMNS.len()],
}

impl Default for Reader {
    fn default() -> Self {
        Self { places: [Some(0), Some(1), Some(2)] }
    }
}

impl Reader {
    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        if line.is_empty() || line.starts_with(b"#") {
            return Ok(());
        }
        let is = |column: &[u8], field: &[u8]| field.eq_ignore_ascii_case(column);
        if text::fields(line).any(|field| is(b"ip", field)) {
            self.places = COLUMNS.map(|column| text::fields(line).position(|field| is(column, field)));
            return Ok(());
        }
        let [ip, name, mac] = self.places.map(|place| text::fields(line).nth(place?));
        let address = address(ip)?;
        let mac = text::mac(mac.unwrap_or_default())?;
        let name = name.unwrap_or_default();
        if name.is_empty() && mac.is_none() {
            return Err(Bad::Syntax("neither a name nor a MAC: lines are ip,name,mac"));
        }
        out.assigned(Holder { address, from: 0, until: None, name, mac, source: Source::Static })
    }
}
