//! A cluster of a test's own, beside the one that all tests share.

use std::path::PathBuf;
use std::process::Command;

/// Is taken down and wiped at its end, also when the test fails.
pub struct OwnCluster {
    name: &'static str,
}

impl OwnCluster {
    /// Brings a cluster up; takes a while.
    pub fn up(name: &'static str) -> Self {
        let own = Self { name };
        own.xtask(&["up"]);
        own
    }

    /// Name of its context.
    pub fn context(&self) -> String {
        format!("berth-{}", self.name)
    }

    /// Its kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.xtask(&["kubeconfig"]).into()
    }

    /// Does something to it; returns what is said.
    pub fn xtask(&self, line: &[&str]) -> String {
        let program =
            std::env::var("BERTH_XTASK").expect("BERTH_XTASK names xtask's program, as `cargo xtask test` does");
        let output = Command::new(program).args(["cluster", "--name", self.name]).args(line).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cluster {line:?}: {error}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        let program = std::env::var("BERTH_XTASK").unwrap_or_default();
        let down = Command::new(program).args(["cluster", "--name", self.name, "down", "--wipe"]).status();
        if !down.is_ok_and(|status| status.success()) {
            eprintln!("the cluster \"{}\" was left behind", self.name);
        }
    }
}
