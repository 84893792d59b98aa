//! Carries the bytes of one connection between this machine and a pod, until either side is done. Nothing waits for ever:
//! what has no other end any more is ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use berth_k8s::PodConnection;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A piece of a connection, in bytes.
const PIECE: usize = 64 * 1024;
/// How long the pod may stay silent after the local side has said its last word and waits for an answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Carries bytes both ways until it is over.
///
/// A connection through the API server can only be closed as a whole, so a local side that closes its half is not passed
/// on: if it was answered already it is done, else the answer is waited for.
pub(super) async fn carry(mut local: TcpStream, mut pod: PodConnection) {
    let Some(stream) = pod.take_stream() else { return };
    let (mut from_pod, mut to_pod) = tokio::io::split(stream);
    let (mut from_local, mut to_local) = local.split();
    let owes_answer = AtomicBool::new(false);
    {
        let up = copy(&mut from_local, &mut to_pod, || owes_answer.store(true, Ordering::Relaxed));
        let down = copy(&mut from_pod, &mut to_local, || owes_answer.store(false, Ordering::Relaxed));
        tokio::pin!(up, down);
        tokio::select! {
            _ = &mut down => {}
            _ = pod.refused() => {}
            ended = &mut up => {
                if ended.is_ok() && owes_answer.load(Ordering::Relaxed) {
                    let _ = timeout(ANSWER, &mut down).await;
                }
            }
        }
    }
    let _ = to_local.shutdown().await;
    drop((from_pod, to_pod));
    pod.finish().await;
}

/// Copies until the end of the source; says of each piece that it came.
async fn copy<R, W>(from: &mut R, to: &mut W, mut came: impl FnMut()) -> std::io::Result<()>
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let mut piece = vec![0; PIECE];
    loop {
        let count = from.read(&mut piece).await?;
        let Some(bytes) = piece.get(..count).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        came();
        to.write_all(bytes).await?;
        to.flush().await?;
    }
}
