//! What is in every cluster beside what Kubernetes makes itself, and when the cluster may be called up.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::node::Node;
use crate::process::{feed, read, succeeds};

/// How many volumes of 1 Gi wait for claims. A released one is emptied and waits again.
const VOLUMES: usize = 16;

/// kubectl inside the node, as the cluster's administrator.
pub struct Kubectl<'a> {
    /// The cluster's node.
    pub node: Node<'a>,
    /// The cluster's folder.
    pub folder: &'a Path,
    /// The program.
    pub program: PathBuf,
}

impl Kubectl<'_> {
    /// Waits until the API server says that it is ready.
    ///
    /// # Errors
    /// When it is not after 60 s: the error names its log.
    pub fn wait_for_api(&self) -> Result<()> {
        self.wait("the API server", "kube-apiserver", || Ok(succeeds(&mut self.command(&["get", "--raw=/readyz"])?)))
    }

    /// Forgets what an earlier life of the cluster said of the node, so that being ready means ready now.
    ///
    /// # Errors
    /// When kubectl fails for another reason than that the node is new.
    pub fn forget_node_state(&self) -> Result<()> {
        let patch = r#"{"status":{"conditions":[{"type":"Ready","status":"Unknown","reason":"Restarting"}]}}"#;
        if self.read(&["get", "node", "node0", "--ignore-not-found", "-o", "name"])?.trim().is_empty() {
            return Ok(());
        }
        self.read(&["patch", "node", "node0", "--subresource=status", "--type=strategic", "-p", patch]).map(drop)
    }

    /// Waits until pods can run: the node is ready and the default namespace has what pods mount.
    ///
    /// # Errors
    /// When that is not so after 60 s.
    pub fn wait_for_node(&self) -> Result<()> {
        let ready = "jsonpath={.status.conditions[?(@.type==\"Ready\")].status}";
        self.wait("the node", "kubelet", || {
            Ok(self.read(&["get", "node", "node0", "--ignore-not-found", "-o", ready])? == "True")
        })?;
        self.wait("the default service account", "kube-controller-manager", || {
            let names = [
                "get",
                "serviceaccount/default",
                "configmap/kube-root-ca.crt",
                "-n",
                "default",
                "--ignore-not-found",
                "-o",
                "name",
            ];
            Ok(self.read(&names)?.lines().count() == 2)
        })
    }

    /// Makes the objects that every cluster has, and the folders of the volumes.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub fn apply_objects(&self) -> Result<()> {
        let mut text = include_str!("../../cluster/objects.yaml").to_owned();
        for number in 0..VOLUMES {
            let folder = self.folder.join("volumes").join(format!("volume-{number}"));
            fs::create_dir_all(&folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
            // A volume on the host ignores fsGroup, and pods run as any user.
            fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))
                .with_context(|| format!("failed to open \"{}\" to all", folder.display()))?;
            text.push_str(&format!(
                "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: volume-{number}}}\nspec:\n  capacity: {{storage: 1Gi}}\n  \
                 accessModes: [ReadWriteOnce, ReadWriteMany, ReadOnlyMany]\n  storageClassName: standard\n  \
                 persistentVolumeReclaimPolicy: Recycle\n  hostPath: {{path: \"{}\"}}\n",
                folder.display()
            ));
        }
        let mut apply = self.command(&["apply", "--server-side", "--force-conflicts", "-f", "-"])?;
        feed(&mut apply, &text).context("failed to make the objects that every cluster has")?;
        Ok(())
    }

    /// Runs kubectl and returns what it writes.
    ///
    /// # Errors
    /// When it fails.
    pub fn read(&self, arguments: &[&str]) -> Result<String> {
        read(&mut self.command(arguments)?)
    }

    fn command(&self, arguments: &[&str]) -> Result<std::process::Command> {
        let mut command = self.node.enter(&self.program.display().to_string())?;
        command.env("KUBECONFIG", self.folder.join("pki").join("admin.kubeconfig"));
        command.args(arguments).arg("--request-timeout=10s");
        Ok(command)
    }

    fn wait(&self, what: &str, log: &str, is_ready: impl Fn() -> Result<bool>) -> Result<()> {
        let started = Instant::now();
        loop {
            let answer = is_ready();
            if matches!(answer, Ok(true)) {
                return Ok(());
            }
            if started.elapsed() > Duration::from_secs(60) {
                let log = self.folder.join("log").join(format!("{log}.log"));
                let error = answer.err().map_or_else(String::new, |error| format!(" ({error:#})"));
                bail!("{what} was not ready within 60 s{error}: see \"{}\"", log.display());
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}
