//! `berth schedule …`.

use berth_core::ports::RunRow;
use berth_core::{Error, ErrorCode, ScheduleView};
use berth_model::RunId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::{end, launch, service};
use crate::arguments::{ScheduleCommand, TriggerArguments};
use crate::document;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, table};
use crate::words;

pub(crate) async fn run(session: &Session, command: ScheduleCommand) -> Result<Exit, Error> {
    match command {
        ScheduleCommand::List => list(session).await,
        ScheduleCommand::Next(one) => next(session, &one.run).await,
        ScheduleCommand::Suspend(one) => {
            let (row, _) = find(session, &one.run).await?;
            end::stop(session, &row.run.id.to_string()).await
        }
        ScheduleCommand::Resume(one) => {
            let (row, _) = find(session, &one.run).await?;
            service::resume(session, &row.run.id.to_string()).await
        }
        ScheduleCommand::Trigger(arguments) => trigger(session, &arguments).await,
    }
}

/// Finds a run that is a schedule.
async fn find(session: &Session, run: &str) -> Result<(RunRow, ScheduleView), Error> {
    let row = session.app.find_run(run).await?;
    match session.app.schedule_of(&row.run) {
        Some(view) => Ok((row, view)),
        None => Err(Error::new(ErrorCode::InvalidInput, format!("{} is no schedule.", row.run.object_name))
            .hint("berth schedule list shows what there is; a job becomes one with --schedule.")),
    }
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let rows = session.app.schedules(&session.project).await?;
    let all: Vec<(RunRow, ScheduleView)> =
        rows.into_iter().filter_map(|row| session.app.schedule_of(&row.run).map(|view| (row, view))).collect();
    let documents: Vec<Value> = all.iter().map(|(row, view)| document::schedule(row, view)).collect();
    session.output.document(&documents, || {
        if all.is_empty() {
            return "No schedules. Make one with: berth run FUNCTION --action job --schedule \"0 2 * * *\"".to_owned();
        }
        let lines: Vec<Vec<Cell>> = all
            .iter()
            .map(|(row, view)| {
                vec![
                    words::state(&row.run),
                    row.run.object_name.clone().into(),
                    view.cron.clone().into(),
                    view.time_zone.clone().into(),
                    view.next.first().map_or_else(|| "-".to_owned(), |time| shown(*time, &view.time_zone)).into(),
                    view.last.map_or_else(|| "-".to_owned(), |time| shown(time, &view.time_zone)).into(),
                    view.active.to_string().into(),
                ]
            })
            .collect();
        table(&["STATE", "RUN", "SCHEDULE", "ZONE", "NEXT", "LAST", "RUNNING"], &lines)
    });
    Ok(Exit::Done)
}

async fn next(session: &Session, run: &str) -> Result<Exit, Error> {
    let (row, view) = find(session, run).await?;
    session.output.document(&document::schedule(&row, &view), || {
        if view.is_suspended {
            return format!(
                "{name} is suspended: nothing starts. Let it go on with: berth schedule resume {name}",
                name = row.run.object_name
            );
        }
        if view.next.is_empty() {
            return format!("{} starts nothing any more.", row.run.object_name);
        }
        view.next.iter().map(|time| shown(*time, &view.time_zone)).collect::<Vec<_>>().join("\n")
    });
    Ok(Exit::Done)
}

/// A time as the clock of the schedule's zone shows it.
fn shown(time: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    time.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M %Z").to_string()
}

async fn trigger(session: &Session, arguments: &TriggerArguments) -> Result<Exit, Error> {
    let (schedule, _) = find(session, &arguments.run.run).await?;
    let run = RunId::random();
    launch::begin(session, run, &arguments.patience, async { session.app.trigger(schedule.run.id, run).await }).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_by_the_clock_of_the_schedule() {
        let time: Timestamp = "2026-11-24T01:30:00Z".parse().unwrap();
        assert_eq!(shown(time, "Europe/Rome"), "Tue 2026-11-24 02:30 CET");
        assert_eq!(shown(time, "UTC"), "Tue 2026-11-24 01:30 UTC");
    }
}
