//! Commands about what is being typed into forms.

use berth_core::{SuggestionKind, Suggestions};
use berth_model::{Place, ProjectName};
use tauri::State;

use crate::error::CommandResult;
use crate::shell::Shell;

/// Suggests what a control may hold; answers within 3 s, with a sentence where there is nothing to suggest.
#[tauri::command]
#[specta::specta]
pub(crate) async fn suggestions(
    shell: State<'_, Shell>,
    project: ProjectName,
    place: Option<Place>,
    kind: SuggestionKind,
) -> CommandResult<Suggestions> {
    Ok(shell.app()?.suggestions(&project, place.as_ref(), kind).await?)
}

/// Reads the draft of a form, by the form's name; `None` where there is none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_draft(shell: State<'_, Shell>, key: String) -> CommandResult<Option<String>> {
    shell.drafts.read(&key)
}

/// Keeps the draft of a form across restarts and crashes; `None` removes it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_draft(shell: State<'_, Shell>, key: String, draft: Option<String>) -> CommandResult<()> {
    shell.drafts.save(&key, draft.as_deref())
}
