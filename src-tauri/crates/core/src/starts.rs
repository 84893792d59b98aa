//! Makes sure that every start of a schedule has a row in history: those whose objects are there are taken in, and those of
//! which nothing is left get a row that says so.

use std::collections::VecDeque;

use berth_k8s::{Cluster, RunObjects};
use berth_model::{
    ConcurrencyPolicy, Cron, Fire, InstallationId, Phase, Reason, Run, RunId, RunState, RunStatus, Submission,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::Error;
use crate::app::App;
use crate::ports::{Notice, RunQuery, RunRow};
use crate::recovery::import;
use crate::schedules::{started, zone};
use crate::transition::{change, edited};

/// Lost starts that get a row of their own; the oldest of them tells how many came before.
const ROWS: usize = 20;
/// Starts of a schedule that are compared with what was due.
const KNOWN: u32 = 1000;
/// How often the next start is looked for where one is gone, and the pause between.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: std::time::Duration = std::time::Duration::from_millis(250);
/// Times that are looked through: of a schedule for each minute, what ten weeks hold.
const TIMES: usize = 100_000;

/// Whether the cluster tells of a start that was not looked for yet.
pub(crate) fn are_uncounted(status: &RunStatus) -> bool {
    status.schedule.is_some_and(|schedule| schedule.last.is_some() && schedule.last > schedule.counted)
}

/// Looks for the starts of a schedule since the last time. Safe to repeat.
///
/// # Errors
/// As the cluster or the history fails.
pub(crate) async fn count(
    app: &App,
    us: InstallationId,
    cluster: &Cluster,
    schedule: &RunRow,
) -> Result<Option<RunRow>, Error> {
    let run = &schedule.run;
    let Some((last, status)) = run.status.schedule.and_then(|status| Some((status.last?, status))) else {
        return Ok(None);
    };
    // The object is made before the schedule says that it started something: what is not listed now is gone.
    let there = cluster.fires(run.id).await?;
    import(app, us, &run.target, cluster, &there).await?;
    let history = &app.ports.history;
    let query = RunQuery { parent: Some(run.id), archived: true, limit: KNOWN, ..RunQuery::default() };
    let known: Vec<Known> = history.runs(&query).await?.rows.iter().filter_map(|row| Known::of(&row.run)).collect();
    let task = &run.spec.task;
    let due = task.schedule.as_ref().map(|cron| Due {
        cron,
        zone: zone(task.time_zone.as_deref()),
        policy: task.concurrency_policy.unwrap_or(ConcurrencyPolicy::Allow),
        since: status.counted.unwrap_or(run.created),
        last,
    });
    let (lost, before) = due.map(|due| due.lost(&known)).unwrap_or_default();
    let mut rows = Vec::new();
    for (place, due) in lost.into_iter().enumerate() {
        let row = history.insert_run(&row_of(run, due, if place == 0 { before } else { 0 })).await?;
        history.mark_settled(row.run.id, true, true).await?;
        rows.push(row);
    }
    if !rows.is_empty() {
        tracing::info!(run_id = %run.id, count = rows.len(), "starts of which nothing is left");
        app.ports.sink.announce(Notice::Runs(rows));
    }
    change(&app.ports, run.id, |row, at| {
        edited(&row.run.status, at, |status| {
            if let Some(schedule) = &mut status.schedule {
                schedule.counted = schedule.counted.max(Some(last));
            }
        })
    })
    .await
}

/// Whether a start that is gone had to make room for the next one, as `Replace` wants.
///
/// # Errors
/// As the cluster or the history fails.
pub(crate) async fn is_superseded(app: &App, cluster: &Cluster, run: &Run) -> Result<bool, Error> {
    let (Some(parent), Some(fire)) = (run.parent, run.fire.filter(|fire| !fire.is_manual)) else { return Ok(false) };
    let schedule = app.ports.history.run(parent).await?;
    let policy = schedule.and_then(|row| row.run.spec.task.concurrency_policy);
    if policy != Some(ConcurrencyPolicy::Replace) {
        return Ok(false);
    }
    // The cluster takes the old one away first, and makes the next one a moment later.
    for _ in 0..LOOKS {
        let there = cluster.fires(parent).await?;
        if there.iter().filter_map(RunObjects::fire).any(|(_, next)| !next.is_manual && next.due > fire.due) {
            return Ok(true);
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
    Ok(false)
}

/// The row of a start of which nothing is left.
fn row_of(schedule: &Run, due: Timestamp, before: usize) -> Run {
    // So the cluster names what it makes.
    let name = format!("{}-{}", schedule.object_name, due.as_second().div_euclid(60));
    let id = RunId::of_fire(schedule.id, &format!("nothing left of {due}"));
    let more = match before {
        0 => String::new(),
        1 => " So is one start before it.".to_owned(),
        before => format!(" So are {before} starts before it."),
    };
    let message = format!(
        "It was due, and nothing of it was left in the cluster when Berth looked, so nobody knows whether and how it ran.{more}"
    );
    Run {
        status: RunStatus {
            state: RunState::Stopped,
            phase: Phase::Finished,
            reason: Some(Reason::Vanished),
            message: Some(message),
            submission: Submission::Released,
            only_in_history: true,
            ..RunStatus::created()
        },
        ..started(schedule, id, Fire { due, is_manual: false }, name, due)
    }
}

/// A start that history knows.
#[derive(Clone, Copy, Debug)]
struct Known {
    due: Timestamp,
    /// When it ended; `None` while it goes on.
    ended: Option<Timestamp>,
    is_manual: bool,
}

impl Known {
    fn of(run: &Run) -> Option<Self> {
        let fire = run.fire?;
        let is_over = run.status.is_over(run.action);
        let ended = is_over.then(|| run.status.finished.unwrap_or(fire.due));
        Some(Self { due: fire.due, ended, is_manual: fire.is_manual })
    }
}

/// What was due in a time.
struct Due<'a> {
    cron: &'a Cron,
    /// `None` where this machine does not know it: then only what the cluster says itself is certain.
    zone: Option<TimeZone>,
    policy: ConcurrencyPolicy,
    since: Timestamp,
    last: Timestamp,
}

impl Due<'_> {
    /// The newest of the starts that were due and of which nothing is known, oldest first; and how many there were before.
    fn lost(&self, known: &[Known]) -> (Vec<Timestamp>, usize) {
        let is_lost = |due: &Timestamp| !known.iter().any(|start| start.due == *due && !start.is_manual);
        let mut lost: VecDeque<Timestamp> = VecDeque::new();
        let mut before = 0;
        let times = self.zone.as_ref().map(|zone| self.cron.fires(zone, self.since).take(TIMES));
        // From when `@every` counts is not known; that it started something last is.
        let times = times.filter(|_| !self.cron.as_str().starts_with("@every"));
        let earlier = times.into_iter().flatten().take_while(|due| *due < self.last);
        for due in earlier.filter(|due| !self.is_left_out(*due, known)).chain([self.last]).filter(is_lost) {
            lost.push_back(due);
            if lost.len() > ROWS {
                lost.pop_front();
                before += 1;
            }
        }
        (lost.into(), before)
    }

    /// With `Forbid`, a time passes while the run before goes on.
    fn is_left_out(&self, due: Timestamp, known: &[Known]) -> bool {
        self.policy == ConcurrencyPolicy::Forbid
            && known.iter().any(|start| start.due < due && start.ended.is_none_or(|ended| ended >= due))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-11-{text}:00Z").parse().unwrap()
    }

    fn known(due: &str, ended: Option<&str>) -> Known {
        Known { due: at(due), ended: ended.map(at), is_manual: false }
    }

    fn lost(
        cron: &str,
        policy: ConcurrencyPolicy,
        since: &str,
        last: &str,
        known: &[Known],
    ) -> (Vec<Timestamp>, usize) {
        let cron = Cron::parse(cron).unwrap();
        Due { cron: &cron, zone: Some(TimeZone::UTC), policy, since: at(since), last: at(last) }.lost(known)
    }

    #[test]
    fn what_was_due_and_is_not_known_is_lost() {
        use ConcurrencyPolicy::{Allow, Forbid};
        let two = [known("20T02:00", Some("20T02:10")), known("22T02:00", Some("22T02:05"))];
        let found = lost("0 2 * * *", Allow, "19T12:00", "23T02:00", &two);
        assert_eq!(found, (vec![at("21T02:00"), at("23T02:00")], 0));
        assert_eq!(lost("0 2 * * *", Allow, "19T12:00", "22T02:00", &two).0, [at("21T02:00")]);
        let asked = [Known { is_manual: true, ..known("20T02:00", None) }];
        assert_eq!(lost("0 2 * * *", Allow, "19T12:00", "20T02:00", &asked).0, [at("20T02:00")], "asked for beside it");
        // One that went on for a day made the next be left out.
        let long = [known("20T02:00", Some("21T03:00")), known("22T02:00", Some("22T02:05"))];
        assert_eq!(lost("0 2 * * *", Forbid, "19T12:00", "22T02:00", &long).0, []);
        assert_eq!(lost("0 2 * * *", Allow, "19T12:00", "22T02:00", &long).0, [at("21T02:00")]);
    }

    #[test]
    fn of_many_the_newest_get_rows_and_the_others_are_counted() {
        let (rows, before) = lost("* * * * *", ConcurrencyPolicy::Allow, "19T00:00", "19T10:00", &[]);
        assert_eq!((rows.len(), before), (ROWS, 580));
        assert_eq!((rows.first(), rows.last()), (Some(&at("19T09:41")), Some(&at("19T10:00"))));
        let (every, before) = lost("@every 1m", ConcurrencyPolicy::Allow, "19T00:00", "19T10:00", &[]);
        assert_eq!((every, before), (vec![at("19T10:00")], 0), "only what the cluster tells");
    }
}
