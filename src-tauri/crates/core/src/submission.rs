//! Carries a launch out: asks the cluster what `step` says, writes down what is learned, until there is a verdict.
//!
//! May be called on the same run by several programs at once and after a crash at any place: every request is by a
//! name derived from the run, every write is decided on what is stored.

mod step;

use std::time::Duration;

use berth_k8s::{Class, Cluster, manifest, sight};
use berth_model::{Action, ObjectRef, Phase, Reason, Run, RunState, RunStatus, Submission, Wish};
use jiff::Timestamp;
use serde_json::Value;

use self::step::{Evidence, Found, Mark, Refusal, Step, next_step};
use crate::app::App;
use crate::failpoint::reach;
use crate::ports::RunRow;
use crate::transition::{change, edited, unknown_run};
use crate::{Error, ErrorCode};

/// Pauses after each lost reply before the cluster is asked again. Their sum, with requests that fail at once, stays
/// well under the 15 s within which a person is told a verdict or "unknown"; after the last one the engine goes on.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1600),
    Duration::from_millis(3200),
];

/// Longest time that one drive waits for a cluster that gives no clear answers.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a request that was given up may still arrive: twice the API server's own limit of 60 s on a request.
const LATE_ARRIVAL: Duration = Duration::from_secs(120);

/// Most steps of one drive: a straight launch takes nine, each lost reply and each other writer three more.
const STEPS: usize = 200;

/// Drives a run at any step of its launch to Released, Rejected, Conflict or Discarded; to Unknown where the cluster
/// gives no clear answer in time. Asks the cluster what is there before it sends anything.
///
/// A run that is past its launch comes back as it is.
///
/// # Errors
/// As the history fails; `Kubeconfig` or `Unreachable` where the cluster of the run cannot be reached at all.
pub(crate) async fn drive(app: &App, run: RunRow) -> Result<RunRow, Error> {
    let gate = app.launching.enter(run.run.id);
    let _turn = gate.lock().await;
    drive_now(app, run).await
}

/// The same without waiting for others of this process who work on the launch: for who holds the gate, and for who
/// ends the launch.
pub(crate) async fn drive_now(app: &App, run: RunRow) -> Result<RunRow, Error> {
    drive_from(app, run, Evidence::Nothing).await
}

/// As `drive_now`, for an intent that was written a moment ago by the caller, so that nothing can have been sent.
pub(crate) async fn drive_fresh(app: &App, run: RunRow) -> Result<RunRow, Error> {
    drive_from(app, run, Evidence::Fresh).await
}

async fn drive_from(app: &App, mut row: RunRow, mut evidence: Evidence) -> Result<RunRow, Error> {
    if matches!(row.run.status.submission, Submission::Draft | Submission::Released) {
        return Ok(row);
    }
    let cluster = app.clusters.cluster_of(&app.ports, &row.run).await?;
    let began = tokio::time::Instant::now();
    let mut pauses = PAUSES.iter();
    for _ in 0..STEPS {
        let step = next_step(&row.run, &evidence);
        tracing::debug!(run_id = %row.run.id, ?step, "launch step");
        evidence = match step {
            Step::Done => {
                settle(app, &row).await?;
                return Ok(row);
            }
            Step::Record(mark) => {
                let (now, next) = record(app, &row, mark, evidence).await?;
                row = now;
                next
            }
            step => act(app, &cluster, &row.run, step, evidence).await,
        };
        if let Evidence::Lost(why) = &evidence {
            tracing::warn!(run_id = %row.run.id, why, "a reply of the cluster was lost");
            // Written before the pause, so that nobody looks at a launch that seems to stand still.
            let Step::Record(mark) = next_step(&row.run, &evidence) else { continue };
            (row, evidence) = record(app, &row, mark, evidence).await?;
            let Some(pause) = pauses.next().filter(|_| began.elapsed() < PATIENCE) else { return Ok(row) };
            tokio::time::sleep(*pause).await;
        }
    }
    Err(Error::new(ErrorCode::Internal, format!("the launch of run {} does not come to an end", row.run.id)))
}

/// Carries one request out and says what was learned.
async fn act(app: &App, cluster: &Cluster, run: &Run, step: Step, before: Evidence) -> Evidence {
    match step {
        Step::Look => {
            let learned = look(cluster, run, before).await;
            reach("submit.after_look");
            learned
        }
        Step::Send => {
            let learned = send(cluster, run).await;
            reach("submit.after_send");
            learned
        }
        Step::MakeChildren(main) => {
            let learned = make_children(app, cluster, run, main).await;
            reach("submit.after_children");
            learned
        }
        Step::Release(main) => {
            let learned = match cluster.release(&main, run.spec.task.replicas.unwrap_or(1)).await {
                Ok(body) => Evidence::Released(sight::Sighting::of(&body).map_or(0, |seen| seen.version)),
                Err(error) if error.class == Class::NotFound => Evidence::Gone,
                Err(error) => step_failed(&error),
            };
            reach("submit.after_release");
            learned
        }
        Step::Remove(object) => {
            let learned = match cluster.delete(&object).await {
                Ok(_) => Evidence::Removed,
                // Another identity under the name: ours is gone.
                Err(error) if matches!(error.class, Class::NotFound | Class::Conflict) => Evidence::Removed,
                Err(error) => step_failed(&error),
            };
            reach("submit.after_remove");
            learned
        }
        Step::Record(_) | Step::Done => before,
    }
}

async fn send(cluster: &Cluster, run: &Run) -> Evidence {
    let Some(manifest) = run.manifests.first() else { return no_manifest() };
    match cluster.create(manifest, false).await {
        Ok(created) => Evidence::Made(created.object),
        Err(error) if error.class == Class::AlreadyExists => Evidence::NameExists,
        Err(error) => match refusal(&error) {
            Some(refusal) => Evidence::Refused(refusal),
            None => Evidence::Lost(format!("the reply to the launch was lost: {}", error.message)),
        },
    }
}

async fn look(cluster: &Cluster, run: &Run, before: Evidence) -> Evidence {
    // A run that was imported from the cluster has its object and no manifests.
    let known = run.status.objects.first().map(|main| (main.kind.as_str(), main.name.as_str()));
    let Some((kind, name)) = known.or_else(|| run.manifests.first().and_then(sight::kind_and_name)) else {
        return no_manifest();
    };
    match cluster.read(kind, name).await {
        Ok(Some(body)) => sight::Sighting::of(&body).map_or_else(
            || Evidence::Lost(format!("the cluster's answer about {kind} \"{name}\" cannot be read")),
            |seen| Evidence::Found(found(run, seen)),
        ),
        Ok(None) => match before {
            Evidence::Refused(refusal) => Evidence::RefusedAndAbsent(refusal),
            _ => Evidence::Absent,
        },
        Err(error) => match before {
            // Who may not read cannot learn more than the refusal itself says.
            Evidence::Refused(refusal) if error.class == Class::Forbidden => Evidence::RefusedAndAbsent(refusal),
            _ => Evidence::Lost(format!("unable to ask for {kind} \"{name}\": {}", error.message)),
        },
    }
}

fn found(run: &Run, seen: sight::Sighting) -> Found {
    Found {
        is_same_run: seen.run == Some(run.id),
        is_same_spec: seen.spec_hash.as_deref() == Some(run.spec_hash.as_str()),
        is_deleting: seen.is_deleting,
        is_held: seen.is_held,
        version: seen.version,
        object: seen.object,
    }
}

async fn make_children(app: &App, cluster: &Cluster, run: &Run, main: ObjectRef) -> Evidence {
    let mut made = vec![main.clone()];
    for child in run.manifests.iter().skip(1) {
        if manifest::is_alias(child) {
            // A name more or less is no reason not to run.
            match cluster.point_alias(child).await {
                Ok(object) => made.push(object),
                Err(error) => tracing::warn!(run_id = %run.id, %error, "the run goes on without its second name"),
            }
            continue;
        }
        let owned = manifest::owned_by(child, &main);
        let outcome = if manifest::wants_values(child) {
            make_secret(app, cluster, run, &owned, &main).await
        } else if manifest::wants_credentials(child) {
            make_credentials(app, cluster, run, &owned, &main).await
        } else {
            make_child(cluster, run, &owned, &main).await
        };
        reach("submit.after_child");
        match outcome {
            Ok(object) => made.push(object),
            Err(evidence) => return evidence,
        }
    }
    Evidence::ChildrenMade(made)
}

/// Makes one object, or takes the one that an earlier try made.
async fn make_child(cluster: &Cluster, run: &Run, owned: &Value, main: &ObjectRef) -> Result<ObjectRef, Evidence> {
    let error = match cluster.create(owned, false).await {
        Ok(created) => return Ok(created.object),
        Err(error) => error,
    };
    if error.class != Class::AlreadyExists {
        return Err(step_failed(&error));
    }
    match existing_child(cluster, run, owned, main).await? {
        Some(object) => Ok(object),
        None => Err(Evidence::Lost("an object that belongs to the run existed and is gone again".to_owned())),
    }
}

/// Makes the object that holds the run's secrets. Values that are not to be had any more end the launch, unless an
/// earlier try made the object.
async fn make_secret(
    app: &App,
    cluster: &Cluster,
    run: &Run,
    owned: &Value,
    main: &ObjectRef,
) -> Result<ObjectRef, Evidence> {
    match app.secret_values(&run.project, &run.spec.task.secrets).await {
        Ok(values) => {
            app.masks.remember(run.id, &values).await;
            let values = values.iter().map(|(name, value)| (name.as_str(), value.expose()));
            make_child(cluster, run, &manifest::with_values(owned, values), main).await
        }
        Err(error) => made_before(cluster, run, owned, main, &error).await,
    }
}

/// Makes the object with which a run signs in to its project's registry, as `make_secret` does.
async fn make_credentials(
    app: &App,
    cluster: &Cluster,
    run: &Run,
    owned: &Value,
    main: &ObjectRef,
) -> Result<ObjectRef, Evidence> {
    let values = async {
        let registry = match &run.build {
            Some(plan) => Some(plan.registry.clone()),
            None => app.project(&run.project).await?.registry,
        };
        match registry {
            Some(registry) => app.registry_credentials(&run.project, &registry).await,
            None => Ok(None),
        }
    };
    match values.await {
        Ok(Some(value)) => make_child(cluster, run, &manifest::with_credentials(owned, value.expose()), main).await,
        // Taken off the project meanwhile: what is public can still be pulled.
        Ok(None) => make_child(cluster, run, owned, main).await,
        Err(error) => made_before(cluster, run, owned, main, &error).await,
    }
}

/// The object that an earlier try made, where its values are not to be had any more.
async fn made_before(
    cluster: &Cluster,
    run: &Run,
    owned: &Value,
    main: &ObjectRef,
    error: &Error,
) -> Result<ObjectRef, Evidence> {
    existing_child(cluster, run, owned, main).await?.ok_or_else(|| {
        let message = format!("a secret was there at the check and not at the start: {error}");
        Evidence::StepRefused(Refusal { reason: Reason::Configuration, message })
    })
}

/// Finds the object that an earlier try made; `None` where there is none.
async fn existing_child(
    cluster: &Cluster,
    run: &Run,
    owned: &Value,
    main: &ObjectRef,
) -> Result<Option<ObjectRef>, Evidence> {
    let Some((kind, name)) = sight::kind_and_name(owned) else { return Err(no_manifest()) };
    match cluster.read(kind, name).await {
        Ok(Some(body)) => match sight::Sighting::of(&body) {
            Some(seen) if seen.owner_uid.as_deref() == Some(main.uid.as_str()) => Ok(Some(seen.object)),
            Some(seen) if manifest::outlives_run(owned) && seen.run == Some(run.id) => Ok(Some(seen.object)),
            Some(seen) => Err(Evidence::ChildTaken(seen.object)),
            None => Err(Evidence::Lost(format!("the cluster's answer about {kind} \"{name}\" cannot be read"))),
        },
        Ok(None) => Ok(None),
        Err(error) => Err(step_failed(&error)),
    }
}

fn step_failed(error: &berth_k8s::Error) -> Evidence {
    refusal(error).map_or_else(|| Evidence::Lost(error.message.clone()), Evidence::StepRefused)
}

fn no_manifest() -> Evidence {
    let message = "the run holds no object to make: it was not launched from this history".to_owned();
    Evidence::StepRefused(Refusal { reason: Reason::Rejected, message })
}

/// Tells a refusal (the cluster read the request and stored nothing) from an answer that leaves the fate open.
///
/// 408, 409 and 429 are answers of the way there or of other writers; every 5xx may come after storing.
fn refusal(error: &berth_k8s::Error) -> Option<Refusal> {
    let is_verdict = match error.status {
        Some(status) => (400..500).contains(&status) && !matches!(status, 408 | 409 | 429),
        None => false,
    };
    is_verdict.then(|| Refusal { reason: Reason::Rejected, message: error.message.clone() })
}

/// Writes what is known, if it still follows from what is stored; says with what to go on.
async fn record(app: &App, row: &RunRow, mark: Mark, evidence: Evidence) -> Result<(RunRow, Evidence), Error> {
    let wanted = Step::Record(mark.clone());
    let decided = change(&app.ports, row.run.id, |stored, at| {
        if next_step(&stored.run, &evidence) != wanted {
            return None;
        }
        edited(&stored.run.status, at, |status| apply(&mark, stored.run.action, status, at))
    })
    .await?;
    if let Some(now) = decided {
        reach(mark_point(&mark));
        tracing::info!(run_id = %now.run.id, submission = ?now.run.status.submission, "launch");
        return Ok((now, Evidence::Recorded));
    }
    let stored = app.ports.history.run(row.run.id).await?.ok_or_else(|| unknown_run(row.run.id))?;
    let next = if next_step(&stored.run, &evidence) == wanted {
        Evidence::Recorded
    } else if matches!(evidence, Evidence::Made(_) | Evidence::Removed) {
        // What was made must be dealt with, whatever another program wrote meanwhile.
        evidence
    } else {
        Evidence::Nothing
    };
    Ok((stored, next))
}

const fn mark_point(mark: &Mark) -> &'static str {
    match mark {
        Mark::Unknown(_) => "submit.after_unknown",
        Mark::Created(_) => "submit.after_created",
        Mark::Complete(_) => "submit.after_complete",
        Mark::Released(..) => "submit.after_released",
        Mark::Rejected(_) => "submit.after_rejected",
        Mark::Conflict(_) | Mark::Lost(..) => "submit.after_conflict",
        Mark::Discarded(_) => "submit.after_discarded",
        Mark::Removed => "submit.after_removed",
    }
}

/// Edits a status as a mark says. What was already seen of the object (by whoever watches) is not taken back: a run
/// that was seen running stays running, and an end stays what it was.
fn apply(mark: &Mark, action: Action, status: &mut RunStatus, at: Timestamp) {
    let is_over = status.is_over(action);
    match mark {
        Mark::Unknown(_) if status.submission == Submission::Unknown => {}
        Mark::Unknown(why) => {
            status.submission = Submission::Unknown;
            if !was_seen(status) {
                status.phase = Phase::Checking;
                explain(status, Some(Reason::OutcomeUnknown), Some(why));
            }
        }
        Mark::Created(main) => {
            status.submission = Submission::Created;
            status.objects = vec![main.clone()];
            hold(status);
        }
        Mark::Complete(all) => {
            status.submission = Submission::Complete;
            status.objects.clone_from(all);
            hold(status);
        }
        Mark::Released(main, version) => {
            status.submission = Submission::Released;
            status.seen_version = status.seen_version.max(*version);
            if status.objects.is_empty() {
                status.objects = vec![main.clone()];
            }
            if !was_seen(status) {
                status.state = RunState::Pending;
                status.phase = Phase::Queued;
                explain(status, None, None);
            }
        }
        Mark::Rejected(refusal) => {
            status.submission = Submission::Rejected;
            end(status, is_over, RunState::Error, at, refusal.reason.clone(), &refusal.message);
        }
        Mark::Conflict(message) => {
            status.submission = Submission::Conflict;
            end(status, is_over, RunState::Error, at, Reason::NameTaken, message);
        }
        Mark::Lost(reason, message) => {
            status.submission = Submission::Discarded;
            end(status, is_over, RunState::Error, at, reason.clone(), message);
            status.only_in_history = true;
        }
        Mark::Discarded(object) => {
            status.submission = Submission::Discarded;
            if let (true, Some(object)) = (status.objects.is_empty(), object) {
                status.objects = vec![object.clone()];
            }
            let state = if status.wish == Some(Wish::Delete) { RunState::Deleted } else { RunState::Stopped };
            end(status, is_over, state, at, Reason::StoppedByUser, "stopped before it was released; nothing of it ran");
            status.only_in_history |= status.objects.is_empty();
        }
        Mark::Removed => status.only_in_history = true,
    }
}

/// Whether the object was seen to go on from where the launch had put it.
const fn was_seen(status: &RunStatus) -> bool {
    !matches!(status.state, RunState::Created | RunState::Built | RunState::Ready)
}

fn hold(status: &mut RunStatus) {
    if !was_seen(status) {
        status.state = RunState::Ready;
        status.phase = Phase::Held;
        explain(status, None, None);
    }
}

fn explain(status: &mut RunStatus, reason: Option<Reason>, message: Option<&str>) {
    status.reason = reason;
    status.message = message.map(str::to_owned);
}

fn end(status: &mut RunStatus, is_over: bool, state: RunState, at: Timestamp, reason: Reason, message: &str) {
    if is_over {
        return;
    }
    status.state = state;
    status.phase = Phase::Finished;
    status.finished = Some(at);
    explain(status, Some(reason), Some(message));
}

/// Marks the duties of a launch that came to nothing: there are no logs; objects are settled once nothing is left and
/// nothing can arrive late.
async fn settle(app: &App, row: &RunRow) -> Result<(), Error> {
    let status = &row.run.status;
    if !matches!(status.submission, Submission::Rejected | Submission::Conflict | Submission::Discarded) {
        return Ok(());
    }
    let nothing_left = status.only_in_history || status.objects.is_empty();
    let may_arrive = status.wish.is_some() && !is_past(status.finished, app.ports.clock.now(), LATE_ARRIVAL);
    Ok(app.ports.history.mark_settled(row.run.id, true, nothing_left && !may_arrive).await?)
}

fn is_past(since: Option<Timestamp>, now: Timestamp, limit: Duration) -> bool {
    since.is_none_or(|since| now.duration_since(since).unsigned_abs() > limit)
}

#[cfg(test)]
mod tests;
