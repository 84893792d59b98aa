//! What lives as long as the window: the core, its engine, the preferences, the log file.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use berth_core::ports::Clock;
use berth_core::{App, ErrorCode, Options, Ports};
use berth_history::SqliteHistory;
use berth_vault::KeyringVault;
use tauri::AppHandle;
use tauri::async_runtime::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing_appender::non_blocking::WorkerGuard;

use crate::clock::WallClock;
use crate::drafts::Drafts;
use crate::error::{CommandError, CommandResult};
use crate::events::TauriSink;
use crate::preferences::PreferencesFile;
use crate::views::Startup;

/// How long leaving may take: time for the engine to close its logs durably.
const GOODBYE: Duration = Duration::from_secs(3);

/// Server-side time limit of each watch request: how long a dead connection can stay unnoticed while the window shows
/// its runs.
const WATCH_WINDOW: Duration = Duration::from_secs(25);

/// The parts of the running window. One per process, managed by Tauri.
pub(crate) struct Shell {
    app: CommandResult<Arc<App>>,
    /// The preferences.
    pub preferences: PreferencesFile,
    /// What is being typed into forms.
    pub drafts: Drafts,
    startup: Mutex<Startup>,
    stop: CancellationToken,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    _log: Option<WorkerGuard>,
}

impl Shell {
    /// Opens everything and starts the engine. What cannot be opened is told by the commands, not by a crash.
    pub fn start(handle: &AppHandle) -> Self {
        let stop = CancellationToken::new();
        let folder = berth_history::default_folder();
        let data_dir = folder.clone().unwrap_or_default();
        let log = folder.as_deref().ok().and_then(|folder| crate::logging::start(folder).ok());
        let (preferences, notice) = PreferencesFile::open(handle, &data_dir);
        let drafts = Drafts::new(&data_dir);
        let mut startup = Startup {
            data_dir: data_dir.display().to_string(),
            installation: None,
            notices: notice.into_iter().collect(),
        };
        let sink = Arc::new(TauriSink::default());
        let app = match folder {
            Ok(folder) => open_core(folder, Arc::clone(&sink), &mut startup.notices),
            Err(error) => Err(error.into()),
        };
        let mut tasks = vec![tauri::async_runtime::spawn(sink.pump(handle.clone(), stop.clone()))];
        match &app {
            Ok(app) => tasks.push(tauri::async_runtime::spawn(run_engine(Arc::clone(app), stop.clone()))),
            Err(error) => tracing::error!(message = %error.message, "the history cannot be used"),
        }
        Self { app, preferences, drafts, startup: Mutex::new(startup), stop, tasks: Mutex::new(tasks), _log: log }
    }

    /// The core.
    ///
    /// # Errors
    /// Why it could not be started, where that is so.
    pub fn app(&self) -> CommandResult<Arc<App>> {
        self.app.clone()
    }

    /// How the start went.
    pub async fn startup(&self) -> Startup {
        let mut startup = self.startup.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Ok(app) = &self.app {
            startup.installation = app.history().installation().await.ok();
        }
        startup
    }

    /// Adds to what a page tells as it begins.
    #[cfg(not(windows))]
    pub fn tell(&self, notice: String) {
        let mut startup = self.startup.lock().unwrap_or_else(PoisonError::into_inner);
        if !startup.notices.contains(&notice) {
            startup.notices.push(notice);
        }
    }

    /// Ends the engine and waits for it, but not for ever.
    pub fn stop(&self) {
        self.stop.cancel();
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tauri::async_runtime::block_on(async {
            for task in tasks {
                if tokio::time::timeout(GOODBYE, task).await.is_err() {
                    tracing::warn!("a task did not end in time; what it had written is kept");
                }
            }
        });
    }
}

async fn run_engine(app: Arc<App>, stop: CancellationToken) {
    if let Err(error) = app.run_engine(stop).await {
        tracing::error!(code = ?error.code, message = %error.message, "the engine ended");
    }
}

fn open_core(data_dir: PathBuf, sink: Arc<TauriSink>, notices: &mut Vec<String>) -> CommandResult<Arc<App>> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let opened = SqliteHistory::open(&data_dir, &clock)?;
    notices.extend(opened.notices);
    let ports =
        Ports { history: opened.history, archive: opened.archive, vault: Arc::new(KeyringVault::new()), sink, clock };
    let (variable, home) = (std::env::var_os("KUBECONFIG"), std::env::home_dir());
    let files = berth_core::kubeconfig_files(&*ports.history, variable.as_deref(), home.as_deref());
    let kubeconfigs = tauri::async_runtime::block_on(files)?;
    let options = Options { data_dir, kubeconfigs, watch_window: WATCH_WINDOW };
    Ok(App::new(ports, options))
}

/// Runs what reads files on a thread that may wait.
///
/// # Errors
/// As the work fails; `Internal` where it panicked.
pub(crate) async fn blocking<T, F>(work: F) -> CommandResult<T>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, berth_core::Error> + Send + 'static,
{
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(CommandError::new(ErrorCode::Internal, "Berth ran into a fault of its own; its log tells more.")),
    }
}
