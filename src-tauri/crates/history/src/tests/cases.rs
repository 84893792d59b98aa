//! What the port promises, on a sound database.

use std::os::unix::fs::PermissionsExt;

use berth_core::ports::{ClusterRecord, LogArchive, RunEvent, RunHistory, RunQuery, StoreError};
use berth_model::{
    Action, ClusterId, Function, FunctionId, FunctionName, FunctionSpec, RunId, RunState, Submission, Task, TaskSpec,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::{change, open, project, run};

fn function(id: u128, image: &str) -> Function {
    Function {
        id: FunctionId::from_uuid(Uuid::from_u128(id)),
        project: project("default"),
        name: FunctionName::parse("train").unwrap(),
        version: 0,
        description: None,
        labels: Vec::new(),
        embedded: false,
        created: "2026-11-24T05:00:00Z".parse().unwrap(),
        updated: "2026-11-24T05:00:00Z".parse().unwrap(),
        spec: FunctionSpec { image: Some(image.parse().unwrap()), ..FunctionSpec::default() },
        extra: serde_json::Map::new(),
    }
}

#[tokio::test]
async fn a_new_folder_has_an_identity_and_the_default_project_and_is_the_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = open(&data);
    assert_eq!(first.notices, Vec::<String>::new());
    let id = first.history.installation().await.unwrap();
    assert_eq!(first.history.projects().await.unwrap().len(), 1);
    for (path, mode) in [("", 0o700), ("history.db", 0o600), ("history.db-wal", 0o600), ("logs.db", 0o600)] {
        let found = std::fs::metadata(data.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{path}");
    }
    drop(first);
    assert_eq!(open(&data).history.installation().await.unwrap(), id);
}

#[tokio::test]
async fn a_run_comes_back_in_full_alone_and_without_the_bulk_in_lists() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let whole = run(1);
    let row = history.insert_run(&whole).await.unwrap();
    assert_eq!((row.seq, row.archived, &row.run), (1, false, &whole));
    assert_eq!(history.run(whole.id).await.unwrap().unwrap().run, whole);
    assert_eq!(history.open_runs().await.unwrap().pop().unwrap().run, whole);
    let listed = history.runs(&RunQuery::default()).await.unwrap().rows.pop().unwrap().run;
    let mut light = whole.clone();
    light.manifests.clear();
    light.origins.clear();
    light.spec.function.source.as_mut().unwrap().code = None;
    assert_eq!(listed, light);
    assert_eq!(history.run(RunId::from_uuid(Uuid::from_u128(5))).await.unwrap(), None);
}

#[tokio::test]
async fn the_same_run_twice_is_one_run_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let first = run(1);
    history.insert_run(&first).await.unwrap();
    history.write_transition(first.id, &change(&first.status, RunState::Built)).await.unwrap();
    let again = history.insert_run(&first).await.unwrap();
    assert_eq!(again.run.status.state, RunState::Built, "the stored run is returned, not the given one");
    assert_eq!(history.runs(&RunQuery::default()).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn of_many_changes_at_once_each_succeeds_or_fails_alone() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..600_u128 {
        let history = history.clone();
        tasks.spawn(async move {
            let mut one = run(number);
            if number % 7 == 0 {
                one.project = project("nowhere");
            }
            (number, history.insert_run(&one).await)
        });
    }
    while let Some(done) = tasks.join_next().await {
        let (number, answer) = done.unwrap();
        assert_eq!(answer.is_err(), number % 7 == 0, "{number}: {answer:?}");
        assert_eq!(history.run(run(number).id).await.unwrap(), answer.ok(), "what was answered is what is stored");
    }
    let counts = history.runs(&RunQuery::default()).await.unwrap().counts;
    assert_eq!(counts, [(RunState::Created, 514)].into());
}

#[tokio::test]
async fn a_run_of_a_missing_project_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let mut lost = run(1);
    lost.project = project("nowhere");
    let error = history.insert_run(&lost).await.unwrap_err();
    assert_eq!(error, StoreError::NotFound("there is no project \"nowhere\"".to_owned()));
}

#[tokio::test]
async fn a_transition_needs_the_revision_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let one = run(1);
    history.insert_run(&one).await.unwrap();
    let built = change(&one.status, RunState::Built);
    history.write_transition(one.id, &built).await.unwrap();
    assert_eq!(history.write_transition(one.id, &built).await, Err(StoreError::StaleRevision), "written twice");
    let mut ahead = change(&built.to, RunState::Ready);
    ahead.to.revision += 1;
    assert_eq!(history.write_transition(one.id, &ahead).await, Err(StoreError::StaleRevision), "a step is missing");
    let stored = history.run(one.id).await.unwrap().unwrap().run;
    assert_eq!(stored.status, built.to);
    let transitions = history.transitions(one.id).await.unwrap();
    assert_eq!(transitions.len(), 1);
    assert_eq!((transitions[0].revision, &transitions[0].transition), (1, &built));
    assert!(matches!(
        history.write_transition(run(2).id, &built).await,
        Err(StoreError::NotFound(text)) if text.contains("there is no run")
    ));
}

#[tokio::test]
async fn a_run_is_open_until_it_is_final_and_both_duties_are_done() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let job = run(1);
    let mut service = run(2);
    service.action = Action::Serve;
    service.status.submission = Submission::Released;
    for one in [&job, &service] {
        history.insert_run(one).await.unwrap();
        history.write_transition(one.id, &change(&one.status, RunState::Stopped)).await.unwrap();
        history.mark_settled(one.id, true, false).await.unwrap();
    }
    assert_eq!(history.settled(job.id).await.unwrap(), (true, false));
    assert_eq!(history.open_runs().await.unwrap().len(), 2);
    history.mark_settled(job.id, false, true).await.unwrap();
    history.mark_settled(service.id, false, true).await.unwrap();
    assert_eq!(history.settled(job.id).await.unwrap(), (true, true), "a duty that is done stays done");
    let open: Vec<RunId> = history.open_runs().await.unwrap().iter().map(|row| row.run.id).collect();
    assert_eq!(open, [service.id], "a stopped service can be resumed, so it is looked after");
}

#[tokio::test]
async fn pages_follow_each_other_newest_first_whatever_is_filtered() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    for number in 1..=30_u128 {
        let mut one = run(number);
        if number % 3 == 0 {
            one.function.name = FunctionName::parse("Evaluate").unwrap();
        }
        history.insert_run(&one).await.unwrap();
        if number % 5 == 0 {
            history.write_transition(one.id, &change(&one.status, RunState::Running)).await.unwrap();
        }
        if number == 30 {
            history.archive_run(one.id, true).await.unwrap();
        }
    }
    let check = |query: RunQuery, expected: Vec<u64>| {
        let history = history.clone();
        async move {
            let mut seen = Vec::new();
            let mut after = None;
            loop {
                let page = history.runs(&RunQuery { after, limit: 4, ..query.clone() }).await.unwrap();
                assert!(page.rows.len() <= 4);
                seen.extend(page.rows.iter().map(|row| row.seq));
                assert_eq!(page.next.is_some(), expected.len() > seen.len(), "{query:?}");
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected, "{query:?}");
        }
    };
    let all = || (1..=29_u64).rev();
    let usual = RunQuery { project: Some(project("default")), ..RunQuery::default() };
    check(RunQuery::default(), all().collect()).await;
    check(usual.clone(), all().collect()).await;
    check(RunQuery { archived: true, ..usual.clone() }, (1..=30).rev().collect()).await;
    check(RunQuery { states: vec![RunState::Running], ..usual.clone() }, vec![25, 20, 15, 10, 5]).await;
    check(
        RunQuery { states: vec![RunState::Running, RunState::Created, RunState::Running], ..usual.clone() },
        all().collect(),
    )
    .await;
    let evaluate = Some(FunctionName::parse("Evaluate").unwrap());
    check(RunQuery { function: evaluate.clone(), ..usual.clone() }, all().filter(|seq| seq % 3 == 0).collect()).await;
    check(RunQuery { function: evaluate, states: vec![RunState::Running], ..usual.clone() }, vec![15]).await;
    check(RunQuery { action: Some(Action::Build), ..usual.clone() }, vec![]).await;
    check(
        RunQuery { context: Some("kind".to_owned()), namespace: Some("lab".to_owned()), ..usual.clone() },
        all().collect(),
    )
    .await;
    check(RunQuery { since: Some("2026-11-24T05:00:00.000001Z".parse().unwrap()), ..usual.clone() }, vec![]).await;
    for (text, expected) in [
        ("learning_RATE", all().collect::<Vec<u64>>()),
        ("python:3.12", all().collect()),
        ("train-17", vec![17]),
        ("valu", all().filter(|seq| seq % 3 == 0).collect()),
        ("va", all().filter(|seq| seq % 3 == 0).collect()),
        ("\"quoted' OR %", vec![]),
        ("  ", all().collect()),
    ] {
        check(RunQuery { text: Some(text.to_owned()), ..usual.clone() }, expected).await;
    }
    let counts = history.runs(&RunQuery { states: vec![RunState::Running], ..usual.clone() }).await.unwrap().counts;
    assert_eq!(counts, [(RunState::Created, 24), (RunState::Running, 5)].into(), "counts ignore the chosen states");
    let counts = history.runs(&RunQuery { text: Some("Evaluate".to_owned()), ..usual }).await.unwrap().counts;
    assert_eq!(counts, [(RunState::Created, 8), (RunState::Running, 1)].into());
}

#[tokio::test]
async fn a_list_read_again_shows_what_another_process_changed_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let (mine, theirs) = (open(folder.path()).history, open(folder.path()).history);
    for number in 1..=3 {
        mine.insert_run(&run(number)).await.unwrap();
    }
    let list = async || mine.runs(&RunQuery { archived: true, ..RunQuery::default() }).await.unwrap();
    let first = list().await;
    assert_eq!(list().await, first);
    theirs.write_transition(run(2).id, &change(&run(2).status, RunState::Running)).await.unwrap();
    theirs.archive_run(run(3).id, true).await.unwrap();
    theirs.delete_run(run(1).id).await.unwrap();
    let rows = list().await.rows;
    let shown: Vec<(u64, bool, RunState)> =
        rows.iter().map(|row| (row.seq, row.archived, row.run.status.state)).collect();
    assert_eq!(shown, [(3, true, RunState::Created), (2, false, RunState::Running)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// The kept counts are those that counting gives, whatever was done before.
    #[test]
    fn kept_counts_are_true(steps in proptest::collection::vec((0..4_u8, 0..8_u128), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let history = open(folder.path()).history;
            let states = [RunState::Running, RunState::Completed, RunState::Error];
            for (step, number) in steps {
                let one = run(number);
                match step {
                    0 => { history.insert_run(&one).await.unwrap(); }
                    1 => if let Some(row) = history.run(one.id).await.unwrap() {
                        let state = states[row.run.status.revision as usize % 3];
                        history.write_transition(one.id, &change(&row.run.status, state)).await.unwrap();
                    },
                    2 => if let Some(row) = history.run(one.id).await.unwrap() {
                        history.archive_run(one.id, !row.archived).await.unwrap();
                    },
                    _ => if history.run(one.id).await.unwrap().is_some() {
                        history.delete_run(one.id).await.unwrap();
                    },
                }
                for archived in [false, true] {
                    let kept = history.runs(&RunQuery { archived, ..RunQuery::default() }).await.unwrap().counts;
                    let counted = history
                        .runs(&RunQuery { archived, since: Some(jiff::Timestamp::MIN), ..RunQuery::default() })
                        .await
                        .unwrap()
                        .counts;
                    assert_eq!(kept, counted);
                }
            }
        });
    }
}

#[tokio::test]
async fn a_run_is_found_by_the_beginning_of_its_id_or_its_objects_name() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    for number in [1, 2, 0x1f] {
        history.insert_run(&run(number)).await.unwrap();
    }
    let id = run(2).id.to_string();
    for (text, expected) in [
        (id.as_str(), vec![2]),
        (&id[..20].to_uppercase(), vec![2]),
        ("0000", vec![3, 2, 1]),
        ("train-2", vec![2]),
        ("train", vec![]),
        ("", vec![]),
        ("zz", vec![]),
    ] {
        let found: Vec<u64> = history.find_runs(text).await.unwrap().iter().map(|row| row.seq).collect();
        assert_eq!(found, expected, "{text:?}");
    }
}

#[tokio::test]
async fn a_changed_specification_is_a_new_version_and_numbers_are_never_given_twice() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let first = history.save_function(&function(1, "python:3.11")).await.unwrap();
    assert_eq!((first.version, first.id), (1, function(1, "x").id));
    let mut described = function(2, "python:3.11");
    described.description = Some("Fits a line".to_owned());
    let same = history.save_function(&described).await.unwrap();
    assert_eq!((same.version, same.id, same.description.as_deref()), (1, first.id, Some("Fits a line")));
    let second = history.save_function(&function(1, "python:3.12")).await.unwrap();
    assert_eq!(second.version, 2);
    assert_ne!(second.id, first.id, "an id names one version");
    let name = first.name.clone();
    let versions = history.function_versions(&project("default"), &name).await.unwrap();
    assert_eq!(versions.iter().map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(history.functions(&project("default")).await.unwrap(), vec![second.clone()]);
    assert_eq!(history.function(&project("default"), &name, Some(1)).await.unwrap().unwrap().id, first.id);
    let by_spec = history.function_by_spec(&project("default"), &name, &first.spec).await.unwrap();
    assert_eq!(by_spec.unwrap().id, first.id);

    let task = Task {
        function: second.id,
        action: Action::Job,
        spec: TaskSpec { backoff_limit: Some(3), ..TaskSpec::default() },
        extra: serde_json::Map::new(),
    };
    history.save_task(&task).await.unwrap();
    assert_eq!(history.task(second.id, Action::Job).await.unwrap(), Some(task.spec.clone()));
    assert_eq!(history.task(second.id, Action::Serve).await.unwrap(), None);
    let with = |function, action, names: &[&str]| {
        let secrets = names.iter().map(|name| name.parse().unwrap()).collect();
        Task { function, action, spec: TaskSpec { secrets, ..TaskSpec::default() }, extra: serde_json::Map::new() }
    };
    for task in [
        with(first.id, Action::Job, &["OLD"]),
        with(second.id, Action::Serve, &["TOKEN"]),
        with(second.id, Action::Build, &["KEY", "TOKEN"]),
    ] {
        history.save_task(&task).await.unwrap();
    }
    let users = history.secret_users(&project("default")).await.unwrap();
    let users: Vec<_> = users.iter().map(|(secret, functions)| (secret.as_str(), functions.as_slice())).collect();
    let expected = ["KEY", "TOKEN"].map(|secret| (secret, std::slice::from_ref(&name)));
    assert_eq!(users, expected, "each function once, and only by its latest version");
    let lost = Task { function: function(77, "x").id, ..task };
    assert!(matches!(history.save_task(&lost).await, Err(StoreError::NotFound(_))));

    assert_eq!(history.delete_function(&project("default"), &name, None).await.unwrap(), 2);
    assert_eq!(history.task(second.id, Action::Job).await.unwrap(), None);
    assert_eq!(history.save_function(&function(3, "python:3.12")).await.unwrap().version, 3);
}

#[tokio::test]
async fn a_project_with_runs_and_the_default_one_stay() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let mut other = history.project(&project("default")).await.unwrap().unwrap();
    other.name = project("other");
    history.save_project(&other).await.unwrap();
    let mut one = run(1);
    one.project = project("other");
    history.insert_run(&one).await.unwrap();
    let told = |error: StoreError| error.to_string();
    assert_eq!(
        told(history.delete_project(&project("other")).await.unwrap_err()),
        "the project \"other\" has 1 run(s) in its history; delete them first"
    );
    history.delete_run(one.id).await.unwrap();
    history.delete_project(&project("other")).await.unwrap();
    assert_eq!(
        told(history.delete_project(&project("default")).await.unwrap_err()),
        "the project \"default\" is always there"
    );
    assert!(matches!(history.delete_project(&project("other")).await, Err(StoreError::NotFound(_))));
}

#[tokio::test]
async fn events_fold_by_identity_and_older_sights_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    history.insert_run(&run(1)).await.unwrap();
    let event = |uid: &str, count: u32, first: &str, last: &str| RunEvent {
        uid: uid.to_owned(),
        about: "Pod/train-1".to_owned(),
        container: None,
        kind: "Warning".to_owned(),
        reason: "FailedScheduling".to_owned(),
        message: "0/1 nodes are available".to_owned(),
        count,
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
    };
    let late = event("b", 1, "2026-11-24T05:00:09Z", "2026-11-24T05:00:09Z");
    let once = event("a", 1, "2026-11-24T05:00:01Z", "2026-11-24T05:00:01Z");
    let thrice = event("a", 3, "2026-11-24T05:00:01Z", "2026-11-24T05:00:30Z");
    history.record_events(run(1).id, &[late.clone(), once.clone()]).await.unwrap();
    history.record_events(run(1).id, std::slice::from_ref(&thrice)).await.unwrap();
    history.record_events(run(1).id, &[once]).await.unwrap();
    assert_eq!(history.events(run(1).id).await.unwrap(), [thrice, late]);
}

#[tokio::test]
async fn a_cluster_is_known_by_its_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).history;
    let record = |id: u128, uid: Option<&str>, authority: Option<&str>, server: &str| ClusterRecord {
        id: ClusterId::from_uuid(Uuid::from_u128(id)),
        system_uid: uid.map(str::to_owned),
        authority: authority.map(str::to_owned),
        server: server.to_owned(),
    };
    for (given, expected, why) in [
        (record(1, None, Some("ca"), "https://a"), 1, "new"),
        (record(2, Some("u1"), Some("ca"), "https://a"), 1, "same authority and server; the UID is learnt"),
        (record(3, Some("u1"), None, "https://b"), 1, "same UID at a new address"),
        (record(4, None, None, "https://a"), 4, "an address alone is no evidence"),
        (record(5, Some("u2"), Some("ca"), "https://b"), 5, "another UID is another cluster, whatever its address"),
    ] {
        let id = history.cluster(&given).await.unwrap();
        assert_eq!(id, ClusterId::from_uuid(Uuid::from_u128(expected)), "{why}");
    }
}

#[tokio::test]
async fn the_change_counter_moves_with_every_change_of_any_process_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (open(folder.path()).history, open(folder.path()).history);
    let before = one.change_counter().await.unwrap();
    other.insert_run(&run(1)).await.unwrap();
    let after = one.change_counter().await.unwrap();
    assert!(after > before);
    other.insert_run(&run(1)).await.unwrap();
    assert_eq!(one.change_counter().await.unwrap(), after, "nothing was changed");
    one.save_setting("capture.cap", &serde_json::json!(5)).await.unwrap();
    assert!(other.change_counter().await.unwrap() > after);
    assert_eq!(other.setting("capture.cap").await.unwrap(), Some(serde_json::json!(5)));
    assert_eq!(other.setting("none").await.unwrap(), None);
}

#[tokio::test]
async fn deleting_a_run_takes_its_log_and_its_words_along() {
    let folder = tempfile::tempdir().unwrap();
    let opened = open(folder.path());
    opened.history.insert_run(&run(1)).await.unwrap();
    let key =
        berth_core::ports::LogKey { run: run(1).id, pod_uid: "u".to_owned(), container: "main".to_owned(), restart: 0 };
    let archive = opened.archive.clone();
    tokio::task::spawn_blocking(move || {
        let mut writer = archive.open(&key, "train-1-abcde", 1).unwrap();
        writer.append(b"2026-11-24T05:00:00Z hello\n").unwrap();
        writer.finish(true).unwrap();
    })
    .await
    .unwrap();
    assert_eq!(opened.archive.list(run(1).id).unwrap().len(), 1);
    opened.history.delete_run(run(1).id).await.unwrap();
    assert_eq!(opened.archive.list(run(1).id).unwrap(), []);
    assert_eq!(opened.archive.disk_bytes().unwrap(), 0);
    let query = RunQuery { text: Some("train".to_owned()), ..RunQuery::default() };
    assert_eq!(opened.history.runs(&query).await.unwrap().rows, []);
    assert!(matches!(opened.history.delete_run(run(1).id).await, Err(StoreError::NotFound(_))));
}
