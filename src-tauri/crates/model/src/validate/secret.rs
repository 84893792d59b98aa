//! Decides what is wrong with the value of a secret. No sentence repeats the value.

use crate::{Problem, SecretName};

/// Linux takes no longer environment entry than this, name, `=` and final NUL included, in bytes (32 pages).
const LONGEST_ENTRY: usize = 131_072;

/// Returns what is wrong with a value under a name, at the path `value`; `None` where a container can receive it.
#[must_use]
pub fn check_secret_value(name: &SecretName, value: &str) -> Option<Problem> {
    let (code, message) = if value.is_empty() {
        ("empty", "The value is empty: type it at the prompt, or pipe it in.".to_owned())
    } else if value.contains('\0') {
        ("nul", "The value holds a NUL byte, which no program could receive: encode it, as in base64.".to_owned())
    } else {
        let longest = LONGEST_ENTRY.saturating_sub(name.as_str().len() + 2);
        if value.len() <= longest {
            return None;
        }
        let length = value.len();
        ("too_long", format!("The value has {length} bytes, and an environment variable of this name holds {longest}."))
    };
    Some(Problem::new("value", code, message))
}
