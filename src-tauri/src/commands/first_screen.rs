//! What the first screen shows, in one answer that is asked for while the page is still being read.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use berth_core::{ContextList, ContextLook};
use berth_model::ProjectName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::async_runtime::JoinHandle;
use tauri::{AppHandle, Manager, State};

use crate::commands::{clusters, projects, runs};
use crate::error::CommandResult;
use crate::preferences::Preferences;
use crate::shell::Shell;
use crate::views::{ProjectView, RunFilter, RunList, Startup};

/// What the first screen shows. What could not be read is `None`: the page asks for it alone and tells why.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct FirstScreen {
    /// The preferences.
    pub preferences: Preferences,
    /// How the start went.
    pub startup: Startup,
    /// The contexts.
    pub contexts: Option<ContextList>,
    /// How contexts look.
    pub looks: Option<BTreeMap<String, ContextLook>>,
    /// The projects.
    pub projects: Option<Vec<ProjectView>>,
    /// The first runs.
    pub runs: Option<FirstRuns>,
}

/// The first page of the list of runs as it was last looked at.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub(crate) struct FirstRuns {
    /// What was asked: the page takes the answer for its own question only where that is this one.
    pub filter: RunFilter,
    /// The runs.
    pub list: RunList,
}

/// What the first page is answered with, read while its web process is still being started.
pub(crate) struct Ahead(Mutex<Option<JoinHandle<FirstScreen>>>);

impl Ahead {
    /// Begins to read; the shell is managed already.
    pub fn start(handle: &AppHandle) -> Self {
        let handle = handle.clone();
        Self(Mutex::new(Some(tauri::async_runtime::spawn(async move { read(handle.state()).await }))))
    }

    /// What was read ahead, for the first that asks: a page that is loaded again is told anew.
    async fn take(&self) -> Option<FirstScreen> {
        let reading = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        reading?.await.ok()
    }
}

/// Reads what the first screen shows.
#[tauri::command]
#[specta::specta]
pub(crate) async fn first_screen(shell: State<'_, Shell>, ahead: State<'_, Ahead>) -> CommandResult<FirstScreen> {
    Ok(match ahead.take().await {
        Some(screen) => screen,
        None => read(shell).await,
    })
}

async fn read(shell: State<'_, Shell>) -> FirstScreen {
    let preferences = shell.preferences.read();
    let first_runs = async {
        let filter = first_filter(&preferences)?;
        let list = runs::list_runs(shell.clone(), filter.clone()).await.ok()?;
        Some(FirstRuns { filter, list })
    };
    let (startup, contexts, looks, projects, runs) = tokio::join!(
        shell.startup(),
        clusters::contexts(shell.clone()),
        clusters::context_looks(shell.clone()),
        projects::projects(shell.clone()),
        first_runs,
    );
    let (contexts, looks, projects) = (contexts.ok(), looks.ok(), projects.ok());
    FirstScreen { preferences, startup, contexts, looks, projects, runs }
}

/// What the list of runs asks as it opens; `None` where only the page can tell, which names groups of states and lengths
/// of time.
fn first_filter(preferences: &Preferences) -> Option<RunFilter> {
    let context = preferences.context.as_deref().unwrap_or_default();
    let choice = preferences.run_lists.get(context).cloned().unwrap_or_default();
    if choice.show.is_some() || choice.since.is_some() {
        return None;
    }
    let project = preferences.project.as_deref().map_or_else(|| Ok(ProjectName::default_project()), str::parse).ok()?;
    let action = choice.action.map(|word| serde_json::from_value(Value::String(word))).transpose().ok()?;
    Some(RunFilter {
        project: Some(project),
        function: choice.function,
        action,
        label: choice.label,
        archived: choice.archived,
        order: choice.order,
        ..RunFilter::default()
    })
}

#[cfg(test)]
mod tests {
    use berth_model::Action;

    use super::*;
    use crate::preferences::RunListChoice;

    fn asked(choice: RunListChoice) -> Option<RunFilter> {
        let run_lists = BTreeMap::from([("here".to_owned(), choice)]);
        let context = Some("here".to_owned());
        first_filter(&Preferences { context, run_lists, project: Some("vision".to_owned()), ..Preferences::default() })
    }

    #[test]
    fn the_list_is_asked_for_as_it_was_last_looked_at() {
        let word = |word: &str| Some(word.to_owned());
        let filter = asked(RunListChoice { action: word("serve"), archived: true, ..RunListChoice::default() });
        let project = Some("vision".parse().unwrap());
        let expected = RunFilter { project, action: Some(Action::Serve), archived: true, ..RunFilter::default() };
        assert_eq!(filter, Some(expected));
        let first = RunFilter { project: Some(ProjectName::default_project()), ..RunFilter::default() };
        assert_eq!(first_filter(&Preferences::default()), Some(first), "nothing was ever chosen");
    }

    #[test]
    fn what_only_the_page_understands_is_left_to_it() {
        let word = |word: &str| Some(word.to_owned());
        for choice in [
            RunListChoice { show: word("running"), ..RunListChoice::default() },
            RunListChoice { since: word("week"), ..RunListChoice::default() },
            RunListChoice { action: word("a word of a later version"), ..RunListChoice::default() },
        ] {
            assert_eq!(asked(choice.clone()), None, "{choice:?}");
        }
    }
}
