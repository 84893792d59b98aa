//! The machine's way into the cluster: one socat inside the node and one outside, joined by a socket file, since both see
//! the same files. Cutting the outer one is how tests take the connection away.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

use super::node::Node;
use crate::process::command;

/// The length that the kernel allows a socket's path (`sun_path`, with its final zero byte).
const LONGEST_SOCKET_PATH: usize = 107;

/// The way in of the cluster in a folder.
pub struct Relay<'a> {
    folder: &'a Path,
    port: u16,
}

impl<'a> Relay<'a> {
    /// The way in to the cluster in `folder`, on the machine's `port`.
    pub const fn of(folder: &'a Path, port: u16) -> Self {
        Self { folder, port }
    }

    /// Starts both ends.
    ///
    /// # Errors
    /// When a program cannot be started or the port is taken.
    pub fn start(&self, node: &Node) -> Result<()> {
        let socket = self.socket();
        if socket.as_os_str().len() > LONGEST_SOCKET_PATH {
            bail!(
                "the path \"{}\" is too long for a socket: set BERTH_CACHE_DIR to a shorter folder",
                socket.display()
            );
        }
        let listen = format!("UNIX-LISTEN:{},fork,unlink-early", socket.display());
        node.start_service("relay", &["socat", "-b65536", &listen, "TCP:127.0.0.1:6443,nodelay"].map(str::to_owned))?;
        self.start_outer()
    }

    /// Breaks every connection and refuses new ones until [`Self::mend`].
    ///
    /// # Errors
    /// When the relay does not run.
    pub fn reset(&self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.wait_until_gone()
    }

    /// Freezes every connection: nothing answers and nothing closes until [`Self::mend`].
    ///
    /// # Errors
    /// When the relay does not run.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Gives the way in back, whatever took it.
    ///
    /// # Errors
    /// When the relay cannot be started again.
    pub fn mend(&self) -> Result<()> {
        match self.group() {
            Some(_) => self.signal(Signal::CONT),
            None => self.start_outer(),
        }
    }

    /// Ends the outer end, if it runs. The inner one ends with the node.
    ///
    /// # Errors
    /// When it does not end.
    pub fn end(&self) -> Result<()> {
        if self.group().is_some() {
            self.reset()?;
        }
        Ok(())
    }

    /// Tells in a word how the way in is: open, frozen or cut.
    pub fn state(&self) -> &'static str {
        let Some(group) = self.group() else { return "cut" };
        let frozen = fs::read_to_string(format!("/proc/{}/stat", group.as_raw_nonzero()))
            .is_ok_and(|stat| stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T')));
        if frozen { "frozen" } else { "open" }
    }

    fn start_outer(&self) -> Result<()> {
        // What one side writes in two pieces must not wait for the other's acknowledgement: no network would do that.
        let listen = format!("TCP-LISTEN:{},bind=127.0.0.1,fork,reuseaddr,backlog=128,nodelay", self.port);
        let mut outer =
            command("setsid", ["socat", "-b65536", &listen, &format!("UNIX-CONNECT:{}", self.socket().display())])
                .current_dir("/")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .context("failed to start socat")?;
        fs::write(self.id_file(), outer.id().to_string()).context("failed to write the relay's process id")?;
        let started = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            if let Some(status) = outer.try_wait().context("failed to look after socat")? {
                bail!("socat ended with {status}: is the port {} taken by another program?", self.port);
            }
            if started.elapsed() > Duration::from_secs(30) {
                bail!("the port {} did not open within 30 s", self.port);
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        // The whole group: socat's forked children go on relaying without their parent.
        let group = self.group().context("the way into the cluster is cut: run `cargo xtask cluster mend`")?;
        kill_process_group(group, signal).context("failed to signal the relay")
    }

    fn wait_until_gone(&self) -> Result<()> {
        let started = Instant::now();
        while self.group().is_some() {
            if started.elapsed() > Duration::from_secs(30) {
                bail!("the relay did not end within 30 s of being killed");
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// The relay's process group, if it runs: a process of that id whose command line names our socket.
    fn group(&self) -> Option<Pid> {
        let id: i32 = fs::read_to_string(self.id_file()).ok()?.trim().parse().ok()?;
        let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
        let socket = format!("UNIX-CONNECT:{}", self.socket().display());
        line.split(|byte| *byte == 0).any(|word| word == socket.as_bytes()).then(|| Pid::from_raw(id))?
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("run").join("api.sock")
    }

    fn id_file(&self) -> PathBuf {
        self.folder.join("run").join("relay-outer.pid")
    }
}
