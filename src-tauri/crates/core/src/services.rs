//! The use cases of services that live: how many copies run, going on after a stop, starting all copies anew.
//!
//! What is asked is written down where it changes what a person sees, and then asked of the cluster; what comes of it is
//! read from the cluster, like everything else.

use berth_k8s::{Class, Cluster};
use berth_model::{Copies, ObjectRef, Phase, Problem, Run, RunId, RunState, Submission, Wish};
use tokio::time::Instant;

use crate::app::App;
use crate::ports::RunRow;
use crate::transition::{change, edited};
use crate::{Error, ErrorCode, failure};

impl App {
    /// Sets how many copies of a service run. None stops it; any other number makes a stopped one go on.
    ///
    /// # Errors
    /// `InvalidInput` for what is no service, or is gone; `NotOurs`; as the cluster or the history fails.
    pub async fn scale(&self, run: RunId, copies: u32) -> Result<RunRow, Error> {
        let row = self.service(run).await?;
        if copies == 0 {
            return self.stop(run).await;
        }
        if copies > i32::MAX.unsigned_abs() {
            let message = format!("{copies} copies are more than Kubernetes can count: use at most {}.", i32::MAX);
            return Err(Error::invalid(vec![Problem::new("copies", "range", message)]));
        }
        let wanted = change(&self.ports, run, |row, at| {
            edited(&row.run.status, at, |status| {
                let ready = status.copies.map_or(0, |known| known.ready);
                status.copies = Some(Copies { ready, wanted: copies });
                if status.wish == Some(Wish::Stop) {
                    status.wish = None;
                }
                if matches!(status.state, RunState::Stop | RunState::Stopped | RunState::Error) {
                    status.state = RunState::Pending;
                    status.phase = Phase::Queued;
                    status.reason = None;
                    status.message = None;
                }
            })
        })
        .await?;
        let (cluster, main) = self.main_of(&row.run).await?;
        let began = Instant::now();
        // One that goes on is given its whole time to become ready again.
        let answer = match row.run.status.state {
            RunState::Stop | RunState::Stopped => cluster.resume(&main, copies, self.ports.clock.now()).await,
            _ => cluster.scale(&main, copies).await,
        };
        asked(answer, &row.run, began)?;
        tracing::info!(run_id = %run, copies, "asked for copies");
        Ok(wanted.unwrap_or(row))
    }

    /// Lets a stopped service go on with as many copies as before, and a suspended schedule with its times.
    ///
    /// # Errors
    /// As `scale`.
    pub async fn resume(&self, run: RunId) -> Result<RunRow, Error> {
        if self.known(run).await?.run.status.schedule.is_some() {
            return self.resume_schedule(run).await;
        }
        let row = self.service(run).await?;
        let before = row.run.status.copies.map(|copies| copies.wanted).filter(|wanted| *wanted > 0);
        self.scale(run, before.or(row.run.spec.task.replicas).unwrap_or(1).max(1)).await
    }

    /// Starts all copies of a service anew, one after the other: those that are ready go on until others are.
    ///
    /// # Errors
    /// As `scale`; `InvalidInput` for a stopped one.
    pub async fn restart(&self, run: RunId) -> Result<RunRow, Error> {
        let row = self.service(run).await?;
        if matches!(row.run.status.state, RunState::Stop | RunState::Stopped) {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("{} is stopped: nothing runs", row.run.object_name),
            )
            .hint(format!("Let it go on with `berth resume {run}`.")));
        }
        let (cluster, main) = self.main_of(&row.run).await?;
        let began = Instant::now();
        asked(cluster.restart(&main, self.ports.clock.now()).await, &row.run, began)?;
        tracing::info!(run_id = %run, "asked for a restart");
        Ok(row)
    }

    /// Reads a service that this installation launched and that is still there.
    async fn service(&self, run: RunId) -> Result<RunRow, Error> {
        let row = self.owned(run).await?;
        let Run { action, status, object_name, .. } = &row.run;
        let refuse = |why: String, hint: &str| Err(Error::new(ErrorCode::InvalidInput, why).hint(hint));
        if !action.is_service() {
            let why = format!("{object_name} is a {}: only a service or a deployment has copies", action.word());
            return refuse(why, "Run it again with `berth rerun`, or stop it with `berth stop`.");
        }
        if status.submission != Submission::Released || status.only_in_history || status.wish == Some(Wish::Delete) {
            return refuse(
                format!("{object_name} is not in the cluster any more"),
                "Launch it anew with `berth rerun`.",
            );
        }
        Ok(row)
    }

    async fn main_of(&self, run: &Run) -> Result<(Cluster, ObjectRef), Error> {
        let cluster = self.clusters.cluster_of(&self.ports, run).await?;
        let main = run.status.objects.first().cloned().ok_or_else(|| {
            Error::new(ErrorCode::Internal, format!("the main object of run {} is not written down", run.id))
        })?;
        Ok((cluster, main))
    }
}

fn asked<T>(answer: Result<T, berth_k8s::Error>, run: &Run, began: Instant) -> Result<T, Error> {
    answer.map_err(|error| match error.class {
        Class::NotFound | Class::Conflict => Error::new(
            ErrorCode::NotFound,
            format!("the Deployment of {} is gone: someone deleted it in the cluster", run.object_name),
        )
        .hint("Launch it anew with `berth rerun`."),
        _ => failure::of_contact(error, &run.target, began.elapsed()),
    })
}
