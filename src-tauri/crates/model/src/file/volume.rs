//! Decides how volumes are read: both generations' shapes and our own.

use serde_json::Value;

use super::fields::{At, Fields, Findings};
use crate::{AccessMode, MountPath, Volume, VolumeKind};

const TYPES: &str = "persistent_volume_claim, shared_volume, empty_dir, ephemeral, config_map, secret or image";

/// Reads one volume: `{volume_type, name, mount_path, spec}`, or Berth's own `{type, name, mount_path, …}`.
pub(super) fn read_volume(value: &Value, at: &At, findings: &mut Findings) -> Option<Volume> {
    if value.get("type").is_some() && value.get("volume_type").is_none() {
        return read_own(value, at, findings);
    }
    let mut fields = Fields::open(value, at.clone(), findings)?;
    for (key, what) in [("volume_type", TYPES), ("name", "a name"), ("mount_path", "a path in the container")] {
        if value.get(key).is_none_or(Value::is_null) {
            findings.problem(&at.key(key), "required", format!("A volume needs \"{key}\": {what}."));
        }
    }
    let name = fields.text(&["name"], findings);
    let mount_path: Option<MountPath> = fields.parsed(&["mount_path"], findings);
    let kind = fields.text(&["volume_type"], findings);
    let nothing = Value::Object(serde_json::Map::new());
    let (spec_at, spec) = fields.take(&["spec"], findings).unwrap_or_else(|| (at.key("spec"), &nothing));
    let mut spec = Fields::open(spec, spec_at, findings)?;
    let sub_path = spec.text(&["sub_path", "subPath"], findings);
    let read_only = spec.truth(&["read_only", "readOnly"], findings).unwrap_or_default();
    let kind = kind.zip(name.as_deref()).and_then(|(kind, name)| read_kind(&kind, name, &mut spec, at, findings));
    spec.close(findings);
    fields.close(findings);
    Some(Volume { name: name?, mount_path: mount_path?, sub_path, read_only, kind: kind? })
}

fn read_kind(word: &str, name: &str, spec: &mut Fields<'_>, at: &At, findings: &mut Findings) -> Option<VolumeKind> {
    match word {
        "persistent_volume_claim" => Some(read_claim(name, spec, findings)),
        "shared_volume" => {
            let claim = spec.text(&["claim_name", "claimName"], findings).unwrap_or_else(|| name.to_owned());
            Some(VolumeKind::Claim { claim })
        }
        "empty_dir" => Some(VolumeKind::EmptyDir {
            size_limit: spec.quantity(&["size_limit", "sizeLimit"], findings),
            medium: spec.text(&["medium"], findings),
        }),
        "ephemeral" => Some(VolumeKind::Ephemeral {
            size: spec.quantity(&["size"], findings),
            storage_class: spec.text(&["storage_class", "storageClass"], findings),
        }),
        "config_map" => {
            let config = spec.text(&["name"], findings).unwrap_or_else(|| name.to_owned());
            Some(VolumeKind::ConfigMap { config })
        }
        "secret" => {
            let secret = spec.text(&["secret_name", "secretName", "name"], findings).unwrap_or_else(|| name.to_owned());
            Some(VolumeKind::Secret { secret })
        }
        "image" => {
            let image = spec.parsed(&["image"], findings);
            if image.is_none() {
                findings.problem(&spec.at().key("image"), "required", "A volume of type image needs \"spec.image\".");
            }
            image.map(|image| VolumeKind::Image { image })
        }
        _ => {
            let message = format!("\"{word}\" is not a type of volume: use {TYPES}.");
            findings.problem(&at.key("volume_type"), "volume_type", message);
            None
        }
    }
}

/// Tells the two meanings of a claim apart: a claim name is an existing one (0.7), a size a new one (0.11 and later).
/// Neither is read as 0.7 meant it, an existing claim with the volume's name: it never makes or destroys anything.
fn read_claim(name: &str, spec: &mut Fields<'_>, findings: &mut Findings) -> VolumeKind {
    let claim = spec.text(&["claim_name", "claimName"], findings);
    let size = spec.quantity(&["size"], findings);
    let storage_class = spec.text(&["storage_class", "storageClass"], findings);
    let access_mode =
        spec.take(&["access_mode", "accessMode"], findings).and_then(|(at, word)| read_mode(word, &at, findings));
    let keep = spec.truth(&["keep"], findings);
    let is_new = size.is_some() || storage_class.is_some() || access_mode.is_some() || keep.is_some();
    match claim {
        Some(claim) => {
            if is_new {
                let message =
                    "A claim that exists has its size and class already: remove them, or remove the claim's name.";
                findings.problem(spec.at(), "volume", message);
            }
            VolumeKind::Claim { claim }
        }
        None if is_new => VolumeKind::NewClaim { size, storage_class, access_mode, keep },
        None => {
            let message = format!("Neither a claim nor a size is named: read as the existing claim \"{name}\".");
            findings.rewritten(spec.at(), message);
            VolumeKind::Claim { claim: name.to_owned() }
        }
    }
}

fn read_mode(value: &Value, at: &At, findings: &mut Findings) -> Option<AccessMode> {
    let mode = AccessMode::ALL.into_iter().find(|mode| value.as_str() == Some(mode.word()));
    if mode.is_none() {
        let words = AccessMode::ALL.map(AccessMode::word).join(", ");
        findings.problem(at, "access_mode", format!("The access mode must be one of {words}."));
    }
    mode
}

/// Reads Berth's own shape: everything side by side, the type in the model's words.
fn read_own(value: &Value, at: &At, findings: &mut Findings) -> Option<Volume> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let name = required(&mut fields, "name", "A volume needs a \"name\".", findings);
    let mount_path: Option<MountPath> = fields.parsed(&["mount_path"], findings);
    if mount_path.is_none() && value.get("mount_path").is_none_or(Value::is_null) {
        findings.problem(&at.key("mount_path"), "required", "A volume needs a \"mount_path\" in the container.");
    }
    let sub_path = fields.text(&["sub_path", "subPath"], findings);
    let read_only = fields.truth(&["read_only", "readOnly"], findings).unwrap_or_default();
    let word = fields.text(&["type"], findings);
    let kind = word.and_then(|word| read_own_kind(&word, &mut fields, findings));
    fields.close(findings);
    Some(Volume { name: name?, mount_path: mount_path?, sub_path, read_only, kind: kind? })
}

fn read_own_kind(word: &str, fields: &mut Fields<'_>, findings: &mut Findings) -> Option<VolumeKind> {
    match word {
        "claim" => required(fields, "claim", "Which claim? Name one that exists.", findings)
            .map(|claim| VolumeKind::Claim { claim }),
        "new_claim" => Some(VolumeKind::NewClaim {
            size: fields.quantity(&["size"], findings),
            storage_class: fields.text(&["storage_class"], findings),
            access_mode: fields.take(&["access_mode"], findings).and_then(|(at, word)| read_mode(word, &at, findings)),
            keep: fields.truth(&["keep"], findings),
        }),
        "empty_dir" => Some(VolumeKind::EmptyDir {
            size_limit: fields.quantity(&["size_limit"], findings),
            medium: fields.text(&["medium"], findings),
        }),
        "ephemeral" => Some(VolumeKind::Ephemeral {
            size: fields.quantity(&["size"], findings),
            storage_class: fields.text(&["storage_class"], findings),
        }),
        "config_map" => required(fields, "config", "Which configuration? Name one that exists.", findings)
            .map(|config| VolumeKind::ConfigMap { config }),
        "secret" => required(fields, "secret", "Which secret object? Name one that exists.", findings)
            .map(|secret| VolumeKind::Secret { secret }),
        "image" => {
            let image = fields.parsed(&["image"], findings);
            if image.is_none() {
                findings.problem(&fields.at().key("image"), "required", "Which image? Name one.");
            }
            image.map(|image| VolumeKind::Image { image })
        }
        _ => {
            let message = format!(
                "\"{word}\" is not a type of volume: use claim, new_claim, empty_dir, ephemeral, config_map, secret or image."
            );
            findings.problem(&fields.at().key("type"), "volume_type", message);
            None
        }
    }
}

/// Takes a text that must be there.
fn required(fields: &mut Fields<'_>, key: &'static str, sentence: &str, findings: &mut Findings) -> Option<String> {
    let taken = fields.take(&[key], findings);
    match taken {
        Some((at, value)) => super::fields::text(value, &at, findings),
        None => {
            findings.problem(&fields.at().key(key), "required", sentence);
            None
        }
    }
}
