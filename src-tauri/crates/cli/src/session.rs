//! Puts the core together for one call of the program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::{Clock, EventSink, Notice};
use berth_core::{App, Error, ErrorCode, Options, Ports};
use berth_model::{Place, ProjectName};
use jiff::Timestamp;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::arguments::Global;
use crate::output::Output;

/// Setting under which the project in use is kept.
pub(crate) const PROJECT_IN_USE: &str = "cli.project";
/// How long a dead connection may stay unnoticed while someone waits.
const WATCH_WINDOW: Duration = Duration::from_secs(25);

/// The core, and what the command line said about where to work.
pub(crate) struct Session {
    pub(crate) app: Arc<App>,
    pub(crate) output: Output,
    context: Option<String>,
    namespace: Option<String>,
    pub(crate) project: ProjectName,
    pub(crate) changes: Arc<tokio::sync::Notify>,
}

impl Session {
    /// Opens the data folder.
    ///
    /// # Errors
    /// `Storage` where it cannot be used; `InvalidInput` for a malformed project name.
    pub(crate) async fn open(global: &Global, output: Output) -> Result<Self, Error> {
        let data_dir = data_folder()?;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let opened = berth_history::SqliteHistory::open(&data_dir, &clock)?;
        for notice in &opened.notices {
            output.note(&format!("note: {notice}"));
        }
        let changes = Arc::new(tokio::sync::Notify::new());
        let ports = Ports {
            history: opened.history,
            archive: opened.archive,
            vault: Arc::new(berth_vault::KeyringVault::new()),
            sink: Arc::new(WakingSink(Arc::clone(&changes))),
            clock,
        };
        let project = match &global.project {
            Some(name) => name.clone(),
            None => ports
                .history
                .setting(PROJECT_IN_USE)
                .await?
                .and_then(|value| value.as_str().map(str::to_owned))
                .unwrap_or_else(|| "default".to_owned()),
        };
        let project = ProjectName::parse(&project).map_err(|error| {
            Error::invalid(vec![berth_model::Problem::new("--project", error.code, error.sentence)])
        })?;
        let home = std::env::home_dir();
        let kubeconfigs =
            berth_core::kubeconfig_files(&*ports.history, std::env::var_os("KUBECONFIG").as_deref(), home.as_deref())
                .await?;
        let app = App::new(ports, Options { data_dir, kubeconfigs, watch_window: WATCH_WINDOW });
        Ok(Self { app, output, context: global.context.clone(), namespace: global.namespace.clone(), project, changes })
    }

    /// The place that the command line named, where it named one.
    ///
    /// # Errors
    /// `Kubeconfig` where only a namespace was named and there is no context to put it in.
    pub(crate) async fn place(&self) -> Result<Option<Place>, Error> {
        if let Some(context) = &self.context {
            return Ok(Some(Place { context: context.clone(), namespace: self.namespace.clone() }));
        }
        let Some(namespace) = &self.namespace else { return Ok(None) };
        Ok(Some(Place { context: self.context_in_use().await?, namespace: Some(namespace.clone()) }))
    }

    /// The context that is used: named, or the project's, or the current one of the kubeconfig.
    ///
    /// # Errors
    /// `Kubeconfig` where there is none.
    pub(crate) async fn context_in_use(&self) -> Result<String, Error> {
        if let Some(context) = &self.context {
            return Ok(context.clone());
        }
        let project = self.app.history().project(&self.project).await?;
        if let Some(place) = project.and_then(|project| project.default_target) {
            return Ok(place.context);
        }
        let list = self.app.contexts();
        list.contexts.iter().find(|context| context.is_current).map(|context| context.name.clone()).ok_or_else(|| {
            let message =
                list.problems.first().cloned().unwrap_or_else(|| "No kubeconfig names a current context.".to_owned());
            Error::new(ErrorCode::Kubeconfig, message)
                .hint("Name one with --context, or set KUBECONFIG; berth context list shows what there is.")
        })
    }

    /// Tries to be the engine of this data folder until dropped or stopped.
    pub(crate) fn start_engine(&self) -> Engine {
        let stop = CancellationToken::new();
        let app = Arc::clone(&self.app);
        let token = stop.clone();
        Engine { task: tokio::spawn(async move { app.run_engine(token).await }), stop }
    }
}

/// The engine running beside a command.
pub(crate) struct Engine {
    task: JoinHandle<Result<(), Error>>,
    stop: CancellationToken,
}

impl Engine {
    /// Does the work beside the engine, then stops the engine and waits for it. An engine that breaks ends the work:
    /// nobody would see what it waits for.
    ///
    /// # Errors
    /// The work's failure, or the engine's.
    pub(crate) async fn beside<T>(mut self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let result = tokio::select! {
            result = work => result,
            ended = &mut self.task => return Err(Self::broken(ended)),
        };
        self.stop.cancel();
        match self.task.await {
            Ok(Ok(())) => result,
            ended => result.and(Err(Self::broken(ended))),
        }
    }

    fn broken(ended: Result<Result<(), Error>, tokio::task::JoinError>) -> Error {
        match ended {
            Ok(Err(error)) => error,
            Ok(Ok(())) => Error::new(ErrorCode::Internal, "The engine ended by itself; the run goes on."),
            Err(error) => Error::new(ErrorCode::Internal, format!("The engine broke; the run goes on: {error}.")),
        }
    }
}

/// The wall clock.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the real implementation of the Clock port")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Wakes whoever follows when something changed here.
struct WakingSink(Arc<tokio::sync::Notify>);

impl EventSink for WakingSink {
    fn announce(&self, _notice: Notice) {
        self.0.notify_waiters();
    }
}

fn data_folder() -> Result<PathBuf, Error> {
    berth_history::default_folder().map_err(Error::from)
}
