//! Loads the page anew when its process ended: WebKit runs pages in processes of their own, and a window whose page is gone
//! stays empty for good. Runs, logs and drafts are no page's to lose.

use tauri::Runtime;
use tauri::plugin::{self, TauriPlugin};

/// Watches over the page's process, where the platform does not do so itself.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    let builder = plugin::Builder::<R>::new("revival");
    #[cfg(target_os = "linux")]
    let builder = builder.on_webview_ready(|webview| {
        use tauri::Manager;

        let handle = webview.app_handle().clone();
        let watched = webview.with_webview(move |page| linux::watch(&page.inner(), handle));
        if let Err(error) = watched {
            tracing::warn!(%error, "unable to watch over the page");
        }
    });
    builder.build()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::cell::Cell;
    use std::time::{Duration, Instant};

    use tauri::{AppHandle, Manager, Runtime};
    use webkit2gtk::{WebProcessTerminationReason, WebView, WebViewExt};

    use crate::shell::Shell;

    /// A page that ended sooner than this after its last revival is given a pause: what ended it may be at work still.
    const SOON: Duration = Duration::from_secs(10);
    /// How long the pause is.
    const PAUSE: Duration = Duration::from_secs(5);

    pub(super) fn watch<R: Runtime>(page: &WebView, handle: AppHandle<R>) {
        let revived: Cell<Option<Instant>> = Cell::new(None);
        page.connect_web_process_terminated(move |page, reason| {
            let why = match reason {
                WebProcessTerminationReason::TerminatedByApi => return,
                WebProcessTerminationReason::ExceededMemoryLimit => " (it used too much memory)",
                _ => "",
            };
            tracing::error!(?reason, "the page ended unexpectedly");
            handle.state::<Shell>().tell(format!(
                "This window's page ended unexpectedly{why} and was loaded anew. Runs went on meanwhile, and what was typed \
                 into a form is kept, but for values that look secret."
            ));
            let pause = if revived.get().is_some_and(|last| last.elapsed() < SOON) { PAUSE } else { Duration::ZERO };
            revived.set(Some(Instant::now() + pause));
            let page = page.clone();
            glib::timeout_add_local_once(pause, move || page.reload());
        });
    }
}
