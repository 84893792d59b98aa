//! Decides how volumes are read: both generations' shapes and our own.

use serde_json::Value;

use super::fields::{At, Fields, Findings};
use crate::{MountPath, Volume, VolumeKind};

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
    match claim {
        Some(claim) => {
            if size.is_some() || storage_class.is_some() {
                let message =
                    "A claim that exists has its size and class already: remove them, or remove the claim's name.";
                findings.problem(spec.at(), "volume", message);
            }
            VolumeKind::Claim { claim }
        }
        None if size.is_some() || storage_class.is_some() => VolumeKind::NewClaim { size, storage_class, keep: None },
        None => {
            let message = format!("Neither a claim nor a size is named: read as the existing claim \"{name}\".");
            findings.rewritten(spec.at(), message);
            VolumeKind::Claim { claim: name.to_owned() }
        }
    }
}

/// Reads Berth's own shape.
fn read_own(value: &Value, at: &At, findings: &mut Findings) -> Option<Volume> {
    match serde_json::from_value(value.clone()) {
        Ok(volume) => Some(volume),
        Err(cause) => {
            findings.problem(at, "volume", format!("The volume cannot be read: {cause}."));
            None
        }
    }
}
