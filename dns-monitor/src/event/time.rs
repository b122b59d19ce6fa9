//! RFC 3339 timestamps in UTC, with nanoseconds.

use std::ops::Range;

use jiff::Timestamp;

const SECOND: u64 = 1_000_000_000;

const DAY: u64 = 86_400;

/// `2026-11-24T11:00:00.000000000Z`
const LENGTH: usize = 30;
/// Where the digits of the second's fraction are.
const FRACTION: Range<usize> = 20..29;

/// Writes timestamps; the second rarely changes, and the date hardly ever.
pub struct Clock {
    day: u64,
    second: u64,
    /// That second, and a fraction.
    text: [u8; LENGTH],
}

impl Default for Clock {
    fn default() -> Self {
        Self { day: 0, second: 0, text: *b"1970-01-01T00:00:00.000000000Z" }
    }
}

impl Clock {
    /// Appends `time` with fewer digits of a second, at most 9, and another word for UTC.
    pub fn write_short(&mut self, time: u64, digits: usize, zone: &str, out: &mut Vec<u8>) {
        self.set(time);
        let end = FRACTION.end.min(FRACTION.start.saturating_add(digits));
        out.extend_from_slice(self.text.get(..end).unwrap_or_default());
        out.extend_from_slice(zone.as_bytes());
    }

    /// Appends `time`, ns since the Unix epoch.
    #[inline]
    pub fn write(&mut self, time: u64, out: &mut Vec<u8>) {
        self.set(time);
        out.extend_from_slice(&self.text);
    }

    #[inline]
    fn set(&mut self, time: u64) {
        let (second, ns) = (time / SECOND, (time % SECOND) as u32);
        if second != self.second {
            self.set_second(second);
        }
        // Nine digits: one, and four pairs.
        let (high, low) = (ns / 10_000, ns % 10_000);
        let pairs = [high / 100 % 100, high % 100, low / 100, low % 100].map(pair);
        let [first, fraction @ ..] = &mut self.text[FRACTION] else { return };
        *first = b'0' + (high / 10_000) as u8;
        fraction.copy_from_slice(pairs.as_flattened());
    }

    #[cold]
    fn set_second(&mut self, second: u64) {
        self.second = second;
        let (day, second) = (second / DAY, (second % DAY) as u32);
        if day != self.day {
            self.day = day;
            let date = date(day);
            self.text.iter_mut().zip(date.bytes()).for_each(|(slot, byte)| *slot = byte);
        }
        for (at, number) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
            self.text[at..at + 2].copy_from_slice(&pair(number));
        }
    }
}

#[inline]
fn pair(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

fn date(day: u64) -> String {
    let second = i64::try_from(day.saturating_mul(DAY)).unwrap_or_default();
    let timestamp = Timestamp::from_second(second).unwrap_or_default();
    format!("{}T", timestamp.strftime("%Y-%m-%d"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_rfc_3339() {
        let cases = [
            (0, "1970-01-01T00:00:00.000000000Z"),
            (1, "1970-01-01T00:00:00.000000001Z"),
            (1_467_215_534_321_102_000, "2016-06-29T15:52:14.321102000Z"),
            (1_709_164_800_000_000_000, "2024-02-29T00:00:00.000000000Z"),
            (1_709_164_800_999_999_999, "2024-02-29T00:00:00.999999999Z"),
            (1_709_164_801_012_345_678, "2024-02-29T00:00:01.012345678Z"),
            (1_709_251_199_000_000_000, "2024-02-29T23:59:59.000000000Z"),
            (1_709_251_200_000_000_000, "2024-03-01T00:00:00.000000000Z"),
        ];
        let mut clock = Clock::default();
        for (time, expected) in cases {
            let mut out = Vec::new();
            clock.write(time, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
        for (digits, zone, expected) in [
            (6, "+0000", "2024-02-29T00:00:00.999999+0000"),
            (3, "Z", "2024-02-29T00:00:00.999Z"),
            (9, "", "2024-02-29T00:00:00.999999999"),
            (10, "Z", "2024-02-29T00:00:00.999999999Z"),
        ] {
            let mut out = Vec::new();
            clock.write_short(1_709_164_800_999_999_999, digits, zone, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }
}
