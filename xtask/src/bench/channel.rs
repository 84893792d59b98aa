//! B12: how fast the lines of a log come to the page, against a plain fetch of the same bytes in an empty window.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use berth_webdriver::Driver;
use serde::Deserialize;
use serde_json::{Value, json};

use super::window::{BLANK_LINE, FIRST_ROW, Windows};
use super::{Row, Target, median};
use crate::build;
use crate::process::{command, read};

/// Lines of the log: 131 bytes each as stored, a hundred megabytes and more.
const LINES: u64 = 800_000;
const LINE_BYTES: u64 = 131;
/// Rounds, ours and the peer's in turn.
const ROUNDS: usize = 5;
/// How long a window is left alone first: a start loads the rest of its page meanwhile, and is another measurement's.
const SETTLED: Duration = Duration::from_secs(3);

/// The page's own way from what crosses to lines.
const IN_LINES: &str = "src/features/logs/lines.ts";

/// Prints a file of TypeScript as a plain script.
const AS_SCRIPT: &str = "const { transpileModule } = require('typescript');
    const text = require('fs').readFileSync(process.argv[1], 'utf8');
    console.log(transpileModule(text, { compilerOptions: { target: 'es2022', module: 'es2022' } }).outputText
        .replace(/^export /gm, ''));";

/// Reads the whole log as the page does where someone copies it: piece after piece, to whole lines.
const OURS: &str = "const [run, done] = arguments;
    const invoke = window.__TAURI_INTERNALS__.invoke;
    (async () => {
        const [{ log }] = await invoke('log_streams', { run });
        const read = (from) => invoke('read_log', { log, from, limit: PIECE_BYTES });
        const begun = performance.now();
        let [bytes, lines] = [0, 0];
        for await (const piece of inPieces(read, 0)) {
            bytes = piece.next;
            lines += piece.lines.length;
        }
        return { milliseconds: performance.now() - begun, bytes, lines };
    })().then(done, (error) => done(JSON.stringify(error) + String(error)));";

const PEER: &str = "const done = arguments[1];
    (async () => {
        const begun = performance.now();
        const body = await (await fetch('body://localhost/')).arrayBuffer();
        return { milliseconds: performance.now() - begun, bytes: body.byteLength, lines: 0 };
    })().then(done, (error) => done(String(error)));";

#[derive(Deserialize)]
struct Transfer {
    milliseconds: f64,
    bytes: u64,
    lines: u64,
}

pub fn run() -> Result<Vec<Row>> {
    let windows = Windows::open()?;
    let run = read(&mut windows.history("log", &LINES.to_string()))?;
    let body = windows.desktop.home().join("body");
    let line = [b'x'; LINE_BYTES as usize];
    std::fs::write(&body, line.repeat(usize::try_from(LINES)?)).context("failed to write the peer's bytes")?;
    let page = build::page_folder().context("the clone has no page")?;
    let in_lines = read(command("node", ["-e", AS_SCRIPT, IN_LINES]).current_dir(page))?;
    let script = format!("{in_lines}\n{OURS}");
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let driver = windows.driven(windows.blank()?.env("BLANK_BODY", &body), BLANK_LINE)?;
        peers.push(rate(&driver, PEER, &Value::Null, 0)?);
        drop(driver);
        let driver = windows.driven(&windows.berth()?, FIRST_ROW)?;
        ours.push(rate(&driver, &script, &json!(run.trim()), LINES)?);
    }
    let ratios: Vec<f64> = ours.iter().zip(&peers).map(|(ours, peer)| ours / peer).collect();
    Ok(vec![Row {
        case: format!("{} MB of lines", LINES * LINE_BYTES / 1_000_000),
        ours: median(&ours),
        peer: median(&peers),
        unit: "MB/s".to_owned(),
        ratio: median(&ratios),
        target: Target::AtLeast(0.7),
        note: format!("{ROUNDS} rounds; every line and byte counted"),
    }])
}

/// Bytes a second, in millions.
fn rate(driver: &Driver, script: &str, argument: &Value, lines: u64) -> Result<f64> {
    std::thread::sleep(SETTLED);
    let answer = driver.run_async_script(script, argument).map_err(anyhow::Error::msg)?;
    let transfer: Transfer =
        serde_json::from_value(answer.clone()).with_context(|| format!("the page did not read it: {answer}"))?;
    if (transfer.bytes, transfer.lines) != (LINES * LINE_BYTES, lines) {
        bail!("{} bytes and {} lines came of {} and {lines}", transfer.bytes, transfer.lines, LINES * LINE_BYTES);
    }
    Ok(transfer.bytes as f64 / 1000.0 / transfer.milliseconds)
}
