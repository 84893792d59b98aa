//! The use cases of files: a function and its tasks, as one file holds them.

use berth_model::{
    Action, Command, DocumentKind, Function, FunctionId, FunctionName, FunctionSpec, ImportNote, ImportReport,
    NoteKind, Problem, ProjectName, RunSpec, Task, TaskDocument, TaskSpec, Unknown, document_kind, is_function_field,
    read_function, read_task, readable_function_spec, readable_task, validate_saved,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::files::ReadFile;
use crate::ports::Notice;
use crate::prepare::{further, strictness};
use crate::{App, Error};

/// What a file holds, once every document of it was read.
#[derive(Default)]
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

    /// As `inspect_documents`, for a file of this machine: code that cannot be read hides nothing else that is wrong.
    ///
    /// # Errors
    /// As `inspect_documents`.
    pub async fn inspect_file(&self, project: &ProjectName, file: &ReadFile) -> Result<FileReport, Error> {
        let mut found = self.inspect_documents(project, &file.documents).await?;
        if !file.problems.is_empty() {
            found.problems.splice(..0, file.problems.iter().cloned());
            found.functions.clear();
        }
        Ok(found)
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
        let mut reading = Reading::default();
        for (begin, document) in parts {
            let told = match document_kind(document) {
                Ok(DocumentKind::Function) => self.read_one_function(project, begin, document, &mut reading),
                Ok(DocumentKind::Task(action)) => read_one_task(action, begin, document, &mut reading),
                Ok(_) => {
                    let message = "Only functions (kind: container) and their tasks (kind: container+job …) can be saved from a file.";
                    placed(begin, vec![Problem::new("kind", "kind", message)])
                }
                Err(problem) => placed(begin, vec![problem]),
            };
            reading.problems.extend(told);
        }
        (reading.content, reading.problems)
    }

    /// Reads a function, and judges what can be read of it.
    fn read_one_function(
        &self,
        project: &ProjectName,
        begin: &str,
        document: &Value,
        reading: &mut Reading,
    ) -> Vec<Problem> {
        let unknown = strictness(document);
        let name = document.get("name").and_then(Value::as_str).map(str::to_owned);
        let (spec, place, mut problems) =
            match read_function(document, self.now(), FunctionId::random(), project, unknown) {
                Ok((function, mut report)) => {
                    if function.project != *project {
                        let message = format!("Saved in project \"{project}\", not in \"{}\".", function.project);
                        report.notes.push(note("project", NoteKind::Rewritten, message));
                    }
                    reading.report(begin, report);
                    let spec = function.spec.clone();
                    reading.content.functions.push(function);
                    (spec, reading.content.functions.len().checked_sub(1), Vec::new())
                }
                Err(problems) => (readable_function_spec(document).unwrap_or_default(), None, problems),
            };
        let alone = RunSpec { function: spec.clone(), task: TaskSpec::default() };
        let judged = validate_saved(&alone, Action::Job);
        problems.extend(further(&problems, placed("spec.", judged.clone())));
        reading.seen.push(Seen { begin: begin.to_owned(), name, spec, judged, place });
        placed(begin, problems)
    }
}

/// Reads a task, and judges what can be read of it together with the function that it follows.
fn read_one_task(action: Action, begin: &str, document: &Value, reading: &mut Reading) -> Vec<Problem> {
    let unknown = strictness(document);
    let read = read_task(document, unknown);
    let (spec, reference) = match &read {
        Ok((task, _)) => (task.spec.clone(), task.function.clone()),
        Err(_) => readable_task(document),
    };
    let named = reference.and_then(|reference| {
        reading.seen.iter().rposition(|seen| seen.name.as_deref() == Some(reference.name.as_str()))
    });
    let follows = named.or_else(|| reading.seen.len().checked_sub(1)).and_then(|index| reading.seen.get(index));
    let mut problems = Vec::new();
    let Some(function) = follows else {
        let message = "A task must follow its function: put the function's document first.";
        problems.push(Problem::new("kind", "order", message));
        problems.extend(read.err().unwrap_or_default());
        return placed(begin, problems);
    };
    let whole = RunSpec { function: function.spec.clone(), task: spec };
    let (of_function, of_task): (Vec<_>, Vec<_>) =
        validate_saved(&whole, action).into_iter().partition(|problem| is_function_field(&problem.path));
    let of_function = of_function.into_iter().filter(|problem| !function.judged.contains(problem)).collect();
    let of_function = placed(&format!("{}spec.", function.begin), of_function);
    let place = function.place;
    // Another program may have said what has a meaning for other actions alone; by hand it is a slip.
    let (harmless, of_task): (Vec<_>, Vec<_>) =
        of_task.into_iter().partition(|problem| unknown == Unknown::Keep && problem.code == "not_for_action");
    match read {
        Ok((task, mut report)) => {
            for problem in harmless {
                report.notes.push(note(&format!("spec.{}", problem.path), NoteKind::Kept, problem.message));
            }
            reading.report(begin, report);
            reading.content.tasks.extend(place.map(|place| (place, task)));
        }
        Err(found) => problems.extend(found),
    }
    problems.extend(further(&problems, placed("spec.", of_task)));
    let mut problems = placed(begin, problems);
    problems.extend(of_function);
    problems
}

/// What was read of a file so far.
#[derive(Default)]
struct Reading {
    content: FileContent,
    problems: Vec<Problem>,
    seen: Vec<Seen>,
}

impl Reading {
    fn report(&mut self, begin: &str, mut report: ImportReport) {
        for note in &mut report.notes {
            note.path = format!("{begin}{}", note.path);
        }
        self.content.report.append(report);
    }
}

/// A function's document as far as it could be read, for the tasks that follow it.
struct Seen {
    /// What the paths of its problems begin with.
    begin: String,
    /// Its name as written.
    name: Option<String>,
    spec: FunctionSpec,
    /// What was wrong with that alone.
    judged: Vec<Problem>,
    /// Its place among the functions; `None` where it could not be read whole.
    place: Option<usize>,
}

fn note(path: &str, kind: NoteKind, message: String) -> ImportNote {
    ImportNote { path: path.to_owned(), kind, message }
}

fn placed(begin: &str, mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        problem.path = format!("{begin}{}", problem.path);
    }
    problems
}

/// A path within one of the documents of a file: it begins with the document's number where there are several.
pub(crate) fn in_document(documents: &[Value], number: usize, path: &str) -> String {
    if documents.len() > 1 { format!("document {}: {path}", number + 1) } else { path.to_owned() }
}
