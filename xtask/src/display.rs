//! A throw-away desktop session for real windows: a virtual display, a session bus of its own and an unlocked keyring, in a
//! home folder of its own, so that nothing of the user's is read or changed.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::command;
use crate::{cache, paths};

/// Unlocks a keyring with a throw-away password, then becomes the command.
const WITH_KEYRING: &str =
    "printf throw-away | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec \"$@\"";

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
        let mut outer = command("xvfb-run", ["-a", "-s", "-screen 0 1280x800x24 -nolisten tcp"]);
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

impl Drop for Session {
    fn drop(&mut self) {
        cache::remove(&self.home).ok();
    }
}
