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
        .on_page_load(|webview, load| match load.event() {
            PageLoadEvent::Started => measure(webview),
            PageLoadEvent::Finished => {
                tracing::info!("the page is loaded");
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

/// Tells a page that is not shown yet how large it will be: without, it lays itself out twice.
#[cfg(target_os = "linux")]
fn measure<R: Runtime>(webview: &Webview<R>) {
    use gtk::prelude::WidgetExt;

    let window = webview.window();
    let (Ok(false), Ok(size), Ok(scale)) = (window.is_visible(), window.inner_size(), window.scale_factor()) else {
        return;
    };
    let size = size.to_logical::<i32>(scale);
    let place = gtk::Allocation::new(0, 0, size.width, size.height);
    if let Err(error) = webview.with_webview(move |page| page.inner().size_allocate(&place)) {
        tracing::debug!(%error, "unable to tell the page its size");
    }
}

/// The page knows its size elsewhere.
#[cfg(not(target_os = "linux"))]
const fn measure<R: Runtime>(_: &Webview<R>) {}

fn show<R: Runtime>(webview: &Webview<R>) {
    let window = webview.window();
    if window.is_visible().unwrap_or(false) {
        return;
    }
    if let Err(error) = window.show() {
        tracing::error!(%error, "unable to show the window");
    }
}
