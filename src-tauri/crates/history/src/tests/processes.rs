//! What holds when several processes have one folder open, and when one of them is killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use berth_core::ports::{RunHistory, StoreError};
use berth_model::RunState;

use super::{change, open, run};

/// Names the folder to a copy of this test program that plays the other process.
const FOLDER: &str = "BERTH_TEST_FOLDER";
/// Names the copy.
const NAME: &str = "BERTH_TEST_NAME";

fn other_process(test: &str, folder: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(FOLDER, folder)
        .env(NAME, name)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Adds transitions to the run 1, each upon what stands then, and prints each once it is written.
async fn write_transitions(folder: &Path, name: &str, count: usize) {
    let history = open(folder).history;
    let mut done = 0;
    while done < count {
        let status = history.run(run(1).id).await.unwrap().unwrap().run.status;
        let mut next = change(&status, RunState::Running);
        next.to.message = Some(format!("{name} {done}"));
        match history.write_transition(run(1).id, &next).await {
            Ok(()) => {
                println!("wrote {} {name} {done}", next.to.revision);
                done += 1;
            }
            Err(StoreError::StaleRevision) => {}
            Err(other) => panic!("{name}: {other}"),
        }
    }
}

#[tokio::test]
async fn two_processes_write_a_thousand_transitions_each_and_none_is_lost_or_doubled() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_transitions(Path::new(&folder), &std::env::var(NAME).unwrap(), 1000).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).history.insert_run(&run(1)).await.unwrap();
    let test = "tests::processes::two_processes_write_a_thousand_transitions_each_and_none_is_lost_or_doubled";
    let children = ["one", "two"].map(|name| other_process(test, folder.path(), name));
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "no error of any kind, above all not \"database is locked\"");
    }
    let history = open(folder.path()).history;
    let stored = history.transitions(run(1).id).await.unwrap();
    let revisions: Vec<u64> = stored.iter().map(|row| row.revision).collect();
    assert_eq!(revisions, (1..=2000).collect::<Vec<u64>>());
    let mut messages: Vec<String> = stored.into_iter().map(|row| row.transition.to.message.unwrap()).collect();
    messages.sort();
    let mut expected: Vec<String> =
        ["one", "two"].iter().flat_map(|name| (0..1000).map(move |number| format!("{name} {number}"))).collect();
    expected.sort();
    assert_eq!(messages, expected);
    assert_eq!(history.run(run(1).id).await.unwrap().unwrap().run.status.revision, 2000);
}

#[tokio::test]
async fn what_a_killed_process_has_reported_as_written_is_there() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_transitions(Path::new(&folder), &std::env::var(NAME).unwrap(), usize::MAX).await;
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).history.insert_run(&run(1)).await.unwrap();
    let test = "tests::processes::what_a_killed_process_has_reported_as_written_is_there";
    for round in 0..8_u64 {
        let mut child = other_process(test, folder.path(), &format!("round-{round}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The first report, then a random moment: the writer is within a transaction most of the time.
        let first = lines.by_ref().map(Result::unwrap).find(|line| line.starts_with("wrote ")).unwrap();
        std::thread::sleep(Duration::from_millis(3 + round * 11));
        child.kill().unwrap();
        child.wait().unwrap();
        let reported = lines.map_while(Result::ok).filter(|line| line.starts_with("wrote ")).last().unwrap_or(first);
        let revision: u64 = reported.split(' ').nth(1).unwrap().parse().unwrap();

        let opened = open(folder.path());
        assert_eq!(opened.notices, Vec::<String>::new());
        let stored = opened.history.transitions(run(1).id).await.unwrap();
        assert!(stored.len() as u64 >= revision, "revision {revision} was reported, {} are stored", stored.len());
        let status = opened.history.run(run(1).id).await.unwrap().unwrap().run.status;
        assert_eq!(stored.last().unwrap().transition.to, status, "run and transitions tell the same");
        drop(opened);
        let connection = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
        let finding: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(finding, "ok");
    }
}
