//! What happens with damaged, foreign, locked and unwritable files and with a full disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use berth_core::ports::{LogArchive, LogKey, RunHistory, RunQuery, StoreError};
use berth_model::RunState;
use rusqlite::Connection;

use super::{change, clock_at, open, open_briefly, project, run};
use crate::SqliteHistory;

async fn count(history: &SqliteHistory) -> usize {
    history.runs(&RunQuery { limit: 1000, ..RunQuery::default() }).await.unwrap().rows.len()
}

/// A folder whose history holds some runs and has a backup with all of them.
async fn filled(folder: &Path, runs: u128) {
    let opened = open(folder);
    for number in 1..=runs {
        opened.history.insert_run(&run(number)).await.unwrap();
    }
    drop(opened);
    let _ = fs::remove_dir_all(folder.join("backups"));
    // Opening makes the day's backup; closing waits for it.
    drop(open(folder));
    assert_eq!(files(&folder.join("backups")).len(), 1);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn aside(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| path.to_string_lossy().contains("history.damaged-")).collect()
}

fn overwrite_pages(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let length = bytes.len();
    bytes[4096..length].fill(0xa5);
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_moved_aside_and_the_backup_restored_with_the_reason_told() {
    type Damage = fn(&Path);
    let damages: [(&str, Damage); 5] = [
        ("pages overwritten", overwrite_pages),
        ("not a database", |path| {
            fs::write(path, "this is a text file, not a database, whoever put it there").unwrap()
        }),
        ("cut short", |path| {
            fs::OpenOptions::new().write(true).open(path).unwrap().set_len(10_000).unwrap();
        }),
        ("zero length", |path| fs::write(path, "").unwrap()),
        ("missing", |path| fs::remove_file(path).unwrap()),
    ];
    for (what, damage) in damages {
        let folder = tempfile::tempdir().unwrap();
        filled(folder.path(), 3).await;
        let id = open(folder.path()).history.installation().await.unwrap();
        let database = folder.path().join("history.db");
        damage(&database);
        let damaged = fs::read(&database).unwrap_or_default();
        let opened = open(folder.path());
        assert_eq!(opened.notices.len(), 1, "{what}: {:?}", opened.notices);
        let notice = &opened.notices[0];
        assert!(notice.starts_with("The history was damaged (") && notice.contains("was put in its place"), "{notice}");
        assert_eq!(count(&opened.history).await, 3, "{what}");
        assert_eq!(opened.history.installation().await.unwrap(), id, "{what}");
        if what == "missing" {
            assert_eq!(aside(folder.path()), Vec::<PathBuf>::new());
        } else {
            assert_eq!(fs::read(&aside(folder.path())[0]).unwrap(), damaged, "{what}: nothing is thrown away");
            assert!(notice.contains("history.damaged-2026-11-24T06-00-00Z"), "{notice}");
        }
        opened.history.insert_run(&run(9)).await.unwrap();
        drop(opened);
        let again = open(folder.path());
        assert_eq!((again.notices.len(), count(&again.history).await), (0, 4), "{what}: sound afterwards");
    }
}

#[tokio::test]
async fn without_a_backup_a_new_history_begins_with_the_old_identity() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 3).await;
    let id = open(folder.path()).history.installation().await.unwrap();
    fs::remove_dir_all(folder.path().join("backups")).unwrap();
    overwrite_pages(&folder.path().join("history.db"));
    let opened = open(folder.path());
    assert!(opened.notices[0].contains("there was no backup, so a new one was begun"), "{:?}", opened.notices);
    assert_eq!(count(&opened.history).await, 0);
    assert_eq!(opened.history.installation().await.unwrap(), id, "old runs in the cluster stay our own");
}

#[tokio::test]
async fn a_damaged_backup_is_passed_over_for_an_older_sound_one() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 2).await;
    drop(SqliteHistory::open(folder.path(), &clock_at("2026-11-26T06:00:00Z")).unwrap());
    let backups = files(&folder.path().join("backups"));
    assert_eq!(backups.len(), 2);
    overwrite_pages(&backups[1]);
    overwrite_pages(&folder.path().join("history.db"));
    let opened = open(folder.path());
    assert!(opened.notices[0].contains(&backups[0].display().to_string()), "{:?}", opened.notices);
    assert_eq!(count(&opened.history).await, 2);
}

#[tokio::test]
async fn a_zero_length_file_without_backups_is_a_new_history() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("history.db"), "").unwrap();
    let opened = open(folder.path());
    assert_eq!(opened.notices, Vec::<String>::new());
    assert_eq!(opened.history.projects().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_damaged_file_that_others_have_open_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 1).await;
    let other = open(folder.path());
    fs::write(folder.path().join("history.db"), "overwritten by somebody's script").unwrap();
    let Err(StoreError::Locked(text)) = open_briefly(folder.path()) else { panic!("must be refused") };
    assert!(text.contains("is damaged") && text.contains("close the window"), "{text}");
    assert_eq!(aside(folder.path()), Vec::<PathBuf>::new());
    drop(other);
    assert_eq!(count(&open(folder.path()).history).await, 1, "repaired once nobody has it open");
}

#[tokio::test]
async fn damage_met_while_working_is_told_and_mended_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 40).await;
    let opened = open(folder.path());
    let database = folder.path().join("history.db");
    overwrite_pages(&database);
    let error = opened.history.runs(&RunQuery::default()).await.unwrap_err();
    assert!(error.to_string().contains("it is repaired at the next start"), "{error}");
    assert!(folder.path().join("history.suspect").exists());
    drop(opened);
    let opened = open(folder.path());
    assert_eq!((opened.notices.len(), count(&opened.history).await), (1, 40));
    assert!(!folder.path().join("history.suspect").exists());
}

#[tokio::test]
async fn a_newer_berths_history_is_shown_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 2).await;
    let database = folder.path().join("history.db");
    let connection = Connection::open(&database).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(connection);
    let before = fs::read(&database).unwrap();
    for alone in [true, false] {
        let beside = (!alone).then(|| open(folder.path()));
        let opened = open(folder.path());
        assert!(opened.notices[0].contains("written by a newer Berth (version 99"), "{:?}", opened.notices);
        assert_eq!(count(&opened.history).await, 2);
        let refused = opened.history.insert_run(&run(9)).await.unwrap_err();
        assert_eq!(refused, StoreError::ReadOnly("it was written by a newer Berth".to_owned()));
        let key = LogKey { run: run(1).id, pod_uid: "u".to_owned(), container: "c".to_owned(), restart: 0 };
        assert!(matches!(opened.archive.open(&key, "pod", 1), Err(StoreError::ReadOnly(_))));
        drop((opened, beside));
    }
    assert!(fs::read(&database).unwrap() == before, "not a byte was changed");
}

#[tokio::test]
async fn another_program_that_keeps_the_database_gives_a_clear_word_after_the_wait() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), 1).await;
    let opened = open_briefly(folder.path()).unwrap();
    let other = Connection::open(folder.path().join("history.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = opened.history.insert_run(&run(2)).await.unwrap_err();
    assert!(matches!(&error, StoreError::Locked(_)), "{error:?}");
    assert!(
        error.to_string().starts_with("the history is locked by another program: unable to write to the history"),
        "{error}"
    );
    assert_eq!(count(&opened.history).await, 1, "reading goes on");
    other.execute_batch("ROLLBACK").unwrap();
    opened.history.insert_run(&run(2)).await.unwrap();
    drop((opened, other));

    let other = Connection::open(folder.path().join("history.db")).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE theirs (x); COMMIT;").unwrap();
    let Err(error) = open_briefly(folder.path()) else { panic!("must be refused") };
    assert!(matches!(&error, StoreError::Locked(_)), "{error:?}");
    drop(other);
    open_briefly(folder.path()).unwrap();
}

#[tokio::test]
async fn a_backup_is_made_each_day_and_seven_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    for day in 1..=10 {
        for hour in ["06", "18"] {
            drop(SqliteHistory::open(folder.path(), &clock_at(&format!("2026-11-{day:02}T{hour}:00:00Z"))).unwrap());
        }
    }
    let names: Vec<String> = files(&folder.path().join("backups"))
        .iter()
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    let expected: Vec<String> = (4..=10).map(|day| format!("history-2026-11-{day:02}T06-00-00Z.db")).collect();
    assert_eq!(names, expected);
}

/// A small disk of its own; only the super-user can make one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new(size: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=700"), "tmpfs"])
            .arg(folder.path())
            .status()
            .unwrap();
        assert!(made.success(), "this test mounts a small tmpfs and needs the super-user's rights for it");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn remount(&self, option: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(self.path()).status().unwrap();
        assert!(done.success(), "remount with {option}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(done.is_ok_and(|status| status.success()), "unmount {}", self.path().display());
    }
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_shown() {
    let disk = Disk::new("16m");
    let data = disk.path().join("data");
    filled(&data, 2).await;
    {
        let opened = open(&data);
        let key = LogKey { run: run(1).id, pod_uid: "u".to_owned(), container: "c".to_owned(), restart: 0 };
        let mut writer = opened.archive.open(&key, "pod", 1).unwrap();
        writer.append(b"2026-11-24T05:00:00Z hello\n").unwrap();
        writer.finish(true).unwrap();
    }
    disk.remount("ro");
    let opened = open(&data);
    assert!(opened.notices[0].contains("cannot be written: the history is shown"), "{:?}", opened.notices);
    assert_eq!(count(&opened.history).await, 2);
    assert_eq!(opened.archive.list(run(1).id).unwrap()[0].bytes, 6);
    let error = opened.history.insert_run(&run(3)).await.unwrap_err();
    assert!(matches!(&error, StoreError::ReadOnly(text) if text.contains("cannot be written")), "{error:?}");
    let nowhere = open_briefly(&disk.path().join("new"));
    assert!(matches!(nowhere, Err(StoreError::ReadOnly(_))));
    disk.remount("rw");
}

#[tokio::test]
async fn a_full_disk_loses_nothing_that_was_written_and_work_goes_on_when_there_is_room() {
    let disk = Disk::new("12m");
    let data = disk.path().join("data");
    let opened = open(&data);
    opened.history.insert_run(&run(1)).await.unwrap();
    let key = LogKey { run: run(1).id, pod_uid: "u".to_owned(), container: "c".to_owned(), restart: 0 };
    let mut writer = opened.archive.open(&key, "pod", 1).unwrap();
    let line = b"2026-11-24T05:00:00.000000001Z 0123456789abcdef\n";
    writer.append(line).unwrap();

    // Up to the last block.
    let ballast = disk.path().join("ballast");
    let mut size = 8192;
    while size > 0 {
        let mut bytes = fs::read(&ballast).unwrap_or_default();
        bytes.resize(bytes.len() + size * 1024, 1);
        if fs::write(&ballast, &bytes).is_err() {
            bytes.truncate(bytes.len() - size * 1024);
            fs::write(&ballast, &bytes).unwrap();
            size /= 2;
        }
    }

    let mut status = run(1).status;
    let mut written = 0;
    let error = loop {
        let next = change(&status, RunState::Running);
        match opened.history.write_transition(run(1).id, &next).await {
            Ok(()) => (status, written) = (next.to, written + 1),
            Err(error) => break error,
        }
        assert!(written < 100_000);
    };
    assert!(matches!(&error, StoreError::Full(_)), "{error:?}");
    let mut lines = 1_u64;
    let many = line.repeat(20_000);
    let error = loop {
        match writer.append(&many) {
            Ok(()) => lines += 20_000,
            Err(error) => break error,
        }
        assert!(lines < 10_000_000);
    };
    assert!(matches!(&error, StoreError::Full(_)), "{error:?}");
    assert_eq!(opened.archive.list(run(1).id).unwrap()[0].lines, lines, "nothing of the failed append is left");
    assert_eq!(opened.history.transitions(run(1).id).await.unwrap().len(), written, "reading goes on");
    let fresh = SqliteHistory::open(&disk.path().join("other"), &super::clock());
    assert!(matches!(&fresh, Err(StoreError::Full(_))), "{:?}", fresh.err());

    fs::remove_file(&ballast).unwrap();
    let next = change(&status, RunState::Completed);
    opened.history.write_transition(run(1).id, &next).await.unwrap();
    writer.append(line).unwrap();
    writer.finish(true).unwrap();
    drop(opened);
    let opened = open(&data);
    assert_eq!(opened.notices, Vec::<String>::new());
    assert_eq!(opened.history.transitions(run(1).id).await.unwrap().len(), written + 1);
    let info = opened.archive.list(run(1).id).unwrap().pop().unwrap();
    assert_eq!((info.lines, info.bytes, info.is_complete), (lines + 1, (lines + 1) * 17, true));
    assert_eq!(opened.history.project(&project("default")).await.unwrap().unwrap().name, project("default"));
}
