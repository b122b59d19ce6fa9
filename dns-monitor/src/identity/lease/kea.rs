//! `kea-leases4.csv` and `kea-leases6.csv` of Kea: a row for every change of a lease, the last one holds.
//!
//! Columns are found by the header, which differs between versions. `expire` is when the lease ends, and the server last
//! heard of its client `valid_lifetime` before that.

use std::borrow::Cow;

use super::{
    Bad,
    lines::{Holder, Out, address},
    text,
};
use crate::identity::assignment::Source;

/// Written in place of a comma, and two hexadecimal digits behind it.
const ESCAPE: &[u8] = b"&#x";
/// A lifetime without end (RFC 2131 §3.3, RFC 8415 §7.7), s.
const FOR_EVER: u64 = 0xffff_ffff;
/// A lease for a whole prefix, not an address.
const PREFIX: &[u8] = b"2";
const DECLINED: &[u8] = b"1";
const RECLAIMED: &[u8] = b"2";
const RELEASED: &[u8] = b"3";

/// Columns that are read, in the order of [`Column`].
const NAMES: [&[u8]; 7] =
    [b"address", b"hwaddr", b"valid_lifetime", b"expire", b"hostname", b"state", b"lease_type"];

#[derive(Clone, Copy)]
enum Column {
    Address,
    Mac,
    Lifetime,
    Expire,
    Name,
    State,
    Type,
}

/// What the rows before say of those that follow.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Which column of [`NAMES`] stands where; empty before there is a header.
    columns: Vec<Option<usize>>,
}

/// The fields of a row, by column.
struct Row<'a>([Option<&'a [u8]>; NAMES.len()]);

impl Reader {
    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        if line.is_empty() {
            return Ok(());
        }
        if line.starts_with(b"address,") {
            let of_name = |field: &[u8]| NAMES.iter().position(|name| *name == field);
            self.columns = text::fields(line).map(of_name).collect();
            return Ok(());
        }
        if self.columns.is_empty() {
            return Err(Bad::Syntax("a row before the header, which begins with \"address,\""));
        }
        let row = self.row(line);
        if row.get(Column::Type) == Some(PREFIX) { Ok(()) } else { lease(&row, out) }
    }

    fn row<'a>(&self, line: &'a [u8]) -> Row<'a> {
        let mut row = [None; NAMES.len()];
        for (field, column) in text::fields(line).zip(&self.columns) {
            if let Some(place) = column.and_then(|column| row.get_mut(column)) {
                *place = Some(field);
            }
        }
        Row(row)
    }
}

impl<'a> Row<'a> {
    fn get(&self, column: Column) -> Option<&'a [u8]> {
        self.0.get(column as usize).copied().flatten()
    }
}

fn lease(row: &Row<'_>, out: &mut Out<'_>) -> Result<(), Bad> {
    let address = address(row.get(Column::Address))?;
    let (Some(lifetime), Some(expire)) = (row.get(Column::Lifetime), row.get(Column::Expire)) else {
        return Err(Bad::Syntax("a row that ends too early"));
    };
    let until = text::seconds(expire)?;
    let lifetime = text::number(lifetime).ok_or(Bad::Syntax("valid_lifetime is not a number of seconds"))?;
    let heard = until.saturating_sub(text::nanoseconds(lifetime).unwrap_or(u64::MAX));
    if lifetime == 0 {
        // Deleted. When is not said: by now.
        out.ended(address, out.context.seen);
        return Ok(());
    }
    match row.get(Column::State) {
        Some(DECLINED) => out.ended(address, heard),
        Some(RECLAIMED) => out.ended(address, until),
        Some(RELEASED) => out.ended(address, until.min(out.context.seen)),
        _ => {
            let name = unescaped(row.get(Column::Name).unwrap_or_default());
            let mac = text::mac(row.get(Column::Mac).unwrap_or_default())?;
            let until = (lifetime != FOR_EVER).then_some(until);
            let holder = Holder { address, from: heard, until, name: &name, mac, source: Source::Lease };
            return out.assigned(holder);
        }
    }
    Ok(())
}

/// A field as it was before Kea wrote it.
fn unescaped(field: &[u8]) -> Cow<'_, [u8]> {
    if !field.contains(&b'&') {
        return Cow::Borrowed(field);
    }
    let (mut text, mut rest) = (Vec::with_capacity(field.len()), field);
    while let Some((first, after)) = rest.split_first() {
        let escaped = rest.strip_prefix(ESCAPE).and_then(<[u8]>::split_first_chunk);
        if let Some((byte, after)) = escaped.and_then(|(digits, after)| Some((text::hex(*digits)?, after))) {
            text.push(byte);
            rest = after;
        } else {
            text.push(*first);
            rest = after;
        }
    }
    Cow::Owned(text)
}
