//! `cargo xtask demo`: a training script runs on a real Kubernetes, watched to its end, then the window opens on it.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cluster::{self, Cluster};
use crate::process::{command, find, read, run};
use crate::{build, output, paths, setup};

/// The demo's options.
#[derive(Args)]
pub struct Arguments {
    /// Run on this context of your own kubeconfig; without it, on a local cluster that the demo brings up
    #[arg(long)]
    context: Option<String>,
    /// The namespace of your own cluster to run in
    #[arg(long, requires = "context")]
    namespace: Option<String>,
    /// The image of the example, if your cluster cannot pull the public one: Python 3 with numpy
    #[arg(long)]
    image: Option<String>,
}

/// Where the demo runs.
struct Target {
    context: String,
    /// A kubeconfig file of a cluster that we made; None is the user's own.
    kubeconfig: Option<PathBuf>,
    /// The image in a registry that the cluster has at hand.
    image: Option<String>,
}

/// Runs the demo. Ends with the exit status of the run, after the window was closed where there is a display.
///
/// # Errors
/// When a step before the run fails.
pub fn run_all(arguments: &Arguments) -> Result<ExitCode> {
    // A named cluster is the only one to be touched, and the local one need not be built for it.
    setup::for_window()?;
    build::page()?;
    build::programs()?;
    let target = target(arguments)?;
    output::step(format!("running examples/train on {}", target.context));
    let mut berth = command(build::program("berth")?, ["--context", &target.context]);
    if let Some(namespace) = &arguments.namespace {
        berth.args(["--namespace", namespace]);
    }
    berth.args(["run", "-f", "examples/train/function.yaml", "--action", "job", "--wait", "--follow"]);
    if let Some(image) = arguments.image.as_ref().or(target.image.as_ref()) {
        berth.args(["--image", image]);
    }
    berth.current_dir(paths::repository());
    let mut window = command(build::program("berth-desktop")?, [""; 0]);
    for program in [&mut berth, &mut window] {
        if let Some(file) = &target.kubeconfig {
            program.env("KUBECONFIG", file);
        }
    }
    let status = berth.status().context("failed to start berth")?;
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    if has_display() {
        output::step("opening the window: close it to end the demo");
        run(&mut window)?;
    } else {
        output::note("there is no display here, so no window opens; `berth runs` lists the run");
    }
    if target.kubeconfig.is_some() {
        output::note("the local cluster stays up: `cargo xtask cluster down` ends it");
    }
    Ok(ExitCode::from(code))
}

fn target(arguments: &Arguments) -> Result<Target> {
    if let Some(context) = &arguments.context {
        return Ok(Target { context: context.clone(), kubeconfig: None, image: None });
    }
    let Some(reason) = cluster::unsuitability() else {
        let local = Cluster::named(cluster::DEFAULT_NAME)?;
        local.up(None)?;
        let image = Some(cluster::image("python"));
        return Ok(Target { context: local.context(), kubeconfig: Some(local.kubeconfig()?), image });
    };
    other_local_cluster()?.map_or_else(|| bail!("{reason}"), Ok)
}

/// A local cluster by one of the tools that people use for it, made if it is not there.
fn other_local_cluster() -> Result<Option<Target>> {
    let of = |context: &str| Some(Target { context: context.to_owned(), kubeconfig: None, image: None });
    if find("kind").is_some() {
        let clusters = read(&mut command("kind", ["get", "clusters"]))?;
        if !clusters.lines().any(|name| name == "berth") {
            output::step("making a local cluster with kind");
            run(&mut command("kind", ["create", "cluster", "--name", "berth"]))?;
        }
        return Ok(of("kind-berth"));
    }
    if find("k3d").is_some() {
        let clusters = read(&mut command("k3d", ["cluster", "list", "--no-headers"]))?;
        if !clusters.lines().any(|line| line.split_whitespace().next() == Some("berth")) {
            output::step("making a local cluster with k3d");
            run(&mut command("k3d", ["cluster", "create", "berth"]))?;
        }
        return Ok(of("k3d-berth"));
    }
    if find("minikube").is_some() {
        // It starts what is stopped, makes what is not there, and does nothing when it runs.
        output::step("bringing up a local cluster with minikube");
        run(&mut command("minikube", ["start", "--profile", "berth"]))?;
        return Ok(of("berth"));
    }
    Ok(None)
}

fn has_display() -> bool {
    cfg!(not(target_os = "linux"))
        || ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
