//! LOC (RFC 1876): where on earth.

use super::{Fault, cursor::Cursor};
use crate::decode::{malformed::Malformed, text};

/// The wire value of the equator and the prime meridian, thousandths of a second of arc.
const ORIGIN: u32 = 1 << 31;
/// Thousandths of a second of arc in a degree.
const DEGREE: u32 = 3_600_000;
/// The wire value of the reference spheroid, centimetres.
const SEA_LEVEL: u32 = 10_000_000;

pub(super) fn write(data: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
    if data.u8()? != 0 {
        data.rest();
        return Err(Fault::NoForm);
    }
    let precisions: [u8; 3] = data.array()?;
    angle(data.u32()?, 90, [b'N', b'S'], out)?;
    angle(data.u32()?, 180, [b'E', b'W'], out)?;
    let altitude = data.u32()?;
    if altitude < SEA_LEVEL {
        out.push(b'-');
    }
    metres(u64::from(altitude.abs_diff(SEA_LEVEL)), out);
    for precision in precisions {
        let (digit, exponent) = (precision >> 4, precision & 15);
        if digit > 9 || exponent > 9 {
            return Err(Malformed::BadRdata.into());
        }
        out.push(b' ');
        metres(u64::from(digit).saturating_mul(10u64.saturating_pow(u32::from(exponent))), out);
    }
    Ok(())
}

/// Degrees, minutes, seconds and the side of the origin, a space after each.
fn angle(wire: u32, most: u32, sides: [u8; 2], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let distance = wire.abs_diff(ORIGIN);
    if distance > most.saturating_mul(DEGREE) {
        return Err(Malformed::BadRdata);
    }
    let milliseconds = distance % 60_000;
    for part in [distance / DEGREE, distance / 60_000 % 60] {
        text::decimal(u64::from(part), out);
        out.push(b' ');
    }
    text::decimal(u64::from(milliseconds / 1000), out);
    out.push(b'.');
    text::padded(u64::from(milliseconds % 1000), 3, out);
    let [ahead, behind] = sides;
    out.extend_from_slice(&[b' ', if wire < ORIGIN { behind } else { ahead }, b' ']);
    Ok(())
}

fn metres(centimetres: u64, out: &mut Vec<u8>) {
    text::decimal(centimetres / 100, out);
    out.push(b'.');
    text::padded(centimetres % 100, 2, out);
    out.push(b'm');
}
