//! A throw-away desktop session for real windows: a virtual display, a session bus of its own and an unlocked keyring, in a
//! home folder of its own, so that nothing of the user's is read or changed.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::command;
use crate::{cache, paths};

/// Unlocks a keyring with a throw-away password, then becomes the command.
const WITH_KEYRING: &str =
    "printf throw-away | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec \"$@\"";

/// Size of the display, in pixels, and what it does without.
const SCREEN: &str = "-screen 0 1280x800x24 -nolisten tcp";

/// What a program needs to know of a session that is open.
const OPEN: [&str; 3] = ["DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"];

/// Tells what a program needs to know, then keeps the session open for as long as it is not told to end.
const TELL_AND_WAIT: &str = r#"for name; do eval "printf '%s\\n' \"\$$name\""; done; exec cat"#;

/// A home folder that is removed with the value.
pub struct Session {
    home: PathBuf,
}

impl Session {
    /// Makes the home folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self> {
        let home = env::temp_dir().join(format!("berth-session-{}", std::process::id()));
        let runtime = home.join("runtime");
        fs::create_dir_all(&runtime).with_context(|| format!("failed to make \"{}\"", runtime.display()))?;
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700))
            .context("failed to protect the runtime folder")?;
        Ok(Self { home })
    }

    /// Makes a command that runs another in the session, with the other's settings of environment and folder.
    ///
    /// # Errors
    /// When the user's own folders cannot be named.
    pub fn command(&self, inner: &Command) -> Result<Command> {
        self.on_screen(SCREEN, inner)
    }

    /// Opens the session for programs that come and go; what is on its display can be read from a file.
    ///
    /// # Errors
    /// When the display, the bus or the keyring does not start.
    pub fn open(self) -> Result<Desktop> {
        let mut told = command("sh", ["-c", TELL_AND_WAIT, "sh"]);
        let screen = format!("{SCREEN} -fbdir {}", self.home.display());
        let mut holder = self.on_screen(&screen, told.args(OPEN))?;
        let holder = holder.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = holder.spawn().context("failed to start xvfb-run")?;
        let lines = holder.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines());
        let values: Vec<String> = lines.take(OPEN.len()).map_while(Result::ok).collect();
        let desktop = Desktop {
            holder,
            environment: OPEN.into_iter().map(OsString::from).zip(values.iter().map(OsString::from)).collect(),
            session: self,
        };
        if values.len() < OPEN.len() {
            bail!("the desktop session did not start");
        }
        Ok(desktop)
    }

    fn on_screen(&self, screen: &str, inner: &Command) -> Result<Command> {
        let mut outer = command("xvfb-run", ["-a", "-s", screen]);
        outer.args(["dbus-run-session", "--", "sh", "-c", WITH_KEYRING, "sh"]);
        outer.arg(inner.get_program()).args(inner.get_args());
        self.isolate(&mut outer)?;
        for (name, value) in inner.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer.current_dir(inner.get_current_dir().unwrap_or_else(|| Path::new(".")));
        Ok(outer)
    }

    fn isolate(&self, command: &mut Command) -> Result<()> {
        // Toolchains and caches are found through the home folder unless they are named.
        if let Some(home) = env::var_os("HOME").map(PathBuf::from) {
            for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
                if env::var_os(name).is_none() {
                    command.env(name, home.join(folder));
                }
            }
        }
        command
            .env("BERTH_CACHE_DIR", paths::cache()?)
            .env("HOME", &self.home)
            .env("XDG_RUNTIME_DIR", self.home.join("runtime"));
        for name in [
            "KUBECONFIG",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "XDG_DATA_HOME",
            "XDG_STATE_HOME",
            "WAYLAND_DISPLAY",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        Ok(())
    }
}

/// A session that is open until the value is dropped.
pub struct Desktop {
    holder: Child,
    environment: Vec<(OsString, OsString)>,
    session: Session,
}

impl Desktop {
    /// Makes a command that runs in the session.
    ///
    /// # Errors
    /// When the user's own folders cannot be named.
    pub fn command(&self, program: &Path) -> Result<Command> {
        let mut command = command(program, [""; 0]);
        self.session.isolate(&mut command)?;
        command.envs(self.environment.iter().cloned());
        Ok(command)
    }

    /// Home folder of the programs.
    pub fn home(&self) -> &Path {
        &self.session.home
    }

    /// The file that shows what is on the display, in the X window dump format.
    pub fn screen(&self) -> PathBuf {
        self.session.home.join("Xvfb_screen0")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The end of its input ends the shell's last command, and each around it ends with the one within.
        drop(self.holder.stdin.take());
        self.holder.wait().ok();
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        cache::remove(&self.home).ok();
    }
}
