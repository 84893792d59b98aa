//! Owns the words by which documents name their kind and each other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use uuid::Uuid;

use crate::{Action, FunctionId, FunctionName, Problem, ProjectName, ValueError};

/// What a document is, by its `kind`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentKind {
    /// `container`: a function.
    Function,
    /// `container+job` and so on: a task.
    Task(Action),
    /// `container+job:run` and so on, or the older `container+run`, whose action only its task tells.
    Run(Option<Action>),
    /// `project`.
    Project,
    /// Anything else, verbatim: Berth has no use for it.
    Other(String),
}

impl DocumentKind {
    /// Reads the word.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "container" => Self::Function,
            "project" => Self::Project,
            "container+run" => Self::Run(None),
            _ => {
                let Some(rest) = word.strip_prefix("container+") else { return Self::Other(word.to_owned()) };
                let (action, is_run) = rest.strip_suffix(":run").map_or((rest, false), |action| (action, true));
                match Action::ALL.into_iter().find(|known| known.word() == action) {
                    Some(action) if is_run => Self::Run(Some(action)),
                    Some(action) => Self::Task(action),
                    None => Self::Other(word.to_owned()),
                }
            }
        }
    }
}

/// Tells what a document is.
///
/// # Errors
/// A problem where it is no mapping or its `kind` is missing or no text.
pub fn document_kind(document: &Value) -> Result<DocumentKind, Problem> {
    let Value::Object(map) = document else {
        return Err(Problem::new("", "type", "A document must be a mapping that begins with \"kind: container\"."));
    };
    match map.get("kind") {
        Some(Value::String(word)) => Ok(DocumentKind::from_word(word)),
        Some(_) => Err(Problem::new("kind", "type", "\"kind\" must be a text, such as container.")),
        None => Err(Problem::new("kind", "required", "\"kind\" is missing: a function says \"kind: container\".")),
    }
}

/// How tasks and runs name a function version: `container://<project>/<name>:<id>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FunctionReference {
    /// Project of the function.
    pub project: ProjectName,
    /// Name of the function.
    pub name: FunctionName,
    /// Id of the version as written: a UUID with or without dashes, or any slug.
    pub version: String,
}

impl FunctionReference {
    /// Returns the identity of the version: the UUID itself, or for a slug one derived from project, name and slug.
    #[must_use]
    pub fn id(&self) -> FunctionId {
        function_id(&self.project, &self.name, &self.version)
    }
}

/// Returns the identity that a written id stands for.
pub(super) fn function_id(project: &ProjectName, name: &FunctionName, written: &str) -> FunctionId {
    Uuid::try_parse(written)
        .map_or_else(|_| FunctionId::derived(&format!("function/{project}/{name}:{written}")), FunctionId::from_uuid)
}

impl fmt::Display for FunctionReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "container://{}/{}:{}", self.project, self.name, self.version)
    }
}

impl FromStr for FunctionReference {
    type Err = ValueError;

    /// Accepts `container://<project>/<name>:<id>`, the key `store://<project>/function/container/<name>:<id>`, and
    /// the older task form `container+job://<project>/<name>:<id>`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let refuse = || {
            ValueError::new(
                "function_reference",
                format!("\"{text}\" does not name a function: write it as container://project/name:id."),
            )
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(refuse)?;
        let (project, rest) = rest.split_once('/').ok_or_else(refuse)?;
        let rest = match scheme {
            "store" => rest.strip_prefix("function/container/").ok_or_else(refuse)?,
            _ if scheme == "container" || scheme.starts_with("container+") => rest,
            _ => return Err(refuse()),
        };
        let (name, version) = rest.split_once(':').ok_or_else(refuse)?;
        if version.is_empty() || version.chars().any(|letter| letter.is_whitespace() || letter == '/') {
            return Err(refuse());
        }
        Ok(Self {
            project: ProjectName::parse(project)?,
            name: FunctionName::parse(name)?,
            version: version.to_owned(),
        })
    }
}

impl Serialize for FunctionReference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FunctionReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{DocumentKind, FunctionReference};
    use crate::{Action, FunctionId};

    #[test]
    fn kinds_of_both_generations_are_known() {
        for (word, kind) in [
            ("container", DocumentKind::Function),
            ("container+job", DocumentKind::Task(Action::Job)),
            ("container+deploy", DocumentKind::Task(Action::Deploy)),
            ("container+run", DocumentKind::Run(None)),
            ("container+build:run", DocumentKind::Run(Some(Action::Build))),
            ("project", DocumentKind::Project),
            ("python+job", DocumentKind::Other("python+job".to_owned())),
            ("container+fly", DocumentKind::Other("container+fly".to_owned())),
        ] {
            assert_eq!(DocumentKind::from_word(word), kind);
        }
    }

    #[test]
    fn a_slug_stands_for_one_id_per_function() {
        let id = |text: &str| text.parse::<FunctionReference>().unwrap().id();
        let dashed = "0b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01";
        let bare: FunctionId = dashed.replace('-', "").parse().unwrap();
        assert_eq!(id(&format!("container://demo/a:{dashed}")), bare);
        assert_eq!(id(&format!("store://demo/function/container/a:{}", bare.bare())), bare);
        assert_eq!(id(&format!("container+job://demo/a:{dashed}")), bare);
        assert_eq!(id("container://demo/a:v1"), id("container://demo/a:v1"));
        assert_ne!(id("container://demo/a:v1"), id("container://demo/b:v1"));
        for bad in [
            "",
            "demo/a:1",
            "container://demo/a",
            "container://demo/a:",
            "python://demo/a:1",
            "container://x/a:1",
            "store://demo/task/a:1",
        ] {
            assert!(bad.parse::<FunctionReference>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn printing_gives_back_what_was_written(project in "[a-z0-9-]{2,38}", name in "[a-zA-Z0-9._+-]{1,20}", version in "[a-z0-9-]{1,36}") {
            let text = format!("container://{project}/{name}:{version}");
            let reference: FunctionReference = text.parse().unwrap();
            prop_assert_eq!(reference.to_string(), text);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), like in "(container|store)(:|/|[a-z]){0,20}") {
            let _ = (text.parse::<FunctionReference>(), like.parse::<FunctionReference>());
        }
    }
}
