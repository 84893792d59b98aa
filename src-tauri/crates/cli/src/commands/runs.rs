//! `berth runs`, `show`, `events`, `manifests`.

use berth_core::Error;
use berth_core::ports::RunQuery;
use berth_model::FunctionName;
use jiff::SignedDuration;
use serde_json::Value;

use crate::arguments::RunsArguments;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, table};
use crate::{document, output, words};

pub(crate) async fn list(session: &Session, arguments: RunsArguments) -> Result<Exit, Error> {
    let now = session.app.now();
    let function = match &arguments.function {
        Some(name) => Some(super::function::parse_name(name)?),
        None => None,
    };
    let parent = match &arguments.parent {
        Some(parent) => Some(session.app.find_run(parent).await?.run.id),
        None => None,
    };
    let query = RunQuery {
        project: Some(session.project.clone()),
        states: arguments.states,
        function,
        action: arguments.action,
        parent,
        label: arguments.label,
        since: arguments
            .since
            .and_then(|span| SignedDuration::try_from(span).ok())
            .and_then(|span| now.checked_sub(span).ok()),
        text: arguments.search,
        archived: arguments.archived,
        limit: arguments.limit,
        ..RunQuery::default()
    };
    let page = session.app.runs(&query).await?;
    let mut documents = Vec::new();
    for row in &page.rows {
        documents.push(document::run(row, &session.app.logs(row.run.id)?));
    }
    session.output.document(&documents, || words::runs(&page.rows, now));
    if page.next.is_some() {
        session.output.note("There are older ones: raise --limit to see more.");
    }
    Ok(Exit::Done)
}

pub(crate) async fn show(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let log = session.app.logs(row.run.id)?;
    session.output.document(&document::run(&row, &log), || words::show(&row, &log, session.app.now()));
    Ok(Exit::Done)
}

pub(crate) async fn events(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let events = session.app.events(row.run.id).await?;
    session.output.document(&events, || {
        if events.is_empty() {
            return "No events were seen.".to_owned();
        }
        let lines: Vec<Vec<Cell>> = events
            .iter()
            .map(|event| {
                vec![
                    event.last.to_string().into(),
                    event.kind.clone().into(),
                    event.count.to_string().into(),
                    event.about.clone().into(),
                    event.reason.clone().into(),
                    event.message.clone().into(),
                ]
            })
            .collect();
        table(&["LAST SEEN", "KIND", "TIMES", "ABOUT", "REASON", "MESSAGE"], &lines)
    });
    Ok(Exit::Done)
}

pub(crate) async fn manifests(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    print_manifests(session, &row.run.manifests);
    Ok(Exit::Done)
}

/// Prints objects: a YAML stream for people and `-o yaml`, an array for JSON.
pub(crate) fn print_manifests(session: &Session, manifests: &[Value]) {
    if session.output.is_yaml() {
        session.output.line(output::yaml_stream(manifests).trim_end());
    } else {
        session.output.document(&manifests, || output::yaml_stream(manifests));
    }
}

/// Splits `NAME:VERSION`.
pub(crate) fn split_version(text: &str) -> Result<(FunctionName, Option<u32>), Error> {
    let (name, version) = text.split_once(':').map_or((text, None), |(name, version)| (name, Some(version)));
    let version = match version {
        Some(version) => Some(version.parse().map_err(|_| {
            Error::invalid(vec![berth_model::Problem::new(
                "NAME:VERSION",
                "version",
                format!("\"{version}\" is not a version: versions are numbers from 1, as in {name}:2."),
            )])
        })?),
        None => None,
    };
    Ok((super::function::parse_name(name)?, version))
}
