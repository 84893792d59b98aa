//! Owns the words of the program `berth`: an interface that scripts rely on.

use std::path::PathBuf;

use berth_model::{Action, RunState};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Runs containers on Kubernetes, watches them live and keeps their history.
#[derive(Debug, Parser)]
#[command(
    name = "berth",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Examples:\n  berth run -f function.yaml --action job --wait\n  berth run train --action job --env LR=0.1 --follow\n  berth runs --state ERROR --since 7d\n  berth logs 7k3f -f\n\nExit status: 0 done, 1 the run failed, 2 bad input, 3 cluster not reachable or refused, 4 no such thing,\n5 stopped by someone, 6 local storage or keyring, 7 outcome unknown, 124 time-out, 130 interrupted."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that may stand before or after the command.
#[derive(Args, Debug)]
pub(crate) struct Global {
    /// Context of the kubeconfig to use.
    #[arg(long, global = true, value_name = "CONTEXT", env = "BERTH_CONTEXT")]
    pub(crate) context: Option<String>,
    /// Kubernetes namespace to use.
    #[arg(long, short = 'n', global = true, value_name = "NAMESPACE", env = "BERTH_NAMESPACE")]
    pub(crate) namespace: Option<String>,
    /// Project to use.
    #[arg(long, global = true, value_name = "PROJECT", env = "BERTH_PROJECT")]
    pub(crate) project: Option<String>,
    /// How to print.
    #[arg(long, short = 'o', global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(crate) output: Format,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Functions: what runs.
    #[command(subcommand)]
    Function(FunctionCommand),
    /// Launches a function.
    #[command(
        after_help = "Examples:\n  berth run -f examples/hello/function.yaml --action job --wait\n  berth run train:3 --action job --env LR=0.1 --cpu 500m/1 --mem 1Gi/2Gi --follow\n  berth run -f train.yaml --action job --dry-run -o yaml"
    )]
    Run(Box<RunArguments>),
    /// Lists runs, newest first.
    Runs(RunsArguments),
    /// Shows a run.
    Show(OneRun),
    /// Prints a run's log, from history.
    #[command(
        after_help = "Examples:\n  berth logs 7k3f\n  berth logs train-7k3f-x2x9p -f\n  berth logs 7k3f --attempt 2 --timestamps"
    )]
    Logs(LogsArguments),
    /// Prints the events of a run's objects.
    Events(OneRun),
    /// Prints a run's manifests as they were submitted.
    Manifests(OneRun),
    /// Waits until a run is over.
    Wait(WaitArguments),
    /// Stops a run; its log and history are kept.
    Stop(OneRun),
    /// Launches a run's frozen specification again.
    Rerun(Box<RerunArguments>),
    /// Deletes a run: its history and its objects.
    Delete(DeleteArguments),
    /// Puts a run away from the list, or takes it back; everything is kept.
    Archive(ArchiveArguments),
    /// Projects: drawers for functions, secrets, profiles and runs.
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Contexts of the kubeconfig files.
    #[command(subcommand)]
    Context(ContextCommand),
    /// Watches and captures all live runs of this data folder until interrupted.
    Watch,
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// Functions.
#[derive(Debug, Subcommand)]
pub(crate) enum FunctionCommand {
    /// Lists functions, the latest version of each.
    List,
    /// Shows a function.
    Show {
        /// NAME or NAME:VERSION.
        name: String,
    },
    /// Saves functions from files; a changed specification makes a new version.
    Save {
        /// Files, YAML or JSON; the documents after the first are its tasks.
        #[arg(short = 'f', long = "file", required = true, num_args = 1.., value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Lists the versions of a function.
    Versions {
        /// NAME.
        name: String,
    },
    /// Compares two versions.
    Diff {
        /// NAME:V1
        first: String,
        /// NAME:V2
        second: String,
    },
    /// Deletes a version, or all.
    Delete {
        /// NAME or NAME:VERSION.
        name: String,
    },
    /// Checks files without saving.
    Validate {
        /// Files, YAML or JSON.
        #[arg(short = 'f', long = "file", required = true, num_args = 1.., value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

/// `berth run`.
#[derive(Args, Debug)]
pub(crate) struct RunArguments {
    /// Saved function: NAME or NAME:VERSION.
    #[arg(required_unless_present = "file", conflicts_with = "file", value_name = "NAME[:VERSION]")]
    pub(crate) name: Option<String>,
    /// Function file, YAML or JSON.
    #[arg(short = 'f', long = "file", value_name = "FUNCTION.yaml")]
    pub(crate) file: Option<PathBuf>,
    /// What to do with it.
    #[arg(long, value_parser = action)]
    pub(crate) action: Action,
    /// Task file, YAML or JSON, in place of the saved defaults.
    #[arg(long, value_name = "TASK.yaml")]
    pub(crate) task: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) flags: TaskFlags,
    /// Shows what would be created and asks the cluster whether it would take it; creates nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// How long to stay.
#[derive(Args, Debug)]
pub(crate) struct Patience {
    /// Waits until the run is over.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Prints the log as it comes, and waits until the run is over.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Waits at most so long (the run goes on), as in 90s, 10m, 2h.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<std::time::Duration>,
}

/// Task and function fields as flags: the specification's names with dashes.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Values of this run")]
pub(crate) struct TaskFlags {
    /// Image to run.
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// Command line, split as a shell would.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(crate) command: Option<String>,
    /// Argument of the command (repeatable).
    #[arg(long = "arg", value_name = "A", allow_hyphen_values = true)]
    pub(crate) args: Vec<String>,
    /// Environment variable (repeatable).
    #[arg(long = "env", value_name = "K=V")]
    pub(crate) envs: Vec<String>,
    /// Secret of the project (repeatable).
    #[arg(long = "secret", value_name = "NAME")]
    pub(crate) secrets: Vec<String>,
    /// Volume (repeatable).
    #[arg(long = "volume", value_name = "TYPE:NAME:MOUNT[:k=v,…]")]
    pub(crate) volumes: Vec<String>,
    /// Label that the node must have (repeatable).
    #[arg(long = "node-selector", value_name = "k=v")]
    pub(crate) node_selector: Vec<String>,
    /// Taint to put up with (repeatable).
    #[arg(long = "toleration", value_name = "key[=value]:effect")]
    pub(crate) tolerations: Vec<String>,
    /// File with a Kubernetes affinity object.
    #[arg(long, value_name = "FILE")]
    pub(crate) affinity: Option<PathBuf>,
    /// Processor: request, or request/limit.
    #[arg(long, value_name = "500m[/1]")]
    pub(crate) cpu: Option<String>,
    /// Memory: request, or request/limit.
    #[arg(long, value_name = "256Mi[/1Gi]")]
    pub(crate) mem: Option<String>,
    /// Accelerators.
    #[arg(long, value_name = "1")]
    pub(crate) gpu: Option<String>,
    /// Profile whose values fill what is not said.
    #[arg(long, value_name = "P")]
    pub(crate) profile: Option<String>,
    /// Retries after the first attempt failed.
    #[arg(long, value_name = "N")]
    pub(crate) backoff_limit: Option<u32>,
    /// Time limit of one attempt, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) deadline: Option<u32>,
    /// How long the cluster keeps the objects after the end, in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) ttl: Option<u32>,
    /// When to start: five fields or a macro.
    #[arg(long, value_name = "CRON")]
    pub(crate) schedule: Option<String>,
    /// Time zone of the schedule.
    #[arg(long, value_name = "TZ")]
    pub(crate) time_zone: Option<String>,
    /// Copies to keep running.
    #[arg(long, value_name = "N")]
    pub(crate) replicas: Option<u32>,
    /// Port to publish (repeatable).
    #[arg(long = "service-port", value_name = "8080:80")]
    pub(crate) service_ports: Vec<String>,
    /// How ports are published.
    #[arg(long, value_name = "T")]
    pub(crate) service_type: Option<String>,
    /// Line of the image's recipe (repeatable).
    #[arg(long = "instruction", value_name = "LINE")]
    pub(crate) instructions: Vec<String>,
    /// When the node asks the registry: Always, IfNotPresent or Never.
    #[arg(long, value_name = "POLICY")]
    pub(crate) image_pull_policy: Option<String>,
    /// How strictly the container is confined: baseline or restricted.
    #[arg(long, value_name = "LEVEL")]
    pub(crate) security: Option<String>,
}

/// `berth runs`.
#[derive(Args, Debug)]
pub(crate) struct RunsArguments {
    /// Only runs in this state (repeatable), as in RUNNING or ERROR.
    #[arg(long = "state", value_name = "S", value_parser = state)]
    pub(crate) states: Vec<RunState>,
    /// Only runs of this function.
    #[arg(long, value_name = "F")]
    pub(crate) function: Option<String>,
    /// Only runs of this action.
    #[arg(long, value_name = "A", value_parser = action)]
    pub(crate) action: Option<Action>,
    /// Only runs made in the last so long, as in 30m, 12h, 7d.
    #[arg(long, value_name = "7d", value_parser = duration)]
    pub(crate) since: Option<std::time::Duration>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
    /// Archived runs too.
    #[arg(long)]
    pub(crate) archived: bool,
    /// Text in name, id, image or environment names.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
}

/// A run.
#[derive(Args, Debug)]
pub(crate) struct OneRun {
    /// Its id, an unambiguous beginning of it, or its object's name.
    pub(crate) run: String,
}

/// `berth logs`.
#[derive(Args, Debug)]
pub(crate) struct LogsArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Prints what comes, until the run is over.
    #[arg(short = 'f', long)]
    pub(crate) follow: bool,
    /// Only this attempt.
    #[arg(long, value_name = "K")]
    pub(crate) attempt: Option<u32>,
    /// Only this container.
    #[arg(long, value_name = "C")]
    pub(crate) container: Option<String>,
    /// Begins each line with its time.
    #[arg(long)]
    pub(crate) timestamps: bool,
}

/// `berth wait`.
#[derive(Args, Debug)]
pub(crate) struct WaitArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Waits at most so long, as in 90s, 10m, 2h.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<std::time::Duration>,
}

/// `berth rerun`.
#[derive(Args, Debug)]
pub(crate) struct RerunArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    #[command(flatten)]
    pub(crate) flags: TaskFlags,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// `berth delete`.
#[derive(Args, Debug)]
pub(crate) struct DeleteArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Removes the objects from the cluster, keeps the history.
    #[arg(long, conflicts_with = "keep_objects")]
    pub(crate) keep_history: bool,
    /// Removes the history, keeps the objects in the cluster.
    #[arg(long)]
    pub(crate) keep_objects: bool,
}

/// `berth archive`.
#[derive(Args, Debug)]
pub(crate) struct ArchiveArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Takes it back.
    #[arg(long)]
    pub(crate) undo: bool,
}

/// Projects.
#[derive(Debug, Subcommand)]
pub(crate) enum ProjectCommand {
    /// Lists projects.
    List,
    /// Makes a project.
    Create {
        /// NAME: 2 to 38 lower-case letters, digits or dashes.
        name: String,
        /// Where its runs go when nothing else is said.
        #[arg(long, value_name = "CONTEXT/NAMESPACE")]
        target: Option<String>,
    },
    /// Shows a project.
    Show {
        /// NAME.
        name: String,
    },
    /// Makes a project the one that is used when none is said.
    Use {
        /// NAME.
        name: String,
    },
    /// Deletes a project without runs.
    Delete {
        /// NAME.
        name: String,
    },
}

/// Contexts.
#[derive(Debug, Subcommand)]
pub(crate) enum ContextCommand {
    /// Lists the contexts of all kubeconfig files.
    List,
    /// Makes a context the default of the project; the kubeconfig is not changed.
    Use {
        /// Name of the context.
        name: String,
    },
    /// Asks a context: version, namespaces, rights.
    Check {
        /// Name of the context; the one in use where not said.
        name: Option<String>,
    },
}

fn action(text: &str) -> Result<Action, String> {
    Action::ALL
        .into_iter()
        .find(|action| action.word() == text)
        .ok_or_else(|| format!("\"{text}\" is not an action: use job, serve, deploy or build."))
}

fn state(text: &str) -> Result<RunState, String> {
    serde_json::from_value(serde_json::Value::String(text.to_uppercase())).map_err(|_| {
        format!(
            "\"{text}\" is not a state: use CREATED, BUILT, READY, PENDING, RUNNING, COMPLETED, ERROR, STOP, STOPPED, DELETING or DELETED."
        )
    })
}

/// Reads a number with a unit: s, m, h, d; a bare number is seconds.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let refusal = || format!("\"{text}\" is not a duration: write a number with s, m, h or d, as in 90s, 10m, 2h, 7d.");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let seconds: u64 = match text.strip_prefix(digits).unwrap_or_default() {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(refusal()),
    };
    let number: u64 = digits.parse().map_err(|_| refusal())?;
    number.checked_mul(seconds).map(std::time::Duration::from_secs).ok_or_else(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_words_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_are_read_with_their_units() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7200), ("7d", 604_800), ("5", 5)] {
            assert_eq!(duration(text).map(|span| span.as_secs()), Ok(seconds), "{text}");
        }
        for text in ["", "m", "1w", "-1s", "1.5h", "99999999999999999999d"] {
            assert!(duration(text).is_err(), "{text} should be refused");
        }
    }

    #[test]
    fn global_options_may_stand_before_and_after_the_command() {
        for line in ["berth -o json --context c runs", "berth runs -o json --context c"] {
            let arguments = Arguments::parse_from(line.split(' '));
            assert_eq!(arguments.global.output, Format::Json, "{line}");
            assert_eq!(arguments.global.context.as_deref(), Some("c"), "{line}");
        }
    }

    #[test]
    fn a_run_needs_a_function_and_an_action() {
        for line in ["berth run --action job", "berth run train", "berth run train -f x.yaml --action job"] {
            assert!(Arguments::try_parse_from(line.split(' ')).is_err(), "{line} should be refused");
        }
    }
}
