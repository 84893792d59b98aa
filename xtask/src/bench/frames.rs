//! B17: how evenly the window paints while the list of runs scrolls and while a busy log is followed, against a blank
//! page in the same window.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use berth_webdriver::Driver;
use serde_json::{Value, json};

use super::rival::Rivals;
use super::window::{FIRST_ROW, Windows, wait_for};
use super::{Row, Target, median, percentile};
use crate::process::{read, run as run_command};

/// Rounds, each page once, in turn.
const ROUNDS: usize = 4;
/// How long frames are counted in a round.
const SPAN: Duration = Duration::from_secs(10);
/// Pixels by which a page scrolls each frame: a row, sixty rows a second, faster than names can be read.
const STEP: u32 = 36;
const LOG: &str = "[role=log]";
const LINE: &str = "[role=log] [data-index]";
/// What a second brings at least, of the 10,000 lines that are meant.
const LEAST_RATE: f64 = 9_500.0;

/// Notes the time of each frame and scrolls by a step in each what an element scrolls in; where none is named, the whole
/// page.
const FRAMES: &str = "const [{ selector, step, span }, done] = arguments;
    let scroller = selector === null ? document.scrollingElement : document.querySelector(selector);
    while (selector !== null && !/auto|scroll/.test(getComputedStyle(scroller).overflowY)) scroller = scroller.parentElement;
    const deltas = [];
    let begun, last;
    requestAnimationFrame(function frame() {
        const now = performance.now();
        begun ??= now;
        if (last !== undefined) deltas.push(now - last);
        last = now;
        if (step > 0) scroller.scrollTop += step;
        if (now - begun < span) requestAnimationFrame(frame);
        else done({ deltas, travelled: scroller.scrollTop });
    });";

/// Makes a page blank, and long enough to scroll.
const BLANK: &str = "document.body.innerHTML = '<div style=\"height: 1000000px\"></div>'";

/// Makes a page of as many lines as there are runs, each a row high and as long as one, in an area that is as large as the
/// list and scrolls by itself. Plain HTML, all of it there from the start.
const PLAIN: &str =
    "const line = 'Succeeded  function-42-job-1a2b3c  function-42 v3  job  5 h ago  41 s  Ran to its end';
    document.body.style.cssText = 'margin: 200px 16px 0 164px; font: 13px/36px sans-serif; white-space: nowrap';
    document.body.innerHTML = '<main style=\"height: 572px; overflow: auto\">'
        + ('<div style=\"height: 36px\">' + line + '</div>').repeat(10000) + '</main>';";

pub fn run() -> Result<Vec<Row>> {
    let rivals = Rivals::meet()?;
    let windows = Windows::open()?;
    let driver = windows.driven(windows.berth()?.env("KUBECONFIG", &rivals.kubeconfig), FIRST_ROW)?;
    let page = driver.command("GET", "/url", None).map_err(anyhow::Error::msg)?;
    let page = page.as_str().context("the page has no address")?.to_owned();

    let (mut list, mut blank, mut plain) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        open(&driver, "about:blank")?;
        fill(&driver, BLANK)?;
        blank.push(frames(&driver, None, STEP)?);
        fill(&driver, PLAIN)?;
        plain.push(frames(&driver, Some("main"), STEP)?);
        open(&driver, &page)?;
        wait_for(&driver, FIRST_ROW)?;
        list.push(frames(&driver, Some(FIRST_ROW), STEP)?);
    }
    let mut rows = vec![
        row("scrolling 10,000 runs, p95", &list, &blank, 0.95, Target::AtMost(1.2)),
        row("scrolling 10,000 runs, p99", &list, &blank, 0.99, Target::AtMost(1.2)),
        row("the same, against 10,000 lines of plain HTML, p95", &list, &plain, 0.95, Target::Told),
        row("the same, against 10,000 lines of plain HTML, p99", &list, &plain, 0.99, Target::Told),
    ];

    let function = rivals.function(
        "flood",
        "while :; do yes 'epoch 3 step 1200 loss 0.331221 accuracy 0.912076' | head -n 1060; sleep 0.1; done",
    )?;
    let run = read(windows.beside(&mut rivals.berth(&["run", "-f", &function, "--action", "job", "-o", "json"])))?;
    let run: Value = serde_json::from_str(&run).context("failed to read the run")?;
    let id = run.get("id").and_then(Value::as_str).context("the run has no id")?;
    let follow =
        Follow { driver: &driver, run: id, page: format!("{}#/runs/{id}", page.split('#').next().unwrap_or_default()) };
    let contended = follow.measure()?;
    rivals.give_way()?;
    let alone = follow.measure()?;
    run_command(rivals.kubectl(&["delete", "jobs", "--all", "--wait=false"]).stdout(Stdio::null()))?;
    drop(driver);
    rivals.part()?;
    rows.push(alone.row("following a log, p99", Target::AtMost(1.1)));
    rows.push(row("following, against a blank page of a quiet machine, p99", &alone.log, &blank, 0.99, Target::Told));
    rows.push(contended.row("following, the cluster's programs at equal rights beside it, p99", Target::Told));
    Ok(rows)
}

/// A run whose log is followed.
struct Follow<'a> {
    driver: &'a Driver,
    run: &'a str,
    /// The run's page.
    page: String,
}

/// Frames of both pages while a log comes in.
struct Followed {
    log: Vec<Vec<f64>>,
    blank: Vec<Vec<f64>>,
    /// Lines that came in a second.
    rate: f64,
}

impl Follow<'_> {
    fn measure(&self) -> Result<Followed> {
        let Self { driver, run, page } = self;
        let (mut log, mut blank, mut rates) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            open(driver, page)?;
            wait_for(driver, LINE)?;
            let before = stored(driver, run)?;
            log.push(frames(driver, Some(LOG), 0)?);
            rates.push((stored(driver, run)? - before) / SPAN.as_secs_f64());
            open(driver, "about:blank")?;
            fill(driver, BLANK)?;
            blank.push(frames(driver, None, 0)?);
        }
        let rate = median(&rates);
        if rate < LEAST_RATE {
            bail!("only {rate:.0} lines a second came: the machine is too busy to measure this");
        }
        Ok(Followed { log, blank, rate })
    }
}

impl Followed {
    fn row(&self, case: &str, target: Target) -> Row {
        let mut row = row(case, &self.log, &self.blank, 0.99, target);
        row.note = format!("{:.0} lines a second were stored and shown; {}", self.rate, row.note);
        row
    }
}

fn row(case: &str, ours: &[Vec<f64>], peers: &[Vec<f64>], part: f64, target: Target) -> Row {
    let of = |all: &[Vec<f64>]| median(&all.iter().map(|frames| percentile(frames, part)).collect::<Vec<_>>());
    let ratios: Vec<f64> = ours.iter().zip(peers).map(|(a, b)| percentile(a, part) / percentile(b, part)).collect();
    let frames = |all: &[Vec<f64>]| all.iter().map(Vec::len).sum::<usize>();
    let longest = |all: &[Vec<f64>]| all.iter().flatten().fold(0.0_f64, |longest, frame| longest.max(*frame));
    Row {
        case: case.to_owned(),
        ours: of(ours),
        peer: of(peers),
        unit: "ms".to_owned(),
        ratio: median(&ratios),
        target,
        note: format!(
            "{} and {} frames in {} rounds; longest {:.0} ms and {:.0} ms",
            frames(ours),
            frames(peers),
            ours.len(),
            longest(ours),
            longest(peers)
        ),
    }
}

fn open(driver: &Driver, page: &str) -> Result<()> {
    driver.command("POST", "/url", Some(&json!({ "url": page }))).map_err(anyhow::Error::msg)?;
    // What a new page works on at first is not what is measured.
    std::thread::sleep(Duration::from_secs(2));
    Ok(())
}

/// Puts something into a page; what that takes at first is not measured.
fn fill(driver: &Driver, script: &str) -> Result<()> {
    driver.run_script(script, &Value::Null).map_err(anyhow::Error::msg)?;
    std::thread::sleep(Duration::from_secs(1));
    Ok(())
}

/// Time between frames, in milliseconds, as the page sees them.
fn frames(driver: &Driver, selector: Option<&str>, step: u32) -> Result<Vec<f64>> {
    let wish = json!({ "selector": selector, "step": step, "span": SPAN.as_millis() as u64 });
    let answer = driver.run_async_script(FRAMES, &wish).map_err(anyhow::Error::msg)?;
    let deltas = answer.get("deltas").and_then(Value::as_array).context("the page counted no frames")?;
    let travelled = answer.get("travelled").and_then(Value::as_f64).unwrap_or_default();
    let meant = deltas.len() as f64 * f64::from(step);
    if travelled < meant * 0.8 {
        bail!("the page scrolled only {travelled} of {meant} pixels");
    }
    Ok(deltas.iter().filter_map(Value::as_f64).collect())
}

/// Lines of a run's log that are stored.
fn stored(driver: &Driver, run: &str) -> Result<f64> {
    let script = "const [run, done] = arguments;
        window.__TAURI_INTERNALS__.invoke('log_streams', { run }).then((logs) => done(logs[0].lines), done);";
    let lines = driver.run_async_script(script, &json!(run)).map_err(anyhow::Error::msg)?;
    lines.as_f64().with_context(|| format!("the page has no log: {lines}"))
}
