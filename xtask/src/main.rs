//! `cargo xtask`: set-up, test cluster, checks, tests and demo of Berth. Decides nothing about Berth itself: it runs other
//! programs and tells how they ended.

mod cache;
mod cluster;
mod output;
mod paths;
mod process;
mod setup;

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
        Commands::Cluster(arguments) => return cluster::run(arguments),
    }
    Ok(ExitCode::SUCCESS)
}
