//! Binds the port `RunHistory` to the tables: each call is one query or one change.

use std::collections::BTreeMap;

use async_trait::async_trait;
use berth_core::ports::{
    ClusterRecord, FunctionNames, LogArchive, RunEvent, RunHistory, RunPage, RunQuery, RunRow, StoreError,
    TransitionRow,
};
use berth_model::{
    Action, ClusterId, Function, FunctionId, FunctionName, FunctionSpec, InstallationId, Profile, ProfileName, Project,
    ProjectName, Run, RunId, SecretEntry, SecretName, Task, TaskSpec, Transition,
};
use serde_json::Value;

use crate::history::SqliteHistory;
use crate::{functions, page, projects, runs};

/// Runs a query or a change with owned copies of the arguments: both leave the caller's thread.
macro_rules! off_thread {
    (read $history:expr, $what:literal, [$($owned:ident),*], |$connection:ident| $body:expr) => {{
        $(let $owned = $owned.clone();)*
        $history.readers.query($what, move |$connection| $body).await
    }};
    (write $history:expr, $what:literal, [$($owned:ident),*], |$connection:ident| $body:expr) => {{
        $(let $owned = $owned.clone();)*
        $history.writer()?.change($what, move |$connection| $body).await
    }};
}

#[async_trait]
impl RunHistory for SqliteHistory {
    async fn installation(&self) -> Result<InstallationId, StoreError> {
        Ok(self.installation)
    }

    async fn change_counter(&self) -> Result<u64, StoreError> {
        off_thread!(read self, "read the change counter", [], |connection| {
            let count: i64 = connection
                .prepare_cached("SELECT value FROM meta WHERE key = 'changes'")?
                .query_row([], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or_default())
        })
    }

    async fn save_project(&self, project: &Project) -> Result<(), StoreError> {
        off_thread!(write self, "save the project", [project], |connection| projects::save(connection, &project))
    }

    async fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        off_thread!(read self, "read the project", [name], |connection| projects::read(connection, &name))
    }

    async fn projects(&self) -> Result<Vec<Project>, StoreError> {
        off_thread!(read self, "list the projects", [], |connection| projects::list(connection))
    }

    async fn delete_project(&self, name: &ProjectName) -> Result<(), StoreError> {
        off_thread!(write self, "delete the project", [name], |connection| projects::delete(connection, &name))
    }

    async fn save_function(&self, function: &Function) -> Result<Function, StoreError> {
        off_thread!(write self, "save the function", [function], |connection| functions::save(connection, &function))
    }

    async fn function(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        version: Option<u32>,
    ) -> Result<Option<Function>, StoreError> {
        off_thread!(read self, "read the function", [project, name], |connection| {
            functions::read(connection, &project, &name, version)
        })
    }

    async fn functions(&self, project: &ProjectName) -> Result<Vec<Function>, StoreError> {
        off_thread!(read self, "list the functions", [project], |connection| functions::list(connection, &project))
    }

    async fn functions_with_runs(&self, project: &ProjectName) -> Result<Vec<(Function, Option<RunRow>)>, StoreError> {
        off_thread!(read self, "list the functions", [project], |connection| functions::with_runs(connection, &project))
    }

    async fn function_names(&self, project: &ProjectName) -> Result<FunctionNames, StoreError> {
        off_thread!(read self, "list the names of functions", [project], |connection| {
            functions::names(connection, &project)
        })
    }

    async fn function_versions(&self, project: &ProjectName, name: &FunctionName) -> Result<Vec<Function>, StoreError> {
        off_thread!(read self, "list the function's versions", [project, name], |connection| {
            functions::versions(connection, &project, &name)
        })
    }

    async fn delete_function(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        version: Option<u32>,
    ) -> Result<u32, StoreError> {
        off_thread!(write self, "delete the function", [project, name], |connection| {
            functions::delete(connection, &project, &name, version)
        })
    }

    async fn function_by_spec(
        &self,
        project: &ProjectName,
        name: &FunctionName,
        spec: &FunctionSpec,
    ) -> Result<Option<Function>, StoreError> {
        off_thread!(read self, "find the function", [project, name, spec], |connection| {
            functions::by_spec(connection, &project, &name, &spec)
        })
    }

    async fn save_task(&self, task: &Task) -> Result<(), StoreError> {
        off_thread!(write self, "save the task", [task], |connection| functions::save_task(connection, &task))
    }

    async fn task(&self, function: FunctionId, action: Action) -> Result<Option<TaskSpec>, StoreError> {
        off_thread!(read self, "read the task", [], |connection| functions::task(connection, function, action))
    }

    async fn secret_users(&self, project: &ProjectName) -> Result<BTreeMap<SecretName, Vec<FunctionName>>, StoreError> {
        off_thread!(read self, "list who uses the secrets", [project], |connection| {
            functions::secret_users(connection, &project)
        })
    }

    async fn save_profile(&self, profile: &Profile) -> Result<(), StoreError> {
        off_thread!(write self, "save the profile", [profile], |connection| {
            projects::save_profile(connection, &profile)
        })
    }

    async fn profile(&self, project: &ProjectName, name: &ProfileName) -> Result<Option<Profile>, StoreError> {
        off_thread!(read self, "read the profile", [project, name], |connection| {
            projects::profile(connection, &project, &name)
        })
    }

    async fn profiles(&self, project: &ProjectName) -> Result<Vec<Profile>, StoreError> {
        off_thread!(read self, "list the profiles", [project], |connection| projects::profiles(connection, &project))
    }

    async fn delete_profile(&self, project: &ProjectName, name: &ProfileName) -> Result<(), StoreError> {
        off_thread!(write self, "delete the profile", [project, name], |connection| {
            projects::delete_profile(connection, &project, &name)
        })
    }

    async fn save_secret(&self, project: &ProjectName, entry: &SecretEntry) -> Result<(), StoreError> {
        off_thread!(write self, "save the secret's name", [project, entry], |connection| {
            projects::save_secret(connection, &project, &entry)
        })
    }

    async fn secrets(&self, project: &ProjectName) -> Result<Vec<SecretEntry>, StoreError> {
        off_thread!(read self, "list the secrets", [project], |connection| projects::secrets(connection, &project))
    }

    async fn delete_secret(&self, project: &ProjectName, name: &SecretName) -> Result<(), StoreError> {
        off_thread!(write self, "delete the secret's name", [project, name], |connection| {
            projects::delete_secret(connection, &project, &name)
        })
    }

    async fn insert_run(&self, run: &Run) -> Result<RunRow, StoreError> {
        off_thread!(write self, "write the run", [run], |connection| runs::insert(connection, &run))
    }

    async fn run(&self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        off_thread!(read self, "read the run", [], |connection| runs::read(connection, id))
    }

    async fn find_runs(&self, text: &str) -> Result<Vec<RunRow>, StoreError> {
        let text = text.to_owned();
        off_thread!(read self, "find the run", [], |connection| runs::find(connection, &text))
    }

    async fn runs(&self, query: &RunQuery) -> Result<RunPage, StoreError> {
        let seen = self.seen.clone();
        off_thread!(read self, "list the runs", [query], |connection| page::page(connection, &seen, &query))
    }

    async fn open_runs(&self) -> Result<Vec<RunRow>, StoreError> {
        off_thread!(read self, "list the open runs", [], |connection| runs::open(connection))
    }

    async fn write_transition(&self, run: RunId, transition: &Transition) -> Result<(), StoreError> {
        off_thread!(write self, "write the run's change", [transition], |connection| {
            runs::transition(connection, run, &transition)
        })
    }

    async fn transitions(&self, run: RunId) -> Result<Vec<TransitionRow>, StoreError> {
        off_thread!(read self, "list the run's changes", [], |connection| runs::transitions(connection, run))
    }

    async fn mark_settled(&self, run: RunId, logs: bool, objects: bool) -> Result<(), StoreError> {
        off_thread!(write self, "note a duty as done", [], |connection| runs::settle(connection, run, logs, objects))
    }

    async fn settled(&self, run: RunId) -> Result<(bool, bool), StoreError> {
        off_thread!(read self, "read the run's duties", [], |connection| runs::settled(connection, run))
    }

    async fn archive_run(&self, run: RunId, archived: bool) -> Result<(), StoreError> {
        off_thread!(write self, "archive the run", [], |connection| runs::archive(connection, run, archived))
    }

    async fn delete_run(&self, run: RunId) -> Result<(), StoreError> {
        self.writer()?;
        // The log first: a crash in between leaves a run that can be deleted again, not bytes that nothing names.
        let archive = self.archive.clone();
        tokio::task::spawn_blocking(move || archive.delete(run))
            .await
            .map_err(|cause| StoreError::Failed(format!("unable to delete the run's log: {cause}")))??;
        off_thread!(write self, "delete the run", [], |connection| runs::delete(connection, run))
    }

    async fn record_events(&self, run: RunId, events: &[RunEvent]) -> Result<(), StoreError> {
        let events = events.to_vec();
        off_thread!(write self, "copy the run's events", [], |connection| {
            runs::record_events(connection, run, &events)
        })
    }

    async fn events(&self, run: RunId) -> Result<Vec<RunEvent>, StoreError> {
        off_thread!(read self, "list the run's events", [], |connection| runs::events(connection, run))
    }

    async fn cluster(&self, record: &ClusterRecord) -> Result<ClusterId, StoreError> {
        off_thread!(write self, "record the cluster", [record], |connection| projects::cluster(connection, &record))
    }

    async fn setting(&self, key: &str) -> Result<Option<Value>, StoreError> {
        let key = key.to_owned();
        off_thread!(read self, "read the setting", [], |connection| projects::setting(connection, &key))
    }

    async fn save_setting(&self, key: &str, value: &Value) -> Result<(), StoreError> {
        let key = key.to_owned();
        off_thread!(write self, "save the setting", [value], |connection| {
            projects::save_setting(connection, &key, &value)
        })
    }
}
