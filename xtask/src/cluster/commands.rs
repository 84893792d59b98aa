//! The words of `cargo xtask cluster` and what each calls.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};

use super::{Cluster, DEFAULT_NAME};
use crate::output;

/// The test cluster's commands.
#[derive(Args)]
pub struct Arguments {
    /// Which cluster: several can be up side by side
    #[arg(long, global = true, default_value = DEFAULT_NAME)]
    name: String,
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    /// Bring the cluster up, building what it needs the first time
    Up {
        /// Rotate a container's log at this size (say 100Ki), checked every 3 s; the kubelet's own is 10Mi
        #[arg(long, value_name = "SIZE")]
        log_max_size: Option<String>,
    },
    /// End the cluster and leave nothing running; its objects come back with the next up
    Down {
        /// Remove the cluster's data too
        #[arg(long)]
        wipe: bool,
    },
    /// Tell whether the cluster is up and what runs in it
    Status,
    /// Print the path of a kubeconfig for the cluster
    Kubeconfig,
    /// Build a folder with a Dockerfile, push it to the cluster's registry and print the image's name
    Load {
        /// The folder
        folder: PathBuf,
        /// The image's name and tag, if not the folder's name
        #[arg(long)]
        image: Option<String>,
    },
    /// Run a command inside the node, with the cluster's programs on the PATH and an administrator's KUBECONFIG
    Exec {
        /// The command
        #[arg(last = true, required = true)]
        line: Vec<String>,
    },
    /// Take the machine's way into the cluster away, until `mend`
    Cut {
        /// Break every connection and refuse new ones (the default)
        #[arg(long, conflicts_with = "silent")]
        reset: bool,
        /// Freeze every connection: nothing answers, nothing closes
        #[arg(long)]
        silent: bool,
    },
    /// Give the way into the cluster back
    Mend,
    /// Do something to one of the node's programs, as a fault or its repair
    Component {
        /// Its name: etcd, containerd, registry, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy, coredns or metrics-server
        component: String,
        /// What to do
        action: Action,
    },
}

/// What can be done to one of the node's programs.
#[derive(Clone, Copy, ValueEnum)]
pub enum Action {
    /// Kill it at once
    Kill,
    /// Start it after `kill`
    Start,
    /// Stop it from running, with its connections open
    Freeze,
    /// Let it run on after `freeze`
    Thaw,
}

/// Runs one of the cluster's commands.
///
/// # Errors
/// When the machine cannot run a cluster, or the command fails.
pub fn run(arguments: Arguments) -> Result<ExitCode> {
    let cluster = Cluster::named(&arguments.name)?;
    match arguments.command {
        Commands::Up { log_max_size } => cluster.up(log_max_size.as_deref())?,
        Commands::Down { wipe } => cluster.down(wipe)?,
        Commands::Status => return cluster.status(),
        Commands::Kubeconfig => output::answer(cluster.kubeconfig()?.display()),
        Commands::Load { folder, image } => output::answer(cluster.load(&folder, image.as_deref())?),
        Commands::Exec { line } => return cluster.exec(&line),
        Commands::Cut { silent: true, .. } => cluster.relay()?.freeze()?,
        Commands::Cut { .. } => cluster.relay()?.reset()?,
        Commands::Mend => cluster.relay()?.mend()?,
        Commands::Component { component, action } => cluster.act(&component, action)?,
    }
    Ok(ExitCode::SUCCESS)
}
