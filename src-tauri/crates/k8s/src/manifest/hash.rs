//! Owns the fingerprint of a main object: what a launch whose reply was lost recognises its own object by.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::labels;

/// Returns the SHA-256 of an object without our annotations, hexadecimal; the order of keys does not matter.
pub fn of(object: &Value) -> String {
    let mut object = object.clone();
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.retain(|key, _| !key.starts_with(labels::PREFIX));
    }
    Sha256::digest(canonical(&object).to_string()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn canonical(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().map(|(key, value)| (key.clone(), canonical(value))).collect();
            entries.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(entries.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(canonical).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_hash_ignores_our_annotations_and_the_order_of_keys_and_nothing_else() {
        let plain = of(&json!({"kind": "Job", "metadata": {"name": "a", "annotations": {}}}));
        let annotated =
            of(&json!({"metadata": {"annotations": {"berth.dev/run-spec": "x"}, "name": "a"}, "kind": "Job"}));
        assert_eq!(plain, annotated, "ours do not count");
        let other = of(&json!({"kind": "Job", "metadata": {"name": "a", "annotations": {"theirs": "x"}}}));
        assert_ne!(plain, other, "others' annotations count");
        // `printf '{}' | sha256sum`
        assert_eq!(of(&json!({})), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
