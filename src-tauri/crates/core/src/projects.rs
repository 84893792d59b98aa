//! The use cases of projects.

use berth_model::{Place, Project, ProjectId, ProjectName};
use jiff::Timestamp;

use crate::ports::Notice;
use crate::{App, Error, ErrorCode};

/// Longest description: what a line of a list holds twice over, in characters.
const LONGEST_DESCRIPTION: usize = 200;

impl App {
    /// The time, by the injected clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
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
            registry: None,
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
        let mut project = self.project(name).await?;
        project.default_target = target;
        self.write_project(&project).await?;
        Ok(project)
    }

    /// Says what a project is for; nothing where the text is blank.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `InvalidInput` where the text is too long; `Storage`.
    pub async fn describe_project(&self, name: &ProjectName, description: &str) -> Result<Project, Error> {
        let description = description.trim();
        if description.chars().count() > LONGEST_DESCRIPTION {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("A description has at most {LONGEST_DESCRIPTION} characters: shorten it."),
            ));
        }
        let mut project = self.project(name).await?;
        project.description = (!description.is_empty()).then(|| description.to_owned());
        self.write_project(&project).await?;
        Ok(project)
    }

    /// Deletes a project that has no runs, with its functions.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `InvalidInput` for one with runs and for `default`; `Storage`.
    pub async fn delete_project(&self, name: &ProjectName) -> Result<(), Error> {
        self.ports.history.delete_project(name).await?;
        self.ports.sink.announce(Notice::Project(name.clone()));
        Ok(())
    }

    /// Reads a project.
    ///
    /// # Errors
    /// `NotFound` where there is no such project; `Storage`.
    pub async fn project(&self, name: &ProjectName) -> Result<Project, Error> {
        let found = self.ports.history.project(name).await?;
        found.ok_or_else(|| {
            Error::new(ErrorCode::NotFound, format!("there is no project \"{name}\""))
                .hint(format!("Make it with `berth project create {name}`."))
        })
    }

    pub(crate) async fn write_project(&self, project: &Project) -> Result<(), Error> {
        self.ports.history.save_project(project).await?;
        self.ports.sink.announce(Notice::Project(project.name.clone()));
        Ok(())
    }
}
