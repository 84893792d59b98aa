//! B6: a log stored whole, against `kubectl logs -f` that throws it away.

use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::rival::Rivals;
use super::{Row, Target, median};
use crate::process::{read, run as run_command};

/// Lines of a log, 100 bytes each with the line feed.
const LINES: u64 = 2_000_000;
const LINE_BYTES: u64 = 100;
const ROUNDS: usize = 3;

pub fn run() -> Result<Vec<Row>> {
    let rivals = Rivals::meet()?;
    let text = "x".repeat(usize::try_from(LINE_BYTES - 1)?);
    let function = rivals.function("lines", &format!("yes {text} | head -n {LINES}"))?;
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let launched = read(&mut rivals.berth(&["run", "-f", &function, "--action", "job", "-o", "json"]))?;
        let launched: Value = serde_json::from_str(&launched).context("failed to read the run")?;
        let (Some(run), Some(job)) = (text_of(&launched, "id"), text_of(&launched, "name")) else {
            bail!("the run has no id or no name: {launched}");
        };
        let over = format!("job/{job}");
        run_command(
            rivals.kubectl(&["wait", "--for=condition=complete", "--timeout=300s", &over]).stdout(Stdio::null()),
        )?;
        let selector = format!("batch.kubernetes.io/job-name={job}");
        let pod = read(&mut rivals.kubectl(&["get", "pods", "-l", &selector, "-o", "name"]))?;

        // kubectl first: whatever the node keeps in memory afterwards helps us and it alike in the rounds to come.
        let start = Instant::now();
        run_command(rivals.kubectl(&["logs", "-f", pod.trim()]).stdout(Stdio::null()))?;
        peer.push(rate(start));

        let start = Instant::now();
        read(&mut rivals.berth(&["wait", run]))?;
        ours.push(rate(start));
        let shown = read(&mut rivals.berth(&["show", run, "-o", "json"]))?;
        let shown: Value = serde_json::from_str(&shown).context("failed to read the run")?;
        let counted = |field: &str| shown.pointer(&format!("/log/{field}")).and_then(Value::as_u64);
        let found = (counted("lines"), counted("bytes"), counted("gaps"));
        if found != (Some(LINES), Some(LINES * LINE_BYTES), Some(0)) {
            bail!("the log was not stored whole: {found:?} are its lines, bytes and gaps");
        }
        run_command(rivals.kubectl(&["delete", &over, "--wait=false"]).stdout(Stdio::null()))?;
    }
    rivals.part()?;
    let ratios: Vec<f64> = ours.iter().zip(&peer).map(|(ours, peer)| ours / peer).collect();
    Ok(vec![Row {
        case: format!("{} MB, read to its end and stored", LINES * LINE_BYTES / 1_000_000),
        ours: median(&ours),
        peer: median(&peer),
        unit: "MB/s".to_owned(),
        ratio: median(&ratios),
        target: Target::AtLeast(0.9),
        note: format!("{ROUNDS} rounds; every line and byte counted, no gap"),
    }])
}

fn text_of<'a>(document: &'a Value, field: &str) -> Option<&'a str> {
    document.get(field).and_then(Value::as_str)
}

/// Megabytes of content a second since then.
fn rate(start: Instant) -> f64 {
    (LINES * LINE_BYTES) as f64 / 1_000_000.0 / start.elapsed().as_secs_f64()
}
