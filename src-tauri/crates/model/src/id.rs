//! Owns the identities of things: UUIDs made by us, other spellings accepted from files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ValueError;

/// Namespace for ids that come from elsewhere (a slug in a file, a child of a schedule), so that the same
/// origin always gives the same id. A random UUIDv4, fixed for ever.
const DERIVED: Uuid = Uuid::from_u128(0x6b1d_5a0e_93c4_4f0b_a2d7_51c7_6e0f_b3a9);

macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[serde(transparent)]
        pub struct $name(#[cfg_attr(feature = "specta", specta(type = String))] Uuid);

        impl $name {
            /// Wraps a UUID that is already known to name such a thing.
            #[must_use]
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// Makes a new random id (UUIDv4).
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }

            /// Returns the UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Derives an id from another text, always the same for the same text (UUIDv5).
            #[must_use]
            pub fn derived(origin: &str) -> Self {
                Self(Uuid::new_v5(&DERIVED, origin.as_bytes()))
            }

            /// Returns the 32 hexadecimal digits without dashes.
            #[must_use]
            pub fn bare(self) -> String {
                self.0.simple().to_string()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}", self.0.hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = ValueError;

            /// Accepts the dashed and the bare form.
            fn from_str(text: &str) -> Result<Self, ValueError> {
                Uuid::try_parse(text.trim()).map(Self).map_err(|_| ValueError::new(
                    "id",
                    format!("\"{text}\" is not an id: an id has 32 hexadecimal digits, with or without dashes."),
                ))
            }
        }
    };
}

id_type!(
    /// Identity of a run: a UUIDv4 made when the form opens, so that a second click is the same run.
    RunId
);
impl RunId {
    /// The identity of a run that a schedule started: of an object in the cluster, always the same.
    #[must_use]
    pub fn of_fire(schedule: Self, object_uid: &str) -> Self {
        Self(Uuid::new_v5(&schedule.0, object_uid.as_bytes()))
    }
}

id_type!(
    /// Identity of one version of a function.
    FunctionId
);
id_type!(
    /// Identity of a project.
    ProjectId
);
id_type!(
    /// Identity of a secret's name, under which the keyring holds its value.
    SecretId
);
id_type!(
    /// Identity of a data folder: two laptops, or two folders on one, are two installations.
    InstallationId
);
id_type!(
    /// Identity of a cluster as Berth knows it, whatever contexts lead there.
    ClusterId
);
