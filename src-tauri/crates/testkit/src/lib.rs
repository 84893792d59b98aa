//! What tests need in place of the outside: a scripted API server, a relay that breaks connections, builders of
//! Kubernetes objects, ports that live in memory, and the program as a process that dies on request. Never a normal dependency.

#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use this, and there a panic is the way to say that the test itself is wrong"
)]

pub mod api_server;
pub mod builders;
pub mod contract;
pub mod memory;
pub mod program;
pub mod relay;

pub use api_server::{FakeApi, Fault, On, Served};
pub use memory::{FixedClock, MemoryVault, RecordingSink};
pub use relay::Relay;
