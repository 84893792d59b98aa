//! Tests of the open history as its users see it, through the port.

mod cases;
mod faults;
mod lists;
mod processes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::Clock;
use berth_model::{
    Action, FunctionId, FunctionName, FunctionRef, InstallationId, Origin, ProjectName, Run, RunId, RunSpec, RunState,
    RunStatus, Submission, Target, Transition,
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{Opened, SqliteHistory};

struct FixedClock(Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub(crate) fn clock_at(text: &str) -> Arc<dyn Clock> {
    Arc::new(FixedClock(text.parse().unwrap()))
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    clock_at("2026-11-24T06:00:00Z")
}

fn open(folder: &Path) -> Opened {
    SqliteHistory::open(folder, &clock()).unwrap()
}

fn open_briefly(folder: &Path) -> Result<Opened, berth_core::ports::StoreError> {
    SqliteHistory::open_patiently(folder, &clock(), Duration::from_millis(200))
}

pub(crate) fn project(name: &str) -> ProjectName {
    ProjectName::parse(name).unwrap()
}

/// A run of the project `default`; the same number is the same run.
pub(crate) fn run(number: u128) -> Run {
    let mut spec = RunSpec::default();
    spec.function.image = Some("python:3.12-slim".parse().unwrap());
    spec.function.source =
        Some(berth_model::Source { code: Some("print('hello')".to_owned()), ..berth_model::Source::default() });
    spec.task.envs = vec![berth_model::Env { name: "LEARNING_RATE".parse().unwrap(), value: "0.1".to_owned() }];
    Run {
        id: RunId::from_uuid(Uuid::from_u128(number << 64 | 0x4000_8000_0000_0000)),
        project: project("default"),
        function: FunctionRef {
            name: FunctionName::parse("Train").unwrap(),
            version: 1,
            id: FunctionId::from_uuid(Uuid::from_u128(7)),
        },
        action: Action::Job,
        target: Target {
            kubeconfig: "/home/me/.kube/config".to_owned(),
            context: "kind".to_owned(),
            namespace: "lab".to_owned(),
            cluster: None,
        },
        parent: None,
        fire: None,
        installation: InstallationId::from_uuid(Uuid::from_u128(9)),
        spec,
        build: None,
        origins: [("image".to_owned(), Origin::Function)].into(),
        manifests: vec![serde_json::json!({"kind": "Job", "metadata": {"name": format!("train-{number}")}})],
        spec_hash: "ab12".to_owned(),
        object_name: format!("train-{number}"),
        created: "2026-11-24T05:00:00Z".parse().unwrap(),
        status: RunStatus::created(),
    }
}

/// The change from one status to the next.
pub(crate) fn change(from: &RunStatus, state: RunState) -> Transition {
    let mut to = from.clone();
    to.state = state;
    to.revision += 1;
    to.submission = Submission::Released;
    Transition { at: "2026-11-24T05:01:00Z".parse().unwrap(), from: from.state, to }
}
