//! A data folder, a kubeconfig that leads to the scripted API server, and the core upon both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use berth_core::ports::RunRow;
use berth_core::{App, LaunchRequest, Launchable};
use berth_model::{Action, Place, ProjectName, RunId};
use berth_testkit::api_server::Seen;
use berth_testkit::program::open;
use berth_testkit::{FakeApi, MemoryVault, RecordingSink};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The namespace that the kubeconfig leads to.
pub const NAMESPACE: &str = "work";

/// One data folder with its program and its cluster.
pub struct World {
    pub folder: TempDir,
    pub api: FakeApi,
    pub app: Arc<App>,
    pub announced: Arc<RecordingSink>,
    pub vault: Arc<MemoryVault>,
}

impl World {
    pub fn new() -> Self {
        let api = FakeApi::new();
        api.add_namespace(NAMESPACE);
        let server = served(api.clone());
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(kubeconfig_in(folder.path()), kubeconfig(&server)).unwrap();
        let (announced, vault) = (Arc::<RecordingSink>::default(), Arc::<MemoryVault>::default());
        let app = open(folder.path(), &kubeconfig_in(folder.path()), Arc::clone(&announced), Arc::clone(&vault));
        Self { folder, api, app, announced, vault }
    }

    /// A second program on the same data folder.
    pub fn other_program(&self) -> Arc<App> {
        open(self.folder.path(), &kubeconfig_in(self.folder.path()), Arc::default(), Arc::default())
    }

    pub async fn run(&self, run: RunId) -> RunRow {
        self.app.history().run(run).await.unwrap().expect("the run is in history")
    }

    /// The only Job there is.
    pub fn job(&self) -> Value {
        let jobs = self.api.objects("Job");
        assert_eq!(jobs.len(), 1, "exactly one Job: {jobs:?}");
        jobs[0].clone()
    }

    /// Requests so far, as `METHOD path?query`.
    pub fn requests(&self) -> Vec<String> {
        let line = |seen: &Seen| match seen.query.as_str() {
            "" => format!("{} {}", seen.method, seen.path),
            query => format!("{} {}?{query}", seen.method, seen.path),
        };
        self.api.seen().iter().map(line).collect()
    }

    /// Requests that would have stored or changed something.
    pub fn changes(&self) -> Vec<String> {
        let is_change = |request: &String| {
            !request.starts_with("GET") && !request.contains("dryRun=All") && !request.contains("accessreviews")
        };
        self.requests().into_iter().filter(is_change).collect()
    }

    /// Submissions as they were written, oldest first.
    pub async fn states(&self, run: RunId) -> Vec<String> {
        let all = self.app.transitions(run).await.unwrap();
        all.iter().map(|row| format!("{:?}", row.transition.to.submission)).collect()
    }
}

/// Serves it on a thread of its own, so that a test may wait for a process without holding the server up; its address.
fn served(api: FakeApi) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let served = api.serve().await;
            tell.send(format!("http://{}", served.address())).unwrap();
            std::future::pending::<()>().await;
        });
    });
    told.recv().unwrap()
}

pub fn kubeconfig_in(folder: &Path) -> PathBuf {
    folder.join("kubeconfig.yaml")
}

pub fn kubeconfig(server: &str) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "lab",
        "clusters": [{ "name": "lab", "cluster": { "server": server } }],
        "users": [{ "name": "dev", "user": { "token": "not-a-secret" } }],
        "contexts": [{ "name": "lab", "context": { "cluster": "lab", "user": "dev", "namespace": NAMESPACE } }],
    })
    .to_string()
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
