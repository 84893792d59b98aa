//! What crosses the crate's own border: requests, watches and logs against the scripted API server.

mod contract;
mod faults;
mod logs;
mod network;
mod preflight;
mod watch;
