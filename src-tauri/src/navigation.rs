//! Keeps the window on its own page: nothing remote is ever loaded into it.

use tauri::plugin::TauriPlugin;
use tauri::{Runtime, Url, plugin};

/// Refuses every navigation that leaves the page.
pub(crate) fn plugin<R: Runtime>() -> TauriPlugin<R> {
    plugin::Builder::<R>::new("navigation")
        .on_navigation(|_, url| {
            let allowed = is_own(url, cfg!(debug_assertions));
            if !allowed {
                tracing::warn!(scheme = url.scheme(), host = url.host_str(), "navigation refused");
            }
            allowed
        })
        .build()
}

/// Tells whether an address is the page itself: Tauri's own scheme, its form on Windows and Android, and, while
/// developing, the page's server.
fn is_own(url: &Url, is_development: bool) -> bool {
    match (url.scheme(), url.host_str()) {
        ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost")) => true,
        ("http", Some("localhost")) => is_development && url.port() == Some(1420),
        ("about", _) => url.path() == "blank",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn only_the_own_page_may_be_loaded() {
        let check = |url: &str, is_development: bool| is_own(&url.parse().unwrap(), is_development);
        for url in ["tauri://localhost/", "tauri://localhost/index.html#/runs", "http://tauri.localhost/"] {
            assert!(check(url, false), "{url} is the page");
        }
        for url in [
            "https://example.org/",
            "http://localhost:1420/",
            "http://tauri.localhost.example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
        ] {
            assert!(!check(url, false), "{url} is not the page");
        }
        assert!(check("http://localhost:1420/", true), "the page's server, while developing");
        assert!(!check("http://localhost:8080/", true), "another server");
    }
}
