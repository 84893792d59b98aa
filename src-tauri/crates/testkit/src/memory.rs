//! Ports that live in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use berth_core::ports::{Clock, EventSink, Notice, SecretValue, SecretVault, StoreError};
use jiff::{SignedDuration, Timestamp};

/// Secrets without a keyring; can be made unavailable.
#[derive(Default)]
pub struct MemoryVault {
    values: Mutex<HashMap<String, String>>,
    is_locked: std::sync::atomic::AtomicBool,
    spoiled: Mutex<Option<String>>,
}

impl MemoryVault {
    /// Makes every call fail as a locked keyring does, or not any more.
    pub fn lock(&self, locked: bool) {
        self.is_locked.store(locked, std::sync::atomic::Ordering::SeqCst);
    }

    /// Makes reading the secret of this value fail, and no other, as where another program wrote over it.
    pub fn spoil(&self, value: &str) {
        *self.spoiled.lock().unwrap_or_else(PoisonError::into_inner) = Some(value.to_owned());
    }

    fn values(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, String>>, StoreError> {
        if self.is_locked.load(std::sync::atomic::Ordering::SeqCst) {
            return Err(StoreError::KeyringUnavailable("locked by the test".to_owned()));
        }
        Ok(self.values.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl SecretVault for MemoryVault {
    async fn store(&self, account: &str, value: &SecretValue) -> Result<(), StoreError> {
        self.values()?.insert(account.to_owned(), value.expose().to_owned());
        Ok(())
    }

    async fn read(&self, account: &str) -> Result<Option<SecretValue>, StoreError> {
        let value = self.values()?.get(account).cloned();
        if value.is_some() && value == *self.spoiled.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(StoreError::Failed("spoiled by the test".to_owned()));
        }
        Ok(value.map(SecretValue::new))
    }

    async fn delete(&self, account: &str) -> Result<(), StoreError> {
        self.values()?.remove(account);
        Ok(())
    }
}

/// Keeps everything that was announced.
#[derive(Default)]
pub struct RecordingSink {
    notices: Mutex<Vec<Notice>>,
}

impl RecordingSink {
    /// Everything so far, oldest first.
    #[must_use]
    pub fn notices(&self) -> Vec<Notice> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Notice> {
        std::mem::take(&mut self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl EventSink for RecordingSink {
    fn announce(&self, notice: Notice) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }
}

/// A clock that only the test moves.
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Stands at a time.
    #[must_use]
    pub const fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it, forwards or back.
    pub fn advance(&self, by: SignedDuration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
