//! `cargo xtask record`: makes the situations that a run can get into on the test cluster and writes down what the cluster
//! says of them. The situations themselves, and how each is made, are `tests/cluster/situations`: the same test compares
//! them with what was recorded, so they cannot drift apart.

use std::process::ExitCode;

use anyhow::Result;

use crate::cluster::Cluster;
use crate::{build, output};

/// The test that plays the situations, and writes them down where it is asked to.
const TEST: &str = "recorded::every_situation_looks_as_it_was_recorded";

/// What is asked of that test; `tests/cluster/recorded.rs` reads it.
const WANTED: &str = "BERTH_RECORD";

/// Words of `cargo xtask record`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Situations to record anew, by name; all of them where none is named
    names: Vec<String>,
    /// The test cluster to use; brought up where it is not
    #[arg(long, default_value = "dev")]
    cluster: String,
}

/// Records situations into `tests/fixtures/observed`.
///
/// # Errors
/// When the cluster does not come up or cargo cannot be started.
pub fn run(arguments: &Arguments) -> Result<ExitCode> {
    let cluster = Cluster::named(&arguments.cluster)?;
    cluster.up(None)?;
    build::any_page()?;
    output::step("making the situations (about a minute and a half)");
    let mut cargo = build::cargo(&[
        "test",
        "--package",
        "berth-desktop",
        "--test",
        "cluster",
        TEST,
        "--",
        "--exact",
        "--nocapture",
    ]);
    cargo.env("BERTH_TEST_KUBECONFIG", cluster.kubeconfig()?).env("BERTH_TEST_CONTEXT", cluster.context());
    cargo.env(WANTED, if arguments.names.is_empty() { "all".to_owned() } else { arguments.names.join(",") });
    Ok(if cargo.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
