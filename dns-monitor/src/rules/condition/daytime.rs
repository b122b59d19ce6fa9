//! Times of the day.

use jiff::{Timestamp, tz::TimeZone};

/// Every day of the week.
pub const EVERY_DAY: u8 = 0b111_1111;
/// Minutes of a day without a change of the clocks.
pub const MINUTES: u16 = 24 * 60;

/// A time of day, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daytime {
    /// Minutes after midnight from which on it counts.
    pub from: u16,
    /// Minutes after midnight at which it ends; not after `from`: at that time of the next day.
    pub to: u16,
    /// Bit 0: Monday, to bit 6: Sunday. Of a window over midnight, the day on which it began.
    pub days: u8,
}

/// What the clock on the wall says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// 0: Monday, to 6: Sunday.
    weekday: u8,
    /// Minutes after midnight.
    minute: u16,
}

impl Moment {
    /// The local time at `time`, ns since the Unix epoch.
    pub fn of(time: u64, zone: &TimeZone) -> Option<Self> {
        let local = zone.to_datetime(Timestamp::from_nanosecond(i128::from(time)).ok()?);
        let weekday = u8::try_from(local.weekday().to_monday_zero_offset()).ok()?;
        let [hour, minute] = [local.hour(), local.minute()].map(|number| u16::try_from(number).ok());
        Some(Self { weekday, minute: hour? * 60 + minute? })
    }
}

impl Daytime {
    /// Whether the window is open. Where the clocks change, it goes by what they show: an hour that is left out opens
    /// nothing, one that comes twice counts twice.
    pub(super) fn contains(&self, moment: Moment) -> bool {
        let Moment { weekday, minute } = moment;
        let on = |day: u8| self.days >> day & 1 == 1;
        if self.from < self.to {
            return on(weekday) && (self.from..self.to).contains(&minute);
        }
        let yesterday = (weekday + 6) % 7;
        (on(weekday) && minute >= self.from) || (on(yesterday) && minute < self.to)
    }
}
