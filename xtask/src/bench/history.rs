//! B13: pages, filters and opening of a history of 100,000 runs, against `sqlite3` with the same statements.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{Row, Target, median, percentile};
use crate::process::{command, feed, read, run as run_command, succeeds};
use crate::{build, output, paths};

const RUNS: u32 = 100_000;
/// Rounds, ours and the peer's in turn, so that both meet the same disturbances.
const ROUNDS: usize = 9;
const BOUND: Target = Target::AtMost(1.3);

/// What the history's program tells of a case.
#[derive(Deserialize)]
struct Case {
    name: String,
    statements: Vec<String>,
    milliseconds: Vec<f64>,
    /// Whether the bound of a page holds for it; parsing, which the peer does not do, is told without one.
    is_bounded: bool,
}

pub fn run() -> Result<Vec<Row>> {
    if !succeeds(&mut command("sqlite3", ["--version"])) {
        bail!("the program sqlite3 is missing: install the package \"sqlite3\"");
    }
    let ours = program()?;
    let folder = folder();
    let data = filled(&ours, "fill", RUNS)?;
    let peer = folder.join("peer.db");
    // A copy: two builds of SQLite on one file can lose writes.
    fs::copy(data.join("history.db"), &peer).context("failed to copy the database for the peer")?;

    let starts = (0..ROUNDS).map(|_| peer_wall(&peer, "SELECT 1;\n")).collect::<Result<Vec<f64>>>()?;
    let start = least(starts);
    let mut rounds: Vec<(Vec<Case>, Vec<f64>)> = Vec::new();
    let mut opening = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let text = read(&mut command(&ours, ["time".as_ref(), data.as_os_str()]))?;
        let cases: Vec<Case> = serde_json::from_str(&text).context("failed to read the history's figures")?;
        let peers = cases.iter().map(|case| peer_milliseconds(&peer, case, start)).collect::<Result<Vec<f64>>>()?;
        if let Some(first) = cases.first() {
            opening.0.push(wall(&ours, &["open".as_ref(), data.as_os_str()], None)?);
            opening.1.push(peer_wall(&peer, &script(&first.statements, 1))?);
        }
        rounds.push((cases, peers));
    }
    let mut rows = Vec::new();
    let count = rounds.first().map_or(0, |(cases, _)| cases.len());
    for at in 0..count {
        let figures: Vec<(&Case, f64)> =
            rounds.iter().filter_map(|(cases, peers)| Some((cases.get(at)?, *peers.get(at)?))).collect();
        let Some((case, _)) = figures.first() else { continue };
        let all: Vec<f64> = figures.iter().flat_map(|(case, _)| case.milliseconds.iter().copied()).collect();
        let mean = |figures: &[f64]| figures.iter().sum::<f64>() / figures.len().max(1) as f64;
        // Of each the round that was disturbed least: what else the machine does only ever makes a query slower.
        let ours = least(figures.iter().map(|(case, _)| mean(&case.milliseconds)));
        let peer = least(figures.iter().map(|(_, peer)| *peer));
        rows.push(Row {
            case: case.name.clone(),
            ours,
            peer,
            unit: "ms".to_owned(),
            ratio: ours / peer,
            target: if case.is_bounded { BOUND } else { Target::Told },
            note: format!("p50 {:.2} ms, p99 {:.2} ms", median(&all), percentile(&all, 0.99)),
        });
    }
    let ratios: Vec<f64> = opening.0.iter().zip(&opening.1).map(|(ours, peer)| ours / peer).collect();
    rows.push(Row {
        case: "start, open, first page, end".to_owned(),
        ours: median(&opening.0),
        peer: median(&opening.1),
        unit: "ms".to_owned(),
        ratio: median(&ratios),
        target: Target::Told,
        note: "whole processes; the peer neither checks nor locks the folder, nor opens an archive of logs".to_owned(),
    });
    Ok(rows)
}

/// Builds the history's side.
pub fn program() -> Result<PathBuf> {
    run_command(&mut build::cargo(&["build", "--release", "-p", "berth-history", "--example", "bench_history"]))?;
    Ok(paths::repository().join("target").join("release").join("examples").join("bench_history"))
}

fn folder() -> PathBuf {
    paths::repository().join("target").join("bench").join("history")
}

/// A folder with runs, made by `how` of the history's side; filled once: 100,000 runs take a minute.
pub fn filled(ours: &Path, how: &str, runs: u32) -> Result<PathBuf> {
    let folder = folder();
    let data = folder.join(format!("{how}-{runs}"));
    if !data.join("history.db").is_file() {
        output::note(format!("writing {runs} runs"));
        let begun = folder.join("begun");
        if begun.exists() {
            fs::remove_dir_all(&begun).context("failed to remove an unfinished filling")?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
        run_command(&mut command(ours, [how.as_ref(), begun.as_os_str(), runs.to_string().as_ref()]))?;
        fs::rename(&begun, &data).context("failed to name the filled folder")?;
    }
    Ok(data)
}

fn least(figures: impl IntoIterator<Item = f64>) -> f64 {
    figures.into_iter().fold(f64::INFINITY, f64::min)
}

/// The statements as one read transaction each time, rows printed to nowhere.
fn script(statements: &[String], repeats: usize) -> String {
    let once = format!("BEGIN;\n{};\nCOMMIT;\n", statements.join(";\n"));
    format!(".output /dev/null\n{}", once.repeat(repeats))
}

/// One query of the peer, on average over as many as ours were; its start, known by then, does not count.
fn peer_milliseconds(database: &Path, case: &Case, start: f64) -> Result<f64> {
    let repeats = case.milliseconds.len();
    let wall = peer_wall(database, &script(&case.statements, repeats))?;
    Ok((wall - start) / repeats as f64)
}

fn peer_wall(database: &Path, script: &str) -> Result<f64> {
    // Without -bail a statement that fails would count as a fast one.
    wall(Path::new("sqlite3"), &["-bail".as_ref(), database.as_os_str()], Some(script))
}

/// How long a program takes from start to end, in milliseconds.
fn wall(program: &Path, arguments: &[&std::ffi::OsStr], input: Option<&str>) -> Result<f64> {
    let mut command = command(program, arguments);
    let start = Instant::now();
    match input {
        Some(input) => drop(feed(&mut command, input)?),
        None => drop(read(command.stdin(Stdio::null()))?),
    }
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}
