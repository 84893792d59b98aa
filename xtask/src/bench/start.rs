//! B1: from a program's start to the first row on the display, against an empty window.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::screen::{Area, Screen};
use super::window::{BLANK_LINE, FIRST_ROW, RAIL, Running, Windows};
use super::{Row, Target, median, percentile};

/// Rounds, each window once, in turn.
const ROUNDS: usize = 20;
/// How long after the page itself the first page of rows may come, in milliseconds.
const FIRST_PAGE: f64 = 100.0;

pub fn run() -> Result<Vec<Row>> {
    let windows = Windows::open()?;
    let ours = windows.areas(&windows.berth()?, &[FIRST_ROW, RAIL])?;
    let blanks = windows.areas(&windows.blank()?, &[BLANK_LINE])?;
    let screen = Screen::open(&windows.desktop.screen())?;
    let (mut starts, mut peers, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    // The first of each fills what the system keeps of files in memory.
    for round in 0..=ROUNDS {
        let peer = painted(&screen, &mut windows.blank()?, &blanks)?;
        let start = painted(&screen, &mut windows.berth()?, &ours)?;
        if round > 0
            && let ([line], [row, rail]) = (&peer[..], &start[..])
        {
            peers.push(milliseconds(*line));
            starts.push(milliseconds(*row));
            pages.push(milliseconds(row.saturating_sub(*rail)));
        }
    }
    let ratios: Vec<f64> = starts.iter().zip(&peers).map(|(ours, peer)| ours / peer).collect();
    let page = median(&pages);
    Ok(vec![
        Row {
            case: "start to the first row".to_owned(),
            ours: median(&starts),
            peer: median(&peers),
            unit: "ms".to_owned(),
            ratio: median(&ratios),
            target: Target::AtMost(1.3),
            note: format!("{ROUNDS} rounds; p90 {:.0} ms", percentile(&starts, 0.9)),
        },
        Row {
            case: "page to the first row".to_owned(),
            ours: page,
            peer: FIRST_PAGE,
            unit: "ms".to_owned(),
            ratio: page / FIRST_PAGE,
            target: Target::AtMost(1.0),
            note: format!("against {FIRST_PAGE:.0} ms that are allowed; p90 {:.0} ms", percentile(&pages, 0.9)),
        },
    ])
}

/// Starts a program; tells how long each area of the display took to show what it shows in the end.
fn painted(screen: &Screen, program: &mut Command, areas: &[Area]) -> Result<Vec<Duration>> {
    screen.cleared(*areas.first().context("no area is watched")?)?;
    let since = Instant::now();
    let running = Running::start(program)?;
    let settled = screen.settled(areas, since)?;
    running.end()?;
    Ok(settled)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
