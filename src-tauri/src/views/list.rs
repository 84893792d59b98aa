//! What the list of runs asks and gets.

use berth_core::ErrorCode;
use berth_core::ports::{RunOrder, RunPage, RunQuery};
use berth_model::{Action, ProjectName, RunState};
use serde::{Deserialize, Serialize};

use crate::error::{CommandError, CommandResult};
use crate::views::{RunView, Whole};

/// Which runs, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub(crate) struct RunFilter {
    /// Of this project; of all where not said.
    pub project: Option<ProjectName>,
    /// In any of these states; empty means all.
    pub states: Vec<RunState>,
    /// Of this function.
    pub function: Option<String>,
    /// Of this action.
    pub action: Option<Action>,
    /// Of functions with this label: `key=value`, or `key` alone.
    pub label: Option<String>,
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
    /// In which order.
    pub order: RunOrder,
    /// Where the page begins: `next` of the page before.
    pub after: Option<String>,
}

impl RunFilter {
    /// Makes the query.
    ///
    /// # Errors
    /// `InvalidInput` where the function's name, the time or the place is none.
    pub fn into_query(self) -> CommandResult<RunQuery> {
        let invalid = |sentence: String| CommandError::new(ErrorCode::InvalidInput, sentence);
        let function = self.function.map(|name| name.parse()).transpose();
        let since = self.since.map(|time| time.parse()).transpose();
        let after = self.after.map(|place| serde_json::from_str(&place)).transpose();
        Ok(RunQuery {
            project: self.project,
            states: self.states,
            function: function.map_err(|error: berth_model::ValueError| invalid(error.sentence))?,
            action: self.action,
            parent: None,
            label: self.label.filter(|label| !label.trim().is_empty()),
            context: self.context,
            namespace: self.namespace,
            since: since.map_err(|error: jiff::Error| invalid(format!("The time is none: {error}.")))?,
            text: self.text.filter(|text| !text.trim().is_empty()),
            archived: self.archived,
            limit: self.limit,
            order: self.order,
            now: jiff::Timestamp::default(),
            after: after
                .map_err(|error: serde_json::Error| invalid(format!("The place in the list is none: {error}.")))?,
        })
    }
}

/// A page of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunList {
    /// In the order that was asked for.
    pub runs: Vec<RunView>,
    /// What to ask the next page with, if there is one.
    pub next: Option<String>,
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
            next: page.next.as_ref().and_then(|next| serde_json::to_string(next).ok()),
            counts: page.counts.into_iter().map(|(state, count)| StateCount { state, count: Whole(count) }).collect(),
        }
    }
}
