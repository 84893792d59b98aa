//! What must hold of the sources without a cluster and without a display.

use anyhow::{Result, bail};

use crate::process::{command, run};
use crate::{build, output};

/// One check: its name and what it does.
pub struct Check {
    /// What is checked, as told to the user.
    pub name: &'static str,
    /// Does it.
    pub run: fn() -> Result<()>,
}

/// The checks that run no test.
pub const STATIC: [Check; 3] = [
    Check { name: "formatting of Rust", run: || run(&mut build::cargo(&["fmt", "--all", "--check"])) },
    Check { name: "clippy", run: clippy },
    Check { name: "types, lint and formatting of the page", run: page },
];

/// Runs all checks and the tests that need neither cluster nor display, telling all failures, not only the first.
///
/// # Errors
/// When a check fails: the error names each.
pub fn all() -> Result<()> {
    let tests = Check { name: "tests of values, layers and bindings", run: value_tests };
    let mut failed = Vec::new();
    for check in STATIC.into_iter().chain([tests]) {
        output::step(check.name);
        if let Err(error) = (check.run)() {
            output::note(format!("{error:#}"));
            failed.push(check.name);
        }
    }
    if !failed.is_empty() {
        bail!("these checks failed: {}", failed.join("; "));
    }
    output::note("all checks passed");
    Ok(())
}

fn clippy() -> Result<()> {
    build::any_page()?;
    run(&mut build::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn page() -> Result<()> {
    let Some(folder) = build::page_folder() else { return Ok(()) };
    crate::setup::npm_packages()?;
    run(command("npm", ["run", "--silent", "check"]).current_dir(folder))
}

fn value_tests() -> Result<()> {
    build::any_page()?;
    let mut cargo = build::cargo(&["test", "--workspace", "--lib", "--bins"]);
    if build::has_test_target("it")? {
        cargo.args(["--test", "it"]);
    }
    run(&mut cargo)
}
