//! `dnsmasq.leases`: `expiry mac address name client-id`, a line for each lease there is; behind a line `duid …` those of
//! IPv6, whose second word is no MAC. Expiry 0 is never, a name `*` is none.

use super::{
    Bad,
    lines::{Holder, Out, address},
    text,
};
use crate::identity::assignment::Source;

/// What the lines before say of those that follow.
#[derive(Debug, Default)]
pub(super) struct Reader {
    is_v6: bool,
}

impl Reader {
    pub fn line(&mut self, line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
        let mut words = text::words(line);
        let Some(expiry) = words.next() else { return Ok(()) };
        if expiry == b"duid" {
            self.is_v6 = true;
            return Ok(());
        }
        let until = Some(text::seconds(expiry)?).filter(|until| *until != 0);
        let hardware = words.next().unwrap_or_default();
        let address = address(words.next())?;
        let name = words.next().ok_or(Bad::Syntax("a line of less than four words"))?;
        let mac = if self.is_v6 { None } else { mac(hardware)? };
        let from = out.began(until);
        out.assigned(Holder { address, from, until, name, mac, source: Source::Lease })
    }
}

/// Hardware that is not Ethernet has its type and a dash before its address.
fn mac(hardware: &[u8]) -> Result<Option<crate::sample::Mac>, Bad> {
    match hardware {
        [_, _, b'-', ..] | b"*" => Ok(None),
        _ => text::mac(hardware),
    }
}
