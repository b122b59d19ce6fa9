//! Times as sensors write them.

use jiff::{
    Timestamp,
    civil::{self, DateTime},
    fmt::strtime,
    tz::TimeZone,
};

/// A second, in ns.
pub const SECOND: i64 = 1_000_000_000;
/// What is not taken for the future yet, of times without a year: clocks differ.
const SLACK: i64 = 86_400 * SECOND;

/// A time, and how finely it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// ns since the Unix epoch.
    pub time: i64,
    /// ns: it happened from `time` on, and before `time` + `unit`. A second, where no fraction is given.
    pub unit: i64,
}

/// What times do not say.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The zone of times that name none.
    pub zone: TimeZone,
    /// Times without a year are not after it, ns since the Unix epoch.
    pub now: i64,
}

impl When {
    /// How far it is after `time`, ns; 0 if that is within its unit.
    #[must_use]
    pub fn after(self, time: i64) -> i64 {
        if time < self.time {
            return self.time.saturating_sub(time);
        }
        let last = self.time.saturating_add(self.unit.max(1)).saturating_sub(1);
        last.saturating_sub(time).min(0)
    }
}

impl Clock {
    /// Reads a time in any of the forms below.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<When> {
        let text = text.trim();
        epoch(text).or_else(|| self.iso(text)).or_else(|| self.dated(text)).or_else(|| self.sensor(text))
    }

    /// ISO 8601: `2026-11-26T18:02:11.123456+0100`, with a `T` or a blank, with an offset or without.
    #[must_use]
    pub fn iso(&self, text: &str) -> Option<When> {
        let date = text.get(..10)?;
        if !date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return None;
        }
        let unit = unit(text);
        let zoned = text.parse::<Timestamp>().ok().map(nanoseconds);
        let time = zoned.or_else(|| self.civil(text.parse().ok()?))?;
        Some(When { time, unit })
    }

    /// As syslog has it (RFC 3164 §4.1.2), and what others made of it: `Nov 26 18:02:11`, `Nov 26 2026 18:02:11.123 UTC`,
    /// `26 Nov 2026 18:02:11`.
    #[must_use]
    pub fn dated(&self, text: &str) -> Option<When> {
        let mut words = text.split_ascii_whitespace();
        let (first, second, third) = (words.next()?, words.next()?, words.next()?);
        let (month, day) =
            month(first).map(|month| (month, second)).or_else(|| Some((month(second)?, first)))?;
        let day: i8 = day.parse().ok()?;
        let (year, time) = match third.contains(':') {
            true => (None, third),
            false => (Some(third.parse::<i16>().ok()?), words.next()?),
        };
        let (zone, unit) = (words.next(), unit(time));
        let time = time_of_day(time)?;
        let at = |year| Some(civil::Date::new(year, month, day).ok()?.to_datetime(time));
        let read = |date: DateTime| self.in_zone(date, zone);
        let time = match year {
            Some(year) => read(at(year)?)?,
            None => self.latest(|year| read(at(year)?))?,
        };
        Some(When { time, unit })
    }

    /// As Suricata's `fast.log` and Snort have it: `11/26/2026-18:02:11.123456`, `11/26-18:02:11.123456`.
    #[must_use]
    pub fn sensor(&self, text: &str) -> Option<When> {
        let (date, time) = text.split_once('-')?;
        let unit = unit(time);
        let time = time_of_day(time)?;
        let mut parts = date.split('/').map(|part| part.parse::<i16>().ok());
        let (month, day) = (i8::try_from(parts.next()??).ok()?, i8::try_from(parts.next()??).ok()?);
        let at = |year| self.civil(civil::Date::new(year, month, day).ok()?.to_datetime(time));
        let time = match parts.next() {
            Some(year) => at(match year? {
                year @ 0..100 => year.saturating_add(2000),
                year => year,
            })?,
            None => self.latest(at)?,
        };
        Some(When { time, unit })
    }

    /// In the year that makes it the latest that is not in the future.
    fn latest(&self, at: impl Fn(i16) -> Option<i64>) -> Option<i64> {
        let now = Timestamp::from_nanosecond(self.now.into()).ok()?.to_zoned(self.zone.clone());
        let years = [now.year().saturating_add(1), now.year(), now.year().saturating_sub(1)];
        let past = |time: &i64| *time <= self.now.saturating_add(SLACK);
        // The 29th of February is not in every year.
        years.into_iter().filter_map(&at).find(past)
    }

    fn in_zone(&self, date: DateTime, zone: Option<&str>) -> Option<i64> {
        match zone {
            Some("UTC" | "GMT" | "Z" | "GMT+00:00") => of_zone(date, &TimeZone::UTC),
            Some(zone) if zone.contains('/') => of_zone(date, &TimeZone::get(zone).ok()?),
            Some(zone) if zone.starts_with(['+', '-']) => of_zone(date, &offset(zone)?),
            _ => self.civil(date),
        }
    }

    fn civil(&self, date: DateTime) -> Option<i64> {
        of_zone(date, &self.zone)
    }
}

/// Seconds since the Unix epoch with a fraction or without, or as many milli-, micro- or nanoseconds as can be no seconds.
#[must_use]
pub fn epoch(text: &str) -> Option<When> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > 18 {
        return None;
    }
    let unit = match (whole.len(), fraction.is_empty()) {
        (9..=11, _) => SECOND,
        (12..=14, true) => 1_000_000,
        (15..=17, true) => 1_000,
        (18..=19, true) => 1,
        _ => return None,
    };
    let time = whole.parse::<i64>().ok()?.checked_mul(unit)?;
    if fraction.is_empty() {
        return Some(When { time, unit });
    }
    let parts: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(When { time: time.checked_add(parts.parse().ok()?)?, unit: unit_of(fraction.len()) })
}

/// A zone by its IANA name, or as an offset: `Europe/Berlin`, `UTC`, `+02:00`.
#[must_use]
pub fn zone(text: &str) -> Option<TimeZone> {
    match text {
        "local" => Some(TimeZone::system()),
        _ if text.starts_with(['+', '-']) => offset(text),
        _ => TimeZone::get(text).ok(),
    }
}

/// ns since the Unix epoch; the farthest that can be told, if it is farther.
#[must_use]
pub fn nanoseconds(time: Timestamp) -> i64 {
    i64::try_from(time.as_nanosecond()).unwrap_or(if time.as_second() < 0 { i64::MIN } else { i64::MAX })
}

fn of_zone(date: DateTime, zone: &TimeZone) -> Option<i64> {
    zone.to_timestamp(date).ok().map(nanoseconds)
}

fn offset(text: &str) -> Option<TimeZone> {
    let time = strtime::parse(if text.contains(':') { "%:z" } else { "%z" }, text).ok()?;
    Some(TimeZone::fixed(time.offset()?))
}

fn time_of_day(text: &str) -> Option<civil::Time> {
    text.split('Z').next()?.parse().ok()
}

fn month(text: &str) -> Option<i8> {
    let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let at = months.iter().position(|month| text.eq_ignore_ascii_case(month))?;
    i8::try_from(at).ok()?.checked_add(1)
}

/// How finely a time is given, by the digits behind its first dot or comma.
fn unit(text: &str) -> i64 {
    let fraction = text.split_once(['.', ',']).map_or("", |(_, fraction)| fraction);
    unit_of(fraction.bytes().take_while(u8::is_ascii_digit).count())
}

fn unit_of(digits: usize) -> i64 {
    (0..digits.min(9)).fold(SECOND, |unit, _| unit.checked_div(10).unwrap_or(1))
}

#[cfg(test)]
mod tests;
