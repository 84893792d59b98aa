//! Berth without a window: the use cases and the engine behind them.
//!
//! Declares the ports that history, vault, window and program implement. Knows no Tauri, no SQL and no keyring.

pub mod app;
pub mod capture;
mod clusters;
mod documents;
pub mod error;
mod failpoint;
mod failure;
pub mod lock;
pub mod ports;
mod projects;
mod stop;
mod submission;
mod transition;

pub use berth_k8s::RunEvent;

pub use app::{
    App, ContextCheck, ContextList, ContextView, DeleteScope, EngineView, LaunchRequest, Launchable, Options, Ports,
    Prepared,
};
pub use error::{Error, ErrorCode};
pub use failpoint::FAILPOINTS;
