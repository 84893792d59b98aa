//! The window: Tauri commands, events and preferences on top of `berth-core`; decides nothing.
//!
//! Everything the page may ask is in `commands`, everything it is told by itself in `events`, the shapes of both in
//! `views`; `bindings` writes them down for TypeScript. Knows no Kubernetes, no SQL and no keyring.

mod backwards;
mod bindings;
mod clock;
mod commands;
mod error;
mod events;
mod form;
mod logging;
mod navigation;
mod preferences;
mod shell;
mod views;

use tauri::Manager;

pub use bindings::export_bindings;

use crate::shell::Shell;

/// Opens the window and runs until it is closed.
///
/// # Errors
/// Whatever keeps Tauri itself from starting; a history that cannot be opened is told in the window.
pub fn run() -> Result<(), tauri::Error> {
    let specta = bindings::specta_builder();
    let app = tauri::Builder::default()
        .plugin(tauri_plugin_store::Builder::new().build())
        .plugin(navigation::plugin())
        .invoke_handler(specta.invoke_handler())
        .setup(move |app| {
            specta.mount_events(app);
            let shell = Shell::start(app.handle());
            app.manage(shell);
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
