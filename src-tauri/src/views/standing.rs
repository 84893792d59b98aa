//! How things stand across all contexts.

use berth_core::Standing;
use berth_model::RunId;
use serde::{Deserialize, Serialize};

/// What stands out across all contexts and projects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct StandingView {
    /// Live runs by context; one without any is left out.
    pub live: Vec<LiveRuns>,
    /// What needs a look.
    pub looks: Vec<LookView>,
}

/// How many runs are live in a context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LiveRuns {
    /// The context.
    pub context: String,
    /// How many.
    pub runs: u32,
}

/// One run that someone should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LookView {
    /// The run.
    pub run: RunId,
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub context: String,
    /// Why, in a sentence.
    pub why: String,
}

impl From<Standing> for StandingView {
    fn from(standing: Standing) -> Self {
        let Standing { live, looks } = standing;
        let look = |look: berth_core::NeedsLook| LookView {
            run: look.run,
            name: look.name,
            context: look.context,
            why: look.why,
        };
        Self {
            live: live.into_iter().map(|(context, runs)| LiveRuns { context, runs }).collect(),
            looks: looks.into_iter().map(look).collect(),
        }
    }
}
