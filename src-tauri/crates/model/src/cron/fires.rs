//! Decides when a schedule starts something: the minutes whose local time matches.

use std::collections::VecDeque;

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::{Cron, Meaning, Set, read};

/// Days that are looked through for the next time: five years, after which the cluster gives up too.
const FURTHEST: u32 = 5 * 366;

impl Cron {
    /// The times after a moment at which it starts something, in order; ends where there are no more within five years.
    ///
    /// Times that a clock change leaves out do not come; those that it brings twice come twice. `@every` counts from the
    /// moment itself.
    #[must_use]
    pub fn fires(&self, zone: &TimeZone, after: Timestamp) -> Fires {
        // What was parsed once is read the same again; nothing is ever due by what cannot be read.
        let meaning = read(self.as_str()).unwrap_or_else(|_| Meaning::Fields([Set::default(); 5]));
        // A clock set back over midnight makes the day before come again.
        let today = after.to_zoned(zone.clone()).date();
        Fires {
            meaning,
            zone: zone.clone(),
            after,
            day: today.yesterday().unwrap_or(today),
            looked: 0,
            found: VecDeque::new(),
        }
    }

    /// The next times after now. `last` is when it fired last, or was made: from there `@every` counts.
    #[must_use]
    pub fn next_fires(&self, zone: &TimeZone, last: Option<Timestamp>, now: Timestamp, count: usize) -> Vec<Timestamp> {
        let from = match read(self.as_str()) {
            Ok(Meaning::Every(seconds)) => last_step(last.unwrap_or(now), seconds, now),
            _ => now,
        };
        self.fires(zone, from).take(count).collect()
    }
}

/// The last of the steps from `base` that is not after `now`.
fn last_step(base: Timestamp, seconds: u64, now: Timestamp) -> Timestamp {
    let step = i64::try_from(seconds).unwrap_or(i64::MAX);
    let passed = now.as_second().saturating_sub(base.as_second()).max(0);
    let whole = passed - passed.checked_rem(step).unwrap_or(0);
    base.checked_add(SignedDuration::from_secs(whole)).unwrap_or(now)
}

/// See [`Cron::fires`].
#[derive(Clone, Debug)]
pub struct Fires {
    meaning: Meaning,
    zone: TimeZone,
    after: Timestamp,
    day: Date,
    looked: u32,
    found: VecDeque<Timestamp>,
}

impl Iterator for Fires {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        match self.meaning {
            Meaning::Every(seconds) => {
                let step = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
                self.after = Timestamp::from_second(self.after.as_second()).ok()?.checked_add(step).ok()?;
            }
            Meaning::Fields(sets) => {
                while self.found.is_empty() {
                    if self.looked > FURTHEST {
                        return None;
                    }
                    self.look(&sets);
                    self.looked += 1;
                    self.day = self.day.tomorrow().ok()?;
                }
                self.after = self.found.pop_front()?;
                self.looked = 0;
            }
        }
        Some(self.after)
    }
}

impl Fires {
    /// Finds the times of a day.
    fn look(&mut self, [minutes, hours, days, months, weekdays]: &[Set; 5]) {
        let day = self.day;
        let is_month = months.has(u32::from(day.month().unsigned_abs()));
        let is_day = days.has(u32::from(day.day().unsigned_abs()));
        let is_weekday = weekdays.has(u32::from(day.weekday().to_sunday_zero_offset().unsigned_abs()));
        // Two fields that both name days mean either; one that says "any" leaves it to the other.
        let is_meant = if days.is_any || weekdays.is_any { is_day && is_weekday } else { is_day || is_weekday };
        if !is_month || !is_meant {
            return;
        }
        let mut found = Vec::new();
        for hour in hours.numbers() {
            for minute in minutes.numbers() {
                let local = day.at(hour, minute, 0, 0);
                let offsets = match self.zone.to_ambiguous_timestamp(local).offset() {
                    AmbiguousOffset::Unambiguous { offset } => [Some(offset), None],
                    AmbiguousOffset::Gap { .. } => [None, None],
                    AmbiguousOffset::Fold { before, after } => [Some(before), Some(after)],
                };
                found.extend(offsets.into_iter().flatten().filter_map(|offset| offset.to_timestamp(local).ok()));
            }
        }
        found.retain(|time| *time > self.after);
        found.sort_unstable();
        self.found.extend(found);
    }
}
