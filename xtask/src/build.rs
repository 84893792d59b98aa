//! Building Berth itself: the page, then every Rust package of the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{command, read, run};
use crate::{output, paths, setup};

/// Without a development server's address the window shows the page that was built, in debug builds too.
const WITHOUT_DEVELOPMENT_SERVER: &str = r#"{"build":{"devUrl":null}}"#;

/// The folder of the page, if the clone has one.
pub fn page_folder() -> Option<PathBuf> {
    let folder = paths::repository().join("ui");
    folder.join("package.json").is_file().then_some(folder)
}

/// What the page is made of.
const PAGE_SOURCES: [&str; 6] =
    ["src", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];

/// Builds the page into `ui/dist`, which the window's package embeds, unless it is there and newer than all it is made of:
/// a page that is written again lets the window be compiled again.
///
/// # Errors
/// When npm fails.
pub fn page() -> Result<()> {
    let Some(folder) = page_folder() else { return Ok(()) };
    setup::npm_packages()?;
    if is_current(&folder) {
        return Ok(());
    }
    output::step("building the page");
    run(command("npm", ["run", "--silent", "build"]).current_dir(folder))
}

fn is_current(folder: &Path) -> bool {
    let Some(built) = newest(&folder.join("dist").join("index.html")) else { return false };
    PAGE_SOURCES.iter().all(|source| newest(&folder.join(source)).is_some_and(|changed| changed < built))
}

/// When a file, or anything in a folder, was last changed.
fn newest(path: &Path) -> Option<SystemTime> {
    let own = fs::metadata(path).ok()?.modified().ok()?;
    let within = fs::read_dir(path).into_iter().flatten().flatten();
    Some(within.filter_map(|entry| newest(&entry.path())).fold(own, SystemTime::max))
}

/// Builds the page unless `ui/dist` is there, for what only has to compile.
///
/// # Errors
/// As [`page`].
pub fn any_page() -> Result<()> {
    if paths::repository().join("ui").join("dist").join("index.html").is_file() { Ok(()) } else { page() }
}

/// Builds every program of the workspace. Always the whole: a part would build its dependencies with other features again.
///
/// # Errors
/// When cargo fails.
pub fn programs() -> Result<()> {
    output::step("building the programs (some 10 minutes with nothing built yet, on two cores)");
    run(&mut cargo(&["build", "--workspace"]))
}

/// A built program.
///
/// # Errors
/// When cargo cannot tell where it builds.
pub fn program(name: &str) -> Result<PathBuf> {
    let folder = metadata()?.target_directory;
    Ok(folder.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Tells whether the window's package has a test target of that name.
///
/// # Errors
/// When cargo cannot tell.
pub fn has_test_target(name: &str) -> Result<bool> {
    let packages = metadata()?.packages;
    let window = packages.iter().find(|package| package.name == "berth-desktop");
    let is_named = |target: &Target| target.name == name && target.kind.iter().any(|kind| kind == "test");
    Ok(window.is_some_and(|package| package.targets.iter().any(is_named)))
}

/// A cargo command in the clone, with the settings that every build of ours has in common.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
    cargo.current_dir(paths::repository()).env("TAURI_CONFIG", WITHOUT_DEVELOPMENT_SERVER);
    // Cargo gives these to the programs that it runs, and takes them for settings when they run it.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_BIN_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// What is read of `cargo metadata`.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

fn metadata() -> Result<Metadata> {
    let text = read(&mut cargo(&["metadata", "--format-version=1", "--no-deps"]))?;
    serde_json::from_str(&text).context("failed to read what cargo metadata wrote")
}
