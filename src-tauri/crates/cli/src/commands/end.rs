//! `berth stop`, `delete` and `archive`.

use berth_core::{DeleteScope, Error};
use serde_json::json;

use crate::arguments::{ArchiveArguments, DeleteArguments};
use crate::exit::Exit;
use crate::session::Session;
use crate::{document, words};

pub(crate) async fn stop(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let row = session.app.stop(row.run.id).await?;
    session.output.document(&document::run(&row, &session.app.logs(row.run.id)?), || {
        format!("{}: {}", row.run.object_name, words::state(&row.run).text())
    });
    Ok(Exit::Done)
}

pub(crate) async fn delete(session: &Session, arguments: &DeleteArguments) -> Result<Exit, Error> {
    let row = session.app.find_run(&arguments.run.run).await?;
    let scope = DeleteScope { history: !arguments.keep_history, objects: !arguments.keep_objects };
    session.app.delete(row.run.id, scope).await?;
    let document = json!({"id": row.run.id, "history": scope.history, "objects": scope.objects});
    session.output.document(&document, || {
        let what = match (scope.history, scope.objects) {
            (true, true) => "deleted from history and from the cluster",
            (true, false) => "deleted from history; its objects stay in the cluster",
            _ => "deleted from the cluster; its history stays",
        };
        format!("{} {what}", row.run.object_name)
    });
    Ok(Exit::Done)
}

pub(crate) async fn archive(session: &Session, arguments: &ArchiveArguments) -> Result<Exit, Error> {
    let row = session.app.find_run(&arguments.run.run).await?;
    session.app.archive(row.run.id, !arguments.undo).await?;
    session.output.document(&json!({"id": row.run.id, "archived": !arguments.undo}), || {
        let what = if arguments.undo { "taken back into the list" } else { "put away; berth runs --archived shows it" };
        format!("{} {what}", row.run.object_name)
    });
    Ok(Exit::Done)
}
