//! Owns the rows of functions, their versions, and the saved defaults of their actions.

use std::collections::BTreeMap;
use std::str::FromStr;

use berth_core::ports::{FunctionNames, RunRow, StoreError};
use berth_model::{
    Action, Function, FunctionId, FunctionName, FunctionSpec, ProjectName, SecretName, Task, TaskSpec, ValueError,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::error::Fault;
use crate::projects::{many, one, require};
use crate::rows::{document, json, run_row};

/// Saves a function: a new version where its specification differs from the latest's, else the rest in place.
pub(crate) fn save(connection: &Connection, function: &Function) -> Result<Function, Fault> {
    require(connection, &function.project)?;
    if let Some(latest) = latest(connection, &function.project, &function.name)?
        && latest.spec == function.spec
    {
        let kept = Function { id: latest.id, version: latest.version, created: latest.created, ..function.clone() };
        if kept != (Function { updated: kept.updated, ..latest }) {
            connection
                .execute("UPDATE functions SET body = ?2 WHERE id = ?1", params![kept.id.to_string(), json(&kept)?])?;
        }
        return Ok(kept);
    }
    let version: u32 = connection.query_row(
        "INSERT INTO function_names (project, name, last_version) VALUES (?1, ?2, 1)
         ON CONFLICT (project, name) DO UPDATE SET last_version = last_version + 1
         RETURNING last_version",
        [function.project.as_str(), function.name.as_str()],
        |row| row.get(0),
    )?;
    let is_taken: bool =
        connection
            .query_row("SELECT count(*) FROM functions WHERE id = ?1", [function.id.to_string()], |row| row.get(0))?;
    let id = if is_taken { FunctionId::from_uuid(Uuid::new_v4()) } else { function.id };
    let made = Function { id, version, ..function.clone() };
    connection.execute(
        "INSERT INTO functions (id, project, name, version, body) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id.to_string(), made.project.as_str(), made.name.as_str(), version, json(&made)?],
    )?;
    Ok(made)
}

fn latest(connection: &Connection, project: &ProjectName, name: &FunctionName) -> Result<Option<Function>, Fault> {
    one(
        connection,
        "SELECT body FROM functions WHERE project = ?1 AND name = ?2 ORDER BY version DESC LIMIT 1",
        [project.as_str(), name.as_str()],
    )
}

pub(crate) fn read(
    connection: &Connection,
    project: &ProjectName,
    name: &FunctionName,
    version: Option<u32>,
) -> Result<Option<Function>, Fault> {
    let Some(version) = version else { return latest(connection, project, name) };
    one(
        connection,
        "SELECT body FROM functions WHERE project = ?1 AND name = ?2 AND version = ?3",
        params![project.as_str(), name.as_str(), version],
    )
}

pub(crate) fn list(connection: &Connection, project: &ProjectName) -> Result<Vec<Function>, Fault> {
    many(
        connection,
        "SELECT body FROM functions AS one WHERE project = ?1 AND version =
             (SELECT max(version) FROM functions WHERE project = one.project AND name = one.name)
         ORDER BY name",
        [project.as_str()],
    )
}

/// The latest versions with the newest run of each name, in one question.
pub(crate) fn with_runs(
    connection: &Connection,
    project: &ProjectName,
) -> Result<Vec<(Function, Option<RunRow>)>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT runs.seq, runs.archived, run_heads.head, run_heads.status, one.body
         FROM functions AS one
         LEFT JOIN runs ON runs.seq = (SELECT seq FROM runs WHERE function = one.name AND project = one.project
                                       ORDER BY created DESC, seq DESC LIMIT 1)
         LEFT JOIN run_heads ON run_heads.seq = runs.seq
         WHERE one.project = ?1 AND one.version =
             (SELECT max(version) FROM functions WHERE project = one.project AND name = one.name)
         ORDER BY one.name",
    )?;
    let mut found = statement.query([project.as_str()])?;
    let mut functions = Vec::new();
    while let Some(row) = found.next()? {
        let run = if row.get::<_, Option<i64>>(0)?.is_some() { Some(run_row(row)?) } else { None };
        functions.push((document(row, 4)?, run));
    }
    Ok(functions)
}

pub(crate) fn names(connection: &Connection, project: &ProjectName) -> Result<FunctionNames, Fault> {
    let texts = |sql: &str| -> Result<Vec<String>, Fault> {
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map([project.as_str()], |row| row.get(0))?;
        Ok(found.collect::<Result<_, _>>()?)
    };
    Ok(FunctionNames {
        names: texts("SELECT DISTINCT name FROM functions WHERE project = ?1 ORDER BY name")?,
        labels: texts(
            "SELECT DISTINCT label.value FROM functions AS one, json_each(one.body, '$.labels') AS label
             WHERE one.project = ?1 AND one.version =
                 (SELECT max(version) FROM functions WHERE project = one.project AND name = one.name)
             ORDER BY 1",
        )?,
    })
}

pub(crate) fn versions(
    connection: &Connection,
    project: &ProjectName,
    name: &FunctionName,
) -> Result<Vec<Function>, Fault> {
    many(
        connection,
        "SELECT body FROM functions WHERE project = ?1 AND name = ?2 ORDER BY version DESC",
        [project.as_str(), name.as_str()],
    )
}

pub(crate) fn delete(
    connection: &Connection,
    project: &ProjectName,
    name: &FunctionName,
    version: Option<u32>,
) -> Result<u32, Fault> {
    let gone = connection.execute(
        "DELETE FROM functions WHERE project = ?1 AND name = ?2 AND (?3 IS NULL OR version = ?3)",
        params![project.as_str(), name.as_str(), version],
    )?;
    Ok(u32::try_from(gone).unwrap_or(u32::MAX))
}

/// Finds the newest version with a specification. Compared as values: the order of keys in a file means nothing.
pub(crate) fn by_spec(
    connection: &Connection,
    project: &ProjectName,
    name: &FunctionName,
    spec: &FunctionSpec,
) -> Result<Option<Function>, Fault> {
    Ok(versions(connection, project, name)?.into_iter().find(|function| function.spec == *spec))
}

pub(crate) fn save_task(connection: &Connection, task: &Task) -> Result<(), Fault> {
    let function = task.function.to_string();
    let known: Option<i64> =
        connection.query_row("SELECT 1 FROM functions WHERE id = ?1", [&function], |row| row.get(0)).optional()?;
    if known.is_none() {
        return Err(StoreError::NotFound(format!("there is no function version {function}")).into());
    }
    connection.execute(
        "INSERT INTO tasks (function, action, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (function, action) DO UPDATE SET body = excluded.body",
        params![function, task.action.word(), json(task)?],
    )?;
    Ok(())
}

pub(crate) fn task(connection: &Connection, function: FunctionId, action: Action) -> Result<Option<TaskSpec>, Fault> {
    let task: Option<Task> = one(
        connection,
        "SELECT body FROM tasks WHERE function = ?1 AND action = ?2",
        [&function.to_string(), action.word()],
    )?;
    Ok(task.map(|task| task.spec))
}

pub(crate) fn secret_users(
    connection: &Connection,
    project: &ProjectName,
) -> Result<BTreeMap<SecretName, Vec<FunctionName>>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT secret.value, one.name
         FROM functions AS one
         JOIN tasks ON tasks.function = one.id
         JOIN json_each(tasks.body, '$.spec.secrets') AS secret
         WHERE one.project = ?1 AND one.version =
             (SELECT max(version) FROM functions WHERE project = one.project AND name = one.name)
         ORDER BY one.name",
    )?;
    let mut found = statement.query([project.as_str()])?;
    let mut users: BTreeMap<SecretName, Vec<FunctionName>> = BTreeMap::new();
    while let Some(row) = found.next()? {
        users.entry(name(row, 0)?).or_default().push(name(row, 1)?);
    }
    Ok(users)
}

fn name<T: FromStr<Err = ValueError>>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    let text: String = row.get(column)?;
    text.parse::<T>().map_err(|cause: ValueError| StoreError::Failed(cause.sentence).into())
}
