//! The shape of recorded objects: which fields there are, of which type, and the words that mean something.

use std::collections::BTreeSet;

use berth_k8s::{Main, RunObjects, observe};
use berth_model::Sight;
use serde_json::Value;

/// Fields whose value is a word of the cluster, not an accident of one recording.
const WORDS: [&str; 8] = ["reason", "phase", "status", "type", "kind", "exitCode", "action", "restartPolicy"];

/// Returns one line per field: its path, and its type or word; then what Berth makes of it. Elements of a list are laid
/// over each other.
pub fn of(recorded: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    describe(recorded, "", "", &mut lines);
    lines.extend(meaning(recorded));
    lines
}

/// What Berth makes of it, without times, names and sentences.
fn meaning(recorded: &Value) -> Vec<String> {
    let read = |key: &str| recorded[key].clone();
    if read("job").is_null() {
        let namespace = Some(&recorded["namespace"]).filter(|namespace| !namespace.is_null());
        return vec![format!("absent: {:?}", observe::absence(namespace))];
    }
    let objects = RunObjects {
        main: Main::Job(serde_json::from_value(read("job")).unwrap()),
        pods: serde_json::from_value(read("pods")).unwrap(),
        services: Vec::new(),
        events: serde_json::from_value(read("events")).unwrap(),
    };
    let at = recorded["at"].as_str().unwrap().parse().unwrap();
    let Sight::Present(present) = objects.observe(at).sight else { panic!("a job that is there is present") };
    let outcome = present.outcome.map(|outcome| (outcome.succeeded, outcome.reason, outcome.exit_code));
    let attempts: Vec<_> = present.attempts.iter().map(|attempt| (attempt.state, &attempt.reason)).collect();
    vec![
        format!("phase: {:?}, reason: {:?}", present.phase, present.reason),
        format!("outcome: {outcome:?}"),
        format!("attempts: {attempts:?}"),
    ]
}

fn describe(value: &Value, path: &str, key: &str, lines: &mut BTreeSet<String>) {
    let is_word = WORDS.contains(&key);
    let line = match value {
        Value::Object(map) => {
            for (key, value) in map {
                describe(value, &format!("{path}.{key}"), key, lines);
            }
            return;
        }
        Value::Array(items) => {
            for item in items {
                describe(item, &format!("{path}[]"), "", lines);
            }
            return;
        }
        Value::String(word) if is_word => word.clone(),
        Value::Number(word) if is_word => word.to_string(),
        Value::String(_) => "text".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::Bool(_) => "yes or no".to_owned(),
        Value::Null => "nothing".to_owned(),
    };
    lines.insert(format!("{path}: {line}"));
}
