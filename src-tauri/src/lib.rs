//! The window: Tauri commands, events and preferences on top of `berth-core`; decides nothing.
//!
//! Everything the page may ask is in `commands`, everything it is told by itself in `events`, the shapes of both in
//! `views`; `bindings` writes them down for TypeScript. Knows no Kubernetes, no SQL and no keyring.

mod backwards;
mod bindings;
mod clock;
mod commands;
mod drafts;
mod error;
mod events;
mod file_source;
mod form;
#[cfg(target_os = "linux")]
mod graphics;
mod local_tools;
mod logging;
mod navigation;
mod opening;
mod preferences;
#[cfg(not(windows))]
mod revival;
mod shell;
mod views;

use tauri::Manager;
use tauri_plugin_window_state::StateFlags;

pub use bindings::export_bindings;

use crate::commands::first_screen::Ahead;
use crate::shell::Shell;

const WINDOW_STATE: StateFlags = StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED);

/// Makes a second start show the window that is open. One with a data folder of its own is another Berth.
fn one_window(builder: tauri::Builder<tauri::Wry>) -> tauri::Builder<tauri::Wry> {
    if std::env::var_os("BERTH_DATA_DIR").is_some() {
        return builder;
    }
    builder.plugin(tauri_plugin_single_instance::init(|handle, _, _| {
        let Some(window) = handle.get_webview_window("main") else { return };
        for shown in [window.unminimize(), window.show(), window.set_focus()] {
            if let Err(error) = shown {
                tracing::debug!(%error, "unable to bring the window to the front");
            }
        }
    }))
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// Whatever keeps Tauri itself from starting; a history that cannot be opened is told in the window.
pub fn run() -> Result<(), tauri::Error> {
    #[cfg(target_os = "linux")]
    graphics::choose();
    let specta = bindings::specta_builder();
    let builder = one_window(tauri::Builder::default());
    #[cfg(not(windows))]
    let builder = revival::watch_over(builder);
    let app = builder
        // Where the window stood and how large it was; whether it is seen is not its to say.
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(WINDOW_STATE).build())
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(navigation::plugin())
        .plugin(opening::plugin())
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            specta.mount_events(app);
            let shell = Shell::start(app.handle());
            if let Some(window) = app.get_webview_window("main") {
                shell.preferences.read().put_into(&window);
            }
            app.manage(shell);
            app.manage(Ahead::start(app.handle()));
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|handle, event| {
        if matches!(event, tauri::RunEvent::Exit) {
            handle.state::<Shell>().stop();
        }
    });
    Ok(())
}
