//! `cargo xtask`: set-up, test cluster, checks, tests and demo of Berth. Decides nothing about Berth itself: it runs other
//! programs and tells how they ended.

mod bare;
mod bench;
mod build;
mod cache;
mod check;
mod cluster;
mod demo;
mod display;
mod output;
mod paths;
mod process;
mod record;
mod setup;
mod tally;
mod test;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, test cluster, checks, tests and demo of Berth")]
struct Arguments {
    #[command(subcommand)]
    command: Commands,
}

#[derive(Subcommand)]
enum Commands {
    /// Install what is missing: Debian packages, npm packages, the test cluster's programs
    Setup,
    /// Check formatting, lints, layers, bindings and values: fast, no cluster, no display
    Check,
    /// Set everything up and run every check and every test; the last line is `N passed, M failed`
    Test {
        /// Do so in a fresh Debian with empty caches, into which only Rust, Node and Go are carried
        #[arg(long)]
        bare: bool,
    },
    /// Run a command in such a fresh Debian, in a copy of the clone, to find out what set-up misses
    Bare {
        /// The command
        #[arg(last = true, required = true)]
        line: Vec<String>,
    },
    /// Train a model on a real Kubernetes and open the window on the run
    Demo(demo::Arguments),
    /// Record anew what the cluster says of a run in each situation, for the tests of how Berth reads it
    Record(record::Arguments),
    /// Take a picture of every screen of the real window in both themes, into target/shots
    Shots,
    /// Measure Berth against peers in the same run, and write the ratios to docs/BENCHMARKS.md
    Bench(bench::Arguments),
    /// The test cluster: a real Kubernetes on this machine
    Cluster(cluster::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Commands) -> Result<ExitCode> {
    match command {
        Commands::Setup => setup::all()?,
        Commands::Check => check::all()?,
        Commands::Test { bare: false } => return Ok(test::all()),
        Commands::Test { bare: true } => return bare::run_in(&["cargo", "xtask", "test"].map(str::to_owned)),
        Commands::Bare { line } => return bare::run_in(&line),
        Commands::Demo(arguments) => return demo::run_all(&arguments),
        Commands::Record(arguments) => return record::run(&arguments),
        Commands::Shots => test::shots()?,
        Commands::Bench(arguments) => bench::run(&arguments)?,
        Commands::Cluster(arguments) => return cluster::run(arguments),
    }
    Ok(ExitCode::SUCCESS)
}
