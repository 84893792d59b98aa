//! What the benchmarks of the window share: Berth's window and an empty one, built as people get them, on a desktop of
//! their own.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use berth_webdriver::Driver;
use serde_json::{Value, json};

use super::history;
use super::screen::Area;
use crate::display::{Desktop, Session};
use crate::process::{command, process_ids, run};
use crate::{build, output, paths, setup};

/// Runs in the history that the window opens with.
const RUNS: u32 = 10_000;
/// How long a window may take to show something, or a program to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// The link of the first row of the list of runs, and the rail's first word: the first thing of the page.
pub const FIRST_ROW: &str = "tbody tr td a";
pub const RAIL: &str = "nav [class*=brand]";
/// The line of the empty window.
pub const BLANK_LINE: &str = "#first";

/// Two windows on one desktop.
pub struct Windows {
    pub desktop: Desktop,
    berth: PathBuf,
    blank: PathBuf,
    history: PathBuf,
}

impl Windows {
    /// Builds both, opens the desktop, and puts a history of 10,000 runs where Berth's window finds it.
    pub fn open() -> Result<Self> {
        setup::for_window()?;
        build::page()?;
        output::step("building the windows as they are shipped (some 15 minutes with nothing built yet, on two cores)");
        let packages = ["-p", "berth-desktop", "-p", "berth-blank", "--features", "berth-desktop/custom-protocol"];
        run(build::cargo(&["build", "--profile", "dist"]).args(packages))?;
        let history = history::program()?;
        let filled = history::filled(&history, "fill-ended", RUNS)?;
        let desktop = Session::new()?.open()?;
        let built = paths::repository().join("target").join("dist");
        let windows = Self { desktop, berth: built.join("berth-desktop"), blank: built.join("berth-blank"), history };
        let data = windows.data();
        if let Some(folder) = data.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
        }
        run(command("cp", ["-r"]).arg(filled).arg(&data))?;
        Ok(windows)
    }

    /// Where Berth's window keeps its data when nobody says otherwise.
    pub fn data(&self) -> PathBuf {
        self.desktop.home().join(".local").join("share").join("berth")
    }

    /// The history's side of the benchmarks, on the window's data.
    pub fn history(&self, what: &str, argument: &str) -> Command {
        let mut command = command(&self.history, [what]);
        command.arg(self.data()).arg(argument);
        command
    }

    /// Lets `berth` work on the window's data.
    pub fn beside<'a>(&self, berth: &'a mut Command) -> &'a mut Command {
        berth.env("BERTH_DATA_DIR", self.data())
    }

    /// Berth's window.
    pub fn berth(&self) -> Result<Command> {
        let mut command = self.desktop.command(&self.berth)?;
        command.env_remove("BERTH_DATA_DIR");
        Ok(command)
    }

    /// The empty window.
    pub fn blank(&self) -> Result<Command> {
        self.desktop.command(&self.blank)
    }

    /// Opens a window through a driver; waits until an element is there.
    pub fn driven(&self, program: &Command, selector: &str) -> Result<Driver> {
        let driver = Driver::start(program).map_err(anyhow::Error::msg)?;
        wait_for(&driver, selector)?;
        Ok(driver)
    }

    /// Where elements are on the display once nothing moves any more; the first one is waited for.
    pub fn areas(&self, program: &Command, selectors: &[&str]) -> Result<Vec<Area>> {
        let driver = self.driven(program, selectors.first().context("no element is looked for")?)?;
        std::thread::sleep(Duration::from_secs(2));
        let script = "return arguments[0].map((selector) => {
            const box = document.querySelector(selector).getBoundingClientRect();
            return [screenX + box.x, screenY + box.y, box.width, box.height];
        })";
        let found = driver.run_script(script, &json!(selectors)).map_err(anyhow::Error::msg)?;
        let found: Vec<[f64; 4]> = serde_json::from_value(found).context("failed to read where elements are")?;
        let whole = |length: f64| length.max(1.0).round() as u64;
        Ok(found
            .into_iter()
            .map(|[x, y, width, height]| Area { x: whole(x), y: whole(y), width: whole(width), height: whole(height) })
            .collect())
    }
}

/// Waits until an element is in the page.
pub fn wait_for(driver: &Driver, selector: &str) -> Result<()> {
    let begun = Instant::now();
    while driver.run_script("return !!document.querySelector(arguments[0])", &json!(selector)) != Ok(json!(true)) {
        if begun.elapsed() > PATIENCE {
            let text = driver.run_script("return document.body.innerText", &Value::Null);
            bail!("\"{selector}\" was not seen within {PATIENCE:?}; the page says: {}", text.unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// A running program that is ended with the value.
pub struct Running {
    child: Child,
}

impl Running {
    pub fn start(program: &mut Command) -> Result<Self> {
        let child = program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Ok(Self { child: child.with_context(|| format!("failed to start {:?}", program.get_program()))? })
    }

    /// Ids of the process and of all its descendants.
    pub fn family(&self) -> Vec<u32> {
        let parents: Vec<(u32, u32)> = process_ids()
            .filter_map(|id| {
                let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
                // The name before the state is in brackets and may hold anything.
                let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
                Some((u32::try_from(id).ok()?, parent))
            })
            .collect();
        let mut family = vec![self.child.id()];
        let mut at = 0;
        while let Some(parent) = family.get(at).copied() {
            family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(id, _)| *id));
            at += 1;
        }
        family
    }

    /// Ends the program and waits until all that it started has ended.
    pub fn end(mut self) -> Result<()> {
        let family = self.family();
        self.stop();
        let begun = Instant::now();
        while family.iter().any(|id| std::path::Path::new(&format!("/proc/{id}")).exists()) {
            if begun.elapsed() > PATIENCE {
                bail!("what the program started has not ended within {PATIENCE:?}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn stop(&mut self) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(id) = id {
            rustix::process::kill_process(id, rustix::process::Signal::TERM).ok();
        }
        self.child.wait().ok();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}
