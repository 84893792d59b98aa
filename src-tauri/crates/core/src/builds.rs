//! The use cases of builds: where their images go, what a build does to its function, and how that is taken back.

use std::time::Duration;

use berth_model::{
    Action, BuildPlan, Function, FunctionId, FunctionName, ImageReference, PinnedImage, Problem, Project, ProjectName,
    Registry, Run, RunId, RunSpec, RunState, built_image, recipe, registry_credentials,
};
use serde_json::json;
use tokio::time::Instant;

use crate::app::{App, DeleteScope, LaunchRequest, Launchable};
use crate::ports::{Notice, RunRow, SecretValue};
use crate::prepare::no_secret;
use crate::transition::{change, edited};
use crate::{Error, ErrorCode};

/// Name of the function whose build tries the registry.
const CHECK: &str = "registry-check";
/// The smallest image that there is: no bytes but its description.
const CHECKED: &str = "FROM scratch\nLABEL dev.berth.check=registry\n";

/// How long the engine may take over what it owes a try that is over.
const SETTLING: Duration = Duration::from_secs(20);

/// What a try of the registry came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct RegistryTry {
    /// Whether the registry took the image.
    pub works: bool,
    /// The image that was to be pushed.
    pub image: Option<ImageReference>,
    /// One sentence: that it works, or why not.
    pub message: String,
}

impl App {
    /// Chooses where the builds of a project put their images; `None` for nowhere.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `InvalidInput` where the registry names a secret that the project does
    /// not have; `Storage`.
    pub async fn set_registry(&self, name: &ProjectName, registry: Option<Registry>) -> Result<Project, Error> {
        let mut project = self.project(name).await?;
        if let Some(problem) = unknown_credentials(self, &project, registry.as_ref()).await? {
            return Err(Error::invalid(vec![Problem { path: "secret".to_owned(), ..problem }]));
        }
        project.registry = registry;
        self.write_project(&project).await?;
        Ok(project)
    }

    /// Makes the launch that tries a project's registry: a build of the smallest image there is, pushed as any other.
    ///
    /// Launch it as any run; once it is over, `end_registry_check` clears up.
    #[must_use]
    pub fn registry_check(&self, project: &ProjectName, run: RunId) -> LaunchRequest {
        LaunchRequest {
            run,
            project: project.clone(),
            what: Launchable::Document(json!({
                "kind": "container", "name": CHECK,
                "metadata": {"description": "Tries whether the project's registry takes an image"},
                "spec": {"source": {"code": CHECKED, "lang": "dockerfile"}},
            })),
            action: Action::Build,
            overrides: json!({"ttl": 600}),
            task: None,
            place: None,
            parent: None,
        }
    }

    /// Tries a project's registry from beginning to end, beside an engine that runs: launches the check, waits for it and
    /// clears up.
    ///
    /// # Errors
    /// As the launch is refused; `TimedOut`, and the try goes on.
    pub async fn try_registry(&self, request: &LaunchRequest, timeout: Duration) -> Result<RegistryTry, Error> {
        self.launch(request).await?;
        self.wait(request.run, Some(timeout)).await?;
        // What the engine still owes the run comes before it is removed.
        let deadline = Instant::now() + SETTLING;
        while Instant::now() < deadline && self.ports.history.settled(request.run).await? != (true, true) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        self.end_registry_check(request.run).await
    }

    /// Tells what a try of the registry came to, and clears up after one that ended well; one that did not stays in
    /// history with its log.
    ///
    /// # Errors
    /// As the cluster or the history fails.
    pub async fn end_registry_check(&self, run: RunId) -> Result<RegistryTry, Error> {
        let row = self.known(run).await?;
        let image = row.run.build.as_ref().map(|plan| plan.image.clone());
        let project = row.run.project;
        if row.run.status.state != RunState::Completed {
            let message = row.run.status.why().unwrap_or("the try did not come to its end").to_owned();
            return Ok(RegistryTry { works: false, image, message });
        }
        if row.run.function.name.as_str() == CHECK {
            self.delete(run, DeleteScope { history: true, objects: true }).await?;
            self.ports.history.delete_function(&project, &row.run.function.name, None).await?;
            self.ports.sink.announce(Notice::Project(project.clone()));
        }
        let message = format!("The registry took an image of project {project}: builds can be pushed.");
        Ok(RegistryTry { works: true, image, message })
    }

    /// Takes the image of a build off its function again: a new version with the image of before.
    ///
    /// # Errors
    /// `InvalidInput` where the run made no image, or its function uses another one by now; `NotFound`; `Storage`.
    pub async fn undo_build(&self, run: RunId) -> Result<Function, Error> {
        let row = self.owned(run).await?;
        let refuse = |why: String| Err(Error::new(ErrorCode::InvalidInput, why));
        let (project, name) = (&row.run.project, &row.run.function.name);
        let (Some(built), Some(pinned)) = (row.run.built_image(), row.run.status.pinned.clone()) else {
            return refuse(format!(
                "\"{}\" gave no image to a function, so there is nothing to undo.",
                row.run.object_name
            ));
        };
        let latest = self.ports.history.function(project, name, None).await?;
        let Some(latest) = latest else {
            return refuse(format!("The function \"{name}\" was deleted, so there is nothing to undo."));
        };
        if pinned.replaced.as_ref() == Some(&built) {
            return refuse(format!("\"{name}\" had this very image before the build, so there is nothing to undo."));
        }
        if latest.spec.image.as_ref() != Some(&built) {
            return refuse(format!(
                "Version {} of \"{name}\" does not use the image of this build any more, so there is nothing to undo.",
                latest.version
            ));
        }
        let id = FunctionId::derived(&format!("without the image of run {run}"));
        let saved = self.save_with_image(&latest, id, pinned.replaced.clone()).await?;
        change(&self.ports, run, |row, at| {
            edited(&row.run.status, at, |status| {
                if let Some(pinned) = &mut status.pinned {
                    pinned.undone = Some(saved.version);
                }
            })
        })
        .await?;
        tracing::info!(run_id = %run, function = %name, version = saved.version, "image of a build taken back");
        Ok(saved)
    }

    /// Saves a version of a function that differs in its image alone.
    async fn save_with_image(
        &self,
        latest: &Function,
        id: FunctionId,
        image: Option<ImageReference>,
    ) -> Result<Function, Error> {
        let mut next = Function { id, updated: self.now(), ..latest.clone() };
        next.spec.image = image;
        let saved = self.ports.history.save_function(&next).await?;
        // Saved defaults belong to a version; the person's are meant for the function.
        for action in Action::ALL {
            if let Some(spec) = self.ports.history.task(latest.id, action).await?
                && self.ports.history.task(saved.id, action).await?.is_none()
            {
                let task = berth_model::Task { function: saved.id, action, spec, extra: berth_model::ExtraKeys::new() };
                self.ports.history.save_task(&task).await?;
            }
        }
        self.ports.sink.announce(Notice::Project(latest.project.clone()));
        Ok(saved)
    }

    /// Reads what signs in to a registry.
    ///
    /// # Errors
    /// `InvalidInput` where there is no such secret or it is none to sign in with; `Keyring`.
    pub(crate) async fn registry_credentials(
        &self,
        project: &ProjectName,
        registry: &Registry,
    ) -> Result<Option<SecretValue>, Error> {
        let Some(secret) = &registry.secret else { return Ok(None) };
        let values = self.secret_values(project, std::slice::from_ref(secret)).await.map_err(at_registry)?;
        let Some((_, value)) = values.first() else { return Ok(None) };
        let text = registry_credentials(registry, value.expose())
            .map_err(|error| Error::invalid(vec![Problem::new("registry", error.code, error.sentence)]))?;
        Ok(Some(SecretValue::new(text)))
    }
}

/// The registry is where a person can change what is wrong with its secret.
fn at_registry(mut error: Error) -> Error {
    for field in &mut error.fields {
        "registry".clone_into(&mut field.path);
    }
    error
}

/// Says what is wrong with the secret that a registry names: a name that the project does not know.
///
/// # Errors
/// `Storage`.
pub(crate) async fn unknown_credentials(
    app: &App,
    project: &Project,
    registry: Option<&Registry>,
) -> Result<Option<Problem>, Error> {
    let Some(secret) = registry.and_then(|registry| registry.secret.as_ref()) else { return Ok(None) };
    let known = app.ports.history.secrets(&project.name).await?;
    let is_known = known.iter().any(|entry| entry.name == *secret) || app.session_secrets.holds(&project.name, secret);
    Ok((!is_known).then(|| Problem::new("registry", "unknown_secret", no_secret(secret, &project.name))))
}

/// Works out how a build is done; `unknown` is what is wrong with the secret of the project's registry.
///
/// # Errors
/// Everything that is wrong.
pub(crate) fn plan(
    project: &Project,
    name: &FunctionName,
    run: RunId,
    spec: &RunSpec,
    builder: &ImageReference,
    unknown: Option<Problem>,
) -> Result<BuildPlan, Vec<Problem>> {
    let Some(registry) = &project.registry else {
        let message = format!(
            "Project \"{}\" has no registry to push the image to: choose one with `berth registry set ADDRESS`.",
            project.name
        );
        return Err(vec![Problem::new("registry", "no_registry", message)]);
    };
    if let Some(problem) = unknown {
        return Err(vec![problem]);
    }
    let tag = berth_k8s::labels::short_id(run);
    let image = built_image(registry, &project.name, name, &spec.function, &tag)
        .map_err(|error| vec![Problem::new("image", error.code, error.sentence)])?;
    Ok(BuildPlan { dockerfile: recipe(spec)?, image, registry: registry.clone(), builder: builder.clone() })
}

/// Gives the image of a build that ended well to its function, as a new version of it, and writes down what was before.
/// Safe to repeat: a run does so once.
///
/// # Errors
/// As the history fails.
pub(crate) async fn pin(app: &App, run: &Run) -> Result<Option<RunRow>, Error> {
    let Some(image) = run.built_image().filter(|_| run.status.pinned.is_none()) else { return Ok(None) };
    let history = &app.ports.history;
    let id = FunctionId::derived(&format!("with the image of run {}", run.id));
    let name = &run.function.name;
    let versions = history.function_versions(&run.project, name).await?;
    let done = versions.iter().position(|version| version.id == id);
    let pinned = match (done, versions.first()) {
        // Saved before a crash, and not written down.
        (Some(place), _) => PinnedImage {
            version: versions.get(place).map(|version| version.version),
            replaced: versions.get(place + 1).and_then(|before| before.spec.image.clone()),
            undone: None,
        },
        (None, Some(latest)) => {
            let saved = app.save_with_image(latest, id, Some(image)).await?;
            PinnedImage { version: Some(saved.version), replaced: latest.spec.image.clone(), undone: None }
        }
        (None, None) => PinnedImage { version: None, replaced: None, undone: None },
    };
    tracing::info!(run_id = %run.id, function = %name, version = pinned.version, "image of a build given to its function");
    change(&app.ports, run.id, |row, at| {
        if row.run.status.pinned.is_some() {
            return None;
        }
        edited(&row.run.status, at, |status| status.pinned = Some(pinned.clone()))
    })
    .await
}
