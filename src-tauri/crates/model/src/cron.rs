//! Owns the grammar of schedules.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::name::text_type;

text_type!(
    /// When to start: five fields or a macro such as `@hourly`.
    Cron,
    |text| {
        if text.starts_with('@') || text.split_whitespace().count() == 5 {
            return Ok(());
        }
        Err(ValueError::new(
            "schedule",
            format!("\"{text}\" is not a schedule: write five fields (minute hour day month weekday) or @hourly, @daily, @weekly, @monthly, @yearly."),
        ))
    }
);
