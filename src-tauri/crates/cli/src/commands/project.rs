//! `berth project …`.

use std::path::{Path, PathBuf};

use berth_core::{Error, ErrorCode};
use berth_model::{Generation, Place, Problem, Project, ProjectName};
use serde_json::json;

use crate::arguments::{ForGeneration, ProjectCommand};
use crate::exit::Exit;
use crate::session::{PROJECT_IN_USE, Session};
use crate::table::{Cell, pairs, table};
use crate::words;

pub(crate) async fn run(session: &Session, command: ProjectCommand) -> Result<Exit, Error> {
    match command {
        ProjectCommand::List => list(session).await,
        ProjectCommand::Create { name, target, description } => {
            create(session, &name, target.as_deref(), description.as_deref()).await
        }
        ProjectCommand::Show { name } => {
            let project = find(session, &name).await?;
            session.output.document(&project, || {
                pairs(&[
                    ("Project", project.name.to_string().into()),
                    ("Id", project.id.to_string().into()),
                    ("For", project.description.clone().unwrap_or_else(|| "-".to_owned()).into()),
                    ("Target", target(&project).into()),
                    ("Registry", project.registry.as_ref().map_or("-", |registry| registry.address.as_str()).into()),
                    ("Created", project.created.to_string().into()),
                ])
            });
            Ok(Exit::Done)
        }
        ProjectCommand::Use { name } => {
            let project = find(session, &name).await?;
            session.app.history().save_setting(PROJECT_IN_USE, &json!(project.name)).await?;
            session
                .output
                .document(&json!({"project": project.name}), || format!("Project {} is now used.", project.name));
            Ok(Exit::Done)
        }
        ProjectCommand::Export { file, generation, overwrite } => export(session, &file, generation, overwrite).await,
        ProjectCommand::Import { files, into } => import(session, &files, into.as_deref()).await,
        ProjectCommand::Delete { name } => {
            let project = find(session, &name).await?;
            session.app.delete_project(&project.name).await?;
            session.output.document(&json!({"deleted": project.name}), || format!("Project {} deleted.", project.name));
            Ok(Exit::Done)
        }
    }
}

fn parse(name: &str) -> Result<ProjectName, Error> {
    ProjectName::parse(name).map_err(|error| Error::invalid(vec![Problem::new("NAME", error.code, error.sentence)]))
}

async fn find(session: &Session, name: &str) -> Result<Project, Error> {
    session.app.history().project(&parse(name)?).await?.ok_or_else(|| {
        Error::new(ErrorCode::NotFound, format!("There is no project \"{name}\"."))
            .hint("berth project list shows what there is.")
    })
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let projects = session.app.history().projects().await?;
    session.output.document(&projects, || {
        let rows: Vec<Vec<Cell>> = projects
            .iter()
            .map(|project| {
                let used = if project.name == session.project { "*" } else { "" };
                vec![used.into(), project.name.to_string().into(), target(project).into()]
            })
            .collect();
        table(&["", "PROJECT", "TARGET"], &rows)
    });
    Ok(Exit::Done)
}

async fn export(session: &Session, file: &Path, generation: ForGeneration, overwrite: bool) -> Result<Exit, Error> {
    let generation = match generation {
        ForGeneration::Current => Generation::Current,
        ForGeneration::Seed => Generation::Seed,
    };
    let planned = session.app.plan_export(&session.project, generation, file).await?;
    if let Some(there) = planned.files.iter().find(|file| file.is_there && !overwrite) {
        let why = format!("{} is there already: choose another name, or say --overwrite.", there.path.display());
        return Err(Error::new(ErrorCode::InvalidInput, why));
    }
    let export = session.app.write_export(&session.project, generation, file, overwrite).await?;
    let paths: Vec<&Path> = export.files.iter().map(|file| file.path.as_path()).collect();
    for sentence in &export.left_out {
        session.output.note(sentence);
    }
    session.output.document(&json!({"project": session.project, "files": paths, "left_out": export.left_out}), || {
        let written: Vec<String> = paths.iter().map(|path| format!("{} written", path.display())).collect();
        written.join("\n")
    });
    Ok(Exit::Done)
}

async fn import(session: &Session, paths: &[PathBuf], into: Option<&str>) -> Result<Exit, Error> {
    let into = into.map(parse).transpose()?;
    let documents = berth_core::project_documents(paths)?;
    let import = session.app.import_project(into.as_ref(), &session.project, &documents).await?;
    for note in words::notes(&import.report) {
        session.output.note(&note);
    }
    let functions: Vec<_> = import.functions.iter().map(super::function::document).collect();
    let document = json!({
        "project": import.project.name, "is_new": import.is_new, "functions": functions, "notes": import.report.notes,
    });
    session.output.document(&document, || {
        let name = &import.project.name;
        let mut lines = vec![format!("Project {name} {}", if import.is_new { "made" } else { "was there already" })];
        lines.extend(import.functions.iter().map(|one| format!("{} v{} saved", one.name, one.version)));
        lines.join("\n")
    });
    Ok(Exit::Done)
}

fn target(project: &Project) -> String {
    project.default_target.as_ref().map_or_else(
        || "the current context".to_owned(),
        |place| {
            place
                .namespace
                .as_ref()
                .map_or_else(|| place.context.clone(), |namespace| format!("{}/{namespace}", place.context))
        },
    )
}

async fn create(session: &Session, name: &str, target: Option<&str>, description: Option<&str>) -> Result<Exit, Error> {
    let name = parse(name)?;
    // Contexts may hold slashes (as cloud tools make them); namespaces never do.
    let default_target = target.map(|text| match text.rsplit_once('/') {
        Some((context, namespace)) if !context.is_empty() && !namespace.is_empty() => {
            Place { context: context.to_owned(), namespace: Some(namespace.to_owned()) }
        }
        _ => Place { context: text.to_owned(), namespace: None },
    });
    let mut project = session.app.create_project(&name, default_target).await?;
    if let Some(description) = description {
        project = session.app.describe_project(&name, description).await?;
    }
    session.output.document(&project, || format!("Project {} created.", project.name));
    Ok(Exit::Done)
}
