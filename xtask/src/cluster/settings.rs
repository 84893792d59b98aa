//! What a cluster keeps from its first up to its last down: its port on this machine, the name of its control group, and
//! how large a container's log may grow.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

/// Ports offered to clusters: below those that Linux gives to outgoing connections, so that none is taken by chance.
const PORTS: std::ops::Range<u16> = 26443..26843;

/// The settings of one cluster, kept in `settings.json` of its folder.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The port on 127.0.0.1 where the API server is reached.
    pub port: u16,
    /// The name of the control group, in each hierarchy.
    pub cgroup: String,
    /// The size at which a container's log is rotated, as the kubelet writes sizes; None is the kubelet's 10 Mi.
    pub log_max_size: Option<String>,
}

impl Settings {
    /// Reads the settings of the cluster in `folder`; None when it never was up.
    ///
    /// # Errors
    /// When the file is damaged.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let file = folder.join("settings.json");
        let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
        let settings = serde_json::from_str(&text)
            .with_context(|| format!("\"{}\" is damaged: run `cargo xtask cluster down --wipe`", file.display()))?;
        Ok(Some(settings))
    }

    /// Chooses settings for a cluster that is new, with a port that no other cluster in `clusters` keeps and no program has.
    ///
    /// # Errors
    /// When no port is free.
    pub fn choose(clusters: &Path, name: &str) -> Result<Self> {
        let mut kept = Vec::new();
        for entry in fs::read_dir(clusters).with_context(|| format!("failed to list \"{}\"", clusters.display()))? {
            let entry = entry.with_context(|| format!("failed to list \"{}\"", clusters.display()))?;
            kept.extend(Self::read(&entry.path()).ok().flatten().map(|settings| settings.port));
        }
        let free =
            PORTS.into_iter().find(|port| !kept.contains(port) && TcpListener::bind(("127.0.0.1", *port)).is_ok());
        let Some(port) = free else { bail!("no port from {} to {} is free", PORTS.start, PORTS.end) };
        // The process id keeps two clusters apart that have one name in two caches.
        let cgroup = format!("berth-{name}-{}", std::process::id());
        Ok(Self { port, cgroup, log_max_size: None })
    }

    /// Writes the settings into the cluster's folder.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).context("failed to write the cluster's settings as JSON")?;
        fs::write(folder.join("settings.json"), text).context("failed to write the cluster's settings")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clusters_keep_two_ports() {
        let folder = std::env::temp_dir().join(format!("berth-xtask-settings-{}", std::process::id()));
        fs::create_dir_all(folder.join("one")).unwrap();
        let one = Settings::choose(&folder, "one").unwrap();
        one.write(&folder.join("one")).unwrap();
        let two = Settings::choose(&folder, "two").unwrap();
        assert_ne!(one.port, two.port, "a port that another cluster keeps was given away");
        assert_eq!(Settings::read(&folder.join("one")).unwrap(), Some(one));
        fs::remove_dir_all(folder).unwrap();
    }
}
