//! Owns the names people give: each a type that is checked once, where it enters.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Checks a text.
            ///
            /// # Errors
            /// The sentence of the rule that it breaks.
            pub fn parse(text: &str) -> Result<Self, ValueError> {
                let check: fn(&str) -> Result<(), ValueError> = $check;
                check(text).map(|()| Self(text.to_owned()))
            }

            /// Returns the text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            fn from_str(text: &str) -> Result<Self, ValueError> {
                Self::parse(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use text_type;

fn check(
    text: &str,
    code: &'static str,
    what: &str,
    length: std::ops::RangeInclusive<usize>,
    allowed: fn(char) -> bool,
    rule: &str,
) -> Result<(), ValueError> {
    if !length.contains(&text.len()) || !text.chars().all(allowed) {
        return Err(ValueError::new(code, format!("\"{text}\" is not {what}: use {rule}.")));
    }
    Ok(())
}

/// DigitalHub's pattern for entity names (`^[a-zA-Z0-9._+-]+$`).
fn entity_name(text: &str, code: &'static str, what: &str) -> Result<(), ValueError> {
    check(
        text,
        code,
        what,
        1..=256,
        |letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter),
        "1 to 256 letters, digits, dots, underscores, plus signs or dashes",
    )
}

text_type!(
    /// Name of a project: `^[a-z0-9-]{2,38}$`.
    ///
    /// DigitalHub's rule; 38 leaves room in a label (63 characters) for what its server puts before it.
    ProjectName,
    |text| check(
        text,
        "project_name",
        "a project name",
        2..=38,
        |letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-',
        "2 to 38 lower-case letters, digits or dashes"
    )
);
text_type!(
    /// Name of a function: `^[a-zA-Z0-9._+-]{1,256}$`.
    ///
    /// DigitalHub's pattern with its packages' length; longer than any name in a cluster, so names there are made from it.
    FunctionName,
    |text| entity_name(text, "function_name", "a function name")
);
text_type!(
    /// Name of a profile: the same rule as a function's.
    ProfileName,
    |text| entity_name(text, "profile_name", "a profile name")
);
text_type!(
    /// Name of a secret; it becomes an environment variable of the same name, so it keeps that rule.
    SecretName,
    |text| env_name(text, "secret_name", "a secret name")
);
text_type!(
    /// Name of an environment variable, as a shell can read it: `^[A-Za-z_][A-Za-z0-9_]*$`.
    ///
    /// The POSIX rule. Kubernetes takes more (dots, dashes), but no shell could name such a variable. Length has no
    /// limit of its own.
    EnvName,
    |text| env_name(text, "env_name", "an environment name")
);
text_type!(
    /// Absolute path inside a container, without `:` (Kubernetes forbids it), `..` and NUL bytes; at most 4,096 bytes, the
    /// longest path that Linux takes.
    MountPath,
    |text| {
        let good = text.starts_with('/')
            && (2..=4_096).contains(&text.len())
            && !text.contains([':', '\0'])
            && !text.split('/').any(|part| part == "..");
        if good {
            return Ok(());
        }
        Err(ValueError::new(
            "mount_path",
            format!("\"{text}\" is not a mount path: use an absolute path inside the container, such as /data."),
        ))
    }
);
text_type!(
    /// Value of a Kubernetes label: at most 63 letters, digits, dots, underscores or dashes, with a letter or digit at both
    /// ends; may be empty. Kubernetes' own rule.
    LabelValue,
    |text| {
        let good = text.len() <= 63
            && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
            && text.chars().next().is_none_or(|letter| letter.is_ascii_alphanumeric())
            && text.chars().next_back().is_none_or(|letter| letter.is_ascii_alphanumeric());
        if good {
            return Ok(());
        }
        Err(ValueError::new(
            "label_value",
            format!(
                "\"{text}\" is not a label value: use at most 63 letters, digits, dots, underscores or dashes, with a letter or digit at both ends."
            ),
        ))
    }
);

fn env_name(text: &str, code: &'static str, what: &str) -> Result<(), ValueError> {
    let starts_well = text.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_');
    if starts_well && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_') {
        return Ok(());
    }
    Err(ValueError::new(
        code,
        format!("\"{text}\" is not {what}: use letters, digits and underscores, and do not start with a digit."),
    ))
}

impl ProjectName {
    /// Name of the project that exists always.
    #[must_use]
    pub fn default_project() -> Self {
        Self("default".to_owned())
    }
}

#[cfg(test)]
mod tests;
