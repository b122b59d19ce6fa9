//! `$dnsrewrite`: the answer, as a response code, an address, or `RCODE;TYPE;VALUE`.

use crate::rules::{
    action::{Action, Block, Effect},
    list::{Bad, text},
};

/// What the value says to do; nothing for an exception, which allows the name whatever else.
pub(super) fn read(value: &str, is_exception: bool) -> Result<Option<Effect>, Bad> {
    if is_exception {
        return if value.is_empty() {
            Ok(None)
        } else {
            Err(Bad::Unsupported("an exception to one rewrite"))
        };
    }
    let mut parts = value.splitn(3, ';');
    match (parts.next().unwrap_or(""), parts.next().unwrap_or(""), parts.next().unwrap_or("")) {
        ("", ..) => Err(Bad::Syntax("dnsrewrite needs a value, such as NXDOMAIN or an address")),
        ("NOERROR", "", "") => Ok(Some(block(Block::Nodata))),
        ("NXDOMAIN", "", "") => Ok(Some(block(Block::Nxdomain))),
        ("REFUSED", "", "") => Ok(Some(block(Block::Refused))),
        ("NOERROR", "A" | "a", value) => sinkhole(value, true),
        ("NOERROR", "AAAA" | "aaaa", value) => sinkhole(value, false),
        (value, "", "") if text::address(value.as_bytes()).is_ok() => {
            Ok(Some(text::sinkhole(text::address(value.as_bytes())?)))
        }
        _ => Err(Bad::Unsupported("a rewrite to anything but an address, NOERROR, NXDOMAIN or REFUSED")),
    }
}

fn sinkhole(value: &str, is_v4: bool) -> Result<Option<Effect>, Bad> {
    let address = text::address(value.as_bytes())?;
    let fits = address.is_ipv4() == is_v4;
    fits.then(|| Some(text::sinkhole(address))).ok_or(Bad::Syntax("an address of the other family"))
}

const fn block(block: Block) -> Effect {
    Effect::of(Action::Block(block))
}
