//! Owns the grammar of image references.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::name::text_type;

text_type!(
    /// Reference to an image, as it was typed: `[registry[:port]/]path[:tag][@digest]`.
    ImageReference,
    |text| {
        if text.is_empty() || text.chars().any(char::is_whitespace) {
            return Err(ValueError::new(
                "image",
                format!("\"{text}\" is not an image: write it as registry/name:tag, such as python:3.12-slim."),
            ));
        }
        Ok(())
    }
);
