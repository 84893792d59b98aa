//! The use cases of profiles: local presets of task fields.

use berth_model::{Action, Problem, Profile, ProfileName, ProjectName, Unknown, read_task_spec};
use serde_json::Value;

use crate::Error;
use crate::app::App;
use crate::ports::{Notice, StoreError};
use crate::prepare::unknown_project;

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
        if self.ports.history.project(project).await?.is_none() {
            return Err(unknown_project(project));
        }
        // A profile serves all actions; which of its fields an action takes is judged when a run names it.
        let (spec, mut problems, _) = read_task_spec(spec, Action::Job, Unknown::Refuse);
        if spec.profile.is_some() {
            let message = "A profile cannot name another profile: write its values out.";
            problems.push(Problem::new("profile", "nested_profile", message));
        }
        if !problems.is_empty() {
            return Err(Error::invalid(problems));
        }
        let profile = Profile {
            project: project.clone(),
            name: name.clone(),
            description,
            spec,
            updated: self.ports.clock.now(),
        };
        self.ports.history.save_profile(&profile).await?;
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(profile)
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
