//! What crosses the crate's own border: requests, watches and logs against the scripted API server.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails, in its helpers too")]

mod contract;
mod faults;
mod logs;
mod network;
mod preflight;
mod watch;
