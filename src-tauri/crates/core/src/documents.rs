//! The use cases of files: a function and its tasks, as one file holds them.

use berth_model::{
    Action, Command, DocumentKind, Function, FunctionId, FunctionName, FunctionReference, ImportNote, ImportReport,
    NoteKind, Problem, ProjectName, Task, TaskDocument, document_kind, read_function, read_task,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::Notice;
use crate::prepare::strictness;
use crate::{App, Error};

/// What a file holds, once every document of it was read.
pub(crate) struct FileContent {
    pub(crate) functions: Vec<Function>,
    /// Tasks with the place in `functions` of the function that they follow.
    tasks: Vec<(usize, TaskDocument)>,
    /// What became of the fields.
    pub(crate) report: ImportReport,
}

/// What a file would come to, before anything of it is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FileReport {
    /// Everything wrong; where there is something, nothing of the file can be saved.
    pub problems: Vec<Problem>,
    /// Fields that were rewritten, kept without meaning or left out, of the documents that can be read.
    pub report: ImportReport,
    /// The functions, in the order of the file; empty where something is wrong.
    pub functions: Vec<FoundFunction>,
}

/// A function of a file that is not saved yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct FoundFunction {
    /// Name.
    pub name: FunctionName,
    /// The version that it would become, or is already.
    pub version: u32,
    /// Whether the latest version in history says the same, so that none would be made.
    pub is_known: bool,
    /// Actions whose saved defaults follow it.
    pub tasks: Vec<Action>,
    /// The command line that would run its code, where it has code and says no command; empty where none can be
    /// suggested.
    pub suggested_command: Option<String>,
}

impl App {
    /// Tells what the documents of a file would come to, and saves nothing. Paths begin with the number of the document
    /// where there are several.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Storage`. What is wrong with the file is in the report.
    pub async fn inspect_documents(&self, project: &ProjectName, documents: &[Value]) -> Result<FileReport, Error> {
        self.project(project).await?;
        let (content, problems) = self.read_documents(project, documents);
        let functions = if problems.is_empty() { self.found_functions(project, &content).await? } else { Vec::new() };
        Ok(FileReport { problems, report: content.report, functions })
    }

    /// What the functions of a file would become in a project.
    pub(crate) async fn found_functions(
        &self,
        project: &ProjectName,
        content: &FileContent,
    ) -> Result<Vec<FoundFunction>, Error> {
        let mut functions = Vec::new();
        for (place, function) in content.functions.iter().enumerate() {
            let latest = self.ports.history.function(project, &function.name, None).await?;
            let is_known = latest.as_ref().is_some_and(|latest| latest.spec == function.spec);
            let latest = latest.map_or(0, |latest| latest.version);
            functions.push(FoundFunction {
                name: function.name.clone(),
                version: if is_known { latest } else { latest + 1 },
                is_known,
                suggested_command: function.spec.unused_code().map(|words| Command::Words(words).line()),
                tasks: content.tasks.iter().filter(|(of, _)| *of == place).map(|(_, task)| task.action).collect(),
            });
        }
        Ok(functions)
    }

    /// Saves a function from a document of either generation.
    ///
    /// # Errors
    /// `InvalidInput` with every problem at its field; `NotFound` for an unknown project.
    pub async fn save_function(&self, project: &ProjectName, document: &Value) -> Result<Function, Error> {
        let mut saved = self.save_documents(project, std::slice::from_ref(document)).await?;
        saved.pop().ok_or_else(|| {
            let message = "There is no function here: a function says \"kind: container\", a name and a spec.";
            Error::invalid(vec![Problem::new("kind", "kind", message)])
        })
    }

    /// Saves the functions of a file, each with the tasks that follow it.
    ///
    /// # Errors
    /// `InvalidInput` with all problems of all documents, and nothing is saved; `NotFound` for an unknown project;
    /// `Storage`.
    pub async fn save_documents(&self, project: &ProjectName, documents: &[Value]) -> Result<Vec<Function>, Error> {
        self.project(project).await?;
        let (content, problems) = self.read_documents(project, documents);
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        let saved = self.save_content(project, content).await?;
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(saved)
    }

    /// Saves functions with their tasks.
    pub(crate) async fn save_content(
        &self,
        project: &ProjectName,
        content: FileContent,
    ) -> Result<Vec<Function>, Error> {
        let mut saved = Vec::new();
        for mut function in content.functions {
            function.project = project.clone();
            saved.push(self.ports.history.save_function(&function).await?);
        }
        for (index, task) in content.tasks {
            let Some(function) = saved.get(index) else { continue };
            let task = Task { function: function.id, action: task.action, spec: task.spec, extra: task.extra };
            self.ports.history.save_task(&task).await?;
        }
        Ok(saved)
    }

    /// Reads what can be read, with everything that is wrong.
    fn read_documents(&self, project: &ProjectName, documents: &[Value]) -> (FileContent, Vec<Problem>) {
        let parts: Vec<(String, Value)> = documents
            .iter()
            .enumerate()
            .map(|(number, document)| (in_document(documents, number, ""), document.clone()))
            .collect();
        let (content, mut problems) = self.read_parts(project, &parts);
        if documents.is_empty() {
            let message = "The file holds no document: a function begins with \"kind: container\", a name and a spec.";
            problems.push(Problem::new("", "empty", message));
        }
        (content, problems)
    }

    /// As `read_documents`, with what the paths of each document begin with.
    pub(crate) fn read_parts(&self, project: &ProjectName, parts: &[(String, Value)]) -> (FileContent, Vec<Problem>) {
        let mut content = FileContent { functions: Vec::new(), tasks: Vec::new(), report: ImportReport::default() };
        let mut problems = Vec::new();
        for (begin, document) in parts {
            let place = |path: &str| format!("{begin}{path}");
            match self.read_one(project, document, &mut content) {
                Ok(mut report) => {
                    for note in &mut report.notes {
                        note.path = place(&note.path);
                    }
                    content.report.append(report);
                }
                Err(found) => problems.extend(found.into_iter().map(|mut problem| {
                    problem.path = place(&problem.path);
                    problem
                })),
            }
        }
        (content, problems)
    }

    fn read_one(
        &self,
        project: &ProjectName,
        document: &Value,
        content: &mut FileContent,
    ) -> Result<ImportReport, Vec<Problem>> {
        match document_kind(document).map_err(|problem| vec![problem])? {
            DocumentKind::Function => {
                let (function, mut report) =
                    read_function(document, self.now(), FunctionId::random(), project, strictness(document))?;
                if function.project != *project {
                    let message = format!("Saved in project \"{project}\", not in \"{}\".", function.project);
                    let (path, kind) = ("project".to_owned(), NoteKind::Rewritten);
                    report.notes.push(ImportNote { path, kind, message });
                }
                content.functions.push(function);
                Ok(report)
            }
            DocumentKind::Task(_) => {
                let (task, report) = read_task(document, strictness(document))?;
                let named = |reference: &FunctionReference| {
                    content.functions.iter().rposition(|function| function.name == reference.name)
                };
                let last = content.functions.len().checked_sub(1);
                let Some(index) = task.function.as_ref().and_then(named).or(last) else {
                    let message = "A task must follow its function: put the function's document first.";
                    return Err(vec![Problem::new("kind", "order", message)]);
                };
                content.tasks.push((index, task));
                Ok(report)
            }
            _ => {
                let message = "Only functions (kind: container) and their tasks (kind: container+job …) can be saved from a file.";
                Err(vec![Problem::new("kind", "kind", message)])
            }
        }
    }
}

/// A path within one of the documents of a file: it begins with the document's number where there are several.
pub(crate) fn in_document(documents: &[Value], number: usize, path: &str) -> String {
    if documents.len() > 1 { format!("document {}: {path}", number + 1) } else { path.to_owned() }
}
