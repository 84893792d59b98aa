//! `cargo xtask test`: sets everything up, runs every check and every test, and ends with one line of counts.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::cluster::Cluster;
use crate::display::Session;
use crate::process::command;
use crate::tally::{self, Reasons, Tally};
use crate::{build, check, cluster, output, setup};

/// The beginning of the names of clusters that a test run makes for itself; the rest is its process id.
const CLUSTER_PREFIX: &str = "test-";

/// Runs everything. The last line on stdout is `N passed, M failed`; a step that breaks counts as one failure.
pub fn all() -> ExitCode {
    let started = Instant::now();
    let mut run = Run::default();
    if run.step("set-up", setup::all) && run.step("page", build::page) && run.step("programs", build::programs) {
        for check in check::STATIC {
            run.step(check.name, check.run);
        }
        run.page_tests();
        run.rust_tests();
    }
    output::note(format!("{} min {} s in all", started.elapsed().as_secs() / 60, started.elapsed().as_secs() % 60));
    if run.tally.skipped > 0 {
        output::note(format!("{} tests are marked to be left out", run.tally.skipped));
    }
    run.reasons.lines().iter().for_each(output::answer);
    output::answer(format!("{} passed, {} failed", run.tally.passed, run.tally.failed));
    if run.tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Run {
    tally: Tally,
    reasons: Reasons,
}

impl Run {
    /// Does a step and tells whether it went well. One that did not is told at once and counted.
    fn step(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        self.counted(name, |_| step().map(|()| Tally::default()))
    }

    fn counted(&mut self, name: &str, step: impl FnOnce(&mut Reasons) -> Result<Tally>) -> bool {
        output::step(name);
        let started = Instant::now();
        let outcome = step(&mut self.reasons);
        let tally = outcome.unwrap_or_else(|error| {
            output::note(format!("{name} failed: {error:#}"));
            self.reasons.tell(format!("{name}: {error:#}"));
            Tally { failed: 1, ..Tally::default() }
        });
        self.tally.add(tally);
        output::note(format!("{name}: {} s", started.elapsed().as_secs()));
        tally.failed == 0
    }

    fn page_tests(&mut self) {
        let Some(folder) = build::page_folder() else { return };
        self.counted("tests of the page", |reasons| {
            // CI keeps the runner from waiting for changes.
            tally::of(
                command("npm", ["test"]).current_dir(folder).env("CI", "1").env("NO_COLOR", "1"),
                tally::vitest_line,
                reasons,
            )
        });
    }

    fn rust_tests(&mut self) {
        let name = format!("{CLUSTER_PREFIX}{}", std::process::id());
        self.step("test clusters of runs that were killed", || cluster::wipe_abandoned(CLUSTER_PREFIX));
        let Ok(cluster) = Cluster::named(&name) else { return };
        self.step("test cluster", || cluster.up(None));
        self.counted("Rust tests", |reasons| rust_tests(&cluster, reasons));
        self.step("end of the test cluster", || cluster.down(true));
    }
}

/// All Rust tests in one go, those with a window among them: in a desktop session of its own.
fn rust_tests(cluster: &Cluster, reasons: &mut Reasons) -> Result<Tally> {
    let session = Session::new()?;
    let cargo = on_cluster(cluster, &["test", "--workspace", "--no-fail-fast"])?;
    tally::of(&mut session.command(&cargo)?, tally::cargo_line, reasons)
}

/// A call of cargo for tests that know the cluster and the programs.
fn on_cluster(cluster: &Cluster, arguments: &[&str]) -> Result<std::process::Command> {
    let mut cargo = build::cargo(arguments);
    cargo.env("BERTH_DESKTOP_BINARY", build::program("berth-desktop")?).env("BERTH_BINARY", build::program("berth")?);
    // Without a cluster the tests that need one must fail, not be lost: they find nothing in these.
    if let Ok(file) = cluster.kubeconfig() {
        cargo.env("BERTH_TEST_KUBECONFIG", file).env("BERTH_TEST_CONTEXT", cluster.context());
        cargo.env("BERTH_TEST_CLUSTER", cluster.name());
    }
    // One at a time: many tests tell how soon something must be seen, and share two cores with a whole Kubernetes.
    cargo.env("RUST_TEST_THREADS", "1");
    // What failed is told by its message; the frames are all of the runtime's.
    cargo.env("RUST_BACKTRACE", "0");
    // What a test does to the cluster (cut, mend, component) it does by this program.
    cargo.env("BERTH_XTASK", build::program("xtask")?);
    Ok(cargo)
}

/// `cargo xtask shots`: walks through the window as its tests do, and leaves a picture of each screen and state.
///
/// # Errors
/// When a step fails, a test among them.
pub fn shots() -> Result<()> {
    setup::all()?;
    build::page()?;
    build::programs()?;
    let cluster = Cluster::named(cluster::DEFAULT_NAME)?;
    cluster.up(None)?;
    let folder = crate::paths::repository().join("target").join("shots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("failed to empty the folder of pictures")?;
    }
    let session = Session::new()?;
    let cargo = on_cluster(&cluster, &["test", "--workspace", "--test", "desktop"])?;
    crate::process::run(&mut session.command(&cargo)?)?;
    let mut pictures: Vec<_> = std::fs::read_dir(&folder)
        .context("no picture was taken")?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    pictures.sort();
    pictures.iter().for_each(|picture| output::answer(picture.display()));
    Ok(())
}
