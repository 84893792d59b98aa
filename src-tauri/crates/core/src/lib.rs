//! Berth without a window: the use cases and the engine behind them.
//!
//! Declares the ports that history, vault, window and program implement. Knows no Tauri, no SQL and no keyring.

pub mod capture;
pub mod error;
pub mod lock;
pub mod ports;
mod projects;

pub use berth_k8s::RunEvent;
pub use error::{Error, ErrorCode};

pub mod app;

pub use app::{
    App, ContextCheck, ContextList, ContextView, DeleteScope, EngineView, LaunchRequest, Launchable, Options, Ports,
    Prepared,
};
