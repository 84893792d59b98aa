//! The use cases of ending a run and of removing it: from the cluster, from history, or from both.

use std::time::Duration;

use berth_model::{Absence, Observation, Run, RunId, Sight, Submission, Wish, advance};
use serde_json::json;
use tokio::time::Instant;

use crate::app::{App, DeleteScope, Ports};
use crate::failpoint::reach;
use crate::ports::{Notice, RunRow};
use crate::transition::change;
use crate::{Error, ErrorCode, failure, stop};

/// How long a removal with history waits for the objects to be gone: a pod may take its grace period, 30 s unless the
/// image says otherwise, and the cluster some seconds more.
const GONE_WITHIN: Duration = Duration::from_secs(60);
/// How often the cluster is asked meanwhile.
const ASK_EVERY: Duration = Duration::from_millis(500);

impl App {
    /// Stops a run: foreground delete by identity; log and history are kept. A service gets no copies any more, a schedule is
    /// suspended, and both can be resumed. A run that is over stays as it is.
    ///
    /// # Errors
    /// `NotOurs`, `Unreachable` (the wish is kept and carried out later), and so on.
    pub async fn stop(&self, run: RunId) -> Result<RunRow, Error> {
        self.owned(run).await?;
        self.stop_anyway(run).await
    }

    /// Stops a run, also one of another installation: for those who chose so explicitly.
    ///
    /// # Errors
    /// As `stop`, but for `NotOurs`.
    pub async fn stop_anyway(&self, run: RunId) -> Result<RunRow, Error> {
        let row = stop::wish(self, run, Wish::Stop).await?;
        // Of a launch that was given up, late requests are looked for again.
        if row.run.status.is_over(row.run.action) && row.run.status.submission != Submission::Discarded {
            return Ok(row);
        }
        stop::carry_out(self, row).await.map_err(kept)
    }

    /// Deletes a run from history, from the cluster, or both.
    ///
    /// # Errors
    /// `InvalidInput` for a live run whose history alone would go; `NotOurs`; as the cluster or the history fails.
    pub async fn delete(&self, run: RunId, scope: DeleteScope) -> Result<(), Error> {
        // Forgetting what was merely looked at touches nothing of anybody else's.
        if scope.objects {
            self.owned(run).await?;
        }
        self.delete_anyway(run, scope).await
    }

    /// Deletes a run, also one of another installation: for those who chose so explicitly.
    ///
    /// # Errors
    /// As `delete`, but for `NotOurs`.
    pub async fn delete_anyway(&self, run: RunId, scope: DeleteScope) -> Result<(), Error> {
        let mut row = self.known(run).await?;
        let is_over = row.run.status.is_over(row.run.action);
        if !is_over && !scope.objects && scope.history {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("run {run} is live: without its history nobody would look after it"),
            )
            .hint("Stop it first, or delete it from the cluster too."));
        }
        if scope.objects {
            row = self.remove_objects(row, scope.history).await?;
            reach("delete.after_objects");
        }
        if scope.history {
            self.forget(&row.run).await?;
        }
        Ok(())
    }

    /// Removes the objects of a run; with `wait`, returns when they are gone.
    async fn remove_objects(&self, row: RunRow, wait: bool) -> Result<RunRow, Error> {
        let is_over = row.run.status.is_over(row.run.action);
        if row.run.status.schedule.is_some() {
            self.let_starts_go(row.run.id).await?;
        }
        let row = if is_over {
            self.remove_finished(row).await?
        } else {
            let row = stop::wish(self, row.run.id, Wish::Delete).await?;
            stop::carry_out(self, row).await.map_err(kept)?
        };
        if !wait || row.run.status.objects.is_empty() || row.run.status.only_in_history {
            return Ok(row);
        }
        self.await_gone(row).await
    }

    /// What a schedule started goes with its objects: what goes on is stopped, and what is over must be recorded.
    async fn let_starts_go(&self, schedule: RunId) -> Result<(), Error> {
        let open = self.ports.history.open_runs().await?;
        let of_it: Vec<RunRow> = open.into_iter().filter(|row| row.run.parent == Some(schedule)).collect();
        for row in of_it.iter().filter(|row| row.run.status.is_over(row.run.action)) {
            if !self.ports.history.settled(row.run.id).await?.0 {
                return Err(log_not_stored(row.run.id));
            }
        }
        for row in of_it.iter().filter(|row| row.run.fire.is_some() && !row.run.status.is_over(row.run.action)) {
            stop::wish(self, row.run.id, Wish::Stop).await?;
        }
        Ok(())
    }

    /// Removes what is left of a run that is over; its state stays what it was.
    async fn remove_finished(&self, row: RunRow) -> Result<RunRow, Error> {
        let run = &row.run;
        let Some(main) = run.status.objects.first().filter(|_| !run.status.only_in_history) else { return Ok(row) };
        let (logs, _) = self.ports.history.settled(run.id).await?;
        if !logs && run.status.submission == Submission::Released {
            return Err(log_not_stored(run.id));
        }
        let cluster = self.clusters.cluster_of(&self.ports, run).await?;
        let began = Instant::now();
        let deleted = cluster.delete(main).await;
        match deleted {
            Ok(_) => {}
            Err(error) if error.class == berth_k8s::Class::Conflict => {}
            Err(error) => return Err(failure::of_contact(error, &run.target, began.elapsed())),
        }
        let id = run.id;
        let now = change(&self.ports, id, |stored, at| {
            crate::transition::edited(&stored.run.status, at, |status| status.only_in_history = true)
        })
        .await?;
        self.ports.history.mark_settled(id, true, true).await?;
        match now {
            Some(now) => Ok(now),
            None => self.known(id).await,
        }
    }

    /// Asks until the main object is gone, and writes that down.
    async fn await_gone(&self, row: RunRow) -> Result<RunRow, Error> {
        let run = &row.run;
        let Some(main) = run.status.objects.first() else { return Ok(row) };
        let cluster = self.clusters.cluster_of(&self.ports, run).await?;
        let began = Instant::now();
        loop {
            let there = cluster
                .read(&main.kind, &main.name)
                .await
                .map_err(|error| failure::of_contact(error, &run.target, began.elapsed()))?;
            let uid = there.as_ref().and_then(berth_k8s::sight::Sighting::of).map(|seen| seen.object.uid);
            if uid.as_ref() != Some(&main.uid) {
                break;
            }
            if began.elapsed() > GONE_WITHIN {
                return Err(Error::new(
                    ErrorCode::TimedOut,
                    format!("the objects of run {} are being removed but not gone yet", run.id),
                )
                .hint("Its history is kept until they are: repeat later."));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        let id = run.id;
        change(&self.ports, id, |stored, at| {
            let observation = Observation { at, sight: Sight::Absent(Absence::Gone) };
            advance(stored.run.action, &stored.run.status, &observation)
        })
        .await?;
        self.known(id).await
    }

    /// Removes a run from history. Where its objects may still be in the cluster, it is noted that they are not to be
    /// taken in again.
    async fn forget(&self, run: &Run) -> Result<(), Error> {
        if !run.status.objects.is_empty() && !run.status.only_in_history {
            self.ports.history.save_setting(&forgotten_key(run.id), &json!(self.ports.clock.now())).await?;
        }
        self.ports.archive.delete(run.id)?;
        reach("delete.after_logs");
        self.ports.history.delete_run(run.id).await?;
        self.masks.forget(run.id);
        tracing::info!(run_id = %run.id, "run deleted from history");
        self.ports.sink.announce(Notice::RunDeleted(run.id));
        Ok(())
    }
}

/// Tells whether a run was removed from history on purpose while its objects stayed: it is not taken in again.
///
/// # Errors
/// As the history fails.
pub(crate) async fn is_forgotten(ports: &Ports, run: RunId) -> Result<bool, Error> {
    Ok(ports.history.setting(&forgotten_key(run)).await?.is_some())
}

fn log_not_stored(run: RunId) -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        format!("the log of run {run} is not stored to its end yet: its objects are still needed"),
    )
    .hint("Repeat in some seconds; `berth watch` fetches it where no window is open.")
}

fn forgotten_key(run: RunId) -> String {
    format!("forgotten.{run}")
}

/// Says that a wish that could not be carried out now is kept.
fn kept(error: Error) -> Error {
    match error.code {
        ErrorCode::Unreachable | ErrorCode::Unauthenticated | ErrorCode::OutcomeUnknown => {
            error.hint("The wish is written down and carried out when the cluster answers.")
        }
        _ => error,
    }
}
