//! Owns the grammar of schedules and the times that one means, as the cluster's own parser has both.

mod fires;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

pub use self::fires::Fires;
use crate::ValueError;
use crate::name::text_type;

text_type!(
    /// When to start: five fields (minute, hour, day of month, month, weekday) or a macro such as `@hourly`.
    ///
    /// Accepted is what Kubernetes accepts: `*`, `?`, lists, ranges, steps, names of months and weekdays, the macros and
    /// `@every 1h30m`. Refused as there: six fields, weekday 7, `L`, `@reboot`, and a time zone inside the line.
    Cron,
    |text| read(text).map(drop).map_err(|why| {
        let shown: String = text.chars().take(60).collect();
        ValueError::new(
            "schedule",
            format!(
                "\"{shown}\" is not a schedule: {why}; write five fields (minute hour day month weekday), such as \"30 4 * * 1\", or @hourly, @daily, @weekly, @monthly, @yearly."
            ),
        )
    })
);

const MACROS: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/// One of the five fields: its name, its bounds, and the words that stand for numbers, from the first on.
struct Field {
    name: &'static str,
    least: u32,
    most: u32,
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, most: 59, words: &[] },
    Field { name: "hour", least: 0, most: 23, words: &[] },
    Field { name: "day of the month", least: 1, most: 31, words: &[] },
    Field { name: "month", least: 1, most: 12, words: &MONTHS },
    Field { name: "weekday", least: 0, most: 6, words: &WEEKDAYS },
];

/// What a schedule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// Minute, hour, day of the month, month, weekday.
    Fields([Set; 5]),
    /// Every so many seconds.
    Every(u64),
}

/// The numbers that a field allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Set {
    /// A bit for each.
    bits: u64,
    /// Whether the field says "any": a day must then match the other of the two fields of days alone.
    is_any: bool,
}

impl Set {
    const fn has(self, number: u32) -> bool {
        self.bits & (1 << number) != 0
    }

    fn numbers(self) -> impl Iterator<Item = i8> {
        (0_i8..64).filter(move |number| self.bits & (1 << *number) != 0)
    }
}

fn read(text: &str) -> Result<Meaning, String> {
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        return Err("the time zone has a field of its own".to_owned());
    }
    if text.starts_with('@') {
        return read_macro(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("it has {} fields instead of five", fields.len()));
    }
    let mut sets = [Set::default(); 5];
    for ((text, field), set) in fields.iter().zip(&FIELDS).zip(&mut sets) {
        for part in text.split(',') {
            let read = field.read(part).map_err(|why| format!("in the {}, {why}", field.name))?;
            *set = Set { bits: set.bits | read.bits, is_any: set.is_any || read.is_any };
        }
    }
    Ok(Meaning::Fields(sets))
}

fn read_macro(text: &str) -> Result<Meaning, String> {
    if let Some((_, fields)) = MACROS.iter().find(|(known, _)| *known == text) {
        return read(fields);
    }
    match text.strip_prefix("@every ") {
        Some(duration) => seconds(duration)
            .map(Meaning::Every)
            .ok_or_else(|| format!("\"{duration}\" is not a span of time such as 1h30m")),
        None => Err(format!("\"{text}\" is not a macro that clusters know")),
    }
}

/// Go's spans of time: numbers with `h`, `m`, `s` or a smaller unit, one after the other. In whole seconds, at least one,
/// as the cluster rounds them.
fn seconds(text: &str) -> Option<u64> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut sum = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
        if !has_digit || number.bytes().filter(|byte| *byte == b'.').count() > 1 {
            return None;
        }
        let units = [
            ("ns", 1e-9),
            ("us", 1e-6),
            ("µs", 1e-6),
            ("μs", 1e-6),
            ("ms", 1e-3),
            ("h", 3600.0),
            ("m", 60.0),
            ("s", 1.0),
        ];
        let (unit, after) = units.iter().find_map(|(unit, size)| Some((size, after.strip_prefix(unit)?)))?;
        sum += number.parse::<f64>().ok()? * unit;
        rest = after;
    }
    // Go counts in 63 bits of nanoseconds, some 292 years.
    (sum > 0.0 && sum < 9.2e9).then(|| (sum as u64).max(1))
}

impl Field {
    fn read(&self, part: &str) -> Result<Set, String> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let by = match step {
            None => 1,
            Some(step) => {
                let number = step.bytes().all(|byte| byte.is_ascii_digit()).then(|| step.parse::<u32>().ok()).flatten();
                number.filter(|number| *number > 0).ok_or_else(|| format!("\"{step}\" is not a step"))?
            }
        };
        let is_any = matches!(range, "*" | "?");
        let (first, last) = if is_any {
            (self.least, self.most)
        } else {
            let (first, last) = range.split_once('-').map_or((range, None), |(first, last)| (first, Some(last)));
            let first = self.number(first)?;
            let last = match (last, step) {
                (Some(last), _) => self.number(last)?,
                // "10/5" begins at 10 and goes on to the end.
                (None, Some(_)) => self.most,
                (None, None) => first,
            };
            (first, last)
        };
        if first > last {
            return Err(format!("the range {range} goes backwards"));
        }
        let bits =
            (first..=last).step_by(usize::try_from(by).unwrap_or(usize::MAX)).fold(0, |bits, one| bits | 1 << one);
        Ok(Set { bits, is_any: is_any && by == 1 })
    }

    fn number(&self, text: &str) -> Result<u32, String> {
        let word = text.to_ascii_lowercase();
        let named = self.words.iter().zip(self.least..).find(|(known, _)| **known == word).map(|(_, number)| number);
        let digits = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        let Some(number) = named.or_else(digits) else { return Err(format!("\"{text}\" is not a number")) };
        if (self.least..=self.most).contains(&number) {
            Ok(number)
        } else {
            Err(format!("{number} is not between {} and {}", self.least, self.most))
        }
    }
}

#[cfg(test)]
mod tests;
