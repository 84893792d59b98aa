//! B16: memory of the whole window, all its processes, with five live runs, against an empty window.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::rival::Rivals;
use super::window::{Running, Windows};
use super::{Row, Target, median};
use crate::process::{read, run as run_command};

const RUNS: usize = 5;
/// Rounds, each window once, in turn.
const ROUNDS: usize = 5;
/// After so long a window has everything that it opens with, and has followed its runs for a while.
const SETTLED: Duration = Duration::from_secs(30);
const MEGABYTE: f64 = 1024.0;

/// Memory of the processes of a program, in kilobytes: its own, and its descendants', each by name.
struct Memory(Vec<(String, f64)>);

impl Memory {
    fn total(&self) -> f64 {
        self.0.iter().map(|(_, kilobytes)| kilobytes).sum()
    }
}

pub fn run() -> Result<Vec<Row>> {
    let rivals = Rivals::meet()?;
    let windows = Windows::open()?;
    let function = rivals.function("live", "while :; do date; sleep 0.2; done")?;
    let mut launched = Vec::new();
    for _ in 0..RUNS {
        let told = read(windows.beside(&mut rivals.berth(&["run", "-f", &function, "--action", "job", "-o", "json"])))?;
        let told: Value = serde_json::from_str(&told).context("failed to read the run")?;
        launched.push(told.get("id").and_then(Value::as_str).context("the run has no id")?.to_owned());
    }
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        peers.push(measured(&mut windows.blank()?)?);
        ours.push(measured(windows.berth()?.env("KUBECONFIG", &rivals.kubeconfig))?);
    }
    for run in &launched {
        let shown = read(windows.beside(&mut rivals.berth(&["show", run, "-o", "json"])))?;
        let shown: Value = serde_json::from_str(&shown).context("failed to read the run")?;
        if shown.pointer("/log/lines").and_then(Value::as_u64).unwrap_or_default() == 0 {
            bail!("the window did not follow run {run}: {shown}");
        }
    }
    run_command(rivals.kubectl(&["delete", "jobs", "--all", "--wait=false"]).stdout(Stdio::null()))?;
    rivals.part()?;
    let totals = |all: &[Memory]| -> Vec<f64> { all.iter().map(Memory::total).collect() };
    let (own, blank) = (totals(&ours), totals(&peers));
    let ratios: Vec<f64> = own.iter().zip(&blank).map(|(ours, peer)| ours / peer).collect();
    Ok(vec![Row {
        case: format!("{RUNS} live runs, list of 10,000"),
        ours: median(&own) / MEGABYTE,
        peer: median(&blank) / MEGABYTE,
        unit: "MiB".to_owned(),
        ratio: median(&ratios),
        target: Target::AtMost(1.3),
        note: format!("{ROUNDS} rounds; Berth {}; empty {}", parts(&ours), parts(&peers)),
    }])
}

fn measured(program: &mut Command) -> Result<Memory> {
    let running = Running::start(program)?;
    std::thread::sleep(SETTLED);
    let memory = running.family().into_iter().filter_map(share).collect();
    running.end()?;
    Ok(Memory(memory))
}

/// What a process has of memory: its own, and its part of what it shares with others, in kilobytes.
fn share(process: u32) -> Option<(String, f64)> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes = line.split_whitespace().next()?.parse().ok()?;
    let name = fs::read_to_string(format!("/proc/{process}/comm")).ok()?;
    Some((name.trim().to_owned(), kilobytes))
}

/// The parts of the whole, in the middle of all rounds.
fn parts(all: &[Memory]) -> String {
    let Some(Memory(first)) = all.first() else { return String::new() };
    let part = |name: &String| {
        let figures: Vec<f64> =
            all.iter().filter_map(|memory| Some(memory.0.iter().find(|(other, _)| other == name)?.1)).collect();
        format!("{name} {:.0}", median(&figures) / MEGABYTE)
    };
    first.iter().map(|(name, _)| part(name)).collect::<Vec<_>>().join(" + ")
}
