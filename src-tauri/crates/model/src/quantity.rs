//! Owns the grammar of Kubernetes quantities.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::name::text_type;

text_type!(
    /// An amount such as `500m`, `1.5`, `2Gi`, as it was typed.
    Quantity,
    |text| {
        if text.chars().next().is_some_and(|letter| letter.is_ascii_digit() || "+-.".contains(letter)) {
            return Ok(());
        }
        Err(ValueError::new("quantity", format!("\"{text}\" is not an amount: write a number with a unit, such as 500m or 2Gi.")))
    }
);
