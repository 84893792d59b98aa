//! What only a real Kubernetes can show. `cargo xtask test` brings one up and names it in `BERTH_TEST_KUBECONFIG` and
//! `BERTH_TEST_CONTEXT`; without it these tests fail, they do not skip.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod api;
mod builds;
mod contract;
mod crashes;
mod examples;
mod faults;
mod forwards;
mod launch_crashes;
mod logs;
mod manifests;
mod outages;
mod own;
mod program;
mod recorded;
mod sandbox;
mod schedules;
mod secrets;
mod services;
mod shape;
mod situations;
mod sources;
mod specification;
mod words;
