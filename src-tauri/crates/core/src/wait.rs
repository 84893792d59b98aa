//! The use case of waiting for a run, whoever is the engine.

use std::time::Duration;

use berth_model::{Action, Phase, Run, RunId, RunState, RunStatus};
use tokio::time::Instant;

use crate::app::App;
use crate::ports::RunRow;
use crate::transition::unknown_run;
use crate::{Error, ErrorCode};

/// How long a change by another program may stay unnoticed. A change of this process wakes at once.
const POLL: Duration = Duration::from_millis(200);

impl App {
    /// Waits until a run is over (a service: until all its copies are ready, or it failed or was stopped; a schedule: until
    /// it waits for its next time, or was suspended), whoever is the engine.
    ///
    /// # Errors
    /// `TimedOut`; `NotFound`, also where the run is removed from history meanwhile.
    pub async fn wait(&self, run: RunId, timeout: Option<Duration>) -> Result<RunRow, Error> {
        let deadline = timeout.map(|timeout| Instant::now() + timeout);
        let mut seen = None;
        loop {
            // Listened for before it is read, so that no change falls in between.
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let counter = self.ports.history.change_counter().await?;
            if seen != Some(counter) {
                let row = self.ports.history.run(run).await?.ok_or_else(|| unknown_run(run))?;
                if is_reached(&row.run) {
                    return Ok(row);
                }
                seen = Some(counter);
            }
            let pause = deadline.map_or(POLL, |deadline| POLL.min(deadline.saturating_duration_since(Instant::now())));
            if pause.is_zero() {
                return Err(timed_out(run, timeout.unwrap_or_default()));
            }
            tokio::select! {
                () = changed => seen = None,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

/// Whether there is nothing more to wait for.
fn is_reached(run: &Run) -> bool {
    let status = &run.status;
    let is_ready = match run.action {
        Action::Serve | Action::Deploy => match status.state {
            RunState::Running => status.phase == Phase::Running && is_complete(status),
            RunState::Stopped | RunState::Error => true,
            _ => false,
        },
        Action::Job | Action::Build => match status.state {
            RunState::Running => status.phase == Phase::Scheduled,
            RunState::Stopped | RunState::Error => status.schedule.is_some(),
            _ => false,
        },
    };
    is_ready || status.is_over(run.action)
}

/// Whether all copies are ready; where they are not known, one will do.
fn is_complete(status: &RunStatus) -> bool {
    status.copies.is_none_or(|copies| copies.ready >= copies.wanted)
}

fn timed_out(run: RunId, timeout: Duration) -> Error {
    let seconds = timeout.as_secs_f64();
    Error::new(ErrorCode::TimedOut, format!("run {run} is not over after {seconds:.0} s"))
        .hint(format!("The run goes on. Wait again with `berth wait {run}`."))
}
