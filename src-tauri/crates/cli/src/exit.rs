//! Owns the exit statuses: an interface that scripts rely on.

use berth_core::ErrorCode;
use berth_model::{Run, RunState};

/// With what the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; with waiting, the run ended well or is ready.
    Done = 0,
    /// The run failed.
    RunFailed = 1,
    /// Bad input; nothing was created.
    BadInput = 2,
    /// The cluster cannot be reached, or refused.
    Cluster = 3,
    /// No such thing.
    NotFound = 4,
    /// Stopped by someone.
    Stopped = 5,
    /// Local storage or keyring.
    Storage = 6,
    /// Outcome unknown, being looked after.
    Unknown = 7,
    /// A fault of the program itself.
    Internal = 70,
    /// Waited long enough; the run goes on.
    TimedOut = 124,
    /// Interrupted (128 + SIGINT, as shells have it); the run goes on.
    Interrupted = 130,
}

impl Exit {
    /// The status of a failed use case.
    pub(crate) const fn of_error(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidInput => Self::BadInput,
            ErrorCode::NotFound => Self::NotFound,
            ErrorCode::Unreachable
            | ErrorCode::Unauthenticated
            | ErrorCode::Forbidden
            | ErrorCode::Refused
            | ErrorCode::Kubeconfig
            | ErrorCode::Conflict
            | ErrorCode::NotOurs => Self::Cluster,
            ErrorCode::OutcomeUnknown => Self::Unknown,
            ErrorCode::Storage | ErrorCode::Keyring => Self::Storage,
            ErrorCode::TimedOut => Self::TimedOut,
            ErrorCode::Internal => Self::Internal,
        }
    }

    /// The status of a run that was waited for.
    pub(crate) const fn of_run(run: &Run) -> Self {
        match run.status.state {
            RunState::Completed => Self::Done,
            RunState::Running if run.status.is_lasting(run.action) => Self::Done,
            RunState::Error => Self::RunFailed,
            RunState::Stop | RunState::Stopped | RunState::Deleting | RunState::Deleted => Self::Stopped,
            _ => Self::Unknown,
        }
    }

    /// The number.
    pub(crate) const fn status(self) -> u8 {
        self as u8
    }
}
