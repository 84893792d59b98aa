//! `berth open`: a port of this machine for a port of a service, until interrupted.

use berth_core::{Error, ForwardState, ForwardView};
use serde_json::json;

use crate::arguments::OpenArguments;
use crate::exit::Exit;
use crate::session::Session;

pub(crate) async fn run(session: &Session, arguments: &OpenArguments) -> Result<Exit, Error> {
    let row = session.app.find_run(&arguments.run.run).await?;
    let work = forward(session, row.run.id, arguments);
    session.start_engine().beside(work).await
}

/// Prints the address once something answers there, and each change after it, until interrupted.
async fn forward(session: &Session, run: berth_model::RunId, arguments: &OpenArguments) -> Result<Exit, Error> {
    let mut view = session.app.forward(run, arguments.port, arguments.local).await?;
    let local = view.borrow().local_port;
    if let Some(wished) = arguments.local.filter(|wished| *wished != local) {
        session.output.note(&format!("Port {wished} of this machine is taken: using {local}."));
    }
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    let mut told: Option<(ForwardState, Option<String>)> = None;
    let mut is_first = true;
    loop {
        let now = view.borrow_and_update().clone();
        let what = (now.state, now.message.clone());
        if told.as_ref() != Some(&what) {
            tell(session, &now, &mut is_first);
            told = Some(what);
        }
        if now.state == ForwardState::Closed {
            session.output.note("The service is over.");
            return Ok(Exit::Stopped);
        }
        tokio::select! {
            _ = &mut interrupted => {
                session.app.close_forward(run, now.port);
                return Ok(Exit::Done);
            }
            changed = view.changed() => if changed.is_err() { return Ok(Exit::Stopped) },
        }
    }
}

fn tell(session: &Session, view: &ForwardView, is_first: &mut bool) {
    if !session.output.is_text() {
        session.output.json_line(&json!(view));
        return;
    }
    match (view.state, &view.message) {
        (ForwardState::Ready, _) if std::mem::take(is_first) => {
            session.output.line(&view.url);
            session.output.note("Ready. Interrupt with Ctrl-C; the service goes on.");
        }
        (ForwardState::Ready, _) => session.output.note(&format!("Ready again at {}", view.url)),
        (_, Some(message)) => session.output.note(message),
        (ForwardState::Connecting, None) => session.output.note("Connecting to a copy of the service…"),
        (_, None) => {}
    }
}
