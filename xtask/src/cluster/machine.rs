//! Whether this machine can run the test cluster, and what the cluster borrows of it: control groups and kernel settings
//! that no namespace separates. What was borrowed is given back.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env::consts::OS, thread};

use anyhow::{Context, Result, bail};

use crate::process::{command, find, succeeds};

const CONTROL_GROUPS: &str = "/sys/fs/cgroup";

/// Kernel settings that the kubelet changes for the whole machine (its `setupKernelTunables`).
const SETTINGS: [&str; 6] = [
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
];

/// Refuses a machine that cannot run the cluster, in one sentence that says what else to do.
///
/// # Errors
/// When the machine is not Linux, the user is not root, or namespaces cannot be made.
pub fn suffices() -> Result<()> {
    let instead = "use a cluster of your own (`cargo xtask demo --context NAME`) or install kind, k3d or minikube";
    if OS != "linux" {
        bail!("the local test cluster needs Linux and this is {OS}: {instead}");
    }
    if !rustix::process::geteuid().is_root() {
        bail!(
            "the local test cluster needs root, because it makes network and process namespaces: run the command as root, or {instead}"
        );
    }
    let namespaces = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "true"];
    if find("unshare").is_none() || !succeeds(&mut command("unshare", namespaces)) {
        bail!("this machine does not allow namespaces to be made, which the local test cluster lives in: {instead}");
    }
    if !Path::new(CONTROL_GROUPS).join("cgroup.controllers").exists()
        && !Path::new(CONTROL_GROUPS).join("memory").exists()
    {
        bail!(
            "this machine has no control groups mounted at {CONTROL_GROUPS}, which the local test cluster needs: {instead}"
        );
    }
    Ok(())
}

/// Makes the control group in every hierarchy of the machine.
///
/// # Errors
/// When a hierarchy does not allow it.
pub fn make_control_group(name: &str) -> Result<()> {
    let unified = Path::new(CONTROL_GROUPS);
    if unified.join("cgroup.controllers").exists() {
        delegate(unified)?;
        let group = unified.join(name);
        fs::create_dir_all(&group)
            .with_context(|| format!("failed to make the control group \"{}\"", group.display()))?;
        return delegate(&group);
    }
    for hierarchy in hierarchies()? {
        let group = hierarchy.join(name);
        fs::create_dir_all(&group)
            .with_context(|| format!("failed to make the control group \"{}\"", group.display()))?;
        // A new group of this hierarchy has no processors and no memory nodes, and accepts no process until it has.
        for file in ["cpuset.cpus", "cpuset.mems"] {
            if let Ok(value) = fs::read(hierarchy.join(file)) {
                fs::write(group.join(file), value)
                    .with_context(|| format!("failed to set {file} of \"{}\"", group.display()))?;
            }
        }
    }
    Ok(())
}

/// Removes the control group with all below it, in every hierarchy.
///
/// # Errors
/// When processes are left in it after 30 s.
pub fn remove_control_group(name: &str) -> Result<()> {
    let mut groups = vec![Path::new(CONTROL_GROUPS).join(name)];
    groups.extend(hierarchies()?.into_iter().map(|hierarchy| hierarchy.join(name)));
    let started = Instant::now();
    loop {
        // A dead process leaves its group a moment after it is gone from /proc.
        let left: Vec<&PathBuf> = groups.iter().filter(|group| group.exists() && !remove_tree(group)).collect();
        let Some(first) = left.first() else { return Ok(()) };
        if started.elapsed() > Duration::from_secs(30) {
            bail!("unable to remove the control group \"{}\": a process is left in it", first.display());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Reads the kernel settings that the kubelet will change, as lines `name value`.
pub fn kernel_settings() -> String {
    let value = |name: &&str| Some(format!("{name} {}\n", fs::read_to_string(setting(name)).ok()?.trim()));
    SETTINGS.iter().filter_map(value).collect()
}

/// Gives the machine back what [`kernel_settings`] read.
///
/// # Errors
/// When a setting cannot be written.
pub fn restore_kernel_settings(saved: &str) -> Result<()> {
    for (name, value) in saved.lines().filter_map(|line| line.split_once(' ')) {
        if SETTINGS.contains(&name) && fs::read_to_string(setting(name)).is_ok_and(|now| now.trim() != value) {
            fs::write(setting(name), value).with_context(|| format!("failed to give {name} its value {value} back"))?;
        }
    }
    Ok(())
}

fn setting(name: &str) -> PathBuf {
    Path::new("/proc/sys").join(name)
}

/// The hierarchies of version 1, each a folder with a mount of its own (some are links to another).
fn hierarchies() -> Result<Vec<PathBuf>> {
    if Path::new(CONTROL_GROUPS).join("cgroup.controllers").exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(CONTROL_GROUPS).with_context(|| format!("failed to list {CONTROL_GROUPS}"))?;
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| entry.ok()?.path().canonicalize().ok()).collect();
    folders.retain(|folder| folder.join("cgroup.procs").exists());
    folders.sort();
    folders.dedup();
    Ok(folders)
}

/// Lets groups below `group` use all controllers that it has.
fn delegate(group: &Path) -> Result<()> {
    let controllers = fs::read_to_string(group.join("cgroup.controllers"))
        .with_context(|| format!("failed to read the controllers of \"{}\"", group.display()))?;
    let enabled = fs::read_to_string(group.join("cgroup.subtree_control")).unwrap_or_default();
    for controller in controllers.split_whitespace().filter(|name| !enabled.split_whitespace().any(|on| on == *name)) {
        fs::write(group.join("cgroup.subtree_control"), format!("+{controller}"))
            .with_context(|| format!("failed to pass the controller {controller} on from \"{}\"", group.display()))?;
    }
    Ok(())
}

fn remove_tree(group: &Path) -> bool {
    let Ok(entries) = fs::read_dir(group) else { return !group.exists() };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_tree(&entry.path());
        }
    }
    fs::remove_dir(group).is_ok()
}
