//! Where the window writes its own log: one file a day in the data folder, seven kept.
//!
//! Nothing secret is ever passed to `tracing`; request bodies and environment values are not logged at any level.

use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Files kept: a week to look back, and a bound on what lies around.
const KEPT: usize = 7;

/// Starts logging into `log/` of the data folder. The guard writes out what is left when dropped.
///
/// # Errors
/// Where the folder cannot be made or written.
pub(crate) fn start(data_dir: &Path) -> Result<WorkerGuard, InitError> {
    let folder = data_dir.join("log");
    // The appender would make it too, but not before it has complained on standard error that it is not there. A
    // failure comes again from the appender, with its reason.
    std::fs::create_dir_all(&folder).ok();
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("berth-desktop")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(folder)?;
    let (writer, guard) = tracing_appender::non_blocking(appender);
    let filter = EnvFilter::try_from_env("BERTH_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(writer);
    if logger.try_init().is_err() {
        // A second start in one process (tests): the first keeps writing.
        tracing::debug!("logging was started already");
    }
    Ok(guard)
}
