//! How the window opens: the core answers while the page is still being read, and the window is shown once its page is there.

use std::time::Duration;

use tauri::plugin::TauriPlugin;
use tauri::webview::PageLoadEvent;
use tauri::{Runtime, Webview, plugin};

/// What the page finds when it begins: a promise of what `first_screen` answers. A page without it asks by itself.
const ASK: &str = "(() => {
    const asked = window.__TAURI_INTERNALS__.invoke('first_screen');
    asked.catch(() => undefined);
    window.__BERTH_FIRST_SCREEN__ = asked;
})();";

/// How long a page may take before its window is shown without it: whatever is wrong should be seen.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the window.
///
/// A window that is shown before WebKit on Linux has read its page may stand still for half a second where the machine has no
/// graphics device: it waits for the page's first picture, while the page waits for it to hand over its files.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    plugin::Builder::<R>::new("opening")
        .js_init_script(ASK)
        .on_page_load(|webview, load| {
            if matches!(load.event(), PageLoadEvent::Finished) {
                show(webview);
            }
        })
        .on_webview_ready(|webview| {
            tauri::async_runtime::spawn(async move {
                tokio::time::sleep(PATIENCE).await;
                show(&webview);
            });
        })
        .build()
}

fn show<R: Runtime>(webview: &Webview<R>) {
    let window = webview.window();
    if window.is_visible().unwrap_or(false) {
        return;
    }
    if let Err(error) = window.show() {
        tracing::error!(%error, "unable to show the window");
    }
}
