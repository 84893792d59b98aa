//! What the person likes about the window. Losing it costs defaults and nothing else; the core never reads it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use berth_core::ErrorCode;
use berth_core::ports::RunOrder;
use serde::{Deserialize, Serialize};
use tauri::{AppHandle, WebviewWindow, Wry};
use tauri_plugin_store::{Store, StoreExt};

use crate::error::{CommandError, CommandResult};

const FILE: &str = "preferences.json";
const KEY: &str = "window";

/// Preferences of the window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Light or dark.
    pub theme: Theme,
    /// The context last chosen.
    pub context: Option<String>,
    /// The namespace last chosen, by context.
    pub namespaces: BTreeMap<String, String>,
    /// Namespaces that were typed or chosen, by context, latest first.
    pub recent_namespaces: BTreeMap<String, Vec<String>>,
    /// The project last chosen.
    pub project: Option<String>,
    /// How large everything is drawn, in percent; 100 where not said.
    pub zoom: Option<u16>,
    /// Columns of the list of runs that are hidden.
    pub hidden_columns: Vec<String>,
    /// Whether the list of runs is drawn with less space between rows.
    pub is_dense: bool,
    /// How the list of runs is filtered and sorted, by context; "" while none was chosen.
    pub run_lists: BTreeMap<String, RunListChoice>,
    /// Contexts in the order in which they were last chosen.
    pub recent_contexts: Vec<String>,
    /// Whether long lines of a log are wrapped.
    pub wraps_logs: bool,
    /// How the time of a log line is shown.
    pub log_time: LogTime,
}

/// How the list of runs is filtered and sorted. The page reads the words and leaves out those that it does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(default)]
pub(crate) struct RunListChoice {
    /// The group of states that shows.
    pub show: Option<String>,
    /// Of this function.
    pub function: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Of functions with this label.
    pub label: Option<String>,
    /// The length of time that shows.
    pub since: Option<String>,
    /// Archived ones too.
    pub archived: bool,
    /// In which order.
    pub order: RunOrder,
}

/// Sizes that can be read and leave room for something, in percent.
const ZOOM: std::ops::RangeInclusive<u16> = 50..=300;

impl Preferences {
    /// Puts into effect what the page cannot do itself.
    pub fn put_into(&self, window: &WebviewWindow) {
        let percent = self.zoom.unwrap_or(100).clamp(*ZOOM.start(), *ZOOM.end());
        if let Err(error) = window.set_zoom(f64::from(percent) / 100.0) {
            tracing::warn!(%error, percent, "unable to draw everything in another size");
        }
    }
}

/// How the time of a log line is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogTime {
    /// In the person's time zone.
    #[default]
    Local,
    /// In UTC.
    Utc,
    /// Since the run started.
    Relative,
    /// Not at all.
    Off,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the system.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The preferences' file, or memory alone where it cannot be used.
pub(crate) struct PreferencesFile {
    store: Option<Arc<Store<Wry>>>,
}

impl PreferencesFile {
    /// Opens the file in the data folder. Returns a sentence where a damaged one was set aside.
    pub fn open(app: &AppHandle, data_dir: &Path) -> (Self, Option<String>) {
        let path = data_dir.join(FILE);
        let notice = set_damaged_aside(&path);
        match app.store_builder(&path).disable_auto_save().build() {
            Ok(store) => (Self { store: Some(store) }, notice),
            Err(error) => {
                tracing::warn!(%error, "preferences cannot be kept");
                let sentence = format!("The window's preferences cannot be kept in {}: {error}.", path.display());
                (Self { store: None }, Some(sentence))
            }
        }
    }

    /// Reads the preferences; the defaults where there are none.
    pub fn read(&self) -> Preferences {
        let stored = self.store.as_ref().and_then(|store| store.get(KEY));
        stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default()
    }

    /// Writes the preferences.
    ///
    /// # Errors
    /// `Storage` where the file cannot be written.
    pub fn write(&self, preferences: &Preferences) -> CommandResult<()> {
        let failed = |error: &dyn std::fmt::Display| {
            CommandError::new(ErrorCode::Storage, format!("The preferences could not be saved: {error}."))
        };
        let store = self.store.as_ref().ok_or_else(|| failed(&"there is no place to keep them"))?;
        store.set(KEY, serde_json::to_value(preferences).map_err(|error| failed(&error))?);
        store.save().map_err(|error| failed(&error))
    }
}

/// Moves a file that is not JSON aside: the plugin ignores such a file and would overwrite it on the next save.
fn set_damaged_aside(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    if serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).is_ok() {
        return None;
    }
    let aside = free_name(path);
    match std::fs::rename(path, &aside) {
        Ok(()) => Some(format!(
            "The window's preferences were damaged: they were set aside as {} and start afresh.",
            aside.display()
        )),
        Err(error) => Some(format!("The window's preferences are damaged and could not be set aside: {error}.")),
    }
}

fn free_name(path: &Path) -> PathBuf {
    let name = |number: u32| path.with_extension(format!("damaged-{number}.json"));
    (1..).map(name).find(|candidate| !candidate.exists()).unwrap_or_else(|| name(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_set_aside_and_a_sound_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        assert_eq!(set_damaged_aside(&path), None, "no file, no notice");
        std::fs::write(&path, br#"{"window":{"theme":"dark"}}"#).unwrap();
        assert_eq!(set_damaged_aside(&path), None, "a sound file stays");
        for _ in 0..2 {
            std::fs::write(&path, br#"{"window":{"the"#).unwrap();
            assert!(set_damaged_aside(&path).unwrap().contains("set aside"), "the person is told");
            assert!(!path.exists(), "the plugin must not meet the damaged file");
        }
        let kept = std::fs::read(folder.path().join("preferences.damaged-2.json")).unwrap();
        assert_eq!(kept, br#"{"window":{"the"#, "what was damaged is kept as it was");
    }

    #[test]
    fn unknown_and_missing_keys_are_no_damage() {
        let read: Preferences = serde_json::from_str(r#"{"theme":"dark","later":1}"#).unwrap();
        assert_eq!(read, Preferences { theme: Theme::Dark, ..Preferences::default() });
    }
}
