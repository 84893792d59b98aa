//! The use cases of schedules: when they start something next, suspending, going on, starting a run of one now.
//!
//! A schedule is a run whose object makes others: each start is a run of its own, with the schedule as its parent.
//! `berth stop` suspends it; what it started goes on.

use berth_k8s::manifest::{Asked, fire_now};
use berth_k8s::{Class, labels, sight};
use berth_model::{
    ConcurrencyPolicy, Cron, Fire, Phase, Problem, ProjectName, Run, RunId, RunState, RunStatus, Submission, TaskSpec,
    Wish,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::app::App;
use crate::failpoint::reach;
use crate::launch::verdict;
use crate::ports::{Notice, RunQuery, RunRow};
use crate::transition::{change, edited};
use crate::{Error, ErrorCode, failure, submission};

/// The zone of a schedule that names none.
const ZONE: &str = "UTC";
/// Next starts that are shown.
pub const NEXT_STARTS: usize = 5;

/// A schedule as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct ScheduleView {
    /// Five fields or a macro.
    pub cron: String,
    /// Its time zone.
    pub time_zone: String,
    /// What happens where it is due while the run before still goes on.
    pub concurrency_policy: ConcurrencyPolicy,
    /// Whether it starts nothing for now.
    pub is_suspended: bool,
    /// When it started something last, as far as known.
    #[cfg_attr(feature = "specta", specta(type = Option<String>))]
    pub last: Option<Timestamp>,
    /// When it starts something next: five times, fewer where there are no more within five years; none while it is
    /// suspended, is gone, or its zone is not known on this machine.
    #[cfg_attr(feature = "specta", specta(type = Vec<String>))]
    pub next: Vec<Timestamp>,
    /// Runs of it that go on.
    pub active: u32,
}

impl App {
    /// The next times of a schedule that need not exist yet. Asks no cluster.
    ///
    /// # Errors
    /// `InvalidInput` at `schedule` and `time_zone`, both at once.
    pub fn next_starts(&self, schedule: &str, time_zone: Option<&str>) -> Result<Vec<Timestamp>, Error> {
        let time_zone = time_zone.filter(|name| !name.is_empty());
        let mut problems = Vec::new();
        let cron = Cron::parse(schedule)
            .map_err(|error| problems.push(Problem::new("schedule", error.code, error.sentence)))
            .ok();
        let zone = zone(time_zone);
        if zone.is_none() {
            let name = time_zone.unwrap_or_default();
            let message =
                format!("This machine does not know the time zone \"{name}\": write it as Europe/Rome, or UTC.");
            problems.push(Problem::new("time_zone", "time_zone", message));
        }
        match (cron, zone) {
            (Some(cron), Some(zone)) => Ok(cron.next_fires(&zone, None, self.now(), NEXT_STARTS)),
            _ => Err(Error::invalid(problems)),
        }
    }

    /// Shows a schedule; `None` for a run that is none.
    #[must_use]
    pub fn schedule_of(&self, run: &Run) -> Option<ScheduleView> {
        view(run, self.now())
    }

    /// Lists the schedules of a project that are there, newest first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn schedules(&self, project: &ProjectName) -> Result<Vec<RunRow>, Error> {
        let mut open = self.ports.history.open_runs().await?;
        open.retain(|row| {
            let run = &row.run;
            run.project == *project && run.status.schedule.is_some() && !run.status.is_over(run.action)
        });
        open.sort_by_key(|row| std::cmp::Reverse((row.run.created, row.seq)));
        Ok(open)
    }

    /// Lists what a schedule started, newest first, at most so many.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn starts_of(&self, schedule: RunId, limit: u32) -> Result<Vec<RunRow>, Error> {
        let query = RunQuery { parent: Some(schedule), archived: true, limit, ..RunQuery::default() };
        Ok(self.runs(&query).await?.rows)
    }

    /// Starts a run of a schedule now, also of a suspended one. `run` is the identity of the new run, made by the client:
    /// the same again is the same start.
    ///
    /// # Errors
    /// `InvalidInput` for what is no schedule, or is gone; `NotOurs`; else as `launch`.
    pub async fn trigger(&self, schedule: RunId, run: RunId) -> Result<RunRow, Error> {
        let gate = self.launching.enter(run);
        let _turn = gate.lock().await;
        let row = match self.ports.history.run(run).await? {
            Some(known) => submission::drive_now(self, known).await?,
            None => {
                let row = self.intend_start(schedule, run).await?;
                reach("launch.after_intent");
                submission::drive_fresh(self, row).await?
            }
        };
        verdict(row)
    }

    async fn intend_start(&self, schedule: RunId, run: RunId) -> Result<RunRow, Error> {
        let parent = self.schedule(schedule).await?.run;
        let Some(main) = parent.status.objects.first() else { return Err(gone(&parent)) };
        let cluster = self.clusters.cluster_of(&self.ports, &parent).await?;
        let began = Instant::now();
        let explain = |error| failure::of_launch(error, &parent.target, began.elapsed());
        let there = cluster.read(&main.kind, &main.name).await.map_err(explain)?;
        let there = there.filter(|object| sight::Sighting::of(object).is_some_and(|seen| seen.object.uid == main.uid));
        let there = there.ok_or_else(|| gone(&parent))?;
        let name = labels::object_name(&parent.function.name, run);
        let job = fire_now(&there, Asked { run, name: &name, schedule: main }).ok_or_else(|| gone(&parent))?;
        cluster.preflight(std::slice::from_ref(&job)).await.map_err(explain)?;
        let now = self.now();
        let hash = job.pointer("/metadata/annotations").and_then(|all| all.get(labels::SPEC_HASH));
        let made = Run {
            spec_hash: hash.and_then(Value::as_str).unwrap_or_default().to_owned(),
            manifests: vec![job],
            status: RunStatus { state: RunState::Built, submission: Submission::Intent, ..RunStatus::created() },
            ..started(&parent, run, Fire { due: now, is_manual: true }, name, now)
        };
        let row = self.ports.history.insert_run(&made).await?;
        tracing::info!(run_id = %run, schedule = %schedule, "start asked for");
        self.ports.sink.announce(Notice::Runs(vec![row.clone()]));
        Ok(row)
    }

    /// Lets a suspended schedule go on.
    pub(crate) async fn resume_schedule(&self, run: RunId) -> Result<RunRow, Error> {
        let row = self.schedule(run).await?;
        let resumed = change(&self.ports, run, |row, at| {
            edited(&row.run.status, at, |status| {
                if status.wish == Some(Wish::Stop) {
                    status.wish = None;
                }
                if matches!(status.state, RunState::Stop | RunState::Stopped) {
                    status.state = RunState::Running;
                    status.phase = Phase::Scheduled;
                    status.reason = None;
                    status.message = None;
                    if let Some(schedule) = &mut status.schedule {
                        schedule.counted = schedule.counted.max(Some(at));
                    }
                }
            })
        })
        .await?;
        let Some(main) = row.run.status.objects.first() else { return Err(gone(&row.run)) };
        let cluster = self.clusters.cluster_of(&self.ports, &row.run).await?;
        let began = Instant::now();
        match cluster.release(main, 1).await {
            Ok(_) => {}
            Err(error) if matches!(error.class, Class::NotFound | Class::Conflict) => return Err(gone(&row.run)),
            Err(error) => return Err(failure::of_contact(error, &row.run.target, began.elapsed())),
        }
        tracing::info!(run_id = %run, "schedule resumed");
        Ok(resumed.unwrap_or(row))
    }

    /// Reads a schedule that this installation launched and that is still there.
    async fn schedule(&self, run: RunId) -> Result<RunRow, Error> {
        let row = self.owned(run).await?;
        let Run { status, object_name, .. } = &row.run;
        if status.schedule.is_none() {
            let why = format!("{object_name} is no schedule: it was launched once");
            return Err(Error::new(ErrorCode::InvalidInput, why)
                .hint("Run it again with `berth rerun`, or launch it with a schedule."));
        }
        if status.submission != Submission::Released || status.only_in_history || status.wish == Some(Wish::Delete) {
            return Err(gone(&row.run));
        }
        Ok(row)
    }
}

fn gone(run: &Run) -> Error {
    Error::new(ErrorCode::InvalidInput, format!("the schedule {} is not in the cluster any more", run.object_name))
        .hint("Launch it anew with `berth rerun`.")
}

/// The zone of a name, as far as this machine knows it; UTC where nothing is said, as the cluster is told.
pub(crate) fn zone(name: Option<&str>) -> Option<TimeZone> {
    match name {
        None | Some(ZONE) => Some(TimeZone::UTC),
        Some(name) => TimeZone::get(name).ok(),
    }
}

fn view(run: &Run, now: Timestamp) -> Option<ScheduleView> {
    let (status, task) = (&run.status, &run.spec.task);
    let schedule = status.schedule?;
    let cron = task.schedule.as_ref()?;
    let is_waiting = !status.is_over(run.action) && matches!(status.state, RunState::Running | RunState::Pending);
    let next = zone(task.time_zone.as_deref())
        .filter(|_| is_waiting)
        .map(|zone| cron.next_fires(&zone, schedule.last.or(Some(run.created)), now, NEXT_STARTS));
    Some(ScheduleView {
        cron: cron.to_string(),
        time_zone: task.time_zone.clone().unwrap_or_else(|| ZONE.to_owned()),
        concurrency_policy: task.concurrency_policy.unwrap_or(ConcurrencyPolicy::Allow),
        is_suspended: status.state == RunState::Stopped && !status.is_over(run.action),
        last: schedule.last,
        next: next.unwrap_or_default(),
        active: schedule.active,
    })
}

/// A run that a schedule started, without what is known of its object.
pub(crate) fn started(schedule: &Run, id: RunId, fire: Fire, object_name: String, created: Timestamp) -> Run {
    let task = TaskSpec { schedule: None, time_zone: None, concurrency_policy: None, ..schedule.spec.task.clone() };
    let mut spec = schedule.spec.clone();
    spec.task = task;
    let mut origins = schedule.origins.clone();
    origins.retain(|path, _| !["schedule", "time_zone", "concurrency_policy"].contains(&path.as_str()));
    Run {
        id,
        parent: Some(schedule.id),
        fire: Some(fire),
        build: schedule.build.clone(),
        spec,
        origins,
        manifests: Vec::new(),
        spec_hash: String::new(),
        object_name,
        created,
        status: RunStatus::created(),
        project: schedule.project.clone(),
        function: schedule.function.clone(),
        action: schedule.action,
        target: schedule.target.clone(),
        installation: schedule.installation,
    }
}
