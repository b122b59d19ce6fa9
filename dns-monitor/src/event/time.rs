//! RFC 3339 timestamps in UTC, with nanoseconds.

use jiff::Timestamp;

const SECOND: u64 = 1_000_000_000;

const DAY: u64 = 86_400;

/// Writes timestamps; the date rarely changes.
pub struct Clock {
    day: u64,
    /// `2026-11-24T` of that day.
    date: String,
}

impl Default for Clock {
    fn default() -> Self {
        Self { day: 0, date: date(0) }
    }
}

impl Clock {
    /// Appends `time` with fewer digits of a second, at most 9, and another word for UTC.
    pub fn write_short(&mut self, time: u64, digits: usize, zone: &str, out: &mut Vec<u8>) {
        self.write(time, out);
        let cut = 10usize.saturating_sub(digits);
        out.truncate(out.len().saturating_sub(cut));
        out.extend_from_slice(zone.as_bytes());
    }

    /// Appends `time`, ns since the Unix epoch.
    pub fn write(&mut self, time: u64, out: &mut Vec<u8>) {
        let (second, ns) = (time / SECOND, time % SECOND);
        let (day, second) = (second / DAY, second % DAY);
        if day != self.day {
            self.day = day;
            self.date = date(day);
        }
        out.extend_from_slice(self.date.as_bytes());
        let [hour, minute, second] = [second / 3600, second / 60 % 60, second % 60].map(pair);
        let mut text = [b':'; 9];
        text[..2].copy_from_slice(&hour);
        text[3..5].copy_from_slice(&minute);
        text[6..8].copy_from_slice(&second);
        text[8] = b'.';
        out.extend_from_slice(&text);
        // One digit too many keeps the leading zeros.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(SECOND + ns);
        out.extend_from_slice(digits.as_bytes().get(1..).unwrap_or_default());
        out.push(b'Z');
    }
}

fn pair(number: u64) -> [u8; 2] {
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
            (1_709_164_801_000_000_000, "2024-02-29T00:00:01.000000000Z"),
        ];
        let mut clock = Clock::default();
        for (time, expected) in cases {
            let mut out = Vec::new();
            clock.write(time, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
        let mut out = Vec::new();
        clock.write_short(1_709_164_800_999_999_999, 6, "+0000", &mut out);
        assert_eq!(String::from_utf8_lossy(&out), "2024-02-29T00:00:00.999999+0000");
    }
}
