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

/// For which DigitalHub a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ForGeneration {
    /// 0.14 and later.
    Current,
    /// 0.7, of the specification.
    Seed,
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
    /// Waits until a run is over; a service, until all its copies are ready; a schedule, until it waits for its next time.
    Wait(WaitArguments),
    /// Stops a run; its log and history are kept. A service, or a schedule, can be resumed.
    Stop(OneRun),
    /// Opens a port of this machine that leads to a service, and prints its address.
    #[command(
        visible_alias = "forward",
        after_help = "Examples:\n  berth open api-7k3f\n  berth open api-7k3f --port 9090 --local 8000"
    )]
    Open(OpenArguments),
    /// Sets how many copies of a service run; 0 stops it.
    Scale(ScaleArguments),
    /// Lets a stopped service or a suspended schedule go on.
    Resume(OneRun),
    /// Starts all copies of a service anew, one after the other.
    Restart(OneRun),
    /// Schedules: jobs that start again and again.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Launches a run's frozen specification again.
    Rerun(Box<RerunArguments>),
    /// Deletes a run: its history and its objects.
    Delete(DeleteArguments),
    /// Puts a run away from the list, or takes it back; everything is kept.
    Archive(ArchiveArguments),
    /// Projects: drawers for functions, secrets, profiles and runs.
    #[command(subcommand)]
    Project(ProjectCommand),
    /// The registry of the project: where its builds put their images.
    #[command(subcommand)]
    Registry(RegistryCommand),
    /// Takes the image of a build off its function again: a new version with the image of before.
    Undo(OneRun),
    /// Secrets of the project: names here, values in the keyring of the operating system.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Profiles of the project: presets of task fields that any run may name.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Contexts of the kubeconfig files.
    #[command(subcommand)]
    Context(ContextCommand),
    /// Settings of this data folder: the images of Berth's helpers.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Watches and captures all live runs of this data folder until interrupted.
    Watch,
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// Settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Lists all settings.
    List,
    /// Changes a setting for the launches to come.
    Set {
        /// NAME, as helper.fetch.
        name: String,
        /// The value.
        value: String,
    },
    /// Takes a setting back to what it is without a choice.
    Reset {
        /// NAME, as helper.fetch.
        name: String,
    },
}

/// Functions.
#[derive(Debug, Subcommand)]
pub(crate) enum FunctionCommand {
    /// Lists functions, the latest version of each.
    List {
        /// Only functions with this label: KEY=VALUE, or KEY alone.
        #[arg(long, value_name = "KEY[=VALUE]")]
        label: Option<String>,
    },
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
    #[command(flatten)]
    pub(crate) asking: Asking,
    /// Shows what would be created and asks the cluster whether it would take it; creates nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// What to ask for beforehand.
#[derive(Args, Debug)]
pub(crate) struct Asking {
    /// Asks for the values of the run's secrets now (a prompt each, or a line of stdin each) and keeps them for this
    /// launch only.
    #[arg(long)]
    pub(crate) ask_secrets: bool,
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
    /// Image that a build starts from.
    #[arg(long, value_name = "IMAGE")]
    pub(crate) base_image: Option<String>,
    /// Code in place of the function's: a file, folder or zip of this machine, git+https://…#ref, https://, s3://,
    /// zip+https:// or zip+s3://.
    #[arg(long, value_name = "PATH|ADDRESS")]
    pub(crate) code_src: Option<String>,
    /// Entry file of the code, as train.py or train.py:main.
    #[arg(long, value_name = "FILE")]
    pub(crate) handler: Option<String>,
    /// Language of the code.
    #[arg(long, value_name = "python")]
    pub(crate) lang: Option<String>,
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
    /// Resource name under which nodes advertise the accelerators.
    #[arg(long, value_name = "nvidia.com/gpu")]
    pub(crate) gpu_key: Option<String>,
    /// Scratch space under /shared.
    #[arg(long, value_name = "10Gi")]
    pub(crate) disk: Option<String>,
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
    /// Time zone of the schedule; UTC where not said.
    #[arg(long, value_name = "TZ")]
    pub(crate) time_zone: Option<String>,
    /// What happens where it is due while the run before still goes on: Allow, Forbid or Replace.
    #[arg(long, value_name = "POLICY")]
    pub(crate) concurrency_policy: Option<String>,
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
    /// Only what this schedule started, or what repeats this run.
    #[arg(long, value_name = "RUN")]
    pub(crate) parent: Option<String>,
    /// Only runs of functions with this label: KEY=VALUE, or KEY alone.
    #[arg(long, value_name = "KEY[=VALUE]")]
    pub(crate) label: Option<String>,
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

/// `berth open`.
#[derive(Args, Debug)]
pub(crate) struct OpenArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Port of the service, or of the container; the service's first where not said.
    #[arg(long, value_name = "P")]
    pub(crate) port: Option<u16>,
    /// Port of this machine; the one of the last time where not said, a free one where it is taken.
    #[arg(long, value_name = "L")]
    pub(crate) local: Option<u16>,
}

/// `berth scale`.
#[derive(Args, Debug)]
pub(crate) struct ScaleArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    /// Copies to keep running.
    #[arg(value_name = "N")]
    pub(crate) copies: u32,
}

/// Schedules.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Lists the schedules of the project that are there, newest first.
    List,
    /// Tells the next five times of a schedule.
    Next(OneRun),
    /// Suspends a schedule: nothing starts any more; what it started goes on.
    Suspend(OneRun),
    /// Lets a suspended schedule go on.
    Resume(OneRun),
    /// Starts a run of a schedule now, also of a suspended one.
    #[command(
        visible_alias = "run-now",
        after_help = "Examples:\n  berth schedule trigger nightly-7k3f --wait\n  berth runs --parent nightly-7k3f"
    )]
    Trigger(TriggerArguments),
}

/// `berth schedule trigger`.
#[derive(Args, Debug)]
pub(crate) struct TriggerArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

/// `berth rerun`.
#[derive(Args, Debug)]
pub(crate) struct RerunArguments {
    #[command(flatten)]
    pub(crate) run: OneRun,
    #[command(flatten)]
    pub(crate) flags: TaskFlags,
    #[command(flatten)]
    pub(crate) asking: Asking,
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
        /// What it is for.
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Shows a project.
    Show {
        /// NAME.
        name: String,
    },
    /// Makes a project the one that is used when none is said.
    #[command(visible_alias = "switch")]
    Use {
        /// NAME.
        name: String,
    },
    /// Writes the project that is used into a file: its functions, each in its latest version, with their saved tasks.
    ///
    /// A function that says `embedded: true` is in the file itself; any other lies in a file of its own beside it, under
    /// functions/.
    #[command(
        after_help = "Examples:\n  berth project export iris.yaml\n  berth --project iris project export iris.yaml --generation seed"
    )]
    Export {
        /// FILE, YAML; a folder gets a file of the project's name.
        file: PathBuf,
        /// For which DigitalHub: current (0.14 and later) or seed (0.7).
        #[arg(long, value_enum, default_value = "current", value_name = "GENERATION")]
        generation: ForGeneration,
        /// Writes over files that are there.
        #[arg(long)]
        overwrite: bool,
    },
    /// Saves the functions of files: of a project's file, or of functions with their tasks.
    ///
    /// Both generations of DigitalHub are read. The project is the one that the file names, made where it is not there;
    /// of a file that names none, the one that is used.
    Import {
        /// Files, YAML or JSON; a folder stands for the one project in it. Files that a project names its functions by are
        /// found beside it.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The project to save into, whatever the files say.
        #[arg(long, value_name = "PROJECT")]
        into: Option<String>,
    },
    /// Deletes a project without runs.
    Delete {
        /// NAME.
        name: String,
    },
}

/// Registries.
#[derive(Debug, Subcommand)]
pub(crate) enum RegistryCommand {
    /// Chooses the registry.
    #[command(
        after_help = "Examples:\n  berth secret set REGISTRY          # USER:PASSWORD, or the text of a Docker config.json\n  berth registry set registry.example.org/team --secret REGISTRY\n  berth registry check"
    )]
    Set(RegistrySetArguments),
    /// Shows the registry.
    Show,
    /// Tries it: builds the smallest image there is in the cluster and pushes it.
    Check {
        /// Waits at most so long, as in 90s, 10m, 2h.
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        timeout: Option<std::time::Duration>,
    },
    /// Forgets the registry; the images stay where they are.
    Remove,
}

/// `berth registry set`.
#[derive(Args, Debug)]
pub(crate) struct RegistrySetArguments {
    /// Host with its port and a folder where wished, as the cluster reaches it.
    #[arg(value_name = "HOST[:PORT][/FOLDER]")]
    pub(crate) address: String,
    /// Secret of the project that signs in: USER:PASSWORD, or the text of a Docker config.json.
    #[arg(long, value_name = "NAME")]
    pub(crate) secret: Option<String>,
    /// It speaks plain HTTP: everybody on the way can read and change what is sent.
    #[arg(long)]
    pub(crate) plain_http: bool,
    /// Keeps the layers of one build there for the next, under the image's name with /cache behind.
    #[arg(long)]
    pub(crate) cache: bool,
}

/// Secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Sets a value, typed without echo or piped in; one final newline is not part of it.
    #[command(
        after_help = "Examples:\n  berth secret set TOKEN\n  berth secret set TOKEN < token.txt\n  pass show hub | berth secret set HUB_PASSWORD"
    )]
    Set {
        /// NAME, which is also the environment variable that runs see.
        name: String,
        /// Caught to be refused: a command line is kept by shells and shown to every user of the machine.
        #[arg(hide = true)]
        value: Vec<String>,
    },
    /// Lists the names; values are never shown.
    List,
    /// Deletes a name and its value.
    Delete {
        /// NAME.
        name: String,
    },
}

/// Profiles.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Saves profiles from files: `name`, `description` and `spec` with the fields of a task.
    #[command(
        after_help = "Example of a file:\n  name: big\n  description: Four cores and a lot of memory\n  spec:\n    resources: {cpu: {requests: \"4\"}, mem: {requests: 16Gi, limits: 16Gi}}"
    )]
    Save {
        /// Files, YAML or JSON, with one profile or several.
        #[arg(short = 'f', long = "file", required = true, num_args = 1.., value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Lists profiles.
    List,
    /// Shows a profile.
    Show {
        /// NAME.
        name: String,
    },
    /// Deletes a profile; runs keep the values that they took from it.
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
