//! Berth without a window: the use cases and the engine behind them.
//!
//! Declares the ports that history, vault, window and program implement. Knows no Tauri, no SQL and no keyring.

pub mod app;
pub mod capture;
mod clusters;
mod contexts;
mod delete;
mod documents;
mod engine;
pub mod error;
mod failpoint;
mod failure;
mod gates;
mod launch;
pub mod lock;
mod looks;
pub mod ports;
mod prepare;
mod profiles;
mod projects;
mod recovery;
mod relay;
mod runs;
mod secrets;
pub mod settle;
pub mod sleep;
mod stop;
mod submission;
pub mod supervisor;
mod transition;
mod wait;

pub use berth_k8s::{AttemptSpans, RunEvent, Span, Step, startup};

pub use app::{
    App, ContextCheck, ContextList, ContextView, DeleteScope, EngineView, LaunchRequest, Launchable, Options, Ports,
    Prepared,
};
pub use error::{Error, ErrorCode};
pub use failpoint::FAILPOINTS;
pub use looks::{ContextColour, ContextLook};
