//! The use cases of secrets: names in history, values in the keyring and nowhere else.

use berth_model::{Project, ProjectName, SecretEntry, SecretId, SecretName};

use crate::Error;
use crate::app::App;
use crate::ports::{Notice, SecretValue, StoreError};
use crate::prepare::unknown_project;

impl App {
    /// Sets the value of a secret, making its name where it is new.
    ///
    /// The value is in the keyring before the name is known: a name without a value would fail a launch later.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Keyring`; `Storage`.
    pub async fn set_secret(
        &self,
        project: &ProjectName,
        name: &SecretName,
        value: &SecretValue,
    ) -> Result<SecretEntry, Error> {
        let drawer = self.drawer(project).await?;
        let known = self.secret(project, name).await?;
        let id = known.map_or_else(SecretId::random, |entry| entry.id);
        let entry = SecretEntry { id, name: name.clone(), updated: self.ports.clock.now() };
        self.ports.vault.store(&self.account(&drawer, id).await?, value).await?;
        self.ports.history.save_secret(project, &entry).await?;
        tracing::info!(project = %project, secret = %name, "secret set");
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(entry)
    }

    /// Lists the names of a project's secrets.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Storage`.
    pub async fn secrets(&self, project: &ProjectName) -> Result<Vec<SecretEntry>, Error> {
        self.drawer(project).await?;
        Ok(self.ports.history.secrets(project).await?)
    }

    /// Removes a secret: first its value, then its name, so that no value is left without a name to find it by.
    ///
    /// # Errors
    /// `NotFound`; `Keyring` (the name stays); `Storage`.
    pub async fn delete_secret(&self, project: &ProjectName, name: &SecretName) -> Result<(), Error> {
        let drawer = self.drawer(project).await?;
        let entry = self.secret(project, name).await?.ok_or_else(|| {
            Error::from(StoreError::NotFound(format!("there is no secret \"{name}\" in project \"{project}\"")))
        })?;
        self.ports.vault.delete(&self.account(&drawer, entry.id).await?).await?;
        self.ports.history.delete_secret(project, name).await?;
        tracing::info!(project = %project, secret = %name, "secret deleted");
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(())
    }

    async fn drawer(&self, project: &ProjectName) -> Result<Project, Error> {
        self.ports.history.project(project).await?.ok_or_else(|| unknown_project(project))
    }

    async fn secret(&self, project: &ProjectName, name: &SecretName) -> Result<Option<SecretEntry>, Error> {
        let entries = self.ports.history.secrets(project).await?;
        Ok(entries.into_iter().find(|entry| entry.name == *name))
    }

    /// Account in the keyring: data folder, project and secret by their ids, so that a renamed one keeps its value and
    /// two data folders of one person never share one.
    async fn account(&self, project: &Project, secret: SecretId) -> Result<String, Error> {
        let installation = self.ports.history.installation().await?;
        Ok(format!("{installation}/{}/{secret}", project.id))
    }
}
