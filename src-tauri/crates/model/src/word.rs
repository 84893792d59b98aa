//! Owns the words people read for a run's state, the same in the window and in the program.

use serde::{Deserialize, Serialize};

use crate::{Action, Phase, Reason, RunState, RunStatus};

/// How a run stands, in one word for people. Colours and icons hang on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum StatusWord {
    /// Written down, not yet in the cluster.
    Submitted,
    /// In the cluster; no pod yet.
    Queued,
    /// Waiting for a node, or for something that must be changed.
    Pending,
    /// Pulling the image, fetching code, starting the container.
    Starting,
    /// The program runs.
    Running,
    /// A service that runs and answers.
    Ready,
    /// A schedule that waits for its next time.
    Scheduled,
    /// Ended well.
    Succeeded,
    /// Ended badly.
    Failed,
    /// Being stopped.
    Stopping,
    /// Stopped.
    Stopped,
    /// Gone before its end was seen.
    Lost,
    /// Deleted from the cluster.
    Deleted,
}

impl StatusWord {
    /// The word itself.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Submitted => "Submitted",
            Self::Queued => "Queued",
            Self::Pending => "Pending",
            Self::Starting => "Starting",
            Self::Running => "Running",
            Self::Ready => "Ready",
            Self::Scheduled => "Scheduled",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Lost => "Lost",
            Self::Deleted => "Deleted",
        }
    }
}

impl RunStatus {
    /// Returns how the run stands, in one word.
    #[must_use]
    pub fn word(&self, action: Action) -> StatusWord {
        if matches!(self.reason, Some(Reason::Vanished)) {
            return StatusWord::Lost;
        }
        match self.state {
            RunState::Created | RunState::Built | RunState::Ready => StatusWord::Submitted,
            RunState::Pending => match self.phase {
                Phase::Pulling | Phase::Mounting | Phase::Fetching | Phase::Starting => StatusWord::Starting,
                // It has no pod of its own, so that it waits for its times from the release on.
                Phase::Queued if self.schedule.is_some() => StatusWord::Scheduled,
                Phase::Queued | Phase::Held => StatusWord::Queued,
                _ => StatusWord::Pending,
            },
            RunState::Running if self.phase == Phase::Scheduled => StatusWord::Scheduled,
            RunState::Running if self.schedule.is_some() => StatusWord::Pending,
            RunState::Running if !action.is_service() => StatusWord::Running,
            RunState::Running => match self.phase {
                Phase::Running => StatusWord::Ready,
                Phase::Pulling | Phase::Mounting | Phase::Fetching | Phase::Starting => StatusWord::Starting,
                _ => StatusWord::Pending,
            },
            RunState::Completed => StatusWord::Succeeded,
            RunState::Error => StatusWord::Failed,
            RunState::Stop | RunState::Deleting => StatusWord::Stopping,
            RunState::Stopped => StatusWord::Stopped,
            RunState::Deleted => StatusWord::Deleted,
        }
    }

    /// Returns what the run is doing, in a few words.
    #[must_use]
    pub const fn doing(&self) -> &'static str {
        if matches!((self.state, self.phase), (RunState::Stopped, Phase::Blocked)) {
            return "stopped, and can go on";
        }
        match self.phase {
            Phase::Preparing => "preparing",
            Phase::Held => "held before release",
            Phase::Queued if self.schedule.is_some() => "waiting for its next time",
            Phase::Queued => "queued: the cluster has made no pod yet",
            Phase::Scheduling => "waiting for a node",
            Phase::Mounting => "preparing volumes",
            Phase::Pulling => "pulling the image",
            Phase::Fetching => "fetching the code",
            Phase::Starting => "starting the container",
            Phase::Blocked => "blocked",
            Phase::Running => "running",
            Phase::Scheduled => "waiting for its next time",
            Phase::Retrying => "waiting for the next attempt",
            Phase::Stopping => "stopping",
            Phase::Finished => "finished",
            Phase::Checking => "checking with the cluster",
        }
    }
}
