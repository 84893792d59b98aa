//! `berth scale`, `resume` and `restart`.

use berth_core::Error;
use berth_core::ports::RunRow;

use super::end;
use crate::document;
use crate::exit::Exit;
use crate::session::Session;

pub(crate) async fn scale(session: &Session, run: &str, copies: u32) -> Result<Exit, Error> {
    if copies == 0 {
        return end::stop(session, run).await;
    }
    let row = session.app.find_run(run).await?;
    let row = session.app.scale(row.run.id, copies).await?;
    let what = if copies == 1 { "1 copy asked for".to_owned() } else { format!("{copies} copies asked for") };
    told(session, &row, &what)
}

pub(crate) async fn resume(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let row = session.app.resume(row.run.id).await?;
    told(session, &row, "asked to go on")
}

pub(crate) async fn restart(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let row = session.app.restart(row.run.id).await?;
    told(session, &row, "its copies are started anew, one after the other")
}

fn told(session: &Session, row: &RunRow, what: &str) -> Result<Exit, Error> {
    let name = &row.run.object_name;
    session.output.document(&document::run(row, &session.app.logs(row.run.id)?), || {
        format!("{name}: {what}. Wait with: berth wait {name}")
    });
    Ok(Exit::Done)
}
