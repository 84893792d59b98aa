//! Owns the thread that talks to the keyring: its calls block, some without end, and must hold up neither an async worker
//! nor the end of the program.

use berth_core::ports::{SecretValue, StoreError};
use tokio::sync::{mpsc, oneshot};

use crate::entry::Keyring;

/// Requests that may wait; a caller beyond that waits itself, within its patience.
const QUEUE: usize = 16;

/// What the keyring is asked. No `Debug`: it may carry a value.
pub(crate) enum Request {
    /// Keep a value.
    Store { account: String, value: SecretValue },
    /// Give a value.
    Read { account: String },
    /// Forget a value.
    Delete { account: String },
}

type Answer = Result<Option<SecretValue>, StoreError>;

/// The way to the thread. The thread ends when the last of these is gone.
#[derive(Clone)]
pub(crate) struct Worker(mpsc::Sender<(Request, oneshot::Sender<Answer>)>);

impl Worker {
    pub(crate) fn start() -> Result<Self, StoreError> {
        let (queue, mut requests) = mpsc::channel::<(Request, oneshot::Sender<Answer>)>(QUEUE);
        // Not joined: a thread that waits for a password nobody types would keep the program from ending.
        std::thread::Builder::new()
            .name("berth-vault".to_owned())
            .spawn(move || {
                let mut keyring = Keyring::default();
                while let Some((request, reply)) = requests.blocking_recv() {
                    // Nobody waits any more: what was asked is not done behind their back.
                    if reply.is_closed() {
                        continue;
                    }
                    let answer = serve(&mut keyring, request);
                    let _ = reply.send(answer);
                }
            })
            .map_err(|cause| StoreError::KeyringUnavailable(format!("no thread for it: {cause}")))?;
        Ok(Self(queue))
    }

    pub(crate) fn is_alive(&self) -> bool {
        !self.0.is_closed()
    }

    pub(crate) async fn ask(self, request: Request) -> Answer {
        let (reply, answer) = oneshot::channel();
        let ended = || StoreError::KeyringUnavailable("the thread that talks to it has ended".to_owned());
        self.0.send((request, reply)).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

fn serve(keyring: &mut Keyring, request: Request) -> Answer {
    match request {
        Request::Store { account, value } => keyring.store(&account, &value).map(|()| None),
        Request::Read { account } => keyring.read(&account),
        Request::Delete { account } => keyring.delete(&account).map(|()| None),
    }
}
