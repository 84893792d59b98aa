//! Values that TypeScript has no exact type for.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A whole number that JavaScript holds exactly: counts, sizes and cursors stay below 2^53 (9 PB).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub(crate) struct Whole(#[specta(type = specta_typescript::Number)] pub u64);

/// Any JSON, `unknown` to the page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub(crate) struct Json(#[specta(type = specta_typescript::Unknown)] pub Value);
