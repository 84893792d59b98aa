//! Every file that the real packages wrote is read, printed back and compared.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{
    DocumentKind, FunctionId, Generation, NoteKind, ProjectId, ProjectName, Task, Unknown, document_kind,
    parse_documents, print_documents, print_function, print_project, print_run, print_task, read_function,
    read_project, read_run, read_task,
};

const FOLDERS: [(&str, Generation); 2] = [("seed", Generation::Seed), ("current", Generation::Current)];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/digitalhub").join(name)
}

/// All documents of a generation, with the name of their file.
fn documents(name: &str) -> Vec<(String, Value)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            let shown = file.file_name().unwrap().to_string_lossy().into_owned();
            parse_documents(&text).unwrap().into_iter().map(move |document| (shown.clone(), document))
        })
        .collect()
}

fn read(document: &Value) -> (crate::Function, crate::ImportReport) {
    let project = ProjectName::parse("other").unwrap();
    let now = "2020-01-01T00:00:00Z".parse().unwrap();
    read_function(document, now, FunctionId::derived("new"), &project, Unknown::Keep).unwrap()
}

#[test]
fn what_the_packages_wrote_comes_back_the_same() {
    for (name, generation) in FOLDERS {
        let documents = documents(name);
        let functions: Vec<_> = documents
            .iter()
            .filter(|(_, document)| document_kind(document) == Ok(DocumentKind::Function))
            .map(|(_, document)| read(document).0)
            .collect();
        let (mut seen_tasks, mut seen_runs) = (0, 0);
        for (file, document) in &documents {
            let (printed, report) = match document_kind(document).unwrap() {
                DocumentKind::Function => {
                    let (function, report) = read(document);
                    (print_function(&function, generation), report)
                }
                DocumentKind::Task(action) => {
                    seen_tasks += 1;
                    let (read, report) = read_task(document, Unknown::Keep).unwrap();
                    let id = read.function.as_ref().unwrap().id();
                    let function = functions.iter().find(|function| function.id == id).unwrap();
                    let task = Task { function: id, action, spec: read.spec, extra: read.extra };
                    (print_task(&task, function, generation), report)
                }
                DocumentKind::Run(_) => {
                    seen_runs += 1;
                    let (run, report) = read_run(document).unwrap();
                    (print_run(&run, generation), report)
                }
                DocumentKind::Project => {
                    let now = "2020-01-01T00:00:00Z".parse().unwrap();
                    let (project, report) = read_project(document, now, ProjectId::derived("p")).unwrap();
                    for embedded in project.embedded() {
                        let function = read(embedded).0;
                        assert_eq!(&print_function(&function, generation), embedded, "{name}/{file}");
                    }
                    (print_project(&project, generation), report)
                }
                DocumentKind::Other(kind) => panic!("{file}: {kind}"),
            };
            assert_eq!(&printed, document, "{name}/{file}");
            assert!(
                report.notes.iter().all(|note| note.kind != NoteKind::Refused),
                "{name}/{file}: nothing is left out: {report:?}"
            );
            let text = print_documents(std::slice::from_ref(&printed)).unwrap();
            assert_eq!(parse_documents(&text).unwrap(), vec![printed], "{name}/{file}: also through the text");
        }
        assert!(functions.len() >= 3 && seen_tasks >= 3 && seen_runs >= 1, "{name}: every kind is there");
    }
}

#[test]
fn each_generation_can_be_written_for_the_other_without_loss() {
    for (name, _) in FOLDERS {
        for (file, document) in documents(name) {
            if document_kind(&document) != Ok(DocumentKind::Function) {
                continue;
            }
            let (function, _) = read(&document);
            for generation in [Generation::Seed, Generation::Current] {
                let (again, _) = read(&print_function(&function, generation));
                assert_eq!(again, function, "{name}/{file} through {generation:?}");
            }
        }
    }
}

#[test]
fn what_the_files_say_is_understood() {
    let all = documents("seed");
    let find = |name: &str| &all.iter().find(|(file, _)| file.contains(name)).unwrap().1;
    let (function, _) = read(find("full_name"));
    assert_eq!(function.labels, ["batch", "team a", "42"]);
    assert_eq!(function.spec.args.unwrap(), ["--epochs", "10", "", "yes", "0x10", "1e3"]);
    let (task, _) = read_task(find("task-00000004"), Unknown::Keep).unwrap();
    insta::assert_json_snapshot!("seed_task", task.spec);
    let all = documents("current");
    let (task, _) =
        read_task(&all.iter().find(|(file, _)| file.contains("tasks-0000000754")).unwrap().1, Unknown::Keep).unwrap();
    insta::assert_json_snapshot!("current_task", task.spec);
    let slug = &all.iter().find(|(file, _)| file.contains("slug")).unwrap().1;
    assert_eq!(read(slug).0.id, read(slug).0.id, "a slug always stands for the same id");
    assert_ne!(read(slug).0.id, FunctionId::derived("new"));
}
