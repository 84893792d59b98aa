//! Owns the reading connections of this process: a few, opened when needed, each used by one query at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use berth_core::ports::StoreError;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::connection::{self, Access};
use crate::error::Fault;

/// Queries at once. More than the cores of a small laptop, so that one long search does not hold up a list.
const AT_ONCE: usize = 4;

/// The reading connections.
#[derive(Clone)]
pub(crate) struct Readers {
    path: PathBuf,
    access: Access,
    busy: Duration,
    suspicion: PathBuf,
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf, access: Access, busy: Duration, suspicion: PathBuf) -> Self {
        Self {
            path,
            access,
            busy,
            suspicion,
            idle: Arc::new(Mutex::new(Vec::new())),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Runs a query off the caller's thread, on one consistent view of the database.
    ///
    /// # Errors
    /// The query's own, or that of opening a connection.
    pub(crate) async fn query<T, F>(&self, what: &'static str, query: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| StoreError::Failed(format!("unable to {what}: the history is closed")))?;
        let readers = self.clone();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            readers.run(what, query)
        })
        .await
        .map_err(|cause| StoreError::Failed(format!("unable to {what}: {cause}")))?
    }

    /// Runs a query on the caller's thread.
    pub(crate) fn run<T>(
        &self,
        what: &'static str,
        query: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open(&self.path, self.access, self.busy)
                .map_err(|cause| connection::open_error(&self.path, &cause))?,
        };
        let value = view(&connection, query).map_err(|fault| fault.told(what, &self.suspicion))?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        Ok(value)
    }
}

/// Runs a query in a reading transaction: all its statements see the same moment.
fn view<T>(connection: &Connection, query: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
    let view = connection.unchecked_transaction()?;
    let value = query(&view)?;
    view.finish()?;
    Ok(value)
}
