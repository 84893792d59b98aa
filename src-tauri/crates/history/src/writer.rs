//! Owns the one writing connection of this process: a thread that takes changes from a bounded queue. What is queued at
//! one moment shares a transaction, and so one wait for the disk; each change in it succeeds or fails alone.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use berth_core::ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot};

use crate::error::Fault;

/// Changes that may wait; a caller beyond that waits itself. Far above the live runs of one folder.
const QUEUE: usize = 256;

/// Changes that share a transaction. Bounds how long another process waits for its turn.
const BATCH: usize = 64;

/// A change: does its work, or learns that there is no transaction to do it in, and returns whether it succeeded and
/// what to tell its caller once the transaction is on disk or lost.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> (bool, Reply) + Send>;
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

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
        let mark = suspicion.clone();
        let thread = std::thread::Builder::new()
            .name("berth-history".to_owned())
            .spawn(move || {
                let mut connection = connection;
                while let Some(first) = jobs.blocking_recv() {
                    let mut batch = vec![first];
                    while batch.len() < BATCH
                        && let Ok(next) = jobs.try_recv()
                    {
                        batch.push(next);
                    }
                    work(&mut connection, batch, &mark);
                }
                if let Err((_, cause)) = connection.close() {
                    tracing::warn!(%cause, "history was not closed cleanly");
                }
            })
            .map_err(|cause| StoreError::Failed(format!("unable to start the history's writer: {cause}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread), suspicion })
    }

    /// Runs a change, whole or not at all, and returns once it is on disk. Dropping the future does not undo a
    /// change that was queued.
    ///
    /// # Errors
    /// The change's own, or `Locked`, `Full`, `ReadOnly`, `Failed` of the transaction; nothing is written then.
    pub(crate) async fn change<T, F>(&self, what: &'static str, change: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let suspicion = self.suspicion.clone();
        let job: Job = Box::new(move |connection| {
            let done = connection.map_err(Fault::Store).and_then(change).map_err(|fault| fault.told(what, &suspicion));
            let is_done = done.is_ok();
            // The caller may have gone: the change counts all the same.
            let tell: Reply = Box::new(move |committed| {
                let _ = reply.send(done.and_then(|value| committed.map(|()| value)));
            });
            (is_done, tell)
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

/// Runs a batch in one transaction. Where that is lost, every change of it failed, and none was written.
fn work(connection: &mut Connection, batch: Vec<Job>, suspicion: &Path) {
    let mut replies = Vec::with_capacity(batch.len());
    let mut jobs = batch.into_iter();
    let done = transact(connection, |transaction| {
        for job in jobs.by_ref() {
            transaction.execute_batch("SAVEPOINT one")?;
            let (is_done, reply) = job(Ok(transaction));
            replies.push(reply);
            if transaction.is_autocommit() {
                // SQLite itself rolled the transaction back, as it may with a full disk: earlier changes went with it.
                return Err(StoreError::Full("the disk refused the transaction".to_owned()).into());
            }
            transaction.execute_batch(if is_done { "RELEASE one" } else { "ROLLBACK TO one; RELEASE one" })?;
        }
        Ok(())
    })
    .map_err(|fault| fault.told("write to the history", suspicion));
    for job in jobs {
        let cause = done.as_ref().err().cloned();
        let (_, reply) = job(Err(cause.unwrap_or_else(|| StoreError::Failed("the change was not tried".to_owned()))));
        replies.push(reply);
    }
    for reply in replies {
        reply(done.clone());
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
