//! Reads what a figure needs beside it: the machine and how busy it was.

use std::fs;

use serde::{Deserialize, Serialize};

/// The machine that a benchmark ran on.
#[derive(Debug, Serialize, Deserialize)]
pub struct Machine {
    processor: String,
    cores: usize,
    memory_gib: f64,
    system: String,
    /// Programs ready to run, on average over the last minute.
    load: String,
}

impl Machine {
    /// Reads it from `/proc`; what cannot be read is called unknown.
    pub fn read() -> Self {
        let field = |file: &str, name: &str| {
            fs::read_to_string(file).ok().and_then(|text| {
                text.lines()
                    .find_map(|line| line.strip_prefix(name)?.split_once(':').map(|(_, value)| value.trim().to_owned()))
            })
        };
        let kilobytes = field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            processor: field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_gib: kilobytes.unwrap_or_default() / 1024.0 / 1024.0,
            system: format!("{} {}", std::env::consts::OS, kernel.trim()),
            load: load.split(' ').next().unwrap_or("unknown").to_owned(),
        }
    }

    /// Says it.
    pub fn sentence(&self) -> String {
        format!(
            "Measured on {} with {} cores, {:.0} GiB of memory, {}, at a load of {}.",
            self.processor, self.cores, self.memory_gib, self.system, self.load
        )
    }
}
