//! Decides how values that a foreign shape cannot say travel beside it, under `metadata.berth.spec`.
//!
//! What is written there is found by reading the printed shape back: every field that does not come back the same. So a
//! print loses nothing, whatever the shape lacks.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fields::{At, Findings};
use super::metadata::OWN_KEY;
use super::report::NoteKind;

/// Puts the fields that Berth wrote beside the shape over those read from it.
pub(super) fn apply_overlay<Spec: Serialize + DeserializeOwned>(
    spec: Spec,
    own: &Value,
    findings: &mut Findings,
) -> Spec {
    let at = At::root("metadata").key(OWN_KEY).key("spec");
    let Some(Value::Object(fields)) = own.get("spec") else { return spec };
    let Ok(Value::Object(mut whole)) = serde_json::to_value(&spec) else { return spec };
    for (key, value) in fields {
        if value.is_null() {
            whole.remove(key);
        } else {
            whole.insert(key.clone(), value.clone());
        }
        findings.report.add(
            NoteKind::Rewritten,
            at.key(key).path,
            "Taken from what Berth wrote beside the shape's own fields.",
        );
    }
    match serde_json::from_value(Value::Object(whole)) {
        Ok(spec) => spec,
        Err(cause) => {
            let message = format!("What Berth wrote beside the shape cannot be read ({cause}): remove this key.");
            findings.problem(&at, "overlay", message);
            spec
        }
    }
}

/// Returns the fields of `meant` that `read_back` does not have the same; `null` where it has one too many.
pub(super) fn overlay<Spec: Serialize>(meant: &Spec, read_back: &Spec) -> Map<String, Value> {
    let fields = |spec: &Spec| match serde_json::to_value(spec) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (meant, read_back) = (fields(meant), fields(read_back));
    let mut overlay = Map::new();
    for (key, value) in meant.iter().filter(|(key, value)| *key != "extra" && read_back.get(*key) != Some(value)) {
        overlay.insert(key.clone(), value.clone());
    }
    for key in read_back.keys().filter(|key| *key != "extra" && !meant.contains_key(*key)) {
        overlay.insert(key.clone(), Value::Null);
    }
    overlay
}

/// Puts unknown keys back where they were: plain keys at the first level, JSON pointers below it.
pub(super) fn restore_extra(spec: &mut Value, extra: &Map<String, Value>) {
    for (key, value) in extra {
        let (parent, name) = match key.rsplit_once('/') {
            Some((parent, name)) if key.starts_with('/') => (spec.pointer_mut(parent), name.to_owned()),
            _ => (Some(&mut *spec), key.clone()),
        };
        if let Some(Value::Object(map)) = parent {
            let name = if key.starts_with('/') { name.replace("~1", "/").replace("~0", "~") } else { name };
            map.entry(name).or_insert_with(|| value.clone());
        }
    }
}
