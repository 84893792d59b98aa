//! The programs of the test cluster: Kubernetes, etcd and CoreDNS from their Go modules, metrics-server from its own.
//! Each set is built once and kept by a hash of its sources and go.sum.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::process::{command, find, run};
use crate::{cache, output, paths};

/// The Kubernetes that the cluster runs, as `go.mod` requires it.
pub const KUBERNETES_VERSION: &str = "v1.34.4";

/// The names under which the one Kubernetes program is each of its components.
const COMPONENTS: [&str; 6] =
    ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet"];

/// The folders that hold the built programs.
pub struct Programs {
    /// etcd, the components of Kubernetes, kubectl and coredns.
    pub kubernetes: PathBuf,
    /// metrics-server.
    pub metrics_server: PathBuf,
}

impl Programs {
    /// Returns the programs, building what is not in the cache: about 5 minutes on two cores when nothing is.
    ///
    /// # Errors
    /// When Go is missing or a build fails.
    pub fn ready() -> Result<Self> {
        Ok(Self { kubernetes: kubernetes()?, metrics_server: metrics_server()? })
    }

    /// Tells whether all programs are in the cache.
    pub fn are_built() -> Result<bool> {
        Ok(cache::path("kubernetes", &key("kubernetes")?)?.is_dir()
            && cache::path("metrics-server", &key("metrics-server")?)?.is_dir())
    }
}

fn sources(module: &str) -> PathBuf {
    paths::repository().join("xtask").join("cluster").join(module)
}

fn key(module: &str) -> Result<String> {
    cache::hash(&[sources(module)], KUBERNETES_VERSION)
}

fn kubernetes() -> Result<PathBuf> {
    let version = "k8s.io/component-base/version";
    let number = KUBERNETES_VERSION.trim_start_matches('v');
    let mut parts = number.split('.');
    let (major, minor) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    // Without these every component calls itself v0.0.0-master.
    let flags = format!(
        "-s -w -X {version}.gitVersion={KUBERNETES_VERSION} -X {version}.gitMajor={major} -X {version}.gitMinor={minor} \
         -X {version}.gitTreeState=clean -X k8s.io/client-go/pkg/version.gitVersion={KUBERNETES_VERSION}"
    );
    cache::kept("kubernetes", &key("kubernetes")?, |folder| {
        output::step(format!(
            "building Kubernetes {KUBERNETES_VERSION}, etcd and CoreDNS from source (about 5 minutes, once)"
        ));
        build("kubernetes", &flags, &[".", "./coredns", "./kubectl"], folder)?;
        for component in COMPONENTS {
            let link = folder.join(component);
            symlink("kubernetes", &link).with_context(|| format!("failed to link \"{}\"", link.display()))?;
        }
        Ok(())
    })
}

fn metrics_server() -> Result<PathBuf> {
    cache::kept("metrics-server", &key("metrics-server")?, |folder| {
        output::step("building metrics-server from source (about a minute, once)");
        build("metrics-server", "-s -w", &["."], folder)
    })
}

fn build(module: &str, flags: &str, packages: &[&str], folder: &Path) -> Result<()> {
    if find("go").is_none() {
        bail!(
            "the test cluster is built with Go 1.26 or later, which is not on the PATH: install it from https://go.dev/dl"
        );
    }
    let started = Instant::now();
    // The trailing slash makes Go write each package's program into the folder, whatever their number.
    let target = format!("{}/", folder.display());
    let mut go = command("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", &target]);
    run(go.args(packages).current_dir(sources(module)).env("CGO_ENABLED", "0"))?;
    let bytes: u64 = fs::read_dir(folder)
        .with_context(|| format!("failed to list \"{}\"", folder.display()))?
        .filter_map(|entry| entry.ok()?.metadata().ok())
        .map(|file| file.len())
        .sum();
    output::note(format!("{module}: {} MB in {} s", bytes / 1_000_000, started.elapsed().as_secs()));
    Ok(())
}
