//! `berth watch`: the engine in the foreground.

use std::collections::BTreeMap;
use std::time::Duration;

use berth_core::Error;
use berth_model::RunId;
use serde_json::json;
use tokio::time::timeout as limit;

use crate::exit::Exit;
use crate::session::Session;
use crate::{document, words};

/// How long to wait for a local notice before looking again.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn run(session: &Session) -> Result<Exit, Error> {
    session.start_engine().beside(report(session)).await
}

/// Prints every change until interrupted.
async fn report(session: &Session) -> Result<Exit, Error> {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    session.output.note("Watching the live runs of this data folder. Interrupt with Ctrl-C; the runs go on.");
    let mut seen: BTreeMap<RunId, u64> = BTreeMap::new();
    let mut was_ours = None;
    loop {
        let changed = session.changes.notified();
        let is_ours = session.app.engine().is_ours;
        if was_ours.replace(is_ours) != Some(is_ours) {
            session.output.note(if is_ours {
                "This program is now the engine of the data folder."
            } else {
                "Another program is the engine of the data folder; taking over when it ends."
            });
        }
        for row in session.app.history().open_runs().await? {
            seen.entry(row.run.id).or_insert(0);
        }
        let ids: Vec<RunId> = seen.keys().copied().collect();
        for id in ids {
            let Some(row) = session.app.history().run(id).await? else {
                seen.remove(&id);
                continue;
            };
            let revision = row.run.status.revision;
            if seen.insert(id, revision) != Some(revision) {
                let run = &row.run;
                if session.output.is_text() {
                    let now = session.app.now();
                    session.output.line(&format!(
                        "{now:.0}  {}  {}  {}",
                        run.object_name,
                        run.status.word(run.action).text(),
                        words::reason(run)
                    ));
                } else {
                    session.output.json_line(&json!({"run": document::run(&row, &session.app.logs(id)?)}));
                }
            }
            if row.run.status.is_over(row.run.action) && session.app.history().settled(id).await? == (true, true) {
                seen.remove(&id);
            }
        }
        tokio::select! {
            _ = &mut interrupted => return Ok(Exit::Done),
            _ = limit(LOOK, changed) => {}
        }
    }
}
