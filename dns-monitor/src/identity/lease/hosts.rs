//! `address name …`, as in `/etc/hosts`: the first name is the machine's, those behind it are aliases.

use super::{
    Bad,
    lines::{Holder, Out, address},
    text,
};
use crate::identity::assignment::Source;

pub(super) fn line(line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let mut words = text::words(line);
    // A link-local address may have its interface behind it.
    let first = words.next().and_then(|word| word.split(|byte| *byte == b'%').next());
    if first.is_none() {
        return Ok(());
    }
    let address = address(first)?;
    let name = words.next().ok_or(Bad::Syntax("an address without a name"))?;
    if address.is_loopback() || address.is_unspecified() || address.is_multicast() {
        return Ok(());
    }
    out.assigned(Holder { address, from: 0, until: None, name, mac: None, source: Source::Hosts })
}
