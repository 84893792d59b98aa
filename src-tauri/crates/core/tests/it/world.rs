//! A data folder, a kubeconfig that leads to the scripted API server, and the core upon both.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use berth_core::ports::{Clock, EventSink, Notice, RunRow, SecretValue, SecretVault, StoreError};
use berth_core::{App, LaunchRequest, Launchable, Options, Ports};
use berth_history::SqliteHistory;
use berth_model::{Action, Place, ProjectName, RunId};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::Api;

/// The wall clock.
pub struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the tests run in real time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Keeps what was announced.
#[derive(Default)]
pub struct Announced(pub Mutex<Vec<Notice>>);

impl EventSink for Announced {
    fn announce(&self, notice: Notice) {
        self.0.lock().unwrap().push(notice);
    }
}

/// A keyring in memory.
#[derive(Default)]
pub struct MemoryVault(pub Mutex<HashMap<String, String>>);

#[async_trait]
impl SecretVault for MemoryVault {
    async fn store(&self, account: &str, value: &SecretValue) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert(account.to_owned(), value.expose().to_owned());
        Ok(())
    }

    async fn read(&self, account: &str) -> Result<Option<SecretValue>, StoreError> {
        Ok(self.0.lock().unwrap().get(account).cloned().map(SecretValue::new))
    }

    async fn delete(&self, account: &str) -> Result<(), StoreError> {
        self.0.lock().unwrap().remove(account);
        Ok(())
    }
}

/// One data folder with its program and its cluster.
pub struct World {
    pub folder: TempDir,
    pub api: Api,
    pub app: Arc<App>,
    pub announced: Arc<Announced>,
    pub vault: Arc<MemoryVault>,
}

impl World {
    pub fn new() -> Self {
        let api = Api::start();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(kubeconfig_in(folder.path()), kubeconfig(&format!("http://{}", api.address))).unwrap();
        Self::around(folder, api)
    }

    pub fn around(folder: TempDir, api: Api) -> Self {
        let (announced, vault) = (Arc::<Announced>::default(), Arc::<MemoryVault>::default());
        let app = open(folder.path(), &kubeconfig_in(folder.path()), &announced, &vault);
        Self { folder, api, app, announced, vault }
    }

    /// A second program on the same data folder.
    pub fn other_program(&self) -> Arc<App> {
        open(self.folder.path(), &kubeconfig_in(self.folder.path()), &Arc::default(), &Arc::default())
    }

    pub async fn run(&self, run: RunId) -> RunRow {
        self.app.history().run(run).await.unwrap().expect("the run is in history")
    }

    /// Submissions as they were written, oldest first.
    pub async fn states(&self, run: RunId) -> Vec<String> {
        let all = self.app.transitions(run).await.unwrap();
        all.iter().map(|row| format!("{:?}", row.transition.to.submission)).collect()
    }
}

pub fn kubeconfig_in(folder: &Path) -> PathBuf {
    folder.join("kubeconfig.yaml")
}

pub fn kubeconfig(server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{ "name": "lab", "cluster": { "server": server } }],
        "users": [{ "name": "dev", "user": { "token": "not-a-secret" } }],
        "contexts": [{ "name": "lab", "context": { "cluster": "lab", "user": "dev", "namespace": "work" } }],
    })
    .to_string()
}

/// Opens the core on a data folder, as a program does at its start.
pub fn open(folder: &Path, kubeconfig: &Path, announced: &Arc<Announced>, vault: &Arc<MemoryVault>) -> Arc<App> {
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let opened = SqliteHistory::open(&folder.join("data"), &clock).unwrap();
    let ports = Ports {
        history: opened.history,
        archive: opened.archive,
        vault: Arc::clone(vault) as Arc<dyn SecretVault>,
        sink: Arc::clone(announced) as Arc<dyn EventSink>,
        clock,
    };
    let options = Options {
        data_dir: folder.join("data"),
        kubeconfigs: vec![kubeconfig.to_owned()],
        watch_window: Duration::from_secs(25),
    };
    App::new(ports, options)
}

/// A function with code, so that the launch makes an object beside the Job.
pub fn function() -> Value {
    json!({
        "kind": "container", "name": "train",
        "spec": {
            "image": "python:3.12", "command": "python", "args": ["/shared/main.py"],
            "source": { "source": "main.py", "code": "print('done')", "lang": "python" },
        },
    })
}

pub fn request(run: RunId) -> LaunchRequest {
    LaunchRequest {
        run,
        project: ProjectName::parse("default").unwrap(),
        what: Launchable::Document(function()),
        action: Action::Job,
        overrides: Value::Null,
        task: None,
        place: Some(Place { context: "lab".into(), namespace: None }),
        parent: None,
    }
}
