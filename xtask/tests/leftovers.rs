//! The test cluster leaves nothing behind: what the machine has before a cluster comes up it has after it is down, and a
//! second cluster beside it notices nothing. Needs what the cluster needs, and fails where that is missing.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails, in its helpers too")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A cluster that another test brings up or down would be taken for a leftover.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a cluster may take of a machine.
#[derive(Debug, PartialEq)]
struct Stock {
    /// Process id and start time (a number is used again) → what the process is.
    processes: BTreeMap<(i32, String), Process>,
    mounts: BTreeSet<String>,
    control_groups: BTreeSet<PathBuf>,
    links: BTreeSet<String>,
    filters: BTreeSet<String>,
    settings: BTreeMap<&'static str, String>,
}

#[derive(Debug, PartialEq)]
struct Process {
    parent: i32,
    line: String,
    network: Option<PathBuf>,
}

const SETTINGS: [&str; 9] = [
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/conf/all/route_localnet",
    "net/ipv4/ip_forward",
    "net/netfilter/nf_conntrack_max",
    "vm/overcommit_memory",
    "vm/panic_on_oom",
];

impl Stock {
    fn take() -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap().lines().map(str::to_owned).collect();
        let names = |folder: &str| {
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        };
        let filters = run(Command::new("/usr/sbin/iptables-save"));
        let filters = String::from_utf8(filters.stdout).unwrap();
        let mut control_groups = BTreeSet::new();
        folders(Path::new("/sys/fs/cgroup"), &mut control_groups);
        Self {
            processes: processes(),
            mounts,
            control_groups,
            links: names("/sys/class/net"),
            // Comments hold the time, brackets count packets.
            filters: filters
                .lines()
                .filter(|line| !line.starts_with('#') && !line.starts_with(':'))
                .map(str::to_owned)
                .collect(),
            settings: SETTINGS
                .map(|name| (name, fs::read_to_string(format!("/proc/sys/{name}")).unwrap_or_default()))
                .into(),
        }
    }

    /// Fails with what is there now and was not before. Other programs run on this machine, maybe other clusters too:
    /// what descends from a process of before is theirs, and so is what lies in a cluster's group of before.
    fn assert_nothing_left(&self, cluster: &str) {
        let now = Self::take();
        let folder = format!("/clusters/{cluster}/");
        let own_network = fs::read_link("/proc/self/ns/net").ok();
        let left: Vec<_> = now
            .processes
            .iter()
            .filter(|(id, process)| {
                let is_foreign = process.network.is_some() && process.network != own_network;
                !self.processes.contains_key(id)
                    && (process.line.contains(&folder) || (is_foreign && !self.knows_ancestor(id.0, &now)))
            })
            .collect();
        assert!(left.is_empty(), "processes are left: {left:?}");
        let mounts: Vec<_> = now.mounts.difference(&self.mounts).collect();
        assert!(mounts.is_empty(), "mounts are left: {mounts:?}");
        let groups: Vec<_> = now
            .control_groups
            .difference(&self.control_groups)
            .filter(|group| group.to_string_lossy().contains(cluster))
            .collect();
        assert!(groups.is_empty(), "control groups are left: {groups:?}");
        assert_eq!(now.links, self.links, "network links are left");
        assert_eq!(now.filters, self.filters, "filter rules are left");
        assert_eq!(now.settings, self.settings, "kernel settings are not as before");
    }

    fn knows_ancestor(&self, id: i32, now: &Self) -> bool {
        let Some((key, process)) = now.processes.range((id, String::new())..).next().filter(|(key, _)| key.0 == id)
        else {
            return false;
        };
        (self.processes.contains_key(key) && id != 1)
            || (process.parent > 1 && self.knows_ancestor(process.parent, now))
    }
}

fn processes() -> BTreeMap<(i32, String), Process> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // The name before the last parenthesis may hold anything; fields 4 and 22 are the parent and the start.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let (Some(parent), Some(start)) = (fields.get(1), fields.get(19)) else { continue };
        let line =
            String::from_utf8_lossy(&fs::read(entry.path().join("cmdline")).unwrap_or_default()).replace('\0', " ");
        let network = fs::read_link(entry.path().join("ns/net")).ok();
        found.insert((id, (*start).to_owned()), Process { parent: parent.parse().unwrap_or(0), line, network });
    }
    found
}

fn folders(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.insert(entry.path());
            folders(&entry.path(), found);
        }
    }
}

fn run(mut command: Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("failed to start {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}: {}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn xtask(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("cluster").args(arguments);
    String::from_utf8(run(command).stdout).unwrap()
}

/// A cluster that is brought up for a test and wiped whatever becomes of the test.
struct Cluster {
    name: String,
}

impl Cluster {
    fn up(name: &str) -> (Self, Duration) {
        let cluster = Self { name: format!("{name}-{}", std::process::id()) };
        let started = Instant::now();
        xtask(&["up", "--name", &cluster.name]);
        (cluster, started.elapsed())
    }

    fn down(&self, wipe: &[&str]) -> Duration {
        let started = Instant::now();
        xtask(&[&["down", "--name", &self.name], wipe].concat());
        started.elapsed()
    }

    /// Asks the API server, from outside the node, as a user would.
    fn assert_answers(&self) {
        let file = xtask(&["kubeconfig", "--name", &self.name]);
        let text = fs::read_to_string(file.trim()).unwrap();
        assert!(
            text.contains(&format!("current-context: berth-{}\n", self.name)),
            "the context has another name: {text}"
        );
        let port = text.split("server: https://127.0.0.1:").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--insecure",
            "--max-time",
            "10",
            &format!("https://127.0.0.1:{port}/readyz"),
        ]);
        assert_eq!(String::from_utf8(run(curl).stdout).unwrap(), "ok", "the API server of {} is not ready", self.name);
    }

    fn run_job(&self) {
        let line = "kubectl create job trial --image=10.240.0.1:5000/busybox:latest -- echo done \
                    && kubectl wait --for=condition=Complete job/trial --timeout=60s && kubectl logs job/trial";
        let said = xtask(&["exec", "--name", &self.name, "--", "sh", "-ec", line]);
        assert_eq!(said.lines().last(), Some("done"), "{said}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut down = Command::new(env!("CARGO_BIN_EXE_xtask"));
        down.args(["cluster", "down", "--wipe", "--name", &self.name]).output().ok();
    }
}

#[test]
fn a_cluster_leaves_nothing_behind_and_its_neighbour_alone() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let empty = Stock::take();
    let (first, _) = Cluster::up("first");
    let with_first = Stock::take();
    let (second, cold) = Cluster::up("second");
    second.assert_answers();
    second.run_job();
    first.assert_answers();
    let down = second.down(&[]);
    with_first.assert_nothing_left(&second.name);
    first.assert_answers();

    let started = Instant::now();
    xtask(&["up", "--name", &second.name]);
    let warm = started.elapsed();
    second.assert_answers();
    // The first goes before the second: the one that goes last gives the kernel's settings back.
    first.down(&["--wipe"]);
    second.assert_answers();
    let last = second.down(&["--wipe"]);
    empty.assert_nothing_left(&first.name);
    empty.assert_nothing_left(&second.name);
    println!("a new cluster came up in {cold:.1?}, again in {warm:.1?}; it went down in {down:.1?} and {last:.1?}");
}

#[test]
fn the_way_in_can_be_cut_and_frozen_and_given_back() {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let (cluster, _) = Cluster::up("cut");
    let file = xtask(&["kubeconfig", "--name", &cluster.name]);
    let text = fs::read_to_string(file.trim()).unwrap();
    let port = text.split("server: https://127.0.0.1:").nth(1).and_then(|rest| rest.lines().next()).unwrap().to_owned();
    let status = || {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--insecure", "--max-time", "3", &format!("https://127.0.0.1:{port}/readyz")]);
        curl.output().unwrap().status.code()
    };
    assert_eq!(status(), Some(0), "the way in is not open at first");
    xtask(&["cut", "--name", &cluster.name]);
    assert_eq!(status(), Some(7), "curl must find its connection refused");
    xtask(&["mend", "--name", &cluster.name]);
    assert_eq!(status(), Some(0), "the way in was not given back after a reset");
    xtask(&["cut", "--silent", "--name", &cluster.name]);
    assert_eq!(status(), Some(28), "curl must wait in vain");
    xtask(&["mend", "--name", &cluster.name]);
    assert_eq!(status(), Some(0), "the way in was not given back after a freeze");
}
