//! The only crate that knows Kubernetes words.
//!
//! Pure halves: `manifest` (a run becomes objects), `observe` (objects become an observation), `context` (kubeconfig
//! files become contexts), `sight` (whose an object is). Acting halves: `cluster` (requests), `watch` (a stream of changes), `logs` (bytes of a
//! container), `forward` (a connection to a port of a pod). Knows no database, no keyring, no window.

mod client;
pub mod cluster;
pub mod context;
pub mod error;
mod forward;
pub mod labels;
pub mod logs;
pub mod manifest;
pub mod observe;
pub mod sight;
mod sign_in;
pub mod watch;

pub use cluster::{Cluster, ClusterIdentity, Created, Listed, Lists, Suggestion};
pub use context::{ContextEntry, Contexts, FileProblem};
pub use error::{Class, Error};
pub use forward::PodConnection;
pub use logs::{LogSource, LogStream};
pub use manifest::{Manifests, RenderError, Rendering};
pub use observe::{AttemptSpans, Main, PLACING_PATIENCE, RunEvent, RunObjects, Span, Step, startup};
pub use watch::WatchSignal;
