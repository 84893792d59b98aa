//! Decides whose an object is and how it stands, from its metadata alone. Pure.

use berth_model::{ObjectRef, RunId, SecurityLevel};
use serde_json::Value;

use crate::labels;

/// Label by which a namespace enforces a Pod Security level.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";

/// What an object says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Its identity.
    pub object: ObjectRef,
    /// The run that it says it belongs to.
    pub run: Option<RunId>,
    /// Hash of the specification that it was made from.
    pub spec_hash: Option<String>,
    /// Identity of the object that owns it.
    pub owner_uid: Option<String>,
    /// Its version as a number; 0 where it is none.
    pub version: u64,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// Whether it is held: a suspended Job, a Deployment with 0 replicas.
    pub is_held: bool,
}

impl Sighting {
    /// Reads an object as the API returned it; `None` where it has no kind, name or identity.
    #[must_use]
    pub fn of(object: &Value) -> Option<Self> {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let metadata = object.get("metadata")?;
        let of_map = |map: &str, key: &str| metadata.get(map)?.get(key)?.as_str();
        let kind = text("/kind")?;
        let is_held = match kind.as_str() {
            "Job" | "CronJob" => object.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false),
            "Deployment" => object.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0),
            _ => false,
        };
        Some(Self {
            object: ObjectRef { kind, name: text("/metadata/name")?, uid: text("/metadata/uid")? },
            run: of_map("labels", labels::RUN).and_then(|id| id.parse().ok()),
            spec_hash: of_map("annotations", labels::SPEC_HASH).map(str::to_owned),
            owner_uid: text("/metadata/ownerReferences/0/uid"),
            version: text("/metadata/resourceVersion").and_then(|version| version.parse().ok()).unwrap_or(0),
            is_deleting: metadata.get("deletionTimestamp").is_some_and(|time| !time.is_null()),
            is_held,
        })
    }
}

/// Returns the kind and name of a manifest.
#[must_use]
pub fn kind_and_name(manifest: &Value) -> Option<(&str, &str)> {
    Some((manifest.get("kind")?.as_str()?, manifest.pointer("/metadata/name")?.as_str()?))
}

/// Returns the level that a namespace enforces on pods; `None` where it enforces nothing.
#[must_use]
pub fn enforced_security(namespace: &Value) -> Option<SecurityLevel> {
    match namespace.get("metadata")?.get("labels")?.get(ENFORCE)?.as_str()? {
        "restricted" => Some(SecurityLevel::Restricted),
        "baseline" => Some(SecurityLevel::Baseline),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_suspended_job_of_ours_is_recognised() {
        let run: RunId = "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a9".parse().expect("an id");
        let seen = Sighting::of(&json!({
            "kind": "Job",
            "metadata": {
                "name": "train-abc", "uid": "u-1", "resourceVersion": "71", "deletionTimestamp": null,
                "labels": { labels::RUN: run.to_string() },
                "annotations": { labels::SPEC_HASH: "ab12" },
            },
            "spec": { "suspend": true },
        }))
        .expect("a whole object");
        assert_eq!(seen.object, ObjectRef { kind: "Job".into(), name: "train-abc".into(), uid: "u-1".into() });
        assert_eq!((seen.run, seen.spec_hash.as_deref()), (Some(run), Some("ab12")));
        assert!(seen.is_held && !seen.is_deleting);
        assert_eq!(seen.version, 71);
    }

    #[test]
    fn a_released_job_that_someone_deletes_is_told_apart() {
        let seen = Sighting::of(&json!({
            "kind": "Job",
            "metadata": { "name": "n", "uid": "u", "deletionTimestamp": "2026-11-24T06:00:00Z" },
            "spec": { "suspend": false },
        }))
        .expect("a whole object");
        assert!(seen.is_deleting && !seen.is_held && seen.run.is_none());
    }

    #[test]
    fn an_owned_object_names_its_owner() {
        let seen = Sighting::of(&json!({
            "kind": "ConfigMap",
            "metadata": { "name": "n", "uid": "u", "ownerReferences": [{ "kind": "Job", "uid": "owner" }] },
        }));
        assert_eq!(seen.and_then(|seen| seen.owner_uid).as_deref(), Some("owner"));
    }

    #[test]
    fn an_answer_without_identity_is_no_object() {
        assert_eq!(Sighting::of(&json!({ "kind": "Job", "metadata": { "name": "n" } })), None);
        assert_eq!(Sighting::of(&json!("<html>")), None);
    }

    #[test]
    fn the_level_of_a_namespace_is_read_from_its_label() {
        let namespace = |level: &str| json!({ "metadata": { "labels": { ENFORCE: level } } });
        assert_eq!(enforced_security(&namespace("restricted")), Some(SecurityLevel::Restricted));
        assert_eq!(enforced_security(&namespace("baseline")), Some(SecurityLevel::Baseline));
        assert_eq!(enforced_security(&namespace("privileged")), None);
        assert_eq!(enforced_security(&json!({ "metadata": {} })), None);
    }
}
