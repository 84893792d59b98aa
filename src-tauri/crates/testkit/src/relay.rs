//! A TCP relay before a server that breaks connections on request: it relays bytes, so also those of TLS.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

/// Largest piece relayed at once; small, so that a limit of bytes is met within a line.
const PIECE: usize = 4096;

/// A relay on a port of 127.0.0.1. Dropping it breaks every connection.
pub struct Relay {
    address: SocketAddr,
    control: Arc<Control>,
}

struct Control {
    upstream: SocketAddr,
    stop: CancellationToken,
    /// Sent to break every connection.
    cut: broadcast::Sender<()>,
    /// Whether bytes move; nothing is closed.
    flows: watch::Sender<bool>,
    /// How often the connections of the moment were stranded.
    strandings: AtomicUsize,
    refuses: AtomicBool,
    budgets: Mutex<Budgets>,
    /// Bytes a second from the server, 0 for no limit.
    rate: AtomicU64,
    cuts: AtomicUsize,
}

/// After how many bytes from the server each connection is broken.
struct Budgets {
    /// How often this was said: a connection draws anew where it was said again.
    said: usize,
    /// From what each connection draws; `None` for never.
    range: Option<RangeInclusive<u64>>,
    random: fastrand::Rng,
}

impl Budgets {
    fn draw(&mut self) -> u64 {
        self.range.clone().map_or(u64::MAX, |range| self.random.u64(range))
    }
}

impl Relay {
    /// Relays to a server.
    ///
    /// # Panics
    /// Where no port can be had.
    pub async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|error| panic!("{error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}"));
        let control = Arc::new(Control {
            upstream,
            stop: CancellationToken::new(),
            cut: broadcast::channel(16).0,
            flows: watch::channel(true).0,
            strandings: AtomicUsize::new(0),
            refuses: AtomicBool::new(false),
            budgets: Mutex::new(Budgets { said: 0, range: None, random: fastrand::Rng::with_seed(7) }),
            rate: AtomicU64::new(0),
            cuts: AtomicUsize::new(0),
        });
        tokio::spawn(accept(listener, Arc::clone(&control)));
        Self { address, control }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection with a reset.
    pub fn cut(&self) {
        // Without a connection there is nobody to tell.
        let _ = self.control.cut.send(());
    }

    /// Refuses new connections, or not any more.
    pub fn refuse(&self, refuses: bool) {
        self.control.refuses.store(refuses, Ordering::SeqCst);
    }

    /// Is a black hole (nothing moves, nothing closes), or not any more.
    pub fn silence(&self, silent: bool) {
        self.control.flows.send_replace(!silent);
    }

    /// Leaves each connection that is open open and dead for good, as a change of the network does; new ones are good.
    pub fn strand(&self) {
        self.control.strandings.fetch_add(1, Ordering::SeqCst);
    }

    /// Breaks each connection, those that are open too, once so many bytes more came from the server, a number that
    /// each draws from this range for itself; `None` for never.
    pub fn cut_after(&self, bytes: Option<RangeInclusive<u64>>) {
        let mut budgets = self.control.budgets();
        budgets.said += 1;
        budgets.range = bytes;
    }

    /// Lets at most so many bytes a second come from the server on each connection; `None` for no limit.
    pub fn limit(&self, bytes_a_second: Option<u64>) {
        self.control.rate.store(bytes_a_second.unwrap_or(0), Ordering::SeqCst);
    }

    /// How many connections were broken so far.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.control.cuts.load(Ordering::SeqCst)
    }

    /// Writes a copy of a kubeconfig whose servers all lead through here: TLS goes from end to end, so the server's
    /// certificate has to be good for 127.0.0.1.
    ///
    /// # Errors
    /// As reading and writing fail.
    pub fn kubeconfig(&self, original: &std::path::Path, copy: &std::path::Path) -> std::io::Result<()> {
        let text = std::fs::read_to_string(original)?;
        let lines: Vec<String> = text
            .lines()
            .map(|line| match line.find("server: https://") {
                Some(at) => format!("{}server: https://{}", line.get(..at).unwrap_or_default(), self.address),
                None => line.to_owned(),
            })
            .collect();
        std::fs::write(copy, lines.join("\n") + "\n")
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.control.stop.cancel();
    }
}

impl Control {
    fn budgets(&self) -> std::sync::MutexGuard<'_, Budgets> {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, control: Arc<Control>) {
    loop {
        let accepted = tokio::select! {
            () = control.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((client, _)) = accepted else { continue };
        if control.refuses.load(Ordering::SeqCst) {
            reset(&client);
            continue;
        }
        tokio::spawn(relay(client, Arc::clone(&control)));
    }
}

async fn relay(mut client: TcpStream, control: Arc<Control>) {
    let mut cut = control.cut.subscribe();
    let Ok(mut server) = TcpStream::connect(control.upstream).await else {
        reset(&client);
        return;
    };
    let was_broken = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            () = control.stop.cancelled() => true,
            _ = cut.recv() => true,
            broken = down(&mut from_server, &mut to_client, &control) => broken,
            broken = up(&mut from_client, &mut to_server, &control) => broken,
        }
    };
    if was_broken {
        control.cuts.fetch_add(1, Ordering::SeqCst);
        reset(&client);
    }
}

/// Makes closing a connection a reset.
fn reset(stream: &TcpStream) {
    // A socket that is gone already needs no reset.
    let _ = stream.set_zero_linger();
}

/// Waits until bytes of a connection may move that was made after so many strandings.
async fn flowing(control: &Control, born: usize) {
    if control.strandings.load(Ordering::SeqCst) > born {
        std::future::pending::<()>().await;
    }
    let mut flows = control.flows.subscribe();
    // The sender lives as long as the control.
    let _ = flows.wait_for(|flows| *flows).await;
}

/// Relays what the server says. `true` where the script broke it.
async fn down(
    from: &mut (impl AsyncReadExt + Unpin),
    to: &mut (impl AsyncWriteExt + Unpin),
    control: &Control,
) -> bool {
    let born = control.strandings.load(Ordering::SeqCst);
    let mut piece = [0u8; PIECE];
    let mut relayed = 0u64;
    let mut budget = u64::MAX;
    let mut drawn = 0;
    loop {
        let Ok(count @ 1..) = from.read(&mut piece).await else { return false };
        flowing(control, born).await;
        {
            let mut budgets = control.budgets();
            if budgets.said != drawn {
                (drawn, budget, relayed) = (budgets.said, budgets.draw(), 0);
            }
        }
        let left = usize::try_from(budget.saturating_sub(relayed)).unwrap_or(usize::MAX);
        let Some(bytes) = piece.get(..count.min(left)) else { return false };
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            return false;
        }
        if left <= count {
            // What was written must leave before the reset throws it away.
            tokio::time::sleep(Duration::from_millis(5)).await;
            return true;
        }
        relayed += count as u64;
        let rate = control.rate.load(Ordering::SeqCst);
        if rate > 0 {
            tokio::time::sleep(Duration::from_secs_f64(count as f64 / rate as f64)).await;
        }
    }
}

/// Relays what the client says.
async fn up(from: &mut (impl AsyncReadExt + Unpin), to: &mut (impl AsyncWriteExt + Unpin), control: &Control) -> bool {
    let born = control.strandings.load(Ordering::SeqCst);
    let mut piece = [0u8; PIECE];
    loop {
        let Ok(count @ 1..) = from.read(&mut piece).await else { return false };
        flowing(control, born).await;
        let Some(bytes) = piece.get(..count) else { return false };
        if to.write_all(bytes).await.is_err() || to.flush().await.is_err() {
            return false;
        }
    }
}
