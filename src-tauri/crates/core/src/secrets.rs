//! The use cases of secrets: names in history, values in the keyring and nowhere else. A value for one session is in the
//! memory of this process alone, and leaves not even its name behind.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use berth_model::{
    FunctionName, Problem, Project, ProjectName, RegistryAddress, SecretEntry, SecretId, SecretName, check_secret_value,
};

use crate::app::{App, LaunchRequest};
use crate::ports::{Notice, SecretValue, StoreError};
use crate::prepare::{no_secret, secrets_needed};
use crate::{Error, ErrorCode};

/// Where the value of a secret lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SecretPlace {
    /// In the keyring of the operating system.
    Keyring,
    /// In the memory of this program, until it ends.
    Session,
}

/// A secret as people see it; its value is never shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretView {
    /// Name.
    pub name: SecretName,
    /// Where its value lies.
    pub place: SecretPlace,
    /// When its value was last set; `None` for a session's.
    pub updated: Option<jiff::Timestamp>,
    /// Functions of the project whose saved tasks name it.
    pub used_by: Vec<FunctionName>,
    /// The registry of the project, where it is what signs in there.
    pub registry: Option<RegistryAddress>,
}

/// Values that were given for this session only.
#[derive(Default)]
pub(crate) struct SessionSecrets(Mutex<BTreeMap<(ProjectName, SecretName), SecretValue>>);

impl SessionSecrets {
    fn all(&self) -> MutexGuard<'_, BTreeMap<(ProjectName, SecretName), SecretValue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether this session holds a value.
    pub(crate) fn holds(&self, project: &ProjectName, name: &SecretName) -> bool {
        self.all().contains_key(&(project.clone(), name.clone()))
    }

    fn value(&self, project: &ProjectName, name: &SecretName) -> Option<SecretValue> {
        let all = self.all();
        all.get(&(project.clone(), name.clone())).map(|value| SecretValue::new(value.expose().to_owned()))
    }

    fn names(&self, project: &ProjectName) -> Vec<SecretName> {
        self.all().keys().filter(|(of, _)| of == project).map(|(_, name)| name.clone()).collect()
    }

    /// Forgets a value; tells whether there was one.
    fn forget(&self, project: &ProjectName, name: &SecretName) -> bool {
        self.all().remove(&(project.clone(), name.clone())).is_some()
    }
}

/// Why there is no value of a secret.
pub(crate) enum Missing {
    /// There is no such secret.
    Secret,
    /// The keyring holds no value for it any more.
    Value,
    /// It could not be read.
    Unread(Error),
}

impl App {
    /// Sets the value of a secret, making its name where it is new. A value that this session held gives way to it.
    ///
    /// The value is in the keyring before the name is known: a name without a value would fail a launch later.
    ///
    /// # Errors
    /// `InvalidInput` for a value that no container could receive; `NotFound` for an unknown project; `Keyring`;
    /// `Storage`.
    pub async fn set_secret(
        &self,
        project: &ProjectName,
        name: &SecretName,
        value: &SecretValue,
    ) -> Result<SecretEntry, Error> {
        check(name, value)?;
        let drawer = self.project(project).await?;
        let known = self.secret(project, name).await?;
        let id = known.map_or_else(SecretId::random, |entry| entry.id);
        let entry = SecretEntry { id, name: name.clone(), updated: self.ports.clock.now() };
        self.ports.vault.store(&self.account(&drawer, id).await?, value).await.map_err(no_keyring)?;
        self.ports.history.save_secret(project, &entry).await?;
        self.session_secrets.forget(project, name);
        self.masks.ask_again();
        tracing::info!(project = %project, secret = %name, "secret set");
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(entry)
    }

    /// Keeps a value in the memory of this process until it ends: for who has no keyring, or will not use it. It is used
    /// before one of the same name in the keyring.
    ///
    /// # Errors
    /// As `set_secret`, but for `Keyring`.
    pub async fn set_secret_for_session(
        &self,
        project: &ProjectName,
        name: &SecretName,
        value: SecretValue,
    ) -> Result<(), Error> {
        check(name, &value)?;
        self.project(project).await?;
        self.session_secrets.all().insert((project.clone(), name.clone()), value);
        self.masks.ask_again();
        tracing::info!(project = %project, secret = %name, "secret set for this session");
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(())
    }

    /// Lists the secrets of a project by name, those of this session among them.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Storage`.
    pub async fn secrets(&self, project: &ProjectName) -> Result<Vec<SecretView>, Error> {
        let drawer = self.project(project).await?;
        let mut users = self.ports.history.secret_users(project).await?;
        let stored = self.ports.history.secrets(project).await?;
        let mut views: BTreeMap<SecretName, SecretView> = stored
            .into_iter()
            .map(|SecretEntry { name, updated, .. }| {
                let view = SecretView {
                    name: name.clone(),
                    place: SecretPlace::Keyring,
                    updated: Some(updated),
                    used_by: Vec::new(),
                    registry: None,
                };
                (name, view)
            })
            .collect();
        for name in self.session_secrets.names(project) {
            let view = SecretView {
                name: name.clone(),
                place: SecretPlace::Session,
                updated: None,
                used_by: Vec::new(),
                registry: None,
            };
            views.insert(name, view);
        }
        for view in views.values_mut() {
            view.used_by = users.remove(&view.name).unwrap_or_default();
            let registry = drawer.registry.as_ref().filter(|registry| registry.secret.as_ref() == Some(&view.name));
            view.registry = registry.map(|registry| registry.address.clone());
        }
        Ok(views.into_values().collect())
    }

    /// Names the secrets that a launch needs: for asking for their values beforehand.
    ///
    /// # Errors
    /// As `prepare`, but for what is wrong with the merged values.
    pub async fn secrets_needed(&self, request: &LaunchRequest) -> Result<Vec<SecretName>, Error> {
        secrets_needed(self, request).await
    }

    /// Removes a secret: first its value, then its name, so that no value is left without a name to find it by.
    ///
    /// # Errors
    /// `NotFound`; `Keyring` (the name stays); `Storage`.
    pub async fn delete_secret(&self, project: &ProjectName, name: &SecretName) -> Result<(), Error> {
        let drawer = self.project(project).await?;
        let entry = self.secret(project, name).await?;
        let was_held = self.session_secrets.forget(project, name);
        match entry {
            Some(entry) => {
                self.ports.vault.delete(&self.account(&drawer, entry.id).await?).await.map_err(no_keyring)?;
                self.ports.history.delete_secret(project, name).await?;
            }
            None if was_held => {}
            None => {
                let message = format!("there is no secret \"{name}\" in project \"{project}\"");
                return Err(StoreError::NotFound(message).into());
            }
        }
        tracing::info!(project = %project, secret = %name, "secret deleted");
        self.ports.sink.announce(Notice::Project(project.clone()));
        Ok(())
    }

    /// Reads the values of the secrets of a run: from this session, else from the keyring.
    ///
    /// # Errors
    /// `InvalidInput` at each secret that is not there or has no value; `Keyring` where it cannot be asked.
    pub(crate) async fn secret_values(
        &self,
        project: &ProjectName,
        names: &[SecretName],
    ) -> Result<Vec<(SecretName, SecretValue)>, Error> {
        let (mut values, mut problems) = (Vec::new(), Vec::new());
        for (index, (name, found)) in self.find_secret_values(project, names).await?.into_iter().enumerate() {
            let (code, message) = match found {
                Ok(value) => {
                    values.push((name, value));
                    continue;
                }
                Err(Missing::Unread(error)) => return Err(error),
                Err(Missing::Secret) => ("unknown_secret", no_secret(&name, project)),
                Err(Missing::Value) => (
                    "no_value",
                    format!(
                        "The keyring holds no value for the secret \"{name}\" any more: set it again with `berth secret set {name}`."
                    ),
                ),
            };
            problems.push(Problem::new(format!("secrets[{index}]"), code, message));
        }
        if problems.is_empty() { Ok(values) } else { Err(Error::invalid(problems)) }
    }

    /// Reads values as `secret_values` does, and tells of each that is missing why. A keyring that cannot be used is asked
    /// once, since each question may be one to a person; a single value that cannot be read keeps back no other.
    ///
    /// # Errors
    /// `NotFound` for an unknown project; `Storage`.
    pub(crate) async fn find_secret_values(
        &self,
        project: &ProjectName,
        names: &[SecretName],
    ) -> Result<Vec<(SecretName, Result<SecretValue, Missing>)>, Error> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let drawer = self.project(project).await?;
        let entries = self.ports.history.secrets(project).await?;
        let mut found = Vec::with_capacity(names.len());
        let mut unusable: Option<Error> = None;
        for name in names {
            let entry = entries.iter().find(|entry| entry.name == *name);
            let value = match (self.session_secrets.value(project, name), entry, &unusable) {
                (Some(value), _, _) => Ok(value),
                (None, None, _) => Err(Missing::Secret),
                (None, Some(_), Some(error)) => Err(Missing::Unread(error.clone())),
                (None, Some(entry), None) => {
                    let read = self.ports.vault.read(&self.account(&drawer, entry.id).await?).await.map_err(no_keyring);
                    unusable = read.as_ref().err().filter(|error| error.code == ErrorCode::Keyring).cloned();
                    read.map_err(Missing::Unread).and_then(|value| value.ok_or(Missing::Value))
                }
            };
            found.push((name.clone(), value));
        }
        Ok(found)
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

fn check(name: &SecretName, value: &SecretValue) -> Result<(), Error> {
    match check_secret_value(name, value.expose()) {
        None => Ok(()),
        Some(problem) => Err(Error::invalid(vec![problem])),
    }
}

/// Says what to do where the keyring cannot be asked.
fn no_keyring(error: StoreError) -> Error {
    let error = Error::from(error);
    match error.code {
        ErrorCode::Keyring => error.hint(
            "Unlock it and repeat. Without a keyring, give the value for this session only: on the Secrets screen, or with `berth run --ask-secrets`; it is then kept in memory and forgotten at the end.",
        ),
        _ => error,
    }
}
