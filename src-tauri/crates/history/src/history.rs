//! Owns the open history: what is done at opening (check, repair, migrate), and the connections behind it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use berth_core::ports::{Clock, RunQuery, StoreError};
use berth_model::{InstallationId, Project, ProjectId, ProjectName};
use rusqlite::Connection;
use uuid::Uuid;

use crate::archive::FileArchive;
use crate::backup::{self, DailyBackup};
use crate::connection::{self, Access};
use crate::error::{self, Fault};
use crate::folder::{self, Folder, FolderLock, Tenancy};
use crate::migrations::{self, Standing};
use crate::readers::Readers;
use crate::seen::Seen;
use crate::writer::{self, Writer};
use crate::{page, repair, rows};

/// How long a database that another program holds is waited for, before it is called locked.
const PATIENCE: Duration = Duration::from_secs(5);

/// The project that is always there.
pub(crate) const DEFAULT_PROJECT: &str = "default";

/// A data folder, opened.
pub struct Opened {
    /// Everything durable but log bytes and secret values.
    pub history: Arc<SqliteHistory>,
    /// Log bytes.
    pub archive: Arc<FileArchive>,
    /// What people should be told about the opening: one full sentence each. Empty when all went as usual.
    pub notices: Vec<String>,
}

/// The history in a SQLite database.
pub struct SqliteHistory {
    pub(crate) readers: Readers,
    pub(crate) writer: Result<Writer, String>,
    pub(crate) installation: InstallationId,
    pub(crate) archive: Arc<FileArchive>,
    pub(crate) seen: Seen,
    // Dropped after the connections above.
    _backup: Option<DailyBackup>,
    _lock: Option<FolderLock>,
}

impl SqliteHistory {
    /// Opens the history of a data folder, making it where it is new: checks it, moves a damaged one aside and restores
    /// the newest backup, runs missing migrations. A newer Berth's file and a folder that cannot be written are opened
    /// for reading. Reads and writes files: not for an async worker thread.
    ///
    /// # Errors
    /// `Locked` where another program holds it, `Full`, or `Failed` where not even reading is possible.
    pub fn open(folder: &Path, clock: &Arc<dyn Clock>) -> Result<Opened, StoreError> {
        Self::open_patiently(folder, clock, PATIENCE)
    }

    /// As `open`, but waits for other programs only as long as said, now and later.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_patiently(folder: &Path, clock: &Arc<dyn Clock>, patience: Duration) -> Result<Opened, StoreError> {
        connection::require_sound_sqlite()?;
        let folder = Folder::prepare(folder)?;
        let mut notices = Vec::new();
        if let Some(drive) = folder::network_drive(folder.root()) {
            notices.push(format!(
                "The data folder \"{}\" lies on a network drive ({drive}), where the history can be damaged when two computers use it: set BERTH_DATA_DIR to a folder on this computer.",
                folder.root().display()
            ));
        }
        let lock = match folder.enter(patience)? {
            Tenancy::Alone(lock) => {
                mend(&folder, &**clock, patience, &mut notices)?;
                lock.share().map_err(|cause| error::file("share the lock of", folder.root(), &cause))?;
                lock
            }
            Tenancy::Shared(lock) => {
                check_beside_others(&folder, patience, &mut notices)?;
                lock
            }
            Tenancy::Unlocked => return Self::open_for_reading(&folder, patience, notices),
        };
        if standing_of(&folder, Access::Read, patience)?.is_some_and(|standing| matches!(standing, Standing::Newer(_)))
        {
            let reason = "it was written by a newer Berth".to_owned();
            return Self::assemble_reading(&folder, Access::Read, reason, patience, notices, Some(lock));
        }
        let mut connection = connection::open(&folder.database(), Access::Write, patience)
            .map_err(|cause| connection::open_error(&folder.database(), &cause))?;
        let installation = furnish(&mut connection, &folder, &**clock)?;
        let archive = Arc::new(FileArchive::open(&folder, patience)?);
        let history = Self {
            readers: Readers::new(folder.database(), Access::Read, patience, folder.suspicion()),
            writer: Ok(Writer::start(connection, folder.suspicion())?),
            installation,
            archive: Arc::clone(&archive),
            seen: Seen::default(),
            _backup: Some(DailyBackup::start(folder, Arc::clone(clock), patience)?),
            _lock: Some(lock),
        };
        Ok(Opened { history: Arc::new(history), archive, notices })
    }

    fn open_for_reading(folder: &Folder, patience: Duration, mut notices: Vec<String>) -> Result<Opened, StoreError> {
        let database = folder.database();
        if !database.exists() {
            return Err(StoreError::ReadOnly(format!(
                "there is no history in \"{}\", and none can be made there",
                folder.root().display()
            )));
        }
        notices.push(format!(
            "The data folder \"{}\" cannot be written: the history is shown, but nothing can be run or changed.",
            folder.root().display()
        ));
        // Without side files nobody has it open for writing, so it holds still; with them SQLite must read them.
        let access = if repair::with_suffix(&database, "-wal").exists() { Access::Read } else { Access::ReadImmutable };
        let reason = format!("the folder \"{}\" cannot be written", folder.root().display());
        Self::assemble_reading(folder, access, reason, patience, notices, None)
    }

    fn assemble_reading(
        folder: &Folder,
        access: Access,
        reason: String,
        patience: Duration,
        notices: Vec<String>,
        lock: Option<FolderLock>,
    ) -> Result<Opened, StoreError> {
        let readers = Readers::new(folder.database(), access, patience, folder.suspicion());
        let installation = readers.run("read the history's identity", stored_installation)?.ok_or_else(|| {
            StoreError::Failed(format!("\"{}\" is not a history of Berth", folder.database().display()))
        })?;
        let archive = Arc::new(FileArchive::for_reading(folder, access, &reason, patience));
        let history = Self {
            readers,
            writer: Err(reason),
            installation,
            archive: Arc::clone(&archive),
            seen: Seen::default(),
            _backup: None,
            _lock: lock,
        };
        Ok(Opened { history: Arc::new(history), archive, notices })
    }

    /// Returns the SQL that a page of runs is read with, values filled in: for timing it against another program.
    ///
    /// # Errors
    /// `Failed` where the database cannot be read.
    pub fn page_statements(&self, query: &RunQuery) -> Result<Vec<String>, StoreError> {
        self.readers.run("write the page's statements", |connection| page::texts(connection, query))
    }

    /// The way to write.
    ///
    /// # Errors
    /// `ReadOnly` with the reason.
    pub(crate) fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().map_err(|reason| StoreError::ReadOnly(reason.clone()))
    }
}

/// Checks, repairs and migrates; nobody else has the folder open.
fn mend(folder: &Folder, clock: &dyn Clock, patience: Duration, notices: &mut Vec<String>) -> Result<(), StoreError> {
    let database = folder.database();
    let now = clock.now();
    let whole = repair::needs_whole_check(folder, now);
    let mut damage = repair::damage(&database, whole, Access::Write, patience)?;
    let is_empty = fs::metadata(&database).is_ok_and(|data| data.len() == 0);
    let is_missing = !database.exists();
    if (is_empty || is_missing) && !backup::all(folder).is_empty() {
        damage = Some(if is_empty { "the file is empty" } else { "the file is missing" }.to_owned());
    }
    if let Some(finding) = damage {
        notices.push(replace(folder, clock, &finding, is_missing)?);
    }
    if folder.suspicion().exists()
        && let Err(cause) = fs::remove_file(folder.suspicion())
    {
        tracing::warn!(%cause, "the mark about damage stays");
    }
    match standing_of(folder, Access::Write, patience)? {
        Some(Standing::Newer(version)) => {
            notices.push(newer(version));
            return Ok(());
        }
        Some(Standing::Current) => {}
        standing => {
            let mut connection = connection::open(&database, Access::Write, patience)
                .map_err(|cause| connection::open_error(&database, &cause))?;
            if standing == Some(Standing::Older) {
                backup::before_migration(&connection, folder, now)?;
            }
            migrations::run(&mut connection, migrations::HISTORY)?;
        }
    }
    FileArchive::mend(folder, whole, clock, patience, notices)?;
    if whole {
        repair::note_checked(folder, now);
    }
    Ok(())
}

fn replace(folder: &Folder, clock: &dyn Clock, finding: &str, is_missing: bool) -> Result<String, StoreError> {
    let database = folder.database();
    let kept = if is_missing {
        String::new()
    } else {
        let aside = repair::move_aside(&database, clock.now())?;
        format!(" The damaged file is kept as \"{}\".", aside.display())
    };
    let restored = repair::restore(folder)?;
    tracing::error!(finding, restored = ?restored, "the history was damaged and was replaced");
    Ok(match restored {
        Some(copy) => format!(
            "The history was damaged ({finding}); the backup \"{}\" was put in its place, and runs that are newer than it come back as far as their cluster still has them.{kept}",
            copy.display()
        ),
        None => format!(
            "The history was damaged ({finding}) and there was no backup, so a new one was begun; runs come back as far as their cluster still has them.{kept}"
        ),
    })
}

fn newer(version: i32) -> String {
    format!(
        "The history was written by a newer Berth (version {version} of its file, this one knows {}): it is shown, but nothing can be run or changed. Install the newer Berth.",
        migrations::HISTORY.len()
    )
}

/// What can be found out while others have the folder open: nothing may be moved or migrated under them.
fn check_beside_others(folder: &Folder, patience: Duration, notices: &mut Vec<String>) -> Result<(), StoreError> {
    if let Some(finding) = repair::damage(&folder.database(), false, Access::Read, patience)? {
        return Err(StoreError::Locked(format!(
            "the database is damaged ({finding}) and other programs have it open: close the window and every \"berth\", then start again to repair it"
        )));
    }
    match standing_of(folder, Access::Read, patience)? {
        Some(Standing::Current) => Ok(()),
        Some(Standing::Newer(version)) => {
            notices.push(newer(version));
            Ok(())
        }
        Some(Standing::Older | Standing::Empty) | None => Err(StoreError::Locked(
            "an older Berth has it open: close its window and every older \"berth\", then start again".to_owned(),
        )),
    }
}

fn standing_of(folder: &Folder, access: Access, patience: Duration) -> Result<Option<Standing>, StoreError> {
    let database = folder.database();
    if !database.exists() {
        return Ok(None);
    }
    connection::open(&database, access, patience)
        .and_then(|connection| migrations::standing(&connection, migrations::HISTORY))
        .map(Some)
        .map_err(|cause| connection::open_error(&database, &cause))
}

/// Puts in what every history has: an identity and the project `default`. Writes only what is missing.
fn furnish(connection: &mut Connection, folder: &Folder, clock: &dyn Clock) -> Result<InstallationId, StoreError> {
    let told = |fault: Fault| fault.told("prepare the history", &folder.suspicion());
    let stored = stored_installation(connection).map_err(told)?;
    let has_default: bool = connection
        .query_row("SELECT count(*) FROM projects WHERE name = ?1", [DEFAULT_PROJECT], |row| row.get(0))
        .map_err(|cause| told(cause.into()))?;
    let beside = fs::read_to_string(folder.installation()).ok().and_then(|text| text.parse::<InstallationId>().ok());
    let id = match stored {
        Some(id) if has_default => id,
        _ => {
            let id = stored.or(beside).unwrap_or_else(|| InstallationId::from_uuid(Uuid::new_v4()));
            let project = default_project(clock)?;
            writer::transact(connection, |transaction| {
                transaction.execute(
                    "INSERT INTO meta (key, value) VALUES ('installation', ?1) ON CONFLICT DO NOTHING",
                    [id.to_string()],
                )?;
                transaction.execute(
                    "INSERT INTO projects (name, body) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    [DEFAULT_PROJECT, &rows::json(&project)?],
                )?;
                Ok(())
            })
            .map_err(told)?;
            // Another process may have been first.
            stored_installation(connection).map_err(told)?.unwrap_or(id)
        }
    };
    if beside != Some(id)
        && let Err(cause) = folder::write_whole(&folder.installation(), id.to_string().as_bytes())
    {
        tracing::warn!(%cause, "the identity of the data folder is in the database alone");
    }
    Ok(id)
}

fn stored_installation(connection: &Connection) -> Result<Option<InstallationId>, Fault> {
    let mut statement = connection.prepare("SELECT value FROM meta WHERE key = 'installation'")?;
    let mut found = statement.query([])?;
    let Some(row) = found.next()? else { return Ok(None) };
    let text: String = row.get(0)?;
    text.parse().map(Some).map_err(|_| StoreError::Failed(format!("\"{text}\" is not an installation's id")).into())
}

fn default_project(clock: &dyn Clock) -> Result<Project, StoreError> {
    Ok(Project {
        id: ProjectId::from_uuid(Uuid::new_v4()),
        name: ProjectName::parse(DEFAULT_PROJECT).map_err(|cause| StoreError::Failed(cause.sentence))?,
        description: None,
        default_target: None,
        registry: None,
        created: clock.now(),
        extra: serde_json::Map::new(),
    })
}
