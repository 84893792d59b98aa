//! Owns the rows of projects and of what lies in them beside functions and runs: profiles, secret names; and settings and
//! clusters, which belong to the whole folder.

use berth_core::ports::{ClusterRecord, StoreError};
use berth_model::{ClusterId, Profile, ProfileName, Project, ProjectName, SecretEntry, SecretName};
use rusqlite::{Connection, OptionalExtension, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Fault;
use crate::history::DEFAULT_PROJECT;
use crate::rows::{document, json};

/// Reads one document, or none.
pub(crate) fn one<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    keys: impl rusqlite::Params,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(keys)?;
    found.next()?.map(|row| document(row, 0)).transpose()
}

/// Reads all documents of a query.
pub(crate) fn many<T: DeserializeOwned>(
    connection: &Connection,
    sql: &str,
    keys: impl rusqlite::Params,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = statement.query(keys)?;
    let mut documents = Vec::new();
    while let Some(row) = found.next()? {
        documents.push(document(row, 0)?);
    }
    Ok(documents)
}

/// Says so where a project is not there; a foreign key would only say that some key is missing.
pub(crate) fn require(connection: &Connection, name: &ProjectName) -> Result<(), Fault> {
    let found: Option<i64> = connection
        .prepare_cached("SELECT 1 FROM projects WHERE name = ?1")?
        .query_row([name.as_str()], |row| row.get(0))
        .optional()?;
    found.map(|_| ()).ok_or_else(|| StoreError::NotFound(format!("there is no project \"{name}\"")).into())
}

pub(crate) fn save(connection: &Connection, project: &Project) -> Result<(), Fault> {
    connection.execute(
        "INSERT INTO projects (name, body) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        params![project.name.as_str(), json(project)?],
    )?;
    Ok(())
}

pub(crate) fn read(connection: &Connection, name: &ProjectName) -> Result<Option<Project>, Fault> {
    one(connection, "SELECT body FROM projects WHERE name = ?1", [name.as_str()])
}

pub(crate) fn list(connection: &Connection) -> Result<Vec<Project>, Fault> {
    many(connection, "SELECT body FROM projects ORDER BY name", [])
}

pub(crate) fn delete(connection: &Connection, name: &ProjectName) -> Result<(), Fault> {
    require(connection, name)?;
    if name.as_str() == DEFAULT_PROJECT {
        return Err(StoreError::Refused("the project \"default\" is always there".to_owned()).into());
    }
    let runs: i64 =
        connection.query_row("SELECT count(*) FROM runs WHERE project = ?1", [name.as_str()], |row| row.get(0))?;
    if runs > 0 {
        return Err(StoreError::Refused(format!(
            "the project \"{name}\" has {runs} run(s) in its history; delete them first"
        ))
        .into());
    }
    connection.execute("DELETE FROM projects WHERE name = ?1", [name.as_str()])?;
    Ok(())
}

pub(crate) fn save_profile(connection: &Connection, profile: &Profile) -> Result<(), Fault> {
    require(connection, &profile.project)?;
    connection.execute(
        "INSERT INTO profiles (project, name, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (project, name) DO UPDATE SET body = excluded.body",
        params![profile.project.as_str(), profile.name.as_str(), json(profile)?],
    )?;
    Ok(())
}

pub(crate) fn profile(
    connection: &Connection,
    project: &ProjectName,
    name: &ProfileName,
) -> Result<Option<Profile>, Fault> {
    one(connection, "SELECT body FROM profiles WHERE project = ?1 AND name = ?2", [project.as_str(), name.as_str()])
}

pub(crate) fn profiles(connection: &Connection, project: &ProjectName) -> Result<Vec<Profile>, Fault> {
    many(connection, "SELECT body FROM profiles WHERE project = ?1 ORDER BY name", [project.as_str()])
}

pub(crate) fn delete_profile(connection: &Connection, project: &ProjectName, name: &ProfileName) -> Result<(), Fault> {
    let gone = connection
        .execute("DELETE FROM profiles WHERE project = ?1 AND name = ?2", [project.as_str(), name.as_str()])?;
    found(gone, || format!("there is no profile \"{name}\" in project \"{project}\""))
}

pub(crate) fn save_secret(connection: &Connection, project: &ProjectName, entry: &SecretEntry) -> Result<(), Fault> {
    require(connection, project)?;
    connection.execute(
        "INSERT INTO secrets (project, name, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (project, name) DO UPDATE SET body = excluded.body",
        params![project.as_str(), entry.name.as_str(), json(entry)?],
    )?;
    Ok(())
}

pub(crate) fn secrets(connection: &Connection, project: &ProjectName) -> Result<Vec<SecretEntry>, Fault> {
    many(connection, "SELECT body FROM secrets WHERE project = ?1 ORDER BY name", [project.as_str()])
}

pub(crate) fn delete_secret(connection: &Connection, project: &ProjectName, name: &SecretName) -> Result<(), Fault> {
    let gone = connection
        .execute("DELETE FROM secrets WHERE project = ?1 AND name = ?2", [project.as_str(), name.as_str()])?;
    found(gone, || format!("there is no secret \"{name}\" in project \"{project}\""))
}

/// Turns "no row was touched" into `NotFound`.
pub(crate) fn found(rows: usize, what: impl FnOnce() -> String) -> Result<(), Fault> {
    if rows == 0 { Err(StoreError::NotFound(what()).into()) } else { Ok(()) }
}

pub(crate) fn setting(connection: &Connection, key: &str) -> Result<Option<Value>, Fault> {
    one(connection, "SELECT value FROM settings WHERE key = ?1", [key])
}

pub(crate) fn save_setting(connection: &Connection, key: &str, value: &Value) -> Result<(), Fault> {
    connection.execute(
        "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, &json(value)?],
    )?;
    Ok(())
}

/// Finds a cluster by its evidence or records it. The same authority and server with another known system UID is
/// another cluster (one made anew at the same address).
pub(crate) fn cluster(connection: &Connection, record: &ClusterRecord) -> Result<ClusterId, Fault> {
    let known: Option<(i64, String)> = connection
        .query_row(
            "SELECT seq, id FROM clusters
             WHERE (?1 IS NOT NULL AND system_uid = ?1)
                OR (?2 IS NOT NULL AND authority = ?2 AND server = ?3 AND (?1 IS NULL OR system_uid IS NULL))
             ORDER BY (?1 IS NOT NULL AND system_uid IS ?1) DESC, seq LIMIT 1",
            params![record.system_uid, record.authority, record.server],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((seq, id)) = known else {
        connection.execute(
            "INSERT INTO clusters (id, system_uid, authority, server) VALUES (?1, ?2, ?3, ?4)",
            params![record.id.to_string(), record.system_uid, record.authority, record.server],
        )?;
        return Ok(record.id);
    };
    connection.execute(
        "UPDATE clusters SET system_uid = coalesce(?2, system_uid), authority = coalesce(?3, authority), server = ?4
         WHERE seq = ?1 AND NOT (system_uid IS coalesce(?2, system_uid) AND authority IS coalesce(?3, authority)
                                 AND server = ?4)",
        params![seq, record.system_uid, record.authority, record.server],
    )?;
    id.parse().map_err(|_| StoreError::Failed(format!("\"{id}\" is not a cluster's id")).into())
}
