//! Function files: what they would come to, and what is saved of them.

use berth_core::{LaunchRequest, Launchable};
use berth_model::{Action, NoteKind, Problem, ProjectName, RunId};
use serde_json::json;

use crate::world::{World, request};

#[tokio::test]
async fn a_file_is_reported_field_by_field_before_anything_of_it_is_saved() {
    let world = World::new();
    let project = ProjectName::default_project();
    let documents = [
        json!({
            "kind": "container", "name": "train", "id": "0b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01",
            "spec": {"image": "python:3.12", "code": "print(1)", "lang": "python", "from_elsewhere": 1},
        }),
        json!({
            "kind": "container+job", "id": "1b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01",
            "spec": {"affinity": {"node_affinity": {}}},
        }),
    ];
    let found = world.app.inspect_documents(&project, &documents).await.unwrap();
    let notes: Vec<(&str, NoteKind)> = found.report.notes.iter().map(|note| (note.path.as_str(), note.kind)).collect();
    for expected in [
        ("document 1: spec.code", NoteKind::Rewritten),
        ("document 1: spec.from_elsewhere", NoteKind::Kept),
        ("document 2: spec.affinity", NoteKind::Rewritten),
    ] {
        assert!(notes.contains(&expected), "{expected:?} in {notes:?}");
    }
    assert!(found.problems.is_empty(), "{found:?}");
    let function = &found.functions[0];
    assert_eq!((function.name.as_str(), function.version, function.is_known), ("train", 1, false));
    assert_eq!(function.tasks, [Action::Job]);
    assert!(world.app.history().functions(&project).await.unwrap().is_empty(), "nothing is saved");

    world.app.save_documents(&project, &documents).await.unwrap();
    let again = world.app.inspect_documents(&project, &documents).await.unwrap();
    assert_eq!((again.functions[0].version, again.functions[0].is_known), (1, true));
}

#[tokio::test]
async fn what_is_refused_in_one_document_hides_nothing_of_the_others_and_nothing_can_be_saved() {
    let world = World::new();
    let project = ProjectName::default_project();
    let documents = [
        json!({"kind": "container", "name": "a", "spec": {"image": "busybox", "code": "x"}}),
        json!({"kind": "container", "name": "b", "spec": {"image": "busybox", "comand": "x"}}),
    ];
    let found = world.app.inspect_documents(&project, &documents).await.unwrap();
    assert_eq!(found.problems.len(), 1, "{found:?}");
    assert_eq!(found.problems[0].path, "document 2: spec.comand");
    assert_eq!(found.report.notes[0].path, "document 1: spec.code");
    assert!(found.functions.is_empty(), "nothing of it can be saved");
    assert!(world.app.save_documents(&project, &documents).await.is_err());
    assert!(world.app.history().functions(&project).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_hides_no_rule_that_the_rest_breaks_in_a_file_in_a_project_and_in_a_launch() {
    let world = World::new();
    let project = ProjectName::default_project();
    let function = json!({"kind": "container", "name": "a b", "spec": {"image": "Bad Image", "command": "sh -c 'x"}});
    let values = json!({"resources": {"mem": "1.5Gb", "cpu": {"requests": 2, "limits": 1}},
        "envs": [{"name": "1A", "value": "x"}], "backoff_limit": -1});
    let task = json!({"kind": "container+job", "spec": values});
    let of_function = ["name", "spec.image", "spec.command"];
    let of_task = ["spec.resources.mem", "spec.envs[0].name", "spec.backoff_limit", "spec.resources.cpu.limits"];
    let paths = |problems: &[Problem]| -> Vec<String> { problems.iter().map(|one| one.path.clone()).collect() };

    let file = [function.clone(), task.clone()];
    let expected: Vec<String> = (of_function.iter().map(|path| format!("document 1: {path}")))
        .chain(of_task.iter().map(|path| format!("document 2: {path}")))
        .collect();
    let found = world.app.inspect_documents(&project, &file).await.unwrap();
    assert_eq!(paths(&found.problems), expected, "{found:?}");
    assert_eq!(paths(&world.app.save_documents(&project, &file).await.unwrap_err().fields), expected);

    let whole = json!({"kind": "project", "name": "p", "spec": {"functions": [function.clone()]}});
    let found = world.app.inspect_project(None, &project, &[whole, task]).await.unwrap();
    let expected = std::iter::once("document 1: name".to_owned())
        .chain(of_function.iter().map(|path| format!("document 1: spec.functions[0].{path}")))
        .chain(of_task.iter().map(|path| format!("document 2: {path}")));
    assert_eq!(paths(&found.file.problems), expected.collect::<Vec<_>>(), "{found:?}");

    let what = Launchable::Document(function);
    let request = LaunchRequest { what, task: Some(values), ..request(RunId::random()) };
    let expected =
        ["backoff_limit", "command", "envs[0].name", "name", "resources.cpu.limits", "resources.mem", "spec.image"];
    for problems in [world.app.validate(&request), world.app.prepare(&request).await.unwrap_err().fields] {
        let mut told = paths(&problems);
        told.sort();
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn what_a_run_may_still_bring_is_not_missed_in_a_file_and_what_only_together_is_wrong_is_told_where_it_stands() {
    let world = World::new();
    let project = ProjectName::default_project();
    let inspect =
        async |documents: &[serde_json::Value]| world.app.inspect_documents(&project, documents).await.unwrap();
    let bare =
        json!({"kind": "container", "name": "f", "spec": {"source": {"source": "store://p/artifact/artifact/f"}}});
    let serve = json!({"kind": "container+serve", "spec": {"readiness_probe": {"path": "/"}}});
    assert!(inspect(&[bare, serve]).await.problems.is_empty(), "image, ports and code may come with the run");

    let function = json!({"kind": "container", "name": "f", "spec": {"image": "busybox", "base_image": "busybox"}});
    let build = json!({"kind": "container+build", "spec": {"instructions": ["FROM alpine"]}});
    let found = inspect(&[function.clone(), build]).await;
    assert_eq!(found.problems.len(), 1, "{found:?}");
    assert_eq!(found.problems[0].path, "document 1: spec.base_image");

    // A field without a meaning for the action: a slip by hand, and no harm where another program wrote it.
    let mut job = json!({"kind": "container+job", "spec": {"replicas": 2}});
    let found = inspect(&[function.clone(), job.clone()]).await;
    assert_eq!(found.problems[0].path, "document 2: spec.replicas", "{found:?}");
    job["id"] = json!("1b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01");
    let found = inspect(&[function, job]).await;
    assert!(found.problems.is_empty(), "{found:?}");
    assert!(found.report.notes.iter().any(|note| note.path == "document 2: spec.replicas"), "{found:?}");
}
