//! The window: Tauri commands, events and preferences on top of `berth-core`; decides nothing.

/// Opens the window and runs until it is closed.
pub fn run() -> Result<(), tauri::Error> {
    tauri::Builder::default().run(tauri::generate_context!())
}
