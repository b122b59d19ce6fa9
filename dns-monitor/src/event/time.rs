//! RFC 3339 timestamps in UTC, with nanoseconds.

use jiff::Timestamp;

const SECOND: u64 = 1_000_000_000;

/// Writes timestamps; events come in order, so the date and the second rarely change.
pub struct Clock {
    second: u64,
    /// `2026-11-24T01:02:03.` of that second.
    prefix: String,
}

impl Default for Clock {
    fn default() -> Self {
        Self { second: 0, prefix: prefix(0) }
    }
}

impl Clock {
    /// Appends `time`, ns since the Unix epoch.
    pub fn write(&mut self, time: u64, out: &mut Vec<u8>) {
        let second = time / SECOND;
        if second != self.second {
            self.second = second;
            self.prefix = prefix(second);
        }
        out.extend_from_slice(self.prefix.as_bytes());
        // One digit too many keeps the leading zeros.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(SECOND + time % SECOND);
        out.extend_from_slice(digits.as_bytes().get(1..).unwrap_or_default());
        out.push(b'Z');
    }
}

fn prefix(second: u64) -> String {
    let second = i64::try_from(second).unwrap_or_default();
    let timestamp = Timestamp::from_second(second).unwrap_or_default();
    format!("{}.", timestamp.strftime("%Y-%m-%dT%H:%M:%S"))
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
    }
}
