//! The cluster's node: a process tree in namespaces of its own (network, mounts, processes, host name, shared memory).
//! Nothing that it binds, mounts or filters is seen outside, and killing its first process ends everything in it.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process, setpriority_process};

use super::configuration;
use crate::process::{command, numbered, process_ids, read};

/// The niceness of a node that gives way: a little above what the kernel runs only when nothing else wants to.
const LAST: i32 = 15;

/// The search path of the node's programs.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Run in the new namespaces with the cluster's folder as its argument. A bridge without ports carries the node's address,
/// since there need not be dummy links; the route sends the node's own calls to services through kube-proxy's rules.
const SET_UP: &str = r#"
folder=$1
hostname node0
ip link set lo up
ip link add node0 type bridge
ip addr add 10.240.0.1/24 dev node0
ip link set node0 up
ip route add 10.96.0.0/16 dev node0
ip addr add 10.96.0.10/32 dev lo
sysctl -q -w net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1
mount -t tmpfs -o mode=0755 tmpfs /run
for file in hosts resolv.conf; do
    target=$(readlink -m /etc/$file)
    mkdir -p "$(dirname "$target")"
    [ -e "$target" ] || : >"$target"
    mount --bind "$folder/etc/$file" "$target"
done
mkdir -p /var/lib/cni
mount --bind "$folder/log" /var/log
mount --bind "$folder/cni" /var/lib/cni
mount --make-rshared /
"#;

/// The node of the cluster in a folder.
pub struct Node<'a> {
    folder: &'a Path,
}

impl<'a> Node<'a> {
    /// The node of the cluster in `folder`, running or not.
    pub const fn of(folder: &'a Path) -> Self {
        Self { folder }
    }

    /// Starts the node's first process in new namespaces and sets these up.
    ///
    /// # Errors
    /// When the namespaces cannot be made or set up.
    pub fn start(&self) -> Result<()> {
        let program = self.program();
        if !program.is_file() {
            let source = crate::paths::repository().join("xtask").join("cluster").join("init.c");
            read(command("gcc", ["-static", "-Os", "-s", "-o"]).arg(&program).arg(source))?;
        }
        fs::write(self.folder.join("etc").join("hosts"), configuration::HOSTS)
            .context("failed to write the node's hosts")?;
        fs::write(self.folder.join("etc").join("resolv.conf"), configuration::RESOLVER)
            .context("failed to write the node's resolver")?;
        // Filters of the kernel that Kubernetes expects; most machines load them on their own.
        crate::process::succeeds(&mut command("modprobe", ["-qa", "overlay", "br_netfilter", "nf_conntrack"]));
        let namespaces =
            ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc"];
        let mut outer = command("setsid", namespaces)
            .args(["--propagation", "private"])
            .arg(&program)
            .current_dir("/")
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("failed to start unshare")?;
        let started = Instant::now();
        let id = loop {
            if let Some(id) = find_process(&program) {
                break id;
            }
            if let Some(status) = outer.try_wait().context("failed to look after unshare")? {
                bail!("unshare ended with {status} before the node's first process ran");
            }
            if started.elapsed() > Duration::from_secs(60) {
                bail!("the node's first process did not start within 60 s");
            }
            thread::sleep(Duration::from_millis(5));
        };
        fs::write(self.id_file(), id.to_string()).context("failed to write the node's process id")?;
        read(self.enter("sh")?.args(["-euc", SET_UP, "sh"]).arg(self.folder)).context("failed to set the node up")?;
        Ok(())
    }

    /// The process id of the node's first process, as this machine counts. None when it does not run: the file may be of
    /// an earlier day, so the process must be our program.
    pub fn process_id(&self) -> Option<i32> {
        let id: i32 = fs::read_to_string(self.id_file()).ok()?.trim().parse().ok()?;
        (fs::read_link(format!("/proc/{id}/exe")).ok()? == self.program()).then_some(id)
    }

    /// Makes a command that runs a program inside the node with an empty environment, in the folder `/`.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn enter(&self, program: &str) -> Result<Command> {
        let mut command = self.enter_with_environment()?;
        command.env_clear().env("PATH", SEARCH_PATH).env("HOME", self.folder);
        command.args(["--", program]);
        Ok(command)
    }

    /// As [`Self::enter`], but the command keeps this process's environment and lacks the `--` and what follows.
    ///
    /// # Errors
    /// When the node does not run.
    pub fn enter_with_environment(&self) -> Result<Command> {
        let id = self.process_id().context("the cluster is not up: run `cargo xtask cluster up`")?;
        Ok(command("nsenter", ["--target", &id.to_string(), "--mount", "--net", "--pid", "--uts", "--ipc"]))
    }

    /// Starts a program that runs on until the node ends. Its output goes to `log/NAME.log`, its process id, as the node
    /// counts, to `run/NAME.pid`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_service(&self, name: &str, line: &[String]) -> Result<()> {
        let (log, id) =
            (self.folder.join("log").join(format!("{name}.log")), self.folder.join("run").join(format!("{name}.pid")));
        let open = fs::File::options().create(true).append(true).open(&log);
        let open = open.with_context(|| format!("failed to open \"{}\"", log.display()))?;
        let errors = open.try_clone().context("failed to share a log file")?;
        let mut service = self.enter("setsid")?;
        service.args(["--fork", "sh", "-c", "echo $$ >\"$0\" && exec \"$@\""]).arg(id).args(line);
        service.stdin(Stdio::null()).stdout(open).stderr(errors);
        crate::process::run(&mut service).with_context(|| format!("failed to start {name}"))
    }

    /// Lets everything else on this machine go before the node's processes: elsewhere a node is another machine.
    ///
    /// # Errors
    /// When the node does not run or the kernel refuses.
    pub fn give_way(&self) -> Result<()> {
        let space = |id: i32| fs::read_link(format!("/proc/{id}/ns/pid"));
        let first = self.process_id().context("the cluster is not up")?;
        let node = space(first).context("failed to find out which processes are the node's")?;
        for id in process_ids().filter(|id| space(*id).is_ok_and(|space| space == node)) {
            // A process or a thread may end meanwhile.
            for thread in numbered(&format!("/proc/{id}/task")) {
                match setpriority_process(Pid::from_raw(thread), LAST) {
                    Ok(()) | Err(Errno::SRCH) => {}
                    refused => refused.context("failed to let a thread of the node give way")?,
                }
            }
            // Where the kernel shares among sessions first, a thread counts only within its own.
            if let Ok(mut session) = fs::OpenOptions::new().write(true).open(format!("/proc/{id}/autogroup")) {
                write!(session, "{LAST}").context("failed to let a session of the node give way")?;
            }
        }
        Ok(())
    }

    /// Ends the node and waits until every process of it is gone. Does nothing when it does not run.
    ///
    /// # Errors
    /// When it is still there after 60 s.
    pub fn end(&self) -> Result<()> {
        let Some(id) = self.process_id() else { return Ok(()) };
        let process = Pid::from_raw(id).context("the node's process id is 0")?;
        kill_process(process, Signal::KILL).context("failed to kill the node's first process")?;
        let started = Instant::now();
        // The kernel ends the first process of a namespace only after all others in it.
        while Path::new(&format!("/proc/{id}")).exists() {
            if started.elapsed() > Duration::from_secs(60) {
                bail!("the node's processes did not end within 60 s of being killed");
            }
            thread::sleep(Duration::from_millis(5));
        }
        fs::remove_file(self.id_file()).context("failed to remove the node's process id")
    }

    fn program(&self) -> PathBuf {
        self.folder.join("node-init")
    }

    fn id_file(&self) -> PathBuf {
        self.folder.join("run").join("node.pid")
    }
}

/// Finds the process that runs a program file which no one else runs.
fn find_process(program: &Path) -> Option<i32> {
    let is_it = |id: &i32| fs::read_link(format!("/proc/{id}/exe")).is_ok_and(|file| file == program);
    process_ids().filter(is_it).min()
}
