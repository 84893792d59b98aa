//! Function files: what they would come to, and what is saved of them.

use berth_model::{Action, NoteKind, ProjectName};
use serde_json::json;

use crate::world::World;

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
