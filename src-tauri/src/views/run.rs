//! A run as a list shows it.

use berth_core::ports::RunRow;
use berth_model::{Action, Copies, InstallationId, Phase, RunId, RunState, StatusWord, Wish};
use serde::{Deserialize, Serialize};

use crate::views::Whole;

/// A run, whole enough for a row and for the head of its page. A higher revision is newer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunView {
    /// Identity.
    pub id: RunId,
    /// Number of changes so far.
    pub revision: Whole,
    /// Name that its objects carry: what people call the run.
    pub name: String,
    /// Project.
    pub project: String,
    /// Name of its function.
    pub function: String,
    /// Version of its function; 0 for one that was never saved.
    pub version: u32,
    /// What was done with it.
    pub action: Action,
    /// Context.
    pub context: String,
    /// Kubernetes namespace.
    pub namespace: String,
    /// Image, where it names one.
    pub image: Option<String>,
    /// How it stands, in one word.
    pub word: StatusWord,
    /// The stored state.
    pub state: RunState,
    /// What it is doing.
    pub phase: Phase,
    /// What it is doing, in a few words.
    pub doing: String,
    /// Why, in a word, where there is a reason.
    pub reason: Option<String>,
    /// Why, in a sentence.
    pub message: Option<String>,
    /// Exit code of the last attempt.
    pub exit_code: Option<i32>,
    /// When it was made.
    pub created: String,
    /// When the first attempt started.
    pub started: Option<String>,
    /// When it ended.
    pub finished: Option<String>,
    /// Attempts so far.
    pub attempts: u32,
    /// Copies of a service: ready, of how many.
    pub copies: Option<Copies>,
    /// Addresses of a service by themselves, without a forward.
    pub urls: Vec<String>,
    /// What someone wants to become of it.
    pub wish: Option<Wish>,
    /// Who launched it: a run of another installation is looked at, not touched.
    pub installation: InstallationId,
    /// Whether nothing will change any more.
    pub is_final: bool,
    /// Whether its objects are gone from the cluster.
    pub only_in_history: bool,
    /// Whether it was put away.
    pub archived: bool,
}

impl From<RunRow> for RunView {
    fn from(row: RunRow) -> Self {
        Self::of(&row)
    }
}

impl RunView {
    /// Shows a row.
    pub fn of(row: &RunRow) -> Self {
        let (run, status) = (&row.run, &row.run.status);
        Self {
            id: run.id,
            revision: Whole(status.revision),
            name: run.object_name.clone(),
            project: run.project.to_string(),
            function: run.function.name.to_string(),
            version: run.function.version,
            action: run.action,
            context: run.target.context.clone(),
            namespace: run.target.namespace.clone(),
            image: run.spec.function.image.as_ref().map(ToString::to_string),
            word: status.word(run.action),
            state: status.state,
            phase: status.phase,
            doing: status.doing().to_owned(),
            reason: status.reason.as_ref().map(ToString::to_string),
            message: status.why().map(str::to_owned),
            exit_code: status.exit_code,
            created: run.created.to_string(),
            started: status.started.map(|time| time.to_string()),
            finished: status.ended().map(|time| time.to_string()),
            attempts: u32::try_from(status.attempts.len()).unwrap_or(u32::MAX),
            copies: status.copies,
            urls: status.urls.clone(),
            wish: status.wish,
            installation: run.installation,
            is_final: status.is_over(run.action),
            only_in_history: status.only_in_history,
            archived: row.archived,
        }
    }
}
