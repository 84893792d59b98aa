//! The program as a process of its own, against the scripted API server.

use std::path::Path;
use std::process::{Child, ExitStatus};

use berth_core::FAILPOINTS;
use berth_model::RunId;
pub use berth_testkit::program::{Deed, was_killed};
use berth_testkit::program::{Plan, act_if_planned};

use crate::world::{kubeconfig_in, request};

/// The test below, by the name that the test binary knows it by.
const PROGRAM: &str = "child::acts_as_the_program";

fn plan(folder: &Path, deed: Deed, run: RunId, dies_at: Option<&str>) -> Plan {
    Plan {
        folder: folder.to_owned(),
        kubeconfig: kubeconfig_in(folder),
        deed,
        request: request(run),
        secrets: Vec::new(),
        dies_at: dies_at.map(str::to_owned),
        waits_at: None,
    }
}

/// Starts the process.
pub fn start(folder: &Path, deed: Deed, run: RunId, dies_at: Option<&str>) -> Child {
    plan(folder, deed, run, dies_at).start(PROGRAM)
}

/// Runs the process to its end.
pub fn run(folder: &Path, deed: Deed, run: RunId, dies_at: Option<&str>) -> ExitStatus {
    plan(folder, deed, run, dies_at).run(PROGRAM)
}

/// Is the process where a plan is given. Without one it is a test of its own: the fail points can be told apart.
#[test]
fn acts_as_the_program() {
    if act_if_planned() {
        return;
    }
    let mut names = FAILPOINTS.to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FAILPOINTS.len(), "no fail point is listed twice");
}
