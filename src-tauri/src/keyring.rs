//! Stands where the keyring will be: runs that use secrets are refused by the core before it is asked.

use async_trait::async_trait;
use berth_core::ports::{SecretValue, SecretVault, StoreError};

/// A vault that holds nothing and says so.
pub(crate) struct NoKeyring;

fn unavailable<T>() -> Result<T, StoreError> {
    Err(StoreError::KeyringUnavailable("this version of Berth does not keep secrets yet".to_owned()))
}

#[async_trait]
impl SecretVault for NoKeyring {
    async fn store(&self, _: &str, _: &SecretValue) -> Result<(), StoreError> {
        unavailable()
    }

    async fn read(&self, _: &str) -> Result<Option<SecretValue>, StoreError> {
        unavailable()
    }

    async fn delete(&self, _: &str) -> Result<(), StoreError> {
        unavailable()
    }
}
