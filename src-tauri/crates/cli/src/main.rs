//! The program `berth`: the same core, history and vault as the window, without one.
//!
//! Converts arguments, delegates to the core and prints. Decides nothing about runs.

mod arguments;
mod commands;
mod document;
mod exit;
mod flags;
mod output;
mod prompt;
mod session;
mod table;
mod words;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

use arguments::{Arguments, Command, Format};
use exit::Exit;
use output::Output;
use session::Session;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("BERTH_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error")),
        )
        .init();
    if let Command::Completions { shell } = arguments.command {
        output::completions(shell, &mut Arguments::command());
        return ExitCode::SUCCESS;
    }
    let output = Output::new(arguments.global.output);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output.note(&format!("error: the program cannot start its threads: {error}"));
            return ExitCode::from(Exit::Internal.status());
        }
    };
    let exit = runtime.block_on(async {
        match run(arguments, output).await {
            Ok(exit) => exit,
            Err(error) => {
                output.failure(&error);
                Exit::of_error(error.code)
            }
        }
    });
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    ExitCode::from(exit.status())
}

async fn run(arguments: Arguments, output: Output) -> Result<Exit, berth_core::Error> {
    let session = Session::open(&arguments.global, output).await?;
    match arguments.command {
        Command::Function(command) => commands::function::run(&session, command).await,
        Command::Run(run) => commands::launch::run(&session, &run).await,
        Command::Rerun(rerun) => commands::launch::rerun(&session, &rerun).await,
        Command::Runs(query) => commands::runs::list(&session, query).await,
        Command::Show(one) => commands::runs::show(&session, &one.run).await,
        Command::Events(one) => commands::runs::events(&session, &one.run).await,
        Command::Manifests(one) => commands::runs::manifests(&session, &one.run).await,
        Command::Logs(logs) => commands::logs::run(&session, &logs).await,
        Command::Wait(wait) => commands::wait::run(&session, &wait.run.run, wait.timeout).await,
        Command::Stop(one) => commands::end::stop(&session, &one.run).await,
        Command::Open(open) => commands::open::run(&session, &open).await,
        Command::Scale(scale) => commands::service::scale(&session, &scale.run.run, scale.copies).await,
        Command::Resume(one) => commands::service::resume(&session, &one.run).await,
        Command::Restart(one) => commands::service::restart(&session, &one.run).await,
        Command::Schedule(command) => commands::schedule::run(&session, command).await,
        Command::Delete(delete) => commands::end::delete(&session, &delete).await,
        Command::Archive(archive) => commands::end::archive(&session, &archive).await,
        Command::Project(command) => commands::project::run(&session, command).await,
        Command::Registry(command) => commands::registry::run(&session, command).await,
        Command::Undo(one) => commands::registry::undo(&session, &one.run).await,
        Command::Secret(command) => commands::secret::run(&session, command).await,
        Command::Profile(command) => commands::profile::run(&session, command).await,
        Command::Context(command) => commands::context::run(&session, command).await,
        Command::Settings(command) => commands::settings::run(&session, command).await,
        Command::Watch => commands::watch::run(&session).await,
        Command::Completions { .. } => Ok(Exit::Done),
    }
}

/// Ends with clap's own words; with JSON or YAML asked for, a usage error is a document like any other failure.
fn usage(error: &clap::Error) -> ExitCode {
    let is_help = !error.use_stderr();
    let words: Vec<String> = std::env::args().collect();
    let format = words.windows(2).find_map(|pair| match pair {
        [option, value] if option == "-o" || option == "--output" => Some(value.as_str()),
        _ => None,
    });
    let format = format
        .or_else(|| words.iter().find_map(|word| word.strip_prefix("--output=").or_else(|| word.strip_prefix("-o"))));
    let format = match format {
        Some("json") => Format::Json,
        Some("yaml") => Format::Yaml,
        _ => Format::Text,
    };
    if is_help || format == Format::Text {
        output::usage(&error.render().ansi(), is_help);
    } else {
        let text = error.render().to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        let failure = berth_core::Error::new(berth_core::ErrorCode::InvalidInput, message);
        Output::new(format).failure(&failure);
    }
    ExitCode::from(if is_help { Exit::Done.status() } else { Exit::BadInput.status() })
}
