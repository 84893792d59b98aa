//! Commands about the window itself: how it started, and what the person likes.

use berth_core::ErrorCode;
use berth_model::{HelperImage, ImageReference};
use serde::{Deserialize, Serialize};
use tauri::{State, WebviewWindow};

use crate::error::{CommandError, CommandResult};
use crate::preferences::Preferences;
use crate::shell::Shell;
use crate::views::Startup;

/// Tells where the data lies and what was noticed while starting.
#[tauri::command]
#[specta::specta]
pub(crate) async fn startup(shell: State<'_, Shell>) -> CommandResult<Startup> {
    Ok(shell.startup().await)
}

/// Reads the preferences.
#[tauri::command]
#[specta::specta]
pub(crate) async fn preferences(shell: State<'_, Shell>) -> CommandResult<Preferences> {
    Ok(shell.preferences.read())
}

/// Writes the preferences and puts them into effect.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_preferences(
    shell: State<'_, Shell>,
    window: WebviewWindow,
    preferences: Preferences,
) -> CommandResult<()> {
    preferences.put_into(&window);
    shell.preferences.write(&preferences)
}

/// An image that does Berth's own work in a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct HelperView {
    /// The helper.
    pub helper: HelperImage,
    /// What it is used for and must hold.
    pub purpose: String,
    /// Its image.
    pub image: String,
    /// The public image that is used where none is chosen.
    pub public: String,
}

/// Lists the images that do Berth's own work in a cluster.
#[tauri::command]
#[specta::specta]
pub(crate) async fn helper_images(shell: State<'_, Shell>) -> CommandResult<Vec<HelperView>> {
    let images = shell.app()?.helper_images().await?;
    let view = |helper: HelperImage| HelperView {
        helper,
        purpose: helper.purpose().to_owned(),
        image: images.of(helper).to_string(),
        public: helper.public().to_owned(),
    };
    Ok(HelperImage::ALL.map(view).to_vec())
}

/// Chooses the image of a helper for the launches to come; an empty text for the public one.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_helper_image(shell: State<'_, Shell>, helper: HelperImage, image: String) -> CommandResult<()> {
    let image = match image.trim() {
        "" => None,
        typed => Some(
            ImageReference::parse(typed).map_err(|error| CommandError::new(ErrorCode::InvalidInput, error.sentence))?,
        ),
    };
    Ok(shell.app()?.set_helper_image(helper, image).await?)
}
