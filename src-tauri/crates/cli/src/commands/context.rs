//! `berth context …`.

use berth_core::{Error, ErrorCode};
use berth_model::Place;
use serde_json::json;

use crate::arguments::ContextCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, pairs, table};

pub(crate) async fn run(session: &Session, command: ContextCommand) -> Result<Exit, Error> {
    match command {
        ContextCommand::List => list(session).await,
        ContextCommand::Use { name } => use_context(session, &name).await,
        ContextCommand::Check { name } => check(session, name).await,
    }
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let list = session.app.contexts();
    let used = session.context_in_use().await.ok();
    session.output.document(&list, || {
        if list.contexts.is_empty() {
            return "No contexts. Set KUBECONFIG, or put a kubeconfig at ~/.kube/config.".to_owned();
        }
        let rows: Vec<Vec<Cell>> = list
            .contexts
            .iter()
            .map(|context| {
                let mark = if Some(&context.name) == used.as_ref() { "*" } else { "" };
                vec![
                    mark.into(),
                    context.name.clone().into(),
                    context.cluster.clone().into(),
                    context.user.clone().into(),
                    context.namespace.clone().unwrap_or_else(|| "default".to_owned()).into(),
                    context.problem.clone().unwrap_or_else(|| context.kubeconfig.clone()).into(),
                ]
            })
            .collect();
        table(&["", "CONTEXT", "CLUSTER", "USER", "NAMESPACE", "FILE"], &rows)
    });
    for problem in &list.problems {
        session.output.note(&format!("note: {problem}"));
    }
    Ok(Exit::Done)
}

async fn use_context(session: &Session, name: &str) -> Result<Exit, Error> {
    if !session.app.contexts().contexts.iter().any(|context| context.name == name) {
        return Err(Error::new(
            ErrorCode::NotFound,
            format!("There is no context \"{name}\" in the kubeconfig files."),
        )
        .hint("berth context list shows what there is."));
    }
    let place = Place { context: name.to_owned(), namespace: None };
    session.app.set_default_target(&session.project, Some(place)).await?;
    session.output.document(&json!({"context": name, "project": session.project}), || {
        format!("Project {} now uses context {name}. The kubeconfig was not changed.", session.project)
    });
    Ok(Exit::Done)
}

async fn check(session: &Session, name: Option<String>) -> Result<Exit, Error> {
    let name = match name {
        Some(name) => name,
        None => session.context_in_use().await?,
    };
    let check = session.app.check_context(&name).await?;
    let exit = check.error.as_ref().map_or(Exit::Done, |error| Exit::of_error(error.code));
    session.output.document(&check, || {
        let mut rows: Vec<(&str, Cell)> = vec![("Context", check.context.clone().into())];
        rows.push(("Version", check.version.clone().unwrap_or_else(|| "-".to_owned()).into()));
        rows.push((
            "Answer",
            check.error.as_ref().map_or_else(|| "good".to_owned(), |error| error.message.clone()).into(),
        ));
        if !check.namespaces.is_empty() {
            rows.push(("Namespaces", check.namespaces.join(", ").into()));
        }
        pairs(&rows)
    });
    Ok(exit)
}
