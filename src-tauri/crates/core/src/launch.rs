//! The use cases of launching: check, prepare, launch, repeat. Nothing is written before the cluster said that it would
//! take the run; nothing is sent before the intent is written.

use std::collections::BTreeMap;
use std::time::Instant;

use berth_k8s::Manifests;
use berth_k8s::manifest::wants_credentials;
use berth_model::{
    Origin, Problem, Run, RunId, RunSpec, RunState, RunStatus, ScheduleStatus, SecurityLevel, Submission,
};

use crate::app::{App, LaunchRequest, Prepared};
use crate::failpoint::reach;
use crate::ports::{Notice, RunRow};
use crate::prepare::{WorkedOut, check_request, work_out};
use crate::{Error, ErrorCode, failure, submission};

/// A launch that is worked out and has not begun.
pub struct Planned {
    request: LaunchRequest,
    worked_out: WorkedOut,
}

impl Planned {
    /// What it would run: the merged specification.
    #[must_use]
    pub const fn spec(&self) -> &RunSpec {
        &self.worked_out.spec
    }

    /// Where each value comes from, by its path.
    #[must_use]
    pub const fn origins(&self) -> &BTreeMap<String, Origin> {
        &self.worked_out.origins
    }
}

impl App {
    /// Checks a function document, a task document or run values, and returns all problems.
    #[must_use]
    pub fn validate(&self, request: &LaunchRequest) -> Vec<Problem> {
        check_request(request, self.ports.clock.now())
    }

    /// Works a launch out without doing it; needs no cluster.
    ///
    /// # Errors
    /// `InvalidInput` with every problem at its field; `NotFound` for an unknown function.
    pub async fn prepare(&self, request: &LaunchRequest) -> Result<Prepared, Error> {
        let worked_out = work_out(self, request).await?;
        let manifests = worked_out.render(request, None)?;
        Ok(worked_out.prepared(manifests))
    }

    /// Prepares, then asks the cluster whether it would take it (strict dry run of every object and of the pod).
    ///
    /// # Errors
    /// As `prepare`; `Refused` or `Forbidden` with the cluster's reason in words.
    pub async fn check(&self, request: &LaunchRequest) -> Result<Prepared, Error> {
        let mut worked_out = work_out(self, request).await?;
        let manifests = self.accepted(&mut worked_out, request).await?.0;
        Ok(worked_out.prepared(manifests))
    }

    /// Launches. Returns when the run is released, or is known to be refused, or its fate is unknown and looked after.
    ///
    /// The same id again is the same launch: it goes on where it stands and returns the same run, whatever else the
    /// request says.
    ///
    /// # Errors
    /// As `check`; `Refused` and `Conflict` where the cluster refused it after all; `OutcomeUnknown` where the reply was
    /// lost (the run is in history).
    pub async fn launch(&self, request: &LaunchRequest) -> Result<RunRow, Error> {
        self.begin(request, None).await
    }

    /// Works a launch out for who looks at it before it begins; needs no cluster.
    ///
    /// # Errors
    /// As `prepare`.
    pub async fn plan(&self, request: LaunchRequest) -> Result<Planned, Error> {
        let worked_out = work_out(self, &request).await?;
        // A parameter that cannot be honoured must be told before anybody hears of the run.
        worked_out.render(&request, None)?;
        Ok(Planned { request, worked_out })
    }

    /// Launches what was planned, as it was planned.
    ///
    /// # Errors
    /// As `launch`.
    pub async fn launch_planned(&self, planned: Planned) -> Result<RunRow, Error> {
        self.begin(&planned.request, Some(planned.worked_out)).await
    }

    async fn begin(&self, request: &LaunchRequest, planned: Option<WorkedOut>) -> Result<RunRow, Error> {
        // One at a time for each id: a second click waits for the first and finds its run.
        let gate = self.launching.enter(request.run);
        let _turn = gate.lock().await;
        let row = match self.ports.history.run(request.run).await? {
            Some(known) => submission::drive_now(self, known).await?,
            None => {
                let worked_out = match planned {
                    Some(worked_out) => worked_out,
                    None => work_out(self, request).await?,
                };
                let (row, is_new) = match self.write_intent(request, worked_out).await {
                    Ok(written) => written,
                    // Another program launched the same id meanwhile, and what it made stood in the way of the trial.
                    Err(error) => (self.ports.history.run(request.run).await?.ok_or(error)?, false),
                };
                reach("launch.after_intent");
                if is_new {
                    submission::drive_fresh(self, row).await?
                } else {
                    submission::drive_now(self, row).await?
                }
            }
        };
        verdict(row)
    }

    /// Goes on with a launch that was found half done, whatever its age.
    ///
    /// # Errors
    /// As `launch`.
    pub async fn finish_launch(&self, run: RunId) -> Result<RunRow, Error> {
        let gate = self.launching.enter(run);
        let _turn = gate.lock().await;
        verdict(submission::drive_now(self, self.owned(run).await?).await?)
    }

    /// Learns which cluster it is, renders for what its namespace enforces, and asks whether it would take every object
    /// and the pod.
    async fn accepted(
        &self,
        worked_out: &mut WorkedOut,
        request: &LaunchRequest,
    ) -> Result<(Manifests, Option<SecurityLevel>), Error> {
        let target = worked_out.target.clone();
        let cluster = self.clusters.cluster(&target).await?;
        let began = Instant::now();
        let explain = |error| failure::of_launch(error, &target, began.elapsed());
        let (id, level) = tokio::join!(self.clusters.identify(&self.ports, &target), cluster.enforced_security());
        worked_out.target.cluster = Some(id?);
        let enforced = level.map_err(explain)?.as_deref().and_then(security_level);
        let manifests = worked_out.render(request, enforced)?;
        let main = manifests.objects.first().unwrap_or(&serde_json::Value::Null);
        let problems = cluster.missing(&worked_out.spec.task, main).await;
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        cluster.preflight(&manifests.objects).await.map_err(explain)?;
        Ok((manifests, enforced))
    }

    /// Writes the intent once the cluster would take it; tells whether it is new.
    async fn write_intent(&self, request: &LaunchRequest, mut worked_out: WorkedOut) -> Result<(RunRow, bool), Error> {
        // Values that are not to be had must be told before anything is created; they are read again when they are sent.
        drop(self.secret_values(&request.project, &worked_out.spec.task.secrets).await?);
        let (mut manifests, enforced) = self.accepted(&mut worked_out, request).await?;
        if let Some(registry) = worked_out.registry.as_ref().filter(|_| manifests.objects.iter().any(wants_credentials))
        {
            drop(self.registry_credentials(&request.project, registry).await?);
        }
        if !worked_out.is_saved {
            worked_out.function = self.ports.history.save_function(&worked_out.function).await?;
            self.ports.sink.announce(Notice::Project(request.project.clone()));
            // The version is known only now, and travels with the run.
            manifests = worked_out.render(request, enforced)?;
        }
        reach("launch.before_intent");
        let run = intent(request, worked_out, manifests);
        let row = self.ports.history.insert_run(&run).await?;
        // Another program may have written the same id first.
        let is_new = row.run.created == run.created && row.run.status == run.status;
        tracing::info!(run_id = %run.id, context = run.target.context, namespace = run.target.namespace, "launch written down");
        self.ports.sink.announce(Notice::Runs(vec![row.clone()]));
        Ok((row, is_new))
    }
}

/// `privileged`, and words of a later Kubernetes, ask for nothing that Berth could add.
fn security_level(word: &str) -> Option<SecurityLevel> {
    match word {
        "restricted" => Some(SecurityLevel::Restricted),
        "baseline" => Some(SecurityLevel::Baseline),
        _ => None,
    }
}

fn intent(request: &LaunchRequest, worked_out: WorkedOut, manifests: Manifests) -> Run {
    let schedule = worked_out.spec.task.schedule.is_some().then(ScheduleStatus::default);
    Run {
        id: request.run,
        project: request.project.clone(),
        function: worked_out.function_ref(),
        action: request.action,
        target: worked_out.target,
        parent: request.parent,
        fire: None,
        installation: worked_out.installation,
        spec: worked_out.spec,
        build: worked_out.build,
        origins: worked_out.origins,
        manifests: manifests.objects,
        spec_hash: manifests.spec_hash,
        object_name: manifests.name,
        created: worked_out.created,
        status: RunStatus { state: RunState::Built, submission: Submission::Intent, schedule, ..RunStatus::created() },
    }
}

/// What a launch came to, as its caller must know it.
pub(crate) fn verdict(row: RunRow) -> Result<RunRow, Error> {
    let run = &row.run;
    let told = run.status.message.clone().unwrap_or_default();
    let code = match run.status.submission {
        Submission::Rejected => ErrorCode::Refused,
        Submission::Conflict => ErrorCode::Conflict,
        Submission::Unknown | Submission::Intent | Submission::Created | Submission::Complete => {
            ErrorCode::OutcomeUnknown
        }
        Submission::Discarded if run.status.wish.is_none() => ErrorCode::Refused,
        Submission::Draft | Submission::Released | Submission::Discarded => return Ok(row),
    };
    let error = match code {
        ErrorCode::OutcomeUnknown => {
            Error::new(code, format!("the outcome of launching \"{}\" is not known yet: {told}", run.object_name))
                .hint("It is being looked after: the run is in the list and shows what became of it.")
        }
        _ => Error::new(code, format!("\"{}\" was not launched: {told}", run.object_name))
            .hint("Nothing runs. The run is kept in history with this reason."),
    };
    Err(error)
}
