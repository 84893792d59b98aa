//! `berth logs`.

use berth_core::Error;
use berth_model::Action;

use super::follow::{self, Selection};
use crate::arguments::LogsArguments;
use crate::exit::Exit;
use crate::session::Session;

pub(crate) async fn run(session: &Session, arguments: &LogsArguments) -> Result<Exit, Error> {
    let row = session.app.find_run(&arguments.run.run).await?;
    let selection = Selection {
        attempt: arguments.attempt,
        container: arguments.container.clone(),
        timestamps: arguments.timestamps,
    };
    if arguments.follow {
        let work = follow::follow_run(session, row.run.id, &selection, None);
        return session.start_engine().beside(work).await;
    }
    let chosen = follow::print_stored(session, row.run.id, &selection).await?;
    if chosen == 0 && session.output.is_text() {
        let live = !row.run.status.is_over(row.run.action);
        let hint =
            if live { " The run is live: capture it with berth logs -f, berth wait or berth watch." } else { "" };
        let what = if row.run.action == Action::Build { "build" } else { "run" };
        session.output.note(&format!("No log of this {what} is stored.{hint}"));
    }
    Ok(Exit::Done)
}
