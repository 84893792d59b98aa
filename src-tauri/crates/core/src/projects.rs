//! The use cases of projects, and of where things are when nothing is said.

use std::path::PathBuf;

use berth_model::{Place, Project, ProjectId, ProjectName};
use jiff::Timestamp;

use crate::ports::{Notice, StoreError};
use crate::{App, Error, ErrorCode};

impl App {
    /// The time, by the injected clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// The kubeconfig files that kubectl would read: the `KUBECONFIG` list where set, else `~/.kube/config`.
    #[must_use]
    pub fn default_kubeconfigs() -> Vec<PathBuf> {
        let kubeconfig = std::env::var_os("KUBECONFIG");
        berth_k8s::context::default_files(kubeconfig.as_deref(), std::env::home_dir().as_deref())
    }

    /// Makes a project.
    ///
    /// # Errors
    /// `InvalidInput` where the name is taken; `Storage`.
    pub async fn create_project(&self, name: &ProjectName, default_target: Option<Place>) -> Result<Project, Error> {
        if self.ports.history.project(name).await?.is_some() {
            return Err(Error::new(ErrorCode::InvalidInput, format!("There is a project \"{name}\" already.")));
        }
        let project = Project {
            id: ProjectId::random(),
            name: name.clone(),
            description: None,
            default_target,
            created: self.now(),
            extra: berth_model::ExtraKeys::new(),
        };
        self.write_project(&project).await?;
        Ok(project)
    }

    /// Changes where the runs of a project go when nothing else is said.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `Storage`.
    pub async fn set_default_target(&self, name: &ProjectName, target: Option<Place>) -> Result<Project, Error> {
        let mut project = self
            .ports
            .history
            .project(name)
            .await?
            .ok_or_else(|| StoreError::NotFound(format!("There is no project \"{name}\".")))?;
        project.default_target = target;
        self.write_project(&project).await?;
        Ok(project)
    }

    async fn write_project(&self, project: &Project) -> Result<(), Error> {
        self.ports.history.save_project(project).await?;
        self.ports.sink.announce(Notice::Project(project.name.clone()));
        Ok(())
    }
}
