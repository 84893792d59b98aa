//! A project as files of this machine: where an export writes them, and what an import reads.

use std::path::{Path, PathBuf};

use berth_model::{FunctionName, Generation, Problem, ProjectName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::transfer::{Export, ExportedFile, references};
use crate::{App, Error, ErrorCode, files};

/// What an export writes, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ExportPlan {
    /// The files, the project's own first.
    pub files: Vec<PlannedFile>,
    /// What does not travel, a sentence each.
    pub left_out: Vec<String>,
}

/// A file of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct PlannedFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Whether there was one before.
    pub is_there: bool,
    /// The functions in it.
    pub functions: Vec<FunctionName>,
}

impl App {
    /// Tells which files an export writes; writes none. A folder gets a file of the project's name.
    ///
    /// # Errors
    /// As `export_project`.
    pub async fn plan_export(
        &self,
        name: &ProjectName,
        generation: Generation,
        target: &Path,
    ) -> Result<ExportPlan, Error> {
        let export = self.export_project(name, generation).await?;
        Ok(plan(&export, &own_file(name, target)))
    }

    /// Writes a project into a file, or into a folder, and the functions that it only names beside it.
    ///
    /// # Errors
    /// `InvalidInput` where a file is there already and may not be written over: nothing is written then; `Storage`; as
    /// `export_project`.
    pub async fn write_export(
        &self,
        name: &ProjectName,
        generation: Generation,
        target: &Path,
        overwrite: bool,
    ) -> Result<ExportPlan, Error> {
        let export = self.export_project(name, generation).await?;
        let planned = plan(&export, &own_file(name, target));
        if let Some(there) = planned.files.iter().find(|file| !overwrite && file.is_there) {
            let why =
                format!("{} is there already: choose another name, or let it be written over.", there.path.display());
            return Err(Error::new(ErrorCode::InvalidInput, why));
        }
        for (file, one) in planned.files.iter().zip(&export.files) {
            let failed = |cause: std::io::Error| {
                Error::new(ErrorCode::Storage, format!("{} cannot be written: {cause}", file.path.display()))
            };
            if let Some(folder) = file.path.parent().filter(|_| one.path.is_some()) {
                std::fs::create_dir_all(folder).map_err(failed)?;
            }
            let text = berth_model::print_documents(&one.documents).map_err(|problem| Error::invalid(vec![problem]))?;
            std::fs::write(&file.path, text).map_err(failed)?;
        }
        Ok(planned)
    }
}

/// Reads the files of a project: those given, and those beside them that they name functions by. A folder stands for the
/// one file of a project in it.
///
/// # Errors
/// `InvalidInput` where one cannot be read, or leads out of the folder of the file that names it.
pub fn project_documents(paths: &[PathBuf]) -> Result<Vec<Value>, Error> {
    let mut paths = paths.to_vec();
    for path in &mut paths {
        if path.is_dir() {
            *path = project_file(path)?;
        }
    }
    let mut documents = Vec::new();
    for path in &paths {
        let own = files::documents(path)?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let mut problems = Vec::new();
        for (reference, at) in references(&own) {
            match files::beside(folder, &reference) {
                Some(file) if paths.contains(&file) => {}
                Some(file) => documents.extend(files::documents(&file)?),
                None => {
                    let message = format!(
                        "\"{reference}\" leads out of the folder of the project's file: give that file by its own path."
                    );
                    problems.push(Problem::new(at, "ref", message));
                }
            }
        }
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        documents.extend(own);
    }
    // The project first, then functions, each before its tasks.
    documents.sort_by_key(|document| !is_project(document));
    Ok(documents)
}

fn is_project(document: &Value) -> bool {
    document.get("kind") == Some(&json!("project"))
}

/// The one file in a folder that holds a project.
fn project_file(folder: &Path) -> Result<PathBuf, Error> {
    let refuse = |why: String| Error::new(ErrorCode::InvalidInput, why);
    let entries = std::fs::read_dir(folder)
        .map_err(|cause| refuse(format!("The folder {} cannot be read: {cause}.", folder.display())))?;
    let named = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ["yaml", "yml", "json"].iter().any(|one| ending.eq_ignore_ascii_case(one)))
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && named(path))
        .filter(|path| files::read(path).is_ok_and(|read| read.documents.iter().any(is_project)))
        .collect();
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(refuse(format!(
            "The folder {} holds no file of a project (\"kind: project\"): name the file itself.",
            folder.display()
        ))),
        (Some(_), more) => Err(refuse(format!(
            "The folder {} holds {} files of projects: name one of them.",
            folder.display(),
            more + 1
        ))),
    }
}

/// The file of the project itself.
fn own_file(name: &ProjectName, target: &Path) -> PathBuf {
    if target.is_dir() { target.join(format!("{name}.yaml")) } else { target.to_owned() }
}

fn plan(export: &Export, own: &Path) -> ExportPlan {
    let folder = own.parent().unwrap_or_else(|| Path::new(""));
    let file = |one: &ExportedFile| {
        let path = one.path.as_ref().map_or_else(|| own.to_owned(), |path| folder.join(path));
        PlannedFile { is_there: path.exists(), path, functions: functions_of(&one.documents) }
    };
    ExportPlan { files: export.files.iter().map(file).collect(), left_out: export.left_out.clone() }
}

/// The functions that documents hold whole.
fn functions_of(documents: &[Value]) -> Vec<FunctionName> {
    let inner = documents.iter().filter_map(|one| one.pointer("/spec/functions").and_then(Value::as_array)).flatten();
    let own = documents.iter().filter(|one| one.get("kind") == Some(&json!("container")));
    let names = inner.filter(|one| one.get("spec").is_some()).chain(own);
    names.filter_map(|one| one.get("name").and_then(Value::as_str)?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_the_one_project_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let read = || project_documents(&[folder.path().to_owned()]);
        write("notes.yaml", "kind: container\nname: f\n");
        assert!(read().unwrap_err().message.contains("holds no file of a project"));
        write("iris.yaml", "kind: project\nname: iris\n");
        write("broken.yaml", ": :\n- [");
        assert_eq!(read().unwrap()[0]["name"], "iris");
        write("more.yml", "kind: project\nname: more\n");
        assert!(read().unwrap_err().message.contains("holds 2 files of projects"));
    }

    #[test]
    fn a_function_that_leads_out_of_the_folder_is_refused_at_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("iris.yaml");
        let text = "kind: project\nname: iris\nspec:\n  functions:\n    - {kind: container, name: f, metadata: {ref: ../f.yaml}}\n";
        std::fs::write(&file, text).unwrap();
        let error = project_documents(&[file]).unwrap_err();
        assert_eq!(error.fields[0].path, "spec.functions[0].metadata.ref");
    }

    #[test]
    fn only_functions_with_their_content_count_as_held() {
        let documents = [
            json!({"kind": "project", "spec": {"functions": [{"name": "in", "spec": {}}, {"name": "named"}]}}),
            json!({"kind": "container+job", "name": "task"}),
        ];
        assert_eq!(functions_of(&documents), ["in".parse().unwrap()]);
        assert_eq!(functions_of(&[json!({"kind": "container", "name": "beside"})]), ["beside".parse().unwrap()]);
    }
}
