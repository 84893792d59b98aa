//! Reads function and task files, and the code files that they name.

use std::path::{Component, Path, PathBuf};

use berth_model::Problem;
use serde_json::{Map, Value, json};

use crate::documents::in_document;
use crate::local_code::read_local_code;
use crate::{Error, ErrorCode};

/// A file of this machine, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReadFile {
    /// Its documents; those with a problem lack the code that they name.
    pub documents: Vec<Value>,
    /// Code that they name and that cannot be read, at the fields that name it.
    pub problems: Vec<Problem>,
}

impl From<Vec<Value>> for ReadFile {
    fn from(documents: Vec<Value>) -> Self {
        Self { documents, problems: Vec::new() }
    }
}

/// Reads a file into its documents. Code that it names by a local path is read too, relative to the file.
///
/// # Errors
/// `InvalidInput` where the file cannot be read or is not YAML or JSON, with the place.
pub fn read(file: &Path) -> Result<ReadFile, Error> {
    let text = read_text(file)?;
    let mut documents = berth_model::parse_documents(&text).map_err(|mut problem| {
        problem.message = format!("{} cannot be read: {}", file.display(), problem.message);
        Error::invalid(vec![problem])
    })?;
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    let mut unread: Vec<(usize, Problem)> = Vec::new();
    for (number, document) in documents.iter_mut().enumerate() {
        if let Some(Value::Object(spec)) = document.get_mut("spec")
            && let Err(error) = read_code(spec, folder)
        {
            unread.extend(error.fields.into_iter().map(|problem| (number, problem)));
        }
    }
    let placed = |(number, problem): (usize, Problem)| {
        let path = in_document(&documents, number, &problem.path);
        Problem { path, ..problem }
    };
    let problems = unread.into_iter().map(placed).collect();
    Ok(ReadFile { documents, problems })
}

/// As `read`, for files whose code must be there.
///
/// # Errors
/// As `read`; `InvalidInput` at the fields that name code which cannot be read.
pub fn documents(file: &Path) -> Result<Vec<Value>, Error> {
    let read = read(file)?;
    if read.problems.is_empty() { Ok(read.documents) } else { Err(Error::invalid(read.problems)) }
}

/// Reads a file that must hold exactly one document.
///
/// # Errors
/// As `documents`; `InvalidInput` where there are none or several.
pub fn one_document(file: &Path) -> Result<Value, Error> {
    let mut documents = documents(file)?;
    match (documents.pop(), documents.is_empty()) {
        (Some(document), true) => Ok(document),
        _ => Err(Error::new(
            ErrorCode::InvalidInput,
            format!("{} must hold exactly one document, separated by no ---.", file.display()),
        )),
    }
}

/// The file that a path within a folder names; `None` for one that leads out of it.
pub fn beside(folder: &Path, path: &str) -> Option<PathBuf> {
    let is_within = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    (is_within && !path.contains("://")).then(|| folder.join(path))
}

/// The whole path of what was typed; one that begins with `~/` is meant from the home folder given.
///
/// # Errors
/// `InvalidInput` where it is no whole path; `example`, a path from the home folder, shows how one is written.
pub fn absolute(typed: &str, home: Option<&Path>, example: &str) -> Result<PathBuf, Error> {
    let typed = typed.trim();
    let file = match (typed.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(typed),
    };
    if file.is_absolute() {
        return Ok(file);
    }
    let example = home.unwrap_or_else(|| Path::new("/home/you")).join(example);
    Err(Error::new(
        ErrorCode::InvalidInput,
        format!("Write the whole path of the file, for example {}.", example.display()),
    ))
}

fn read_text(file: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(file).map_err(|error| {
        let error =
            Error::new(ErrorCode::InvalidInput, format!("The file {} cannot be read: {error}.", file.display()));
        if file.is_absolute() {
            return error.hint("Check the path.");
        }
        error.hint("Check the path; it is relative to the folder that berth was started in.")
    })?;
    String::from_utf8(bytes)
        .map_err(|_| Error::new(ErrorCode::InvalidInput, format!("The file {} is not text in UTF-8.", file.display())))
}

/// Puts the content of local code beside its path: a file's text as `code`, anything else as `base64`.
fn read_code(spec: &mut Map<String, Value>, folder: &Path) -> Result<(), Error> {
    if let Some(Value::Object(source)) = spec.get_mut("source") {
        return local_code(source, "source", "spec.source.source", folder);
    }
    local_code(spec, "code_src", "spec.code_src", folder)
}

/// Reads the code that a field names by a local path, where nothing else holds it already. `path` is where the field is
/// told to be.
///
/// # Errors
/// `InvalidInput` at the field.
pub fn local_code(fields: &mut Map<String, Value>, field: &str, path: &str, folder: &Path) -> Result<(), Error> {
    let Some(Value::String(uri)) = fields.get(field) else { return Ok(()) };
    if uri.is_empty() || fields.contains_key("code") || fields.contains_key("base64") || uri.contains("://") {
        return Ok(());
    }
    let code = read_local_code(uri, folder)
        .map_err(|error| Error::invalid(vec![Problem::new(path, error.code, error.sentence)]))?;
    fields.insert(field.to_owned(), json!(code.uri));
    fields.insert(code.field.to_owned(), json!(code.content));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_out_of_the_folder_is_none() {
        let folder = Path::new("/a");
        assert_eq!(beside(folder, "functions/x.yaml"), Some(PathBuf::from("/a/functions/x.yaml")));
        for path in ["../x.yaml", "/etc/passwd", "f/../../x", "https://example.org/x.yaml"] {
            assert_eq!(beside(folder, path), None, "{path}");
        }
    }

    fn file(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    #[test]
    fn a_local_code_file_is_read_relative_to_the_function() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "main.py", b"print(1)\n");
        let function =
            file(folder.path(), "f.yaml", b"kind: container\nname: f\nspec: {image: python, code_src: main.py}\n");
        let read = documents(&function).unwrap();
        assert_eq!(read[0]["spec"]["code"], "print(1)\n");
        assert_eq!(read[0]["spec"]["code_src"], "main.py", "the path is kept: it names the file in the container");
    }

    #[test]
    fn a_binary_code_file_travels_as_base64() {
        let folder = tempfile::tempdir().unwrap();
        file(folder.path(), "tool", &[0xff, 0x00]);
        let function = file(folder.path(), "f.yaml", b"spec: {source: {source: tool}}\n");
        assert_eq!(documents(&function).unwrap()[0]["spec"]["source"]["base64"], "/wA=");
    }

    #[test]
    fn a_missing_code_file_is_a_problem_at_its_field() {
        let folder = tempfile::tempdir().unwrap();
        let function = file(folder.path(), "f.yaml", b"spec: {code_src: nope.py}\n");
        let error = documents(&function).unwrap_err();
        assert_eq!(error.fields[0].path, "spec.code_src");
    }

    #[test]
    fn a_missing_file_says_so() {
        let error = documents(Path::new("/no/such/file.yaml")).unwrap_err();
        assert!(error.message.contains("/no/such/file.yaml"), "the sentence names the file: {}", error.message);
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }
}
