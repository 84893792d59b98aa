//! Loads the page anew when its process ended: WebKit runs pages in processes of their own, and a window whose page is gone
//! stays empty for good. Runs, logs and drafts are no page's to lose.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tauri::plugin::{self, TauriPlugin};
use tauri::{Builder, Manager, Runtime, Webview};

use crate::shell::Shell;

/// A page that ended sooner than this after it was loaded anew is given a pause: what ended it may be at work still.
const SOON: Duration = Duration::from_secs(10);
/// How long the pause is.
const PAUSE: Duration = Duration::from_secs(5);

/// When the page was loaded anew last.
static REVIVED: Mutex<Option<Instant>> = Mutex::new(None);

/// Watches over the page's process. On Windows, WebView2 loads it anew by itself.
pub(crate) fn watch_over<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    #[cfg(target_os = "macos")]
    let builder = builder.on_web_content_process_terminate(|webview| revive(webview, ""));
    builder.plugin(plugin())
}

fn plugin<R: Runtime>() -> TauriPlugin<R> {
    let builder = plugin::Builder::<R>::new("revival");
    #[cfg(target_os = "linux")]
    let builder = builder.on_webview_ready(|webview| {
        use webkit2gtk::{WebProcessTerminationReason, WebViewExt};

        let lost = webview.clone();
        let watched = webview.with_webview(move |page| {
            page.inner().connect_web_process_terminated(move |_, reason| match reason {
                WebProcessTerminationReason::TerminatedByApi => {}
                WebProcessTerminationReason::ExceededMemoryLimit => revive(&lost, " (it used too much memory)"),
                _ => revive(&lost, ""),
            });
        });
        if let Err(error) = watched {
            tracing::warn!(%error, "unable to watch over the page");
        }
    });
    builder.build()
}

fn revive<R: Runtime>(webview: &Webview<R>, why: &str) {
    tracing::error!(why, "the page ended unexpectedly");
    webview.state::<Shell>().tell(format!(
        "This window's page ended unexpectedly{why} and was loaded anew. Runs went on meanwhile, and what was typed into a \
         form is kept, but for values that look secret."
    ));
    let pause = {
        let mut revived = REVIVED.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = if revived.is_some_and(|last| last.elapsed() < SOON) { PAUSE } else { Duration::ZERO };
        *revived = Some(Instant::now() + pause);
        pause
    };
    let webview = webview.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(pause).await;
        if let Err(error) = webview.reload() {
            tracing::error!(%error, "unable to load the page anew");
        }
    });
}
