//! The use cases of profiles: local presets of task fields.

use berth_model::{Action, Problem, Profile, ProfileName, ProjectName, TaskSpec, Unknown, read_task_spec};
use serde_json::Value;

use crate::Error;
use crate::app::App;
use crate::documents::in_document;
use crate::ports::{Notice, StoreError};

impl App {
    /// Saves a profile from the specification of a task, as a file would write it.
    ///
    /// # Errors
    /// `InvalidInput` with every problem at its field; `NotFound` for an unknown project.
    pub async fn save_profile(
        &self,
        project: &ProjectName,
        name: &ProfileName,
        description: Option<String>,
        spec: &Value,
    ) -> Result<Profile, Error> {
        self.project(project).await?;
        let spec = read_spec(spec).map_err(Error::invalid)?;
        self.store_profile(project, name.clone(), description, spec).await
    }

    async fn store_profile(
        &self,
        project: &ProjectName,
        name: ProfileName,
        description: Option<String>,
        spec: TaskSpec,
    ) -> Result<Profile, Error> {
        let profile = Profile { project: project.clone(), name, description, spec, updated: self.ports.clock.now() };
        self.ports.history.save_profile(&profile).await?;
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(profile)
    }

    /// Saves the profiles of a file: documents with `name`, `description` and `spec`.
    ///
    /// # Errors
    /// As `save_profile`, with all problems of all documents, and nothing is saved.
    pub async fn save_profiles(&self, project: &ProjectName, documents: &[Value]) -> Result<Vec<Profile>, Error> {
        let mut problems = Vec::new();
        let mut read = Vec::new();
        for (number, document) in documents.iter().enumerate() {
            match read_document(document) {
                Ok(one) => read.push(one),
                Err(found) => problems.extend(found.into_iter().map(|mut problem| {
                    problem.path = in_document(documents, number, &problem.path);
                    problem
                })),
            }
        }
        if documents.is_empty() {
            let message = "The file holds no document: a profile has a name and a spec with the fields of a task.";
            problems.push(Problem::new("", "empty", message));
        }
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        self.project(project).await?;
        let mut saved = Vec::new();
        for (name, description, spec) in read {
            saved.push(self.store_profile(project, name, description, spec).await?);
        }
        Ok(saved)
    }

    /// Removes a profile; runs keep the values that they took from it.
    ///
    /// # Errors
    /// `NotFound`; `Storage`.
    pub async fn delete_profile(&self, project: &ProjectName, name: &ProfileName) -> Result<(), Error> {
        if self.ports.history.profile(project, name).await?.is_none() {
            let message = format!("there is no profile \"{name}\" in project \"{project}\"");
            return Err(StoreError::NotFound(message).into());
        }
        self.ports.history.delete_profile(project, name).await?;
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(())
    }
}

/// Reads a preset. A profile serves all actions; which of its fields an action takes is judged when a run names it.
fn read_spec(spec: &Value) -> Result<TaskSpec, Vec<Problem>> {
    let (spec, mut problems, _) = read_task_spec(spec, Action::Job, Unknown::Refuse);
    if spec.profile.is_some() {
        let message = "A profile cannot name another profile: write its values out.";
        problems.push(Problem::new("profile", "nested_profile", message));
    }
    if problems.is_empty() { Ok(spec) } else { Err(problems) }
}

/// Reads a document: name, description and specification.
fn read_document(document: &Value) -> Result<(ProfileName, Option<String>, TaskSpec), Vec<Problem>> {
    let Value::Object(fields) = document else {
        return Err(vec![Problem::new("", "type", "A profile is a mapping with \"name\" and \"spec\".")]);
    };
    let mut problems = Vec::new();
    for key in fields
        .keys()
        .filter(|key| !["name", "description", "spec", "kind", "project", "updated"].contains(&key.as_str()))
    {
        let message = format!("\"{key}\" is not a known field here; known are name, description and spec.");
        problems.push(Problem::new(key.as_str(), "unknown_key", message));
    }
    let text = |key: &str| fields.get(key).and_then(Value::as_str);
    let name = match text("name").map(ProfileName::parse) {
        Some(Ok(name)) => Some(name),
        Some(Err(error)) => {
            problems.push(Problem::new("name", error.code, error.sentence));
            None
        }
        None => {
            problems.push(Problem::new("name", "required", "A profile needs a \"name\", by which runs call it."));
            None
        }
    };
    let spec = match fields.get("spec").filter(|spec| spec.is_object()).map(read_spec) {
        Some(Ok(spec)) => Some(spec),
        Some(Err(found)) => {
            problems.extend(found.into_iter().map(|mut problem| {
                problem.path = format!("spec.{}", problem.path);
                problem
            }));
            None
        }
        None => {
            let message = "A profile needs a \"spec\": the fields of a task that it presets.";
            problems.push(Problem::new("spec", "required", message));
            None
        }
    };
    match (name, spec) {
        (Some(name), Some(spec)) if problems.is_empty() => Ok((name, text("description").map(str::to_owned), spec)),
        _ => Err(problems),
    }
}
