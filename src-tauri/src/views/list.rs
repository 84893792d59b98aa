//! What the list of runs asks and gets.

use berth_core::ErrorCode;
use berth_core::ports::{RunPage, RunQuery};
use berth_model::{Action, RunState};
use serde::{Deserialize, Serialize};

use crate::error::{CommandError, CommandResult};
use crate::views::{RunView, Whole};

/// Which runs, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub(crate) struct RunFilter {
    /// In any of these states; empty means all.
    pub states: Vec<RunState>,
    /// Of this function.
    pub function: Option<String>,
    /// Of this action.
    pub action: Option<Action>,
    /// In this context.
    pub context: Option<String>,
    /// In this Kubernetes namespace.
    pub namespace: Option<String>,
    /// Made at or after, RFC 3339.
    pub since: Option<String>,
    /// Text to find in name, id, image or environment names.
    pub text: Option<String>,
    /// Archived ones too.
    pub archived: bool,
    /// At most so many; 0 means 100.
    pub limit: u32,
    /// Older than the run with this `seq`.
    pub before: Option<Whole>,
}

impl RunFilter {
    /// Makes the query.
    ///
    /// # Errors
    /// `InvalidInput` where the function's name or the time is none.
    pub fn into_query(self) -> CommandResult<RunQuery> {
        let invalid = |sentence: String| CommandError::new(ErrorCode::InvalidInput, sentence);
        let function = self.function.map(|name| name.parse()).transpose();
        let since = self.since.map(|time| time.parse()).transpose();
        Ok(RunQuery {
            project: None,
            states: self.states,
            function: function.map_err(|error: berth_model::ValueError| invalid(error.sentence))?,
            action: self.action,
            context: self.context,
            namespace: self.namespace,
            since: since.map_err(|error: jiff::Error| invalid(format!("The time is none: {error}.")))?,
            text: self.text.filter(|text| !text.trim().is_empty()),
            archived: self.archived,
            limit: self.limit,
            before: self.before.map(|before| before.0),
        })
    }
}

/// A page of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunList {
    /// Newest first.
    pub runs: Vec<RunView>,
    /// Whether older ones follow.
    pub more: bool,
    /// How many there are per state, of the same query without its states.
    pub counts: Vec<StateCount>,
}

/// How many runs are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct StateCount {
    /// The state.
    pub state: RunState,
    /// How many.
    pub count: Whole,
}

impl From<RunPage> for RunList {
    fn from(page: RunPage) -> Self {
        Self {
            runs: page.rows.into_iter().map(RunView::from).collect(),
            more: page.more,
            counts: page.counts.into_iter().map(|(state, count)| StateCount { state, count: Whole(count) }).collect(),
        }
    }
}
