//! In which order runs are listed, page by page, and what a list can be narrowed to.

use std::sync::Arc;

use berth_core::ports::{FunctionNames, RunCursor, RunHistory, RunOrder, RunQuery, RunSort};
use berth_model::{
    Action, Function, FunctionId, FunctionName, FunctionSpec, Run, RunState, RunStatus, Submission, Transition,
};
use jiff::Timestamp;
use proptest::prelude::*;
use uuid::Uuid;

use super::{clock, open, project, run};
use crate::connection::{self, Access};
use crate::folder::Folder;
use crate::{SqliteHistory, migrations};

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_500_000 + second).unwrap()
}

fn made_at(number: u128, made: i64) -> Run {
    Run { created: second(made), ..run(number) }
}

/// A status with the times that a list shows; ended where it says so.
fn status(state: RunState, started: Option<i64>, finished: Option<i64>) -> RunStatus {
    let (started, finished) = (started.map(second), finished.map(second));
    RunStatus { state, started, finished, submission: Submission::Released, revision: 1, ..RunStatus::created() }
}

async fn add(history: &SqliteHistory, one: &Run, to: RunStatus) {
    history.insert_run(one).await.unwrap();
    let transition = Transition { at: second(0), from: RunState::Created, to };
    history.write_transition(one.id, &transition).await.unwrap();
}

/// Numbers of runs in the order of the list, read in pages of two.
async fn listed(history: &SqliteHistory, query: &RunQuery) -> Vec<String> {
    let mut after = None;
    let mut all = Vec::new();
    loop {
        let page = history.runs(&RunQuery { after, limit: 2, ..query.clone() }).await.unwrap();
        all.extend(page.rows.into_iter().map(|row| row.run.object_name.trim_start_matches("train-").to_owned()));
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn ordered(by: RunSort, is_ascending: bool) -> RunQuery {
    RunQuery { order: RunOrder { by, is_ascending }, now: second(1000), ..RunQuery::default() }
}

async fn furnished(history: &SqliteHistory) {
    let mut evaluate = made_at(2, 20);
    evaluate.function.name = FunctionName::parse("Evaluate").unwrap();
    add(history, &evaluate, status(RunState::Completed, Some(30), Some(90))).await;
    add(history, &made_at(1, 10), status(RunState::Running, Some(950), None)).await;
    add(history, &made_at(4, 40), status(RunState::Error, None, Some(41))).await;
    // Found in a cluster after the others, though made before them all.
    add(history, &made_at(5, 5), status(RunState::Completed, Some(6), Some(7))).await;
    add(history, &made_at(3, 30), status(RunState::Running, Some(35), None)).await;
}

#[tokio::test]
async fn each_order_holds_over_pages_both_ways_and_under_each_filter() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    furnished(&history).await;
    for (by, descending, ascending) in [
        (RunSort::Made, ["4", "3", "2", "1", "5"], ["5", "1", "2", "3", "4"]),
        (RunSort::Started, ["1", "4", "3", "2", "5"], ["5", "2", "3", "4", "1"]),
        // 3 runs for 965 s so far, 2 took 60 s, 1 runs for 50 s, 5 took 1 s, 4 never started.
        (RunSort::Duration, ["3", "2", "1", "5", "4"], ["4", "5", "1", "2", "3"]),
        (RunSort::State, ["4", "2", "5", "3", "1"], ["3", "1", "2", "5", "4"]),
        (RunSort::Function, ["4", "3", "1", "5", "2"], ["2", "4", "3", "1", "5"]),
        (RunSort::Name, ["5", "4", "3", "2", "1"], ["1", "2", "3", "4", "5"]),
    ] {
        for (is_ascending, expected) in [(false, descending), (true, ascending)] {
            let query = ordered(by, is_ascending);
            assert_eq!(listed(&history, &query).await, expected, "{by:?}, ascending {is_ascending}");
            let running = RunQuery { states: vec![RunState::Running], ..query.clone() };
            let of_running: Vec<&str> = expected.into_iter().filter(|name| ["1", "3"].contains(name)).collect();
            assert_eq!(listed(&history, &running).await, of_running, "running by {by:?}, {is_ascending}");
            let text = RunQuery { text: Some("train-".to_owned()), ..query };
            assert_eq!(listed(&history, &text).await, expected, "found by {by:?}, {is_ascending}");
        }
    }
}

#[tokio::test]
async fn a_page_goes_on_where_the_one_before_ended_whatever_came_in_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    furnished(&history).await;
    for (by, rest) in [(RunSort::Made, ["2", "1", "5"]), (RunSort::Duration, ["1", "5", "4"])] {
        let first = history.runs(&RunQuery { limit: 2, ..ordered(by, false) }).await.unwrap();
        let newer = run(100 + by as u128);
        add(&history, &Run { created: second(500), ..newer.clone() }, status(RunState::Running, Some(1), None)).await;
        let next = RunQuery { after: first.next.clone(), limit: 3, ..ordered(by, false) };
        // The moment of the first page goes along, or what still runs would move past the place.
        let next = RunQuery { now: first.next.unwrap().now, ..next };
        let page = history.runs(&next).await.unwrap();
        let names: Vec<&str> = page.rows.iter().map(|row| row.run.object_name.trim_start_matches("train-")).collect();
        assert_eq!(names, rest, "{by:?}");
        history.delete_run(newer.id).await.unwrap();
    }
}

fn function(number: u128, name: &str, image: &str, labels: &[&str]) -> Function {
    Function {
        id: FunctionId::from_uuid(Uuid::from_u128(number)),
        project: project("default"),
        name: FunctionName::parse(name).unwrap(),
        version: 0,
        description: None,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        embedded: false,
        created: second(0),
        updated: second(0),
        spec: FunctionSpec { image: image.parse().ok(), ..FunctionSpec::default() },
        extra: serde_json::Map::new(),
    }
}

#[tokio::test]
async fn a_label_narrows_a_list_to_the_functions_that_bear_it_together_with_every_other_filter() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    furnished(&history).await;
    for one in [
        function(1, "Train", "python:3.11", &["owner=ada"]),
        function(2, "Train", "python:3.12", &["team=vision", "nightly"]),
        function(3, "Evaluate", "python:3.12", &["team=audio", "teamwork=yes"]),
    ] {
        history.save_function(&one).await.unwrap();
    }
    let all = || vec!["4", "3", "2", "1", "5"];
    let train = || vec!["4", "3", "1", "5"];
    for (label, expected) in [
        ("team=vision", train()),
        ("team", all()),
        (" nightly ", train()),
        ("night", vec![]),
        ("team=", vec![]),
        ("teamwork", vec!["2"]),
        ("owner", vec![]),
        ("%", vec![]),
    ] {
        let query = RunQuery { label: Some(label.to_owned()), ..RunQuery::default() };
        assert_eq!(listed(&history, &query).await, expected, "{label:?}");
        let counted: u64 = history.runs(&query).await.unwrap().counts.values().sum();
        assert_eq!(counted, expected.len() as u64, "{label:?}");
        let job = RunQuery { action: Some(Action::Job), states: vec![RunState::Running], ..query.clone() };
        let running: Vec<&str> = expected.into_iter().filter(|name| ["1", "3"].contains(name)).collect();
        assert_eq!(listed(&history, &job).await, running, "{label:?} of running jobs");
        let build = RunQuery { action: Some(Action::Build), ..query };
        assert_eq!(listed(&history, &build).await, Vec::<String>::new());
    }
    let names = history.function_names(&project("default")).await.unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let expected = FunctionNames {
        names: texts(&["Evaluate", "Train"]),
        labels: texts(&["nightly", "team=audio", "team=vision", "teamwork=yes"]),
    };
    assert_eq!(names, expected, "labels of a version before are not offered");
    let with_runs = history.functions_with_runs(&project("default")).await.unwrap();
    let newest: Vec<_> = with_runs
        .into_iter()
        .map(|(function, newest)| (function.name.to_string(), function.version, newest.unwrap().run.object_name))
        .collect();
    let expected = [("Evaluate", 1, "train-2"), ("Train", 2, "train-4")];
    assert_eq!(newest, expected.map(|(name, version, run)| (name.to_owned(), version, run.to_owned())));
    history.delete_run(run(2).id).await.unwrap();
    let (_, newest) = history.functions_with_runs(&project("default")).await.unwrap().swap_remove(0);
    assert_eq!(newest, None, "a function that never ran is listed too");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    /// Pages put together are the whole list, also where many runs are equal in what they are ordered by.
    #[test]
    fn pages_are_the_list(
        runs in proptest::collection::vec((0..3_i64, 0..4_u8), 1..20), size in 1..7_u32, is_ascending in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let history = open(folder.path()).history;
            for ((made, kind), number) in runs.iter().zip(1..) {
                let to = match kind {
                    0 => status(RunState::Running, Some(10), None),
                    1 => status(RunState::Completed, Some(10), Some(20)),
                    2 => status(RunState::Error, None, Some(20)),
                    _ => status(RunState::Pending, None, None),
                };
                add(&history, &made_at(number, *made), to).await;
            }
            for by in [RunSort::Made, RunSort::Started, RunSort::Duration, RunSort::State, RunSort::Function, RunSort::Name] {
                let query = ordered(by, is_ascending);
                let whole = history.runs(&RunQuery { limit: 100, ..query.clone() }).await.unwrap();
                prop_assert_eq!(whole.rows.len(), runs.len());
                let mut after: Option<RunCursor> = None;
                let mut rows = Vec::new();
                loop {
                    let page = history.runs(&RunQuery { after, limit: size, ..query.clone() }).await.unwrap();
                    rows.extend(page.rows);
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
                prop_assert_eq!(&rows, &whole.rows);
            }
            Ok(())
        })?;
    }
}

/// What the first version wrote is read in the new order, with times that are what the page shows.
#[tokio::test]
async fn a_history_of_the_first_version_is_brought_up_to_date_with_all_its_runs() {
    let place = tempfile::tempdir().unwrap();
    {
        let folder = Folder::prepare(place.path()).unwrap();
        let mut first = connection::open(&folder.database(), Access::Write, std::time::Duration::from_secs(1)).unwrap();
        migrations::run(&mut first, migrations::HISTORY.get(..1).unwrap()).unwrap();
        first.execute_batch(include_str!("fixtures/history_1_rows.sql")).unwrap();
    }
    let opened = SqliteHistory::open(place.path(), &clock()).unwrap();
    assert_eq!(opened.notices, Vec::<String>::new());
    let history: Arc<SqliteHistory> = opened.history;
    assert_eq!(listed(&history, &RunQuery::default()).await, ["5", "4", "3", "2", "1", "6"]);
    let now = "2026-11-24T05:05:00Z".parse().unwrap();
    // 1 waits for 300 s, 5 for 60 s, 2 runs for 229.5 s, 3 took 60 s, 6 took 2.25 s, 4 ended before it started.
    let longest = RunQuery { now, ..ordered(RunSort::Duration, false) };
    assert_eq!(listed(&history, &RunQuery { now, ..longest }).await, ["1", "2", "5", "3", "6", "4"]);
    assert_eq!(listed(&history, &ordered(RunSort::Started, true)).await, ["6", "1", "2", "3", "4", "5"]);
    let label = RunQuery { label: Some("team=vision".to_owned()), ..RunQuery::default() };
    assert_eq!(listed(&history, &label).await.len(), 6);
    let counts = history.runs(&RunQuery::default()).await.unwrap().counts;
    assert_eq!(counts.values().sum::<u64>(), 6);
    let found = RunQuery { text: Some("python:3.12".to_owned()), ..RunQuery::default() };
    assert_eq!(listed(&history, &found).await.len(), 6);
}
