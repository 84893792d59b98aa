//! Decides how a patch of the pod's template is merged in: the way out for what no field of a task says. What Kubernetes
//! makes of it is asked before the launch, as a strict dry run of the pod.

use berth_model::Problem;
use serde_json::{Map, Value};

use super::pod::MAIN;
use crate::labels;

/// Merges a patch into the template of a main object.
///
/// Mappings are merged, `null` takes a field away, lists of named things (containers, volumes, variables) are merged by
/// name, and any other list is replaced. The marks by which Berth knows its pods, and its container, stay.
pub fn apply(main: &mut Value, patch: &Value, problems: &mut Vec<Problem>) {
    let pointer = ["/spec/template", "/spec/jobTemplate/spec/template"];
    let Some(template) = pointer.into_iter().find(|pointer| main.pointer(pointer).is_some()) else { return };
    let Some(template) = main.pointer_mut(template) else { return };
    let before = marks(template);
    merge(template, patch);
    if marks(template) != before {
        let message = "The patch takes away what Berth knows its pods by: leave the labels berth.dev/… and the container \"main\" as they are.";
        problems.push(Problem::new("pod_patch", "pod_patch", message));
    }
}

/// Our labels and whether our container is there.
fn marks(template: &Value) -> (Map<String, Value>, bool) {
    let labels = template.pointer("/metadata/labels").and_then(Value::as_object);
    let ours = labels.into_iter().flatten().filter(|(key, _)| key.starts_with(labels::PREFIX));
    let containers = template.pointer("/spec/containers").and_then(Value::as_array);
    let has_main = containers.into_iter().flatten().any(|one| name_of(one) == Some(MAIN));
    (ours.map(|(key, value)| (key.clone(), value.clone())).collect(), has_main)
}

fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.shift_remove(key);
                } else {
                    merge(target.entry(key.clone()).or_insert(Value::Null), value);
                }
            }
        }
        (Value::Array(target), Value::Array(patch))
            if !patch.is_empty() && patch.iter().all(|item| name_of(item).is_some()) =>
        {
            for item in patch {
                match target.iter_mut().find(|known| name_of(known) == name_of(item)) {
                    Some(known) => merge(known, item),
                    None => target.push(item.clone()),
                }
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}

fn name_of(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(patch: &Value) -> (Value, Vec<Problem>) {
        let mut job = json!({"spec": {"template": {
            "metadata": {"labels": {"berth.dev/run": "r", "app": "x"}},
            "spec": {"containers": [{"name": "main", "image": "a", "args": ["1", "2"]}], "hostNetwork": false},
        }}});
        let mut problems = Vec::new();
        apply(&mut job, patch, &mut problems);
        (job["spec"]["template"].take(), problems)
    }

    #[test]
    fn named_things_are_merged_by_name_and_other_lists_replaced() {
        let (template, problems) = patched(&json!({
            "metadata": {"annotations": {"a": "b"}},
            "spec": {
                "hostNetwork": null, "terminationGracePeriodSeconds": 5,
                "containers": [{"name": "main", "args": ["3"], "tty": true}, {"name": "side", "image": "b"}],
            },
        }));
        assert_eq!(problems, []);
        assert_eq!(
            template,
            json!({
                "metadata": {"labels": {"berth.dev/run": "r", "app": "x"}, "annotations": {"a": "b"}},
                "spec": {
                    "containers": [
                        {"name": "main", "image": "a", "args": ["3"], "tty": true}, {"name": "side", "image": "b"},
                    ],
                    "terminationGracePeriodSeconds": 5,
                },
            })
        );
    }

    #[test]
    fn what_berth_knows_its_pods_by_stays() {
        for patch in [
            json!({"metadata": {"labels": {"berth.dev/run": "other"}}}),
            json!({"metadata": null}),
            json!({"spec": {"containers": []}}),
            json!({"spec": "x"}),
        ] {
            assert_eq!(patched(&patch).1.len(), 1, "{patch}");
        }
    }
}
