//! The use cases of files: a function and its tasks, as one file holds them.

use berth_model::{
    DocumentKind, Function, FunctionId, Problem, ProjectName, Task, TaskDocument, document_kind, read_function,
    read_task,
};
use serde_json::Value;

use crate::ports::Notice;
use crate::prepare::{strictness, unknown_project};
use crate::{App, Error};

/// What a file holds, once every document of it was read.
struct FileContent {
    functions: Vec<Function>,
    /// Tasks with the place in `functions` of the function that they follow.
    tasks: Vec<(usize, TaskDocument)>,
}

impl App {
    /// Checks the documents of a file without saving them; returns all problems, their paths beginning with the number
    /// of the document where there are several.
    #[must_use]
    pub fn validate_documents(&self, documents: &[Value]) -> Vec<Problem> {
        match self.read_documents(&ProjectName::default_project(), documents) {
            Ok(_) => Vec::new(),
            Err(problems) => problems,
        }
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
        if self.ports.history.project(project).await?.is_none() {
            return Err(unknown_project(project));
        }
        let content = self.read_documents(project, documents).map_err(Error::invalid)?;
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
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(saved)
    }

    fn read_documents(&self, project: &ProjectName, documents: &[Value]) -> Result<FileContent, Vec<Problem>> {
        let mut content = FileContent { functions: Vec::new(), tasks: Vec::new() };
        let mut problems = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            if let Err(found) = self.read_one(project, document, &mut content) {
                let several = documents.len() > 1;
                problems.extend(found.into_iter().map(|mut problem| {
                    if several {
                        problem.path = format!("document {}: {}", number + 1, problem.path);
                    }
                    problem
                }));
            }
        }
        if documents.is_empty() {
            let message = "The file holds no document: a function begins with \"kind: container\", a name and a spec.";
            problems.push(Problem::new("", "empty", message));
        }
        if problems.is_empty() { Ok(content) } else { Err(problems) }
    }

    fn read_one(&self, project: &ProjectName, document: &Value, content: &mut FileContent) -> Result<(), Vec<Problem>> {
        match document_kind(document).map_err(|problem| vec![problem])? {
            DocumentKind::Function => {
                let (function, _) =
                    read_function(document, self.now(), FunctionId::random(), project, strictness(document))?;
                content.functions.push(function);
            }
            DocumentKind::Task(_) => {
                let (task, _) = read_task(document, strictness(document))?;
                let Some(index) = content.functions.len().checked_sub(1) else {
                    let message = "A task must follow its function: put the function's document first.";
                    return Err(vec![Problem::new("kind", "order", message)]);
                };
                content.tasks.push((index, task));
            }
            _ => {
                let message = "Only functions (kind: container) and their tasks (kind: container+job …) can be saved from a file.";
                return Err(vec![Problem::new("kind", "kind", message)]);
            }
        }
        Ok(())
    }
}
