//! `berth function …`.

use std::path::PathBuf;

use berth_core::{Error, ErrorCode, FileReport, files};
use berth_model::{Function, FunctionName, Problem};
use serde_json::{Value, json};

use super::runs::split_version;
use crate::arguments::FunctionCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, pairs, table};
use crate::{output, words};

pub(crate) async fn run(session: &Session, command: FunctionCommand) -> Result<Exit, Error> {
    match command {
        FunctionCommand::List { label } => list(session, label.as_deref()).await,
        FunctionCommand::Show { name } => show(session, &name).await,
        FunctionCommand::Save { files } => save(session, &files).await,
        FunctionCommand::Versions { name } => versions(session, &name).await,
        FunctionCommand::Diff { first, second } => diff(session, &first, &second).await,
        FunctionCommand::Delete { name } => delete(session, &name).await,
        FunctionCommand::Validate { files } => validate(session, &files).await,
    }
}

/// Checks a function's name.
pub(crate) fn parse_name(text: &str) -> Result<FunctionName, Error> {
    FunctionName::parse(text).map_err(|error| Error::invalid(vec![Problem::new("NAME", error.code, error.sentence)]))
}

/// A function as a file holds it, in the shape that today's DigitalHub reads.
pub(crate) fn document(function: &Function) -> Value {
    berth_model::print_function(function, berth_model::Generation::Current)
}

async fn list(session: &Session, label: Option<&str>) -> Result<Exit, Error> {
    let mut functions = session.app.history().functions(&session.project).await?;
    if let Some(label) = label {
        functions.retain(|function| function.has_label(label));
    }
    session.output.document(&functions.iter().map(document).collect::<Vec<_>>(), || {
        if let Some(label) = label.filter(|_| functions.is_empty()) {
            return format!("No function has the label {label}.");
        }
        if functions.is_empty() {
            return "No functions. Save one with: berth function save -f FUNCTION.yaml".to_owned();
        }
        rows(&functions, session)
    });
    Ok(Exit::Done)
}

fn rows(functions: &[Function], session: &Session) -> String {
    let now = session.app.now();
    let lines: Vec<Vec<Cell>> = functions
        .iter()
        .map(|function| {
            vec![
                function.name.to_string().into(),
                function.version.to_string().into(),
                function.spec.image.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string).into(),
                words::ago(function.created, now).into(),
                function.description.clone().unwrap_or_default().into(),
            ]
        })
        .collect();
    table(&["NAME", "VERSION", "IMAGE", "SAVED", "DESCRIPTION"], &lines)
}

async fn find(session: &Session, text: &str) -> Result<Function, Error> {
    let (name, version) = split_version(text)?;
    session.app.history().function(&session.project, &name, version).await?.ok_or_else(|| {
        Error::new(ErrorCode::NotFound, format!("There is no function \"{text}\" in project \"{}\".", session.project))
            .hint("berth function list shows what there is.")
    })
}

async fn show(session: &Session, text: &str) -> Result<Exit, Error> {
    let function = find(session, text).await?;
    let document = document(&function);
    session.output.document(&document, || {
        let mut head: Vec<(&str, Cell)> = vec![
            ("Function", function.name.to_string().into()),
            ("Version", function.version.to_string().into()),
            ("Id", function.id.to_string().into()),
            ("Saved", function.created.to_string().into()),
        ];
        if let Some(description) = &function.description {
            head.push(("Description", description.clone().into()));
        }
        format!(
            "{}\n\n{}",
            pairs(&head),
            output::yaml_stream(std::slice::from_ref(document.get("spec").unwrap_or(&Value::Null)))
        )
    });
    Ok(Exit::Done)
}

async fn save(session: &Session, paths: &[PathBuf]) -> Result<Exit, Error> {
    let mut saved = Vec::new();
    for path in paths {
        let file = files::read(path)?;
        let found = session.app.inspect_file(&session.project, &file).await?;
        for note in words::notes(&found.report) {
            session.output.note(&note);
        }
        if !found.problems.is_empty() {
            return Err(Error::invalid(found.problems));
        }
        saved.extend(session.app.save_documents(&session.project, &file.documents).await?);
    }
    session.output.document(&saved.iter().map(document).collect::<Vec<_>>(), || {
        saved
            .iter()
            .map(|function| format!("{} v{} saved", function.name, function.version))
            .collect::<Vec<_>>()
            .join("\n")
    });
    Ok(Exit::Done)
}

async fn versions(session: &Session, name: &str) -> Result<Exit, Error> {
    let versions = session.app.history().function_versions(&session.project, &parse_name(name)?).await?;
    if versions.is_empty() {
        find(session, name).await?;
    }
    session.output.document(&versions.iter().map(document).collect::<Vec<_>>(), || rows(&versions, session));
    Ok(Exit::Done)
}

async fn diff(session: &Session, first: &str, second: &str) -> Result<Exit, Error> {
    let spec = |function: &Function| document(function).get("spec").cloned().unwrap_or_default();
    let (first, second) = (spec(&find(session, first).await?), spec(&find(session, second).await?));
    let changes = changes("", &first, &second);
    session.output.document(&changes, || {
        if changes.is_empty() {
            return "No difference.".to_owned();
        }
        changes
            .iter()
            .map(|change| {
                format!("{}: {} -> {}", change["path"].as_str().unwrap_or_default(), change["from"], change["to"])
            })
            .collect::<Vec<_>>()
            .join("\n")
    });
    Ok(Exit::Done)
}

/// Lists the paths at which two values differ.
fn changes(path: &str, first: &Value, second: &Value) -> Vec<Value> {
    let (Value::Object(left), Value::Object(right)) = (first, second) else {
        return if first == second { Vec::new() } else { vec![json!({"path": path, "from": first, "to": second})] };
    };
    let mut keys: Vec<&String> = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key))).collect();
    keys.sort();
    keys.into_iter()
        .flat_map(|key| {
            let at = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            changes(&at, left.get(key).unwrap_or(&Value::Null), right.get(key).unwrap_or(&Value::Null))
        })
        .collect()
}

async fn delete(session: &Session, text: &str) -> Result<Exit, Error> {
    let (name, version) = split_version(text)?;
    let gone = session.app.history().delete_function(&session.project, &name, version).await?;
    if gone == 0 {
        find(session, text).await?;
    }
    session.output.document(&json!({"deleted": gone}), || {
        format!("{gone} version{} deleted; runs keep their own copy", if gone == 1 { "" } else { "s" })
    });
    Ok(Exit::Done)
}

async fn validate(session: &Session, paths: &[PathBuf]) -> Result<Exit, Error> {
    let mut all = FileReport::default();
    for path in paths {
        let mut found = match files::read(path) {
            Ok(file) => session.app.inspect_file(&session.project, &file).await?,
            // What is wrong with one file hides nothing of the others.
            Err(error) if !error.fields.is_empty() => FileReport { problems: error.fields, ..FileReport::default() },
            Err(error) => return Err(error),
        };
        if paths.len() > 1 {
            let paths = found.problems.iter_mut().map(|problem| &mut problem.path);
            for place in paths.chain(found.report.notes.iter_mut().map(|note| &mut note.path)) {
                *place = format!("{}: {place}", path.display());
            }
        }
        all.problems.append(&mut found.problems);
        all.report.append(found.report);
        all.functions.append(&mut found.functions);
    }
    if !all.problems.is_empty() {
        return Err(Error::invalid(all.problems));
    }
    let document = json!({"problems": [], "notes": all.report.notes, "functions": all.functions});
    session.output.document(&document, || {
        let mut lines = words::notes(&all.report);
        for function in &all.functions {
            if let Some(line) = &function.suggested_command {
                lines.push(format!("{}: {}", function.name, words::unused_code(line)));
            }
        }
        lines.push("No problems found.".to_owned());
        lines.join("\n")
    });
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_its_path() {
        let first = json!({"image": "a", "source": {"lang": "python"}, "args": [1]});
        let second = json!({"image": "b", "source": {"lang": "python", "handler": "x"}, "args": [1]});
        assert_eq!(
            changes("", &first, &second),
            vec![
                json!({"path": "image", "from": "a", "to": "b"}),
                json!({"path": "source.handler", "from": null, "to": "x"}),
            ]
        );
    }
}
