//! Which format a file has, by the first line that only one of them can have.

use super::{Format, lines::split_line, text};

/// How much of a file is looked at to tell its format, bytes.
pub const HEAD: usize = 64 << 10;

/// What begins statements of ISC dhcpd at the outermost level.
const ISC: [&[u8]; 8] =
    [b"lease", b"authoring-byte-order", b"server-duid", b"ia-na", b"ia-ta", b"ia-pd", b"failover", b"host"];

/// What the beginning of a file says of it; `None`: nothing yet.
#[must_use]
pub fn detect(head: &[u8]) -> Option<Format> {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    if head.trim_ascii_start().starts_with(b"{") {
        return Some(Format::Networkd);
    }
    let mut rest = head;
    while !rest.is_empty() {
        let line;
        (line, rest) = split_line(rest).unwrap_or((rest, b""));
        let format = of_line(line.trim_ascii());
        if format.is_some() {
            return format;
        }
    }
    None
}

fn of_line(line: &[u8]) -> Option<Format> {
    let first = text::words(line).next()?;
    if first.starts_with(b"#") {
        return None;
    }
    if line.starts_with(b"address,") {
        return Some(Format::Kea);
    }
    if line.starts_with(b"Microsoft DHCP") || line.starts_with(b"ID,Date,Time") || is_event(line) {
        return Some(Format::Windows);
    }
    if ISC.contains(&first) {
        return Some(Format::Isc);
    }
    if first == b"duid" || text::number(first).is_some() && text::words(line).count() >= 4 {
        return Some(Format::Dnsmasq);
    }
    let field = text::fields(line).next()?;
    if line.contains(&b',') && (text::address(field).is_ok() || field.eq_ignore_ascii_case(b"ip")) {
        return Some(Format::Table);
    }
    let address = first.split(|byte| *byte == b'%').next()?;
    text::address(address).is_ok().then_some(Format::Hosts)
}

/// `10,11/24/26,…`: a log without its legend.
fn is_event(line: &[u8]) -> bool {
    let mut fields = text::fields(line);
    let is_id = fields.next().is_some_and(|id| id.len() == 2 && text::number(id).is_some());
    is_id && fields.next().is_some_and(|date| text::three::<i16>(date, b'/').is_some())
}
