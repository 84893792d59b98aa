//! Secret values in the keyring of the operating system; the only crate that calls one.
//!
//! A keyring that is absent, locked or silent is a state (`KeyringUnavailable`), never a panic, and may be gone a moment
//! later: every call tries anew.

mod entry;
#[cfg(test)]
mod tests;
mod worker;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use berth_core::ports::{SecretValue, SecretVault, StoreError};
use berth_model::{InstallationId, ProjectId, SecretId};

use worker::{Request, Worker};

/// The name under which the keyring files everything of Berth.
const SERVICE: &str = "berth";

/// How long the keyring may take. Long enough for a person to type the password that unlocks it; a keyring that is locked
/// with nobody to ask never answers at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns the account of a secret: data folder, project and secret, by their ids, so that nothing collides and a new
/// name needs no new place.
#[must_use]
pub fn account(installation: InstallationId, project: ProjectId, secret: SecretId) -> String {
    format!("{installation}/{project}/{secret}")
}

/// The keyring of the operating system: the Secret Service on Linux, the Keychain on macOS, the Credential Manager on
/// Windows.
pub struct KeyringVault {
    patience: Duration,
    worker: Mutex<Option<Worker>>,
}

impl Default for KeyringVault {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyringVault {
    /// Makes the vault; touches nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self::patient(PATIENCE)
    }

    /// Makes a vault that waits only so long for the keyring.
    #[must_use]
    pub const fn patient(patience: Duration) -> Self {
        Self { patience, worker: Mutex::new(None) }
    }

    async fn ask(&self, request: Request) -> Result<Option<SecretValue>, StoreError> {
        let answer = self.worker()?.ask(request);
        match tokio::time::timeout(self.patience, answer).await {
            Ok(answer) => answer,
            Err(_) => {
                // The thread sits in a call that cannot be broken off. It ends with the call or with the process; the
                // next request gets a thread of its own.
                self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
                Err(StoreError::KeyringUnavailable(format!(
                    "it did not answer within {} s; it may be locked and waiting for its password",
                    self.patience.as_secs_f32()
                )))
            }
        }
    }

    fn worker(&self) -> Result<Worker, StoreError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = worker.as_ref().filter(|worker| worker.is_alive()) {
            return Ok(worker.clone());
        }
        let fresh = Worker::start()?;
        *worker = Some(fresh.clone());
        Ok(fresh)
    }
}

#[async_trait]
impl SecretVault for KeyringVault {
    async fn store(&self, account: &str, value: &SecretValue) -> Result<(), StoreError> {
        let value = SecretValue::new(value.expose().to_owned());
        self.ask(Request::Store { account: account.to_owned(), value }).await.map(|_| ())
    }

    async fn read(&self, account: &str) -> Result<Option<SecretValue>, StoreError> {
        self.ask(Request::Read { account: account.to_owned() }).await
    }

    async fn delete(&self, account: &str) -> Result<(), StoreError> {
        self.ask(Request::Delete { account: account.to_owned() }).await.map(|_| ())
    }
}
