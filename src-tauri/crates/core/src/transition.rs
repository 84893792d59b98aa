//! Owns how a run's status is changed: load, decide, write, and decide anew where another program wrote first.
//!
//! Every change of every status goes through here; what to change is decided by the caller, purely.

use berth_model::{RunId, RunStatus, Transition};
use jiff::Timestamp;

use crate::app::Ports;
use crate::ports::{Notice, RunRow, StoreError};
use crate::{Error, ErrorCode};

/// How often a change is decided anew. Each round means that another writer got through, so that a live-lock would
/// need 64 writes to one run between a read and a write of ours: more than a run has in its life.
const ROUNDS: u32 = 64;

/// Changes a run's status as `decide` says, durably, then announces it.
///
/// `decide` sees the run as it is stored and may be asked several times. Returns the run as it now is, or `None`
/// where `decide` wanted no change.
///
/// # Errors
/// `NotFound` for an unknown run; `Storage` as the history fails.
pub(crate) async fn change(
    ports: &Ports,
    run: RunId,
    decide: impl Fn(&RunRow, Timestamp) -> Option<Transition> + Send,
) -> Result<Option<RunRow>, Error> {
    for _ in 0..ROUNDS {
        let Some(mut row) = ports.history.run(run).await? else {
            return Err(unknown_run(run));
        };
        let Some(transition) = decide(&row, ports.clock.now()) else { return Ok(None) };
        match ports.history.write_transition(run, &transition).await {
            Ok(()) => {
                row.run.status = transition.to;
                ports.sink.announce(Notice::Runs(vec![row.clone()]));
                return Ok(Some(row));
            }
            Err(StoreError::StaleRevision) => tokio::task::yield_now().await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(ErrorCode::Storage, format!("unable to change run {run}: other programs keep changing it")))
}

/// Makes the transition that an edit of a status amounts to; `None` where it changes nothing.
pub(crate) fn edited(status: &RunStatus, at: Timestamp, edit: impl FnOnce(&mut RunStatus)) -> Option<Transition> {
    let mut to = status.clone();
    edit(&mut to);
    if to == *status {
        return None;
    }
    to.revision = status.revision + 1;
    Some(Transition { at, from: status.state, to })
}

/// The error of a run that history does not know.
pub(crate) fn unknown_run(run: RunId) -> Error {
    Error::new(ErrorCode::NotFound, format!("there is no run {run}"))
}

#[cfg(test)]
mod tests {
    use berth_model::{Phase, RunState};

    use super::*;

    #[test]
    fn an_edit_counts_its_revision_and_keeps_where_it_came_from() {
        let status = RunStatus { revision: 7, ..RunStatus::created() };
        let made = edited(&status, Timestamp::UNIX_EPOCH, |to| to.state = RunState::Built);
        let transition = made.expect("a changed status is a transition");
        assert_eq!(
            (transition.from, transition.to.state, transition.to.revision),
            (RunState::Created, RunState::Built, 8)
        );
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_transition() {
        let status = RunStatus::created();
        assert_eq!(edited(&status, Timestamp::UNIX_EPOCH, |to| to.phase = Phase::Preparing), None);
    }
}
