//! The use cases of whole projects as files: export, and import of what Berth or DigitalHub wrote.

use std::collections::BTreeMap;

use berth_model::{
    Action, DocumentKind, ExtraKeys, Function, Generation, ImportNote, ImportReport, NoteKind, Problem, Project,
    ProjectDocument, ProjectId, ProjectName, Task, document_kind, print_function, print_project, print_task,
    read_project,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::documents::{FileContent, FileReport, in_document};
use crate::ports::Notice;
use crate::{App, Error};

/// Folder beside a project's file for the functions that it only names.
const FOLDER: &str = "functions";

/// A file of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct ExportedFile {
    /// Path beside the project's own file; `None` for that file itself.
    pub path: Option<String>,
    /// Its documents.
    pub documents: Vec<Value>,
}

/// A project as files, the project's own first.
#[derive(Clone, Debug, PartialEq)]
pub struct Export {
    /// The files.
    pub files: Vec<ExportedFile>,
    /// What does not travel, a sentence each.
    pub left_out: Vec<String>,
}

/// What an import came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The project.
    pub project: Project,
    /// Whether it was made by the import.
    pub is_new: bool,
    /// Its functions as saved, in the order of the files.
    pub functions: Vec<Function>,
    /// Fields that were rewritten, kept without meaning, or left out.
    pub report: ImportReport,
}

/// What an import would come to, before anything of it is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ProjectReport {
    /// The project that would be saved into.
    pub project: ProjectName,
    /// Whether it would be made.
    pub is_new: bool,
    /// What the files would come to.
    pub file: FileReport,
}

/// Documents as read.
struct Reading {
    /// The project that they belong to.
    name: ProjectName,
    /// The project's own document, where one of them is it.
    found: Option<Project>,
    /// Functions and tasks.
    content: FileContent,
    /// What became of the fields.
    report: ImportReport,
    /// Everything wrong.
    problems: Vec<Problem>,
}

impl App {
    /// Writes a project with the latest version of each function and its saved tasks. A function that is to be embedded is
    /// in the project's own document; any other is named there, and lies in a file of its own.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Storage`.
    pub async fn export_project(&self, name: &ProjectName, generation: Generation) -> Result<Export, Error> {
        let project = self.project(name).await?;
        let history = &self.ports.history;
        let mut functions = Vec::new();
        let mut own = Vec::new();
        let mut beside = Vec::new();
        for function in history.functions(name).await? {
            let whole = print_function(&function, generation);
            let mut tasks = Vec::new();
            for action in Action::ALL {
                if let Some(spec) = history.task(function.id, action).await? {
                    let task = Task { function: function.id, action, spec, extra: ExtraKeys::new() };
                    tasks.push(print_task(&task, &function, generation));
                }
            }
            if function.embedded {
                functions.push(whole);
                own.extend(tasks);
                continue;
            }
            let id = function.id.bare();
            let path = format!("{FOLDER}/{}-{}.yaml", function.name, id.get(..8).unwrap_or(&id));
            functions.push(named(&whole, &path));
            beside.push(ExportedFile { path: Some(path), documents: std::iter::once(whole).chain(tasks).collect() });
        }
        let document = print_project(&ProjectDocument { project, functions }, generation);
        let documents = std::iter::once(document).chain(own).collect();
        let files = std::iter::once(ExportedFile { path: None, documents }).chain(beside).collect();
        let mut left_out = Vec::new();
        let (secrets, profiles) = (history.secrets(name).await?.len(), history.profiles(name).await?.len());
        if secrets > 0 {
            left_out.push(format!("Secrets stay in the keyring of this machine ({secrets}): set them again there."));
        }
        if profiles > 0 {
            left_out.push(format!("Profiles are no part of a project's file ({profiles}): save them again there."));
        }
        Ok(Export { files, left_out })
    }

    /// Tells what an import would come to, and saves nothing.
    ///
    /// # Errors
    /// `Storage`. What is wrong with the files is in the report.
    pub async fn inspect_project(
        &self,
        into: Option<&ProjectName>,
        fallback: &ProjectName,
        documents: &[Value],
    ) -> Result<ProjectReport, Error> {
        let Reading { name, content, report, problems, .. } = self.read_files(into, fallback, documents);
        let is_new = self.ports.history.project(&name).await?.is_none();
        let functions = if problems.is_empty() { self.found_functions(&name, &content).await? } else { Vec::new() };
        Ok(ProjectReport { project: name, is_new, file: FileReport { problems, report, functions } })
    }

    /// Saves the functions of the documents, with their tasks: those in a project's document, and those beside it. The
    /// project is the one named by `into`, else the one of the document, else `fallback`; it is made where it is not there.
    ///
    /// # Errors
    /// `InvalidInput` with all problems of all documents, and nothing is saved; `Storage`.
    pub async fn import_project(
        &self,
        into: Option<&ProjectName>,
        fallback: &ProjectName,
        documents: &[Value],
    ) -> Result<Import, Error> {
        let Reading { name, found, content, report, problems } = self.read_files(into, fallback, documents);
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        let (project, is_new) = self.open_drawer(&name, found).await?;
        let functions = self.save_content(&name, content).await?;
        self.ports.sink.announce(Notice::Project(name));
        Ok(Import { project, is_new, functions, report })
    }

    /// Reads all documents, with everything that is wrong.
    fn read_files(&self, into: Option<&ProjectName>, fallback: &ProjectName, documents: &[Value]) -> Reading {
        let mut problems = Vec::new();
        let mut report = ImportReport::default();
        let mut found: Option<Project> = None;
        let mut parts: Vec<(String, Value)> = Vec::new();
        let mut only_named: Vec<(String, Option<Value>)> = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            let place = |path: &str| in_document(documents, number, path);
            let note = |message: &str| ImportNote {
                path: place("kind"),
                kind: NoteKind::Refused,
                message: message.to_owned(),
            };
            match document_kind(document) {
                Err(problem) => problems.push(Problem { path: place(&problem.path), ..problem }),
                Ok(DocumentKind::Project) if found.is_some() => {
                    let message = "The files hold two projects: import one after the other.";
                    problems.push(Problem::new(place("kind"), "several", message));
                }
                Ok(DocumentKind::Project) => {
                    match read_project(document, self.now(), ProjectId::random()) {
                        Ok((project, told)) => {
                            report.append(placed(told, place));
                            found = Some(project.project);
                        }
                        Err(told) => {
                            problems.extend(told.into_iter().map(|one| Problem { path: place(&one.path), ..one }));
                        }
                    }
                    let functions = document.pointer("/spec/functions").and_then(Value::as_array);
                    for (index, function) in functions.into_iter().flatten().enumerate() {
                        let at = place(&format!("spec.functions[{index}]"));
                        if function.get("spec").is_some() {
                            parts.push((format!("{at}."), function.clone()));
                        } else {
                            only_named.push((at, function.get("name").cloned()));
                        }
                    }
                }
                Ok(DocumentKind::Function | DocumentKind::Task(_)) => parts.push((place(""), document.clone())),
                Ok(DocumentKind::Run(_)) => {
                    report.notes.push(note("Runs are not taken in: what ran elsewhere is not known here."))
                }
                Ok(DocumentKind::Other(kind)) => {
                    report.notes.push(note(&format!("\"{kind}\" has no meaning here, and is left out.")));
                }
            }
        }
        if documents.is_empty() {
            let message =
                "The file holds no document: a project says \"kind: project\", a function \"kind: container\".";
            problems.push(Problem::new("", "empty", message));
        }
        let name = into.cloned().or_else(|| found.as_ref().map(|project| project.name.clone()));
        let name = name.unwrap_or_else(|| fallback.clone());
        let (content, wrong) = self.read_parts(&name, &parts);
        problems.extend(wrong);
        report.append(content.report.clone());
        // Where something is wrong, a function may be missing for that alone.
        for (at, function) in only_named.into_iter().filter(|_| problems.is_empty()) {
            let is_there =
                content.functions.iter().any(|one| function.as_ref() == Some(&Value::from(one.name.as_str())));
            if !is_there {
                let message = "Only named here, and no file that was given holds it: import that file too.";
                report.notes.push(ImportNote { path: at, kind: NoteKind::Refused, message: message.to_owned() });
            }
        }
        Reading { name, found, content, report, problems }
    }

    /// Finds the project, or makes it as the document describes it.
    async fn open_drawer(&self, name: &ProjectName, found: Option<Project>) -> Result<(Project, bool), Error> {
        if let Some(known) = self.ports.history.project(name).await? {
            return Ok((known, false));
        }
        let Some(found) = found else { return Ok((self.create_project(name, None).await?, true)) };
        let made = Project { name: name.clone(), ..found };
        self.ports.history.save_project(&made).await?;
        Ok((made, true))
    }
}

/// The files that a project's documents name functions by, with the place of each; in order.
#[must_use]
pub fn references(documents: &[Value]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let projects = documents.iter().enumerate().filter(|(_, one)| one.get("kind") == Some(&Value::from("project")));
    for (number, project) in projects {
        let functions = project.pointer("/spec/functions").and_then(Value::as_array);
        for (index, function) in
            functions.into_iter().flatten().enumerate().filter(|(_, one)| one.get("spec").is_none())
        {
            if let Some(path) = function.pointer("/metadata/ref").and_then(Value::as_str) {
                let at = in_document(documents, number, &format!("spec.functions[{index}].metadata.ref"));
                found.insert(path.to_owned(), at);
            }
        }
    }
    found
}

/// A function's document as a project only names it: with its file, and without what it runs.
fn named(function: &Value, path: &str) -> Value {
    let mut short: Map<String, Value> = function.as_object().cloned().unwrap_or_default();
    short.shift_remove("spec");
    if let Some(Value::Object(metadata)) = short.get_mut("metadata") {
        metadata.shift_remove("berth");
        metadata.insert("ref".to_owned(), Value::from(path));
    }
    Value::Object(short)
}

fn placed(mut report: ImportReport, place: impl Fn(&str) -> String) -> ImportReport {
    for note in &mut report.notes {
        note.path = place(&note.path);
    }
    report
}
