//! `berth project …`.

use berth_core::{Error, ErrorCode};
use berth_model::{Place, Problem, Project, ProjectName};
use serde_json::json;

use crate::arguments::ProjectCommand;
use crate::exit::Exit;
use crate::session::{PROJECT_IN_USE, Session};
use crate::table::{Cell, pairs, table};

pub(crate) async fn run(session: &Session, command: ProjectCommand) -> Result<Exit, Error> {
    match command {
        ProjectCommand::List => list(session).await,
        ProjectCommand::Create { name, target } => create(session, &name, target.as_deref()).await,
        ProjectCommand::Show { name } => {
            let project = find(session, &name).await?;
            session.output.document(&project, || {
                pairs(&[
                    ("Project", project.name.to_string().into()),
                    ("Id", project.id.to_string().into()),
                    ("Target", target(&project).into()),
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
        ProjectCommand::Delete { name } => {
            let project = find(session, &name).await?;
            session.app.history().delete_project(&project.name).await?;
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

async fn create(session: &Session, name: &str, target: Option<&str>) -> Result<Exit, Error> {
    let name = parse(name)?;
    // Contexts may hold slashes (as cloud tools make them); namespaces never do.
    let default_target = target.map(|text| match text.rsplit_once('/') {
        Some((context, namespace)) if !context.is_empty() && !namespace.is_empty() => {
            Place { context: context.to_owned(), namespace: Some(namespace.to_owned()) }
        }
        _ => Place { context: text.to_owned(), namespace: None },
    });
    let project = session.app.create_project(&name, default_target).await?;
    session.output.document(&project, || format!("Project {} created.", project.name));
    Ok(Exit::Done)
}
