//! The fixtures that Berth's reading of a cluster is tested with still look like what the cluster does.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures::StreamExt;
use serde_json::Value;

use crate::shape;
use crate::situations::{Recorded, SITUATIONS, Situation, play};

/// Situations played at the same time: most of their time is waiting.
const AT_ONCE: usize = 6;

/// Set by `cargo xtask record` to the names of the situations to record anew, with commas between, or to `all`.
const RECORD: &str = "BERTH_RECORD";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/observed")
}

fn file(name: &str) -> PathBuf {
    folder().join(format!("{name}.json"))
}

/// What the cluster does is recorded here, and what Berth makes of each recording is judged in `k8s/src/observe/tests.rs`:
///
/// | fault | situations |
/// | --- | --- |
/// | F38 evicted, drained, deleted | `evicted-by-node`, `evicted-by-someone`, `pod-deleted`, `ended-by-deletion` (preempted: `faults.rs`) |
/// | F39 out of memory, killed without a reason | `out-of-memory`, `killed` |
/// | F40 no such image, nothing to execute | `err-image-pull`, `image-…`, `command-not-…`, `start-error` (sign-in, other machine: `faults.rs`) |
/// | F41 no node can take it | `unschedulable-memory`, `unschedulable-selector` |
/// | F42 the pod is refused, the Job is there | `pod-security`, `quota-…`, `no-service-account` |
/// | F44 retries, failure policy, time limits | `backoff-limit-exceeded`, `exit-code`, `exit-code-pod-gone`, `deadline-of-attempt`, `deadline-of-job` |
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_situation_looks_as_it_was_recorded() {
    let wanted = std::env::var(RECORD).ok();
    let is_wanted = |situation: &&Situation| match wanted.as_deref() {
        None | Some("all") => true,
        Some(names) => names.split(',').any(|name| name == situation.name),
    };
    let chosen: Vec<_> = SITUATIONS.iter().filter(is_wanted).collect();
    for name in wanted.as_deref().filter(|wanted| *wanted != "all").into_iter().flat_map(|names| names.split(',')) {
        assert!(chosen.iter().any(|situation| situation.name == name), "there is no situation \"{name}\"");
    }
    let is_recording = wanted.is_some();
    let played = futures::stream::iter(chosen).map(|situation| async move {
        let mut recorded = play(situation).await;
        if let Some(what) = situation.missed.filter(|_| !is_recording && difference(situation, &recorded).is_some()) {
            println!("{} is played once more: {what}", situation.name);
            recorded = play(situation).await;
        }
        if is_recording {
            std::fs::write(file(situation.name), serde_json::to_string_pretty(&recorded).unwrap() + "\n").unwrap();
            println!("recorded {}", file(situation.name).display());
        }
        (situation, recorded)
    });
    let played: Vec<(&Situation, Recorded)> = played.buffer_unordered(AT_ONCE).collect().await;
    let differences: Vec<_> =
        played.iter().filter_map(|(situation, recorded)| difference(situation, recorded)).collect();
    assert!(
        differences.is_empty(),
        "the cluster does otherwise now; read what changed, then `cargo xtask record`:\n{}",
        differences.join("\n")
    );
}

fn difference(situation: &Situation, seen: &Recorded) -> Option<String> {
    let name = situation.name;
    let text = std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name} was never recorded: {error}"));
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let is_passing = |line: &String| {
        let is_event = line.starts_with(".events[]");
        situation.passing.iter().any(|what| line.starts_with(what) || is_event && line.ends_with(&format!(": {what}")))
    };
    let of = |value: &Value| shape::of(value).into_iter().filter(|line| !is_passing(line)).collect::<BTreeSet<_>>();
    let (recorded, seen) = (of(&recorded), of(seen));
    let list =
        |sign: char, lines: Vec<&String>| lines.iter().map(|line| format!("  {sign} {line}\n")).collect::<String>();
    let gone = list('-', recorded.difference(&seen).collect());
    let new = list('+', seen.difference(&recorded).collect());
    (gone.len() + new.len() > 0).then(|| format!("{name}:\n{gone}{new}"))
}

#[test]
fn every_fixture_is_of_a_situation_and_says_how_it_was_made() {
    let files: BTreeSet<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    let expected: BTreeSet<_> = SITUATIONS.iter().map(|situation| file(situation.name)).collect();
    assert_eq!(files, expected);
    for file in files {
        let recorded: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert!(recorded["kubernetes"].as_str().unwrap().starts_with("v1."), "{}", file.display());
        assert_eq!(recorded["command"], format!("cargo xtask record {}", recorded["situation"].as_str().unwrap()));
    }
}
