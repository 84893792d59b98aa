//! Owns the one writing connection of this process: a thread that takes changes from a bounded queue, one transaction
//! each.

use std::path::PathBuf;
use std::thread::JoinHandle;

use berth_core::ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::error::Fault;

/// Changes that may wait; a caller beyond that waits itself. Far above the live runs of one folder.
const QUEUE: usize = 256;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the writing thread.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    suspicion: PathBuf,
}

impl Writer {
    /// Starts the thread. A failure that means damage leaves a mark at `suspicion`.
    ///
    /// # Errors
    /// `Failed` where no thread can be made.
    pub(crate) fn start(connection: Connection, suspicion: PathBuf) -> Result<Self, StoreError> {
        let (queue, mut jobs) = mpsc::channel::<Job>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("berth-history".to_owned())
            .spawn(move || {
                let mut connection = connection;
                while let Some(job) = jobs.blocking_recv() {
                    job(&mut connection);
                }
                if let Err((_, cause)) = connection.close() {
                    tracing::warn!(%cause, "history was not closed cleanly");
                }
            })
            .map_err(|cause| StoreError::Failed(format!("unable to start the history's writer: {cause}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), suspicion })
    }

    /// Runs a change in a transaction of its own and returns once it is on disk. Dropping the future does not undo a
    /// change that was queued.
    ///
    /// # Errors
    /// The change's own, or `Locked`, `Full`, `ReadOnly`, `Failed` of the transaction; nothing is written then.
    pub(crate) async fn change<T, F>(&self, what: &'static str, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let suspicion = self.suspicion.clone();
        let job: Job = Box::new(move |connection| {
            // The caller may have gone: the change counts all the same.
            let _ = reply.send(transact(connection, change).map_err(|fault| fault.told(what, &suspicion)));
        });
        let ended = || StoreError::Failed(format!("unable to {what}: the history's writer has ended"));
        self.queue.as_ref().ok_or_else(ended)?.send(job).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the history's writer ended badly");
        }
    }
}

/// Runs a change in one transaction and counts it for pollers of other processes.
pub(crate) fn transact<T>(
    connection: &mut Connection,
    change: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before = transaction.total_changes();
    let value = change(&transaction)?;
    if transaction.total_changes() == before {
        return Ok(value);
    }
    transaction.execute("UPDATE meta SET value = value + 1 WHERE key = 'changes'", [])?;
    transaction.commit()?;
    Ok(value)
}
