//! `berth stop`, `delete` and `archive`.

use std::time::Duration;

use berth_core::{DeleteScope, Error, ErrorCode};
use serde_json::json;

use super::wait;
use crate::arguments::{ArchiveArguments, DeleteArguments};
use crate::exit::Exit;
use crate::session::Session;
use crate::{document, words};

/// How long the program stays for the last lines of a run that is being stopped: its pods get 30 s to end.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn stop(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let work = async {
        let stopping = session.app.stop(row.run.id).await?;
        let row = match session.app.wait(stopping.run.id, Some(PATIENCE)).await {
            Ok(row) => row,
            Err(error) if error.code == ErrorCode::TimedOut => stopping,
            Err(error) => return Err(error),
        };
        wait::let_history_settle(session, row.run.id).await;
        Ok(row)
    };
    let row = session.start_engine().beside(work).await?;
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
