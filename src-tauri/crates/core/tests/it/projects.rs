//! Projects are made, described and deleted, and what is none is refused in words.

use berth_core::ErrorCode;
use berth_model::{Generation, NoteKind, ProjectName, RunId};
use serde_json::{Value, json};

use crate::world::{World, request};

fn name(text: &str) -> ProjectName {
    ProjectName::parse(text).unwrap()
}

#[tokio::test]
async fn a_project_is_made_described_and_deleted() {
    let world = World::new();
    world.app.create_project(&name("churn"), None).await.unwrap();
    let error = world.app.create_project(&name("churn"), None).await.unwrap_err();
    assert_eq!(error.message, "There is a project \"churn\" already.");
    world.app.describe_project(&name("churn"), "  who leaves  ").await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap().description.as_deref(), Some("who leaves"));
    world.app.describe_project(&name("churn"), " ").await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap().description, None);
    let error = world.app.describe_project(&name("churn"), &"x".repeat(201)).await.unwrap_err();
    assert!(error.message.contains("at most 200 characters"), "{}", error.message);
    world.app.delete_project(&name("churn")).await.unwrap();
    assert_eq!(world.app.project(&name("churn")).await.unwrap_err().code, ErrorCode::NotFound);
    let names: Vec<String> = world.app.projects().await.unwrap().iter().map(|each| each.name.to_string()).collect();
    assert_eq!(names, ["default"]);
}

#[tokio::test]
async fn a_project_with_runs_stays() {
    let world = World::new();
    world.app.create_project(&name("churn"), None).await.unwrap();
    let mut launch = request(RunId::random());
    launch.project = name("churn");
    world.app.launch(&launch).await.unwrap();
    let error = world.app.delete_project(&name("churn")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("has 1 run(s) in its history"), "{}", error.message);
    assert!(world.app.project(&name("churn")).await.is_ok());
}

fn function(name: &str, embedded: bool) -> Value {
    json!({"kind": "container", "name": name, "metadata": {"embedded": embedded}, "spec": {"image": "busybox"}})
}

#[tokio::test]
async fn an_export_tells_its_files_before_it_writes_them_and_writes_over_none_unasked() {
    let world = World::new();
    let (project, folder) = (name("default"), tempfile::tempdir().unwrap());
    for document in [function("inner", true), function("beside", false)] {
        world.app.save_function(&project, &document).await.unwrap();
    }
    let write = |overwrite| world.app.write_export(&project, Generation::Current, folder.path(), overwrite);
    let planned = world.app.plan_export(&project, Generation::Current, folder.path()).await.unwrap();
    let names: Vec<Vec<&str>> =
        planned.files.iter().map(|file| file.functions.iter().map(|name| name.as_str()).collect()).collect();
    assert_eq!(names, [vec!["inner"], vec!["beside"]]);
    assert_eq!(planned.files[0].path, folder.path().join("default.yaml"), "a folder gets the project's own name");
    assert!(planned.files.iter().all(|file| !file.is_there && !file.path.exists()), "nothing is written yet");
    assert_eq!(write(false).await.unwrap(), planned);
    assert!(planned.files.iter().all(|file| file.path.is_file()));
    let error = write(false).await.unwrap_err();
    assert!(error.message.contains("default.yaml is there already"), "{}", error.message);
    assert!(write(true).await.unwrap().files.iter().all(|file| file.is_there));

    // What was written comes in again, and is told before.
    let documents = berth_core::project_documents(&[folder.path().to_owned()]).unwrap();
    let copy = name("copy");
    let found = world.app.inspect_project(Some(&copy), &project, &documents).await.unwrap();
    assert_eq!((found.project, found.is_new), (copy.clone(), true));
    assert_eq!((found.file.problems.len(), found.file.functions.len()), (0, 2), "{:?}", found.file.report);
    assert_eq!(world.app.project(&copy).await.unwrap_err().code, ErrorCode::NotFound, "nothing is saved yet");
    world.app.import_project(Some(&copy), &project, &documents).await.unwrap();
    let again = world.app.inspect_project(Some(&copy), &project, &documents).await.unwrap();
    assert!(!again.is_new && again.file.functions.iter().all(|function| function.is_known));
}

#[tokio::test]
async fn what_an_import_would_refuse_is_told_and_hides_nothing_else() {
    let world = World::new();
    let documents = [
        json!({"kind": "project", "name": "iris", "spec": {"functions": [{"kind": "container", "name": "elsewhere"}]}}),
        json!({"kind": "container+job:run", "spec": {}}),
    ];
    let found = world.app.inspect_project(None, &name("default"), &documents).await.unwrap();
    let refused = found.file.report.notes.iter().filter(|note| note.kind == NoteKind::Refused);
    assert_eq!(
        (found.project.as_str(), found.file.problems.len(), refused.count()),
        ("iris", 0, 2),
        "{:?}",
        found.file
    );
    let wrong = [documents[0].clone(), json!({"kind": "container", "name": "f", "spec": {"image": 5}})];
    let found = world.app.inspect_project(None, &name("default"), &wrong).await.unwrap();
    assert!(!found.file.problems.is_empty() && found.file.functions.is_empty(), "{:?}", found.file);
}
