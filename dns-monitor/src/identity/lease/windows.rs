//! `DhcpSrvLog-Mon.log` … of the DHCP server of Windows: a line for all that happens, the number before the first comma
//! says what. Times are local. How long a lease lasts is not said: it counts until the address is given back, taken back
//! or given to another.

use super::{
    Bad,
    bad::quoted,
    lines::{Holder, Out, address},
    text,
};
use crate::identity::assignment::Source;

/// What happened to an address.
enum Event {
    Assigned,
    Ended,
}

pub(super) fn line(line: &[u8], out: &mut Out<'_>) -> Result<(), Bad> {
    let mut fields = text::fields(line);
    let Some(event) = fields.next().and_then(event) else { return Ok(()) };
    let (date, time) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let at = when(date, time, out).ok_or_else(|| Bad::Time(quoted(&[date, b" ", time].concat())))?;
    let _description = fields.next();
    let address = address(fields.next())?;
    match event {
        Event::Ended => {
            out.ended(address, at);
            Ok(())
        }
        Event::Assigned => {
            let name = fields.next().unwrap_or_default();
            let mac = text::mac(fields.next().ok_or(Bad::Syntax("a line that ends too early"))?)?;
            out.assigned(Holder { address, from: at, until: None, name, mac, source: Source::Lease })
        }
    }
}

/// Lines with other numbers, and those of the legend at the top, are about nothing that we ask.
fn event(id: &[u8]) -> Option<Event> {
    match id {
        // A lease, its renewal, and the same of BOOTP.
        b"10" | b"11" | b"20" | b"21" => Some(Event::Assigned),
        // Released, deleted, expired, expired with its DNS records.
        b"12" | b"16" | b"17" | b"18" => Some(Event::Ended),
        _ => None,
    }
}

/// `MM/dd/yy` (or `yyyy`) and `HH:mm:ss`.
fn when(date: &[u8], time: &[u8], out: &Out<'_>) -> Option<u64> {
    let [month, day, year]: [i16; 3] = text::three(date, b'/')?;
    let year = if year < 100 { year.checked_add(2000)? } else { year };
    text::calendar([year, month, day], text::three(time, b':')?, &out.context.zone)
}
