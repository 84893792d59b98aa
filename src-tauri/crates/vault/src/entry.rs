//! Owns the calls to the platform's keyring and what their failures mean. Blocks; see `worker`.

use berth_core::ports::{SecretValue, StoreError};
use keyring_core::{Entry, Error};

use crate::SERVICE;

/// A connection to the keyring, made at first use and made anew after it failed.
#[derive(Default)]
pub(crate) struct Keyring {
    #[cfg(all(unix, not(target_os = "macos")))]
    store: Option<std::sync::Arc<zbus_secret_service_keyring_store::Store>>,
}

impl Keyring {
    pub(crate) fn store(&mut self, account: &str, value: &SecretValue) -> Result<(), StoreError> {
        self.with("store a secret", account, |entry| entry.set_password(value.expose()))
    }

    pub(crate) fn read(&mut self, account: &str) -> Result<Option<SecretValue>, StoreError> {
        self.with("read a secret", account, |entry| match entry.get_password() {
            Ok(value) => Ok(Some(SecretValue::new(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(other) => Err(other),
        })
    }

    pub(crate) fn delete(&mut self, account: &str) -> Result<(), StoreError> {
        self.with("delete a secret", account, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(other) => Err(other),
        })
    }

    fn with<T>(
        &mut self,
        what: &str,
        account: &str,
        work: impl FnOnce(&Entry) -> Result<T, Error>,
    ) -> Result<T, StoreError> {
        self.entry(account).and_then(|entry| work(&entry)).map_err(|cause| {
            self.forget();
            told(what, &cause)
        })
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn entry(&mut self, account: &str) -> Result<Entry, Error> {
        use keyring_core::api::CredentialStoreApi;

        let store = match &self.store {
            Some(store) => store,
            None => self.store.insert(zbus_secret_service_keyring_store::Store::new()?),
        };
        store.build(SERVICE, account, Some(&[("label", "Berth secret")].into()))
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn forget(&mut self) {
        self.store = None;
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn entry(&mut self, account: &str) -> Result<Entry, Error> {
        keyring::v1::Entry::new(SERVICE, account).map(|entry| entry.inner)
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn forget(&mut self) {}
}

/// Says what a failure means. Some carry the stored bytes: none is shown by its `Debug`.
fn told(what: &str, cause: &Error) -> StoreError {
    match cause {
        Error::PlatformFailure(inner) | Error::NoStorageAccess(inner) => {
            tracing::warn!(%cause, what, "the keyring cannot be used");
            StoreError::KeyringUnavailable(format!("unable to {what}: {inner}"))
        }
        Error::NoDefaultStore => StoreError::KeyringUnavailable(format!("unable to {what}: this system has none")),
        Error::BadEncoding(_) | Error::BadDataFormat(_, _) => {
            StoreError::Failed(format!("unable to {what}: what the keyring holds is not text that Berth wrote"))
        }
        other => StoreError::Failed(format!("unable to {what}: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_failure_shows_the_bytes_it_carries() {
        let bytes = b"canary-5f2e".to_vec();
        for cause in [Error::BadEncoding(bytes.clone()), Error::BadDataFormat(bytes, "not a secret".into())] {
            let text = format!("{:?} {}", told("read a secret", &cause), told("read a secret", &cause));
            assert!(!text.contains("canary") && !text.contains("99, 97"), "{text}");
        }
    }

    #[test]
    fn an_absent_or_locked_keyring_is_a_state_of_its_own() {
        for cause in
            [Error::NoDefaultStore, Error::PlatformFailure("no bus".into()), Error::NoStorageAccess("locked".into())]
        {
            assert!(matches!(told("read a secret", &cause), StoreError::KeyringUnavailable(_)), "{cause}");
        }
    }
}
