//! Owns the grammar of schedules, as the cluster's own parser has it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::name::text_type;

text_type!(
    /// When to start: five fields (minute, hour, day of month, month, weekday) or a macro such as `@hourly`.
    ///
    /// Accepted is what Kubernetes accepts: `*`, `?`, lists, ranges, steps, names of months and weekdays, the macros and
    /// `@every 1h30m`. Refused as there: six fields, weekday 7, `L`, `@reboot`, and a time zone inside the line.
    Cron,
    |text| check(text).map_err(|why| {
        let shown: String = text.chars().take(60).collect();
        ValueError::new(
            "schedule",
            format!(
                "\"{shown}\" is not a schedule: {why}; write five fields (minute hour day month weekday), such as \"30 4 * * 1\", or @hourly, @daily, @weekly, @monthly, @yearly."
            ),
        )
    })
);

const MACROS: [&str; 7] = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
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

fn check(text: &str) -> Result<(), String> {
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        return Err("the time zone has a field of its own".to_owned());
    }
    if text.starts_with('@') {
        return check_macro(text);
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return Err(format!("it has {} fields instead of five", fields.len()));
    }
    fields.iter().zip(&FIELDS).try_for_each(|(text, field)| {
        text.split(',').try_for_each(|part| field.check(part)).map_err(|why| format!("in the {}, {why}", field.name))
    })
}

fn check_macro(text: &str) -> Result<(), String> {
    if MACROS.contains(&text) {
        return Ok(());
    }
    match text.strip_prefix("@every ") {
        Some(duration) if is_duration(duration) => Ok(()),
        Some(duration) => Err(format!("\"{duration}\" is not a span of time such as 1h30m")),
        None => Err(format!("\"{text}\" is not a macro that clusters know")),
    }
}

/// Go's spans of time: numbers with `h`, `m`, `s` or a smaller unit, one after the other; at least a second, because the
/// cluster rounds smaller ones up.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut is_above_zero = false;
    if rest.is_empty() {
        return false;
    }
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let has_digit = number.bytes().any(|byte| byte.is_ascii_digit());
        if !has_digit || number.bytes().filter(|byte| *byte == b'.').count() > 1 {
            return false;
        }
        is_above_zero |= number.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
        let units = ["ns", "us", "µs", "μs", "ms", "h", "m", "s"];
        let Some(after) = units.iter().find_map(|unit| after.strip_prefix(unit)) else { return false };
        rest = after;
    }
    is_above_zero
}

impl Field {
    fn check(&self, part: &str) -> Result<(), String> {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        if let Some(step) = step
            && step
                .parse::<u32>()
                .ok()
                .is_none_or(|step| step == 0 || !part.ends_with(|letter: char| letter.is_ascii_digit()))
        {
            return Err(format!("\"{step}\" is not a step"));
        }
        if matches!(range, "*" | "?") {
            return Ok(());
        }
        let (first, last) = range.split_once('-').map_or((range, None), |(first, last)| (first, Some(last)));
        let first = self.number(first)?;
        let last = last.map_or(Ok(first), |last| self.number(last))?;
        if first > last {
            return Err(format!("the range {range} goes backwards"));
        }
        Ok(())
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
