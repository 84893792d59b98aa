//! Decides what is wrong with volumes.

use super::scheduling::{is_label, is_subdomain};
use crate::{Problem, Volume, VolumeKind};

/// Checks names, places and sizes; two volumes cannot share a name or a place.
pub(super) fn check(volumes: &[Volume], problems: &mut Vec<Problem>) {
    for (index, volume) in volumes.iter().enumerate() {
        let path = format!("volumes[{index}]");
        let earlier = || volumes.iter().take(index);
        if !is_label(&volume.name) {
            let message = format!(
                "\"{}\" is not the name of a volume: use at most 63 lower-case letters, digits and dashes.",
                volume.name
            );
            problems.push(Problem::new(format!("{path}.name"), "volume_name", message));
        }
        if earlier().any(|other| other.name == volume.name) {
            let message = format!("Two volumes are named \"{}\": rename one of them.", volume.name);
            problems.push(Problem::new(format!("{path}.name"), "given_twice", message));
        }
        let place = |volume: &Volume| volume.mount_path.as_str().trim_end_matches('/').to_owned();
        if earlier().any(|other| place(other) == place(volume)) {
            let message = format!("Two volumes are mounted at \"{}\": move one of them.", volume.mount_path);
            problems.push(Problem::new(format!("{path}.mount_path"), "given_twice", message));
        }
        if let Some(part) = &volume.sub_path
            && (part.starts_with('/') || part.split('/').any(|part| part == ".."))
        {
            let message = format!("\"{part}\" is not a part of a volume: use a relative path without \"..\".");
            problems.push(Problem::new(format!("{path}.sub_path"), "sub_path", message));
        }
        check_kind(&volume.kind, &path, problems);
    }
}

fn check_kind(kind: &VolumeKind, path: &str, problems: &mut Vec<Problem>) {
    if let VolumeKind::NewClaim { size: None, .. } | VolumeKind::Ephemeral { size: None, .. } = kind {
        let message = "A claim to be made needs a size, such as 10Gi.";
        problems.push(Problem::new(format!("{path}.size"), "required", message));
    }
    let (size, named) = match kind {
        VolumeKind::Claim { claim } => (None, Some(("claim", claim))),
        VolumeKind::NewClaim { size, storage_class, .. } | VolumeKind::Ephemeral { size, storage_class } => {
            (size.as_ref(), storage_class.as_ref().map(|class| ("storage_class", class)))
        }
        VolumeKind::EmptyDir { size_limit, medium } => {
            if let Some(medium) = medium.as_deref().filter(|medium| !["", "Memory"].contains(medium)) {
                let message = format!("\"{medium}\" is not a medium: use Memory, or leave it out for the node's disk.");
                problems.push(Problem::new(format!("{path}.medium"), "medium", message));
            }
            (size_limit.as_ref(), None)
        }
        VolumeKind::ConfigMap { config } => (None, Some(("config", config))),
        VolumeKind::Secret { secret } => (None, Some(("secret", secret))),
        VolumeKind::Image { .. } => (None, None),
    };
    if let Some(size) = size.filter(|size| size.value() <= 0 || !size.is_whole()) {
        let message = format!("{size} is not a size: use whole bytes above zero, such as 10Gi.");
        problems.push(Problem::new(format!("{path}.size"), "size", message));
    }
    if let Some((key, name)) = named.filter(|(_, name)| !is_subdomain(name)) {
        let message =
            format!("\"{name}\" is not the name of an object: use lower-case letters, digits, dashes and dots.");
        problems.push(Problem::new(format!("{path}.{key}"), "object_name", message));
    }
}
