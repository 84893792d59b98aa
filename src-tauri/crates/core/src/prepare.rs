//! Works a launch out: which function, which values, where to, which objects. Reads history and kubeconfig files;
//! asks no cluster and writes nothing.

use std::collections::BTreeMap;

use berth_k8s::Manifests;
use berth_k8s::manifest::{Rendering, render};
use berth_model::{
    Action, BuildPlan, Function, FunctionId, FunctionRef, FunctionSpec, HelperImages, InstallationId, Origin,
    Overrides, Problem, ProfileName, Project, ProjectName, Registry, RunSpec, SecretName, SecurityLevel, Target,
    TaskSpec, Unknown, merge, read_function, read_overrides, read_task_spec, readable_function_spec, validate_run,
};
use jiff::Timestamp;
use serde_json::Value;

use crate::app::{App, LaunchRequest, Launchable, Prepared};
use crate::helpers::helper_images;
use crate::{Error, ErrorCode, builds};

/// A launch worked out, before any cluster was asked.
pub(crate) struct WorkedOut {
    /// The function, frozen as it will run; its id and version are the saved ones where it is saved.
    pub(crate) function: Function,
    /// Whether this very version is in history already.
    pub(crate) is_saved: bool,
    /// Where it goes.
    pub(crate) target: Target,
    /// The merged specification.
    pub(crate) spec: RunSpec,
    /// Where each value came from.
    pub(crate) origins: BTreeMap<String, Origin>,
    /// How it builds, where that is the action.
    pub(crate) build: Option<BuildPlan>,
    /// The registry of the project, where it can be signed in to.
    pub(crate) registry: Option<Registry>,
    /// Who launches.
    pub(crate) installation: InstallationId,
    /// When it was worked out: the run's time of creation.
    pub(crate) created: Timestamp,
    /// The images of Berth's helpers.
    pub(crate) helpers: HelperImages,
}

impl WorkedOut {
    /// Names the function version.
    pub(crate) fn function_ref(&self) -> FunctionRef {
        FunctionRef { name: self.function.name.clone(), version: self.function.version, id: self.function.id }
    }

    /// Renders the objects.
    ///
    /// # Errors
    /// `InvalidInput` with every parameter that cannot be honoured.
    pub(crate) fn render(&self, request: &LaunchRequest, enforced: Option<SecurityLevel>) -> Result<Manifests, Error> {
        let rendering = Rendering {
            run: request.run,
            project: request.project.clone(),
            function: self.function_ref(),
            action: request.action,
            namespace: self.target.namespace.clone(),
            installation: self.installation,
            parent: request.parent,
            spec: self.spec.clone(),
            build: self.build.clone(),
            registry: self.registry.clone(),
            origins: self.origins.clone(),
            created: self.created,
            enforced,
            helpers: self.helpers.clone(),
        };
        render(&rendering).map_err(|error| Error::invalid(error.problems))
    }

    /// What a preview shows.
    pub(crate) fn prepared(&self, manifests: Manifests) -> Prepared {
        let command = self.spec.function.command.as_ref().and_then(|command| command.words().ok());
        Prepared {
            target: self.target.clone(),
            spec: self.spec.clone(),
            origins: self.origins.clone(),
            manifests: manifests.objects,
            command,
            args: self.spec.function.args.clone(),
        }
    }
}

/// The layers of a launch before they are merged.
struct Layers {
    function: Function,
    is_saved: bool,
    overrides: Overrides,
    task: Option<TaskSpec>,
    profile: Option<TaskSpec>,
}

/// Works a launch out.
///
/// # Errors
/// `NotFound` for an unknown project or function; `InvalidInput` with every problem; `Kubeconfig` where there is no
/// place to go.
pub(crate) async fn work_out(app: &App, request: &LaunchRequest) -> Result<WorkedOut, Error> {
    let history = &app.ports.history;
    let project = app.project(&request.project).await?;
    let created = app.ports.clock.now();
    let layers = read_layers(app, request, created).await?;
    let (spec, origins) =
        merge(&layers.function.spec, &layers.overrides, layers.task.as_ref(), layers.profile.as_ref());
    let mut problems = validate_run(&spec, request.action);
    problems.extend(unknown_secrets(app, &project, &spec).await?);
    let helpers = helper_images(&**history).await?;
    let unknown = builds::unknown_credentials(app, &project, project.registry.as_ref()).await?;
    // Without its secret a registry cannot be signed in to; nodes may still pull what is public.
    let registry = project.registry.clone().filter(|_| unknown.is_none());
    let mut build = None;
    if request.action == Action::Build {
        match builds::plan(&project, &layers.function.name, request.run, &spec, &helpers.build, unknown) {
            Ok(plan) => build = Some(plan),
            // What is wrong with its recipe was told above.
            Err(found) => problems.extend(further(&problems, found)),
        }
    }
    if !problems.is_empty() {
        return Err(Error::invalid(problems));
    }
    let target = app.clusters.resolve(request.place.as_ref(), &project)?;
    let installation = history.installation().await?;
    let Layers { function, is_saved, .. } = layers;
    Ok(WorkedOut { function, is_saved, target, spec, origins, build, registry, installation, created, helpers })
}

/// The secrets that a launch would need, whether or not there are any of these names.
///
/// # Errors
/// As `work_out`, but for what is wrong with the merged values.
pub(crate) async fn secrets_needed(app: &App, request: &LaunchRequest) -> Result<Vec<SecretName>, Error> {
    let layers = read_layers(app, request, app.ports.clock.now()).await?;
    let (spec, _) = merge(&layers.function.spec, &layers.overrides, layers.task.as_ref(), layers.profile.as_ref());
    let registry = app.project(&request.project).await?.registry;
    let image = spec.function.image.as_ref();
    let signs_in =
        registry.filter(|registry| request.action == Action::Build || image.is_some_and(|image| registry.holds(image)));
    let mut secrets = spec.task.secrets;
    secrets.extend(signs_in.and_then(|registry| registry.secret).filter(|secret| !secrets.contains(secret)));
    Ok(secrets)
}

/// Reads everything that a launch is made of; problems of all layers together.
async fn read_layers(app: &App, request: &LaunchRequest, now: Timestamp) -> Result<Layers, Error> {
    let mut problems = Vec::new();
    let function = match read_what(app, request, now).await {
        Ok(function) => Some(function),
        Err(error) if error.code == ErrorCode::InvalidInput => {
            problems.extend(error.fields);
            None
        }
        Err(error) => return Err(error),
    };
    let overrides = read_overrides(&request.overrides, request.action).unwrap_or_else(|found| {
        problems.extend(found);
        Overrides::default()
    });
    let task = match (&request.task, &function) {
        (Some(task), _) => {
            let (task, found) = read_task(task, request);
            problems.extend(found);
            Some(task)
        }
        (None, Some((function, true))) => app.ports.history.task(function.id, request.action).await?,
        (None, _) => None,
    };
    let named = overrides.task.profile.as_ref().or_else(|| task.as_ref()?.profile.as_ref());
    let profile = match named {
        None => None,
        Some(name) => match app.ports.history.profile(&request.project, name).await? {
            Some(profile) => Some(profile.spec),
            None => {
                problems.push(unknown_profile(name, request));
                None
            }
        },
    };
    match function {
        Some((function, is_saved)) if problems.is_empty() => {
            Ok(Layers { function, is_saved, overrides, task, profile })
        }
        function => {
            if let Some(function) = readable_spec(function.map(|(function, _)| function), request) {
                let (spec, _) = merge(&function, &overrides, task.as_ref(), profile.as_ref());
                problems.extend(further(&problems, validate_run(&spec, request.action)));
            }
            Err(Error::invalid(problems))
        }
    }
}

/// What the function says as far as it can be read, so that what is wrong with the rest of it is told in the same breath.
fn readable_spec(function: Option<Function>, request: &LaunchRequest) -> Option<FunctionSpec> {
    match (function, &request.what) {
        (Some(function), _) => Some(function.spec),
        (None, Launchable::Document(document)) => readable_function_spec(document),
        (None, Launchable::Saved { .. }) => None,
    }
}

/// Those problems that stand at no field of which something is known already, nor in a list of which an item is known to
/// be unreadable: where the others stand in that list is not known then.
pub(crate) fn further(known: &[Problem], found: Vec<Problem>) -> Vec<Problem> {
    let list = |path: &str| path.rsplit_once('[').map(|(list, _)| format!(".{list}"));
    let is_known = |problem: &Problem| {
        known.iter().any(|other| {
            let is_same = format!(".{}", other.path).ends_with(&format!(".{}", problem.path));
            let lists = list(&other.path).zip(list(&problem.path));
            is_same || lists.is_some_and(|(other, own)| other.ends_with(&own))
        })
    };
    found.into_iter().filter(|problem| !is_known(problem)).collect()
}

/// Reads the function, and tells whether this very version is saved.
async fn read_what(app: &App, request: &LaunchRequest, now: Timestamp) -> Result<(Function, bool), Error> {
    let history = &app.ports.history;
    match &request.what {
        Launchable::Saved { name, version } => {
            let found = history.function(&request.project, name, *version).await?;
            let found = found.ok_or_else(|| {
                let which = version.map_or_else(String::new, |version| format!(" version {version}"));
                Error::new(
                    ErrorCode::NotFound,
                    format!("there is no function \"{name}\"{which} in project \"{}\"", request.project),
                )
                .hint("See `berth function list`, or launch a file with -f.")
            })?;
            Ok((found, true))
        }
        Launchable::Document(document) => {
            let function = function_of(document, request, now).map_err(Error::invalid)?;
            let known = history.function_by_spec(&request.project, &function.name, &function.spec).await?;
            let Some(known) = known else { return Ok((function, false)) };
            if is_said_otherwise(&known, &function) {
                // The words of the latest version change in place; those of an older one are history.
                let latest = history.function(&request.project, &function.name, None).await?;
                if latest.is_some_and(|latest| latest.id == known.id) {
                    let said = Function { id: known.id, version: known.version, created: known.created, ..function };
                    return Ok((said, false));
                }
            }
            Ok((known, true))
        }
    }
}

/// Whether a document says something else for people than the saved function that does the same; one that says nothing
/// leaves it as it is.
fn is_said_otherwise(known: &Function, said: &Function) -> bool {
    let is_other = said.description != known.description || said.labels != known.labels;
    is_other && (said.description.is_some() || !said.labels.is_empty())
}

/// Reads a function document. Its id is derived from the run's, so that the same launch makes the same function.
fn function_of(document: &Value, request: &LaunchRequest, now: Timestamp) -> Result<Function, Vec<Problem>> {
    let new_id = FunctionId::derived(&format!("function of run {}", request.run));
    let (mut function, _) = read_function(document, now, new_id, &request.project, strictness(document))?;
    function.project = request.project.clone();
    Ok(function)
}

/// A file that another program wrote may hold keys that have no meaning here; in one written by hand, an unknown key is
/// a slip. Programs write a key or an id, people do not.
pub(crate) fn strictness(document: &Value) -> Unknown {
    let is_written_by_program = ["key", "id", "status"].iter().any(|key| document.get(key).is_some());
    if is_written_by_program { Unknown::Keep } else { Unknown::Refuse }
}

fn read_task(task: &Value, request: &LaunchRequest) -> (TaskSpec, Vec<Problem>) {
    let (spec, problems, _) = read_task_spec(task, request.action, Unknown::Refuse);
    (spec, problems)
}

/// Checks a request without history: its documents and values, merged as far as they are given in full.
pub(crate) fn check_request(request: &LaunchRequest, now: Timestamp) -> Vec<Problem> {
    let mut problems = Vec::new();
    let function = match &request.what {
        Launchable::Saved { .. } => None,
        Launchable::Document(document) => match function_of(document, request, now) {
            Ok(function) => Some(function),
            Err(found) => {
                problems.extend(found);
                None
            }
        },
    };
    let overrides = read_overrides(&request.overrides, request.action);
    let task = request.task.as_ref().map(|task| read_task(task, request));
    if let Some((_, found)) = &task {
        problems.extend(found.iter().cloned());
    }
    match (function, overrides) {
        (Some(function), Ok(overrides)) if problems.is_empty() => {
            let task = task.map(|(spec, _)| spec);
            let (spec, _) = merge(&function.spec, &overrides, task.as_ref(), None);
            problems.extend(validate_run(&spec, request.action));
        }
        (_, Err(found)) => problems.extend(found),
        (function, Ok(overrides)) => {
            if let Some(function) = readable_spec(function, request) {
                let task = task.map(|(spec, _)| spec);
                let (spec, _) = merge(&function, &overrides, task.as_ref(), None);
                problems.extend(further(&problems, validate_run(&spec, request.action)));
            }
        }
    }
    problems
}

async fn unknown_secrets(app: &App, project: &Project, spec: &RunSpec) -> Result<Vec<Problem>, Error> {
    if spec.task.secrets.is_empty() {
        return Ok(Vec::new());
    }
    let known = app.ports.history.secrets(&project.name).await?;
    let missing = spec.task.secrets.iter().enumerate().filter(|(_, name)| {
        !known.iter().any(|entry| entry.name == **name) && !app.session_secrets.holds(&project.name, name)
    });
    Ok(missing
        .map(|(index, name)| {
            Problem::new(format!("secrets[{index}]"), "unknown_secret", no_secret(name, &project.name))
        })
        .collect())
}

/// The sentence for a secret that the project does not have.
pub(crate) fn no_secret(name: &SecretName, project: &ProjectName) -> String {
    format!("There is no secret \"{name}\" in project \"{project}\": set it with `berth secret set {name}`.")
}

fn unknown_profile(name: &ProfileName, request: &LaunchRequest) -> Problem {
    Problem::new(
        "profile",
        "unknown_profile",
        format!("There is no profile \"{name}\" in project \"{}\": save it first, or name another.", request.project),
    )
}
