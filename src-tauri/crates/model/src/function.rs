//! Owns what a function is: what runs, whatever the action.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Command, FunctionId, FunctionName, ImageReference, ProjectName};

/// Keys that a file carried and Berth has no meaning for: kept, so that a round trip loses nothing.
pub type ExtraKeys = Map<String, Value>;

/// One version of a function. A change of the specification makes a new version; the rest may be edited in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Identity of this version.
    pub id: FunctionId,
    /// Project it belongs to.
    pub project: ProjectName,
    /// Name, shared by all versions.
    pub name: FunctionName,
    /// Number of this version within (project, name), from 1.
    pub version: u32,
    /// What it is for, in the owner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Words for people to find it by; they never reach the cluster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Whether a project's export holds it in full.
    #[serde(default)]
    pub embedded: bool,
    /// When this version was made.
    pub created: Timestamp,
    /// When its description or labels last changed.
    pub updated: Timestamp,
    /// What it runs.
    pub spec: FunctionSpec,
    /// Unknown top-level and metadata keys of the file it came from.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: ExtraKeys,
}

impl Function {
    /// Tells whether it has a label (`key=value`, or a word), or any `key=…` where only the key is asked for.
    #[must_use]
    pub fn has_label(&self, label: &str) -> bool {
        let label = label.trim();
        let is_key_of = |own: &str| !label.contains('=') && own.split_once('=').is_some_and(|(key, _)| key == label);
        self.labels.iter().any(|own| own == label || is_key_of(own))
    }
}

/// What a function runs. All optional here: which field an action needs is a rule of `validate`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionSpec {
    /// Image to run; for a build, the name to give the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageReference>,
    /// Image that a build starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_image: Option<ImageReference>,
    /// When the node asks the registry for the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_pull_policy: Option<ImagePullPolicy>,
    /// Program to start instead of the image's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<Command>,
    /// Arguments of the command, or of the image's own program. `None` is "not said", an empty list is "none".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub args: Option<Vec<String>>,
    /// Code that the container finds under `/shared`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Unknown keys of the specification.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub extra: ExtraKeys,
}

/// Code of a function. At most one of `code` and `base64`; `uri` may stand beside one of them as its path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Where the code lies: a path, `git+https://…#ref`, `http(s)://`, `s3://`, `zip+…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    /// The code itself, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The code itself, as base64 (standard alphabet).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// Entry point, as `file` or `module.function`; names the file of inline code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
    /// Language, for colours and for the file name of inline code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// When the node asks the registry for the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub enum ImagePullPolicy {
    /// Each time.
    Always,
    /// Only when the node lacks it.
    IfNotPresent,
    /// Never: the node must have it.
    Never,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_by_a_whole_label_or_by_its_key() {
        let function: Function = serde_json::from_value(serde_json::json!({
            "id": "1b0c6a58-0c5e-4ef3-8f6b-6f4f1f0a9d21", "project": "default", "name": "train", "version": 1,
            "labels": ["team=web", "nightly"], "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z",
            "spec": {},
        }))
        .unwrap();
        for (label, has) in [
            ("team=web", true),
            (" team ", true),
            ("nightly", true),
            ("team=", false),
            ("tea", false),
            ("web", false),
            ("nightly=", false),
            ("", false),
        ] {
            assert_eq!(function.has_label(label), has, "{label:?}");
        }
    }
}
