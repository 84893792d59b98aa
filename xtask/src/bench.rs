//! `cargo xtask bench`: measures Berth against a peer in the same run, tells the ratios, and writes them to
//! `docs/BENCHMARKS.md` with the machine they were measured on.
//!
//! A ratio of two programs on one machine in one hour says something; a time alone does not.

mod capture;
mod channel;
mod frames;
mod history;
mod machine;
mod memory;
mod rival;
mod screen;
mod start;
mod submit;
mod window;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::{output, paths};

#[derive(clap::Args)]
pub struct Arguments {
    /// Which ones; all where none is named
    #[arg(value_name = "B…")]
    which: Vec<String>,
}

/// A benchmark.
struct Benchmark {
    /// Its number, as in the table.
    id: &'static str,
    /// What is measured, in a few words.
    title: &'static str,
    /// What it is measured against, and how, in a sentence or two.
    how: &'static str,
    /// Where the time goes that is beyond a bound, as measured beside it; empty where none was.
    beyond: &'static str,
    run: fn() -> Result<Vec<Row>>,
}

/// All of them, in the order of the table.
const ALL: &[Benchmark] = &[
    Benchmark {
        id: "B1",
        title: "Start of the window",
        how: "From the start of the program, its files in memory already, to the moment at which the first of 10,000 runs \
              shows on the display as it stays, against an empty window of the same Tauri until its one line shows. Both \
              built as they are shipped; looked for in the display's own memory every millisecond, so that neither \
              program knows of it. The page itself counts from when its rail shows.",
        beyond: "",
        run: start::run,
    },
    Benchmark {
        id: "B6",
        title: "Capture of a log",
        how: "A log of 200 MB, read to its end and stored durably by `berth wait`, against `kubectl logs -f` of the same pod \
              that throws every byte away.",
        beyond: "",
        run: capture::run,
    },
    Benchmark {
        id: "B10",
        title: "Durable launch",
        how: "`berth run` until the Job is released, with its dry runs and durable writes, against `kubectl create` of a \
              Job by a program that is kubectl alone, and against one POST by curl with an fsync of the reply.",
        beyond: "",
        run: submit::run,
    },
    Benchmark {
        id: "B12",
        title: "Log lines to the page",
        how: "A stored log read by the page to its end, piece after piece, to lines with their times and numbers, against \
              one plain fetch of as many bytes, held in memory, in an empty window; either window is left alone for \
              three seconds first.",
        beyond: "",
        run: channel::run,
    },
    Benchmark {
        id: "B13",
        title: "History of 100,000 runs",
        how: "A page of 100 runs with its counts, asked through the history's own port until the runs are parsed, against \
          the `sqlite3` program that runs the same statements on a copy of the same file and prints the rows to nowhere. \
          Berth keeps the rows it has parsed, by revision, as a list is read again after every change; pages not seen \
          before are parsed anew.",
        beyond: "",
        run: history::run,
    },
    Benchmark {
        id: "B16",
        title: "Memory of the window",
        how: "Proportional set size of the program and all processes that it started, half a minute after its start, with \
              five runs that write a line five times a second, all followed and stored, on the list of a history of \
              10,000 runs; against an empty window of the same Tauri.",
        beyond: "",
        run: memory::run,
    },
    Benchmark {
        id: "B17",
        title: "Evenness of the window",
        how: "Times between animation frames as the page sees them, to the millisecond, against a blank page in the same \
              window: both scrolled by a row each frame, and a plain list of as many lines, since a blank page paints \
              nothing; then the end of a log followed that gets 10,000 lines a second, the same lines being stored while \
              the blank page is open. That is measured twice: with the cluster's own programs at equal rights beside it, \
              and giving way to both, since a person's cluster is another machine and here it shares two processors with \
              the window.",
        beyond: "The page's clock has steps of 1 ms, and one step of a frame is 0.06 of a ratio: the same build is measured at \
                 1.06 and, one step further, at 1.11 when it follows a log.",
        run: frames::run,
    },
];

/// One line of a result.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    /// What was done.
    pub case: String,
    /// Our figure.
    pub ours: f64,
    /// The peer's figure.
    pub peer: f64,
    /// What the figures are in, as `ms` or `MB/s`.
    pub unit: String,
    /// Ours divided by the peer's.
    pub ratio: f64,
    /// The bound of the ratio.
    pub target: Target,
    /// Anything else worth telling, as a percentile.
    pub note: String,
}

/// The bound of a ratio.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Less is better.
    AtMost(f64),
    /// More is better.
    AtLeast(f64),
    /// No bound: told for comparison.
    Told,
}

impl Target {
    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(bound) => ratio <= bound,
            Self::AtLeast(bound) => ratio >= bound,
            Self::Told => true,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtMost(bound) => format!("≤ {bound:.1}×"),
            Self::AtLeast(bound) => format!("≥ {bound:.1}×"),
            Self::Told => "–".to_owned(),
        }
    }
}

/// What a benchmark found, as it is kept between runs.
#[derive(Debug, Serialize, Deserialize)]
struct Outcome {
    id: String,
    rows: Vec<Row>,
    machine: machine::Machine,
}

/// Runs the benchmarks named, or all, and writes what is known of all to the page.
///
/// # Errors
/// When a name is unknown, a benchmark cannot be run, or a ratio is beyond its bound.
pub fn run(arguments: &Arguments) -> Result<()> {
    let chosen = choose(&arguments.which)?;
    let mut beyond = Vec::new();
    for benchmark in chosen {
        output::step(format!("{}: {}", benchmark.id, benchmark.title));
        let rows = (benchmark.run)().with_context(|| format!("failed to run {}", benchmark.id))?;
        for row in &rows {
            output::answer(line(benchmark.id, row));
            if !row.target.is_met(row.ratio) {
                beyond.push(format!("{} {}", benchmark.id, row.case));
            }
        }
        keep(&Outcome { id: benchmark.id.to_owned(), rows, machine: machine::Machine::read() })?;
    }
    let page = paths::repository().join("docs").join("BENCHMARKS.md");
    fs::write(&page, page_text()?).with_context(|| format!("failed to write \"{}\"", page.display()))?;
    output::note(format!("written to {}", page.display()));
    if !beyond.is_empty() {
        bail!("beyond the bound: {}", beyond.join("; "));
    }
    Ok(())
}

fn choose(names: &[String]) -> Result<Vec<&'static Benchmark>> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    names
        .iter()
        .map(|name| {
            ALL.iter().find(|benchmark| benchmark.id.eq_ignore_ascii_case(name)).with_context(|| {
                let known: Vec<&str> = ALL.iter().map(|benchmark| benchmark.id).collect();
                format!("there is no benchmark \"{name}\"; there are {}", known.join(", "))
            })
        })
        .collect()
}

fn line(id: &str, row: &Row) -> String {
    format!(
        "{id}  {:<28} ours {:>9.3} {unit}  peer {:>9.3} {unit}  ratio {:>5.2}× ({})  {}",
        row.case,
        row.ours,
        row.peer,
        row.ratio,
        row.target.text(),
        row.note,
        unit = row.unit
    )
}

fn results() -> PathBuf {
    paths::repository().join("target").join("bench")
}

fn keep(outcome: &Outcome) -> Result<()> {
    let folder = results();
    fs::create_dir_all(&folder).with_context(|| format!("failed to make \"{}\"", folder.display()))?;
    let file = folder.join(format!("{}.json", outcome.id));
    let text = serde_json::to_string_pretty(outcome).context("failed to write a result")?;
    fs::write(&file, text).with_context(|| format!("failed to write \"{}\"", file.display()))
}

fn kept(id: &str) -> Result<Option<Outcome>> {
    let file = results().join(format!("{id}.json"));
    let Ok(text) = fs::read_to_string(&file) else { return Ok(None) };
    serde_json::from_str(&text).map(Some).with_context(|| format!("failed to read \"{}\"", file.display()))
}

/// The page, from what is kept of every benchmark.
fn page_text() -> Result<String> {
    let mut page = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench`; do not edit. Each figure stands beside a peer's of the same run \
         on the same machine: the ratio counts.\n",
    );
    for benchmark in ALL {
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## {}: {}\n\n{}\n\n", benchmark.id, benchmark.title, benchmark.how);
        let Some(outcome) = kept(benchmark.id)? else {
            let _ = writeln!(page, "Not measured on this machine: `cargo xtask bench {}`.", benchmark.id);
            continue;
        };
        page.push_str("| case | Berth | peer | ratio | bound | |\n| --- | --- | --- | --- | --- | --- |\n");
        for row in &outcome.rows {
            let mark = if row.target.is_met(row.ratio) { "" } else { " **beyond**" };
            let _ = writeln!(
                page,
                "| {} | {:.3} {unit} | {:.3} {unit} | {:.2}×{mark} | {} | {} |",
                row.case,
                row.ours,
                row.peer,
                row.ratio,
                row.target.text(),
                row.note,
                unit = row.unit
            );
        }
        if !benchmark.beyond.is_empty() && outcome.rows.iter().any(|row| !row.target.is_met(row.ratio)) {
            let _ = writeln!(page, "\nBeyond the bound: {}", benchmark.beyond);
        }
        let _ = writeln!(page, "\n{}", outcome.machine.sentence());
    }
    Ok(page)
}

/// The middle of some figures; 0 of none.
pub fn median(figures: &[f64]) -> f64 {
    percentile(figures, 0.5)
}

/// The figure that a part of all does not exceed; 0 of none.
pub fn percentile(figures: &[f64], part: f64) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1) as f64;
    sorted.get((last * part).round() as usize).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_figures_that_were_measured() {
        let figures = [5.0, 1.0, 4.0, 2.0, 3.0];
        assert_eq!((median(&figures), percentile(&figures, 0.99), percentile(&figures, 0.0)), (3.0, 5.0, 1.0));
        assert_eq!(median(&[]), 0.0);
    }

    #[test]
    fn a_bound_is_met_on_its_own_side() {
        assert!(Target::AtMost(1.3).is_met(1.3) && !Target::AtMost(1.3).is_met(1.31));
        assert!(Target::AtLeast(0.9).is_met(0.9) && !Target::AtLeast(0.9).is_met(0.89));
    }

    #[test]
    fn an_unknown_benchmark_is_named_with_the_known_ones() {
        let error = choose(&["B99".to_owned()]).err().map(|error| error.to_string()).unwrap();
        assert!(error.contains("\"B99\"") && error.contains("B13"), "{error}");
        assert_eq!(choose(&["b13".to_owned()]).unwrap().len(), 1);
    }
}
