//! What the benchmarks against `kubectl` share: a cluster whose logs do not rotate, `berth` as people get it, and kubectl.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::cluster::{self, Cluster};
use crate::process::{command, read, run};
use crate::{build, paths};

/// Large enough that no log of a benchmark rotates: kubectl would lose what was rotated away.
const LOG_MAX_SIZE: &str = "4Gi";

/// Two ways to the same cluster.
pub struct Rivals {
    cluster: Cluster,
    berth: PathBuf,
    kubectl: PathBuf,
    /// Names the cluster.
    pub kubeconfig: PathBuf,
    /// For what a benchmark writes.
    pub folder: PathBuf,
}

impl Rivals {
    /// Builds `berth`, brings the cluster up and empties the folder.
    pub fn meet() -> Result<Self> {
        run(&mut build::cargo(&["build", "--release", "-p", "berth-cli"]))?;
        let (programs, _) = cluster::prepare()?;
        let cluster = Cluster::named("bench")?;
        cluster.up(Some(LOG_MAX_SIZE))?;
        let target = paths::repository().join("target");
        let folder = target.join("bench").join("rivals");
        if folder.exists() {
            fs::remove_dir_all(&folder).context("failed to empty the folder of the benchmarks")?;
        }
        fs::create_dir_all(&folder).context("failed to make the folder of the benchmarks")?;
        let kubeconfig = cluster.kubeconfig()?;
        Ok(Self {
            cluster,
            berth: target.join("release").join("berth"),
            kubectl: programs.kubernetes.join("kubectl"),
            kubeconfig,
            folder,
        })
    }

    /// Lets what is measured go before the cluster, which on a person's desk is another machine.
    pub fn give_way(&self) -> Result<()> {
        self.cluster.give_way()
    }

    /// Puts the cluster away.
    pub fn part(self) -> Result<()> {
        self.cluster.down(true)
    }

    /// `berth`, with a data folder of its own.
    pub fn berth(&self, arguments: &[&str]) -> Command {
        let mut berth = command(&self.berth, arguments);
        berth.env("BERTH_DATA_DIR", self.folder.join("data")).env("KUBECONFIG", &self.kubeconfig);
        berth
    }

    /// kubectl alone.
    pub fn kubectl(&self, arguments: &[&str]) -> Command {
        let mut kubectl = command(&self.kubectl, arguments);
        kubectl.env("KUBECONFIG", &self.kubeconfig).env("HOME", &self.folder);
        kubectl
    }

    /// A value of the kubeconfig, decoded, in a file for curl.
    pub fn credential(&self, path: &str, name: &str) -> Result<String> {
        let query = format!("jsonpath={{{path}}}");
        let encoded = read(&mut self.kubectl(&["config", "view", "--raw", "--flatten", "-o", &query]))?;
        let file = self.folder.join(name);
        let decoded = crate::process::feed(&mut command("base64", ["--decode"]), encoded.trim())?;
        fs::write(&file, decoded).with_context(|| format!("failed to write \"{}\"", file.display()))?;
        Ok(file.display().to_string())
    }

    /// Address of the API server.
    pub fn server(&self) -> Result<String> {
        read(&mut self.kubectl(&["config", "view", "-o", "jsonpath={.clusters[0].cluster.server}"]))
    }

    /// A function file that runs a shell line.
    pub fn function(&self, name: &str, line: &str) -> Result<String> {
        let file = self.folder.join(format!("{name}.json"));
        let document = serde_json::json!({
            "kind": "container", "name": name,
            "spec": {"image": cluster::image("busybox"), "command": ["sh", "-c", line]},
        });
        fs::write(&file, document.to_string()).with_context(|| format!("failed to write \"{}\"", file.display()))?;
        Ok(file.display().to_string())
    }
}

/// How long a command takes from start to a good end, in milliseconds; what it writes is thrown away.
pub fn wall(command: &mut Command) -> Result<f64> {
    let start = Instant::now();
    read(command)?;
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}
