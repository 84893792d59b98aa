//! What only a real Kubernetes can show. `cargo xtask test` brings one up and names it in `BERTH_TEST_KUBECONFIG` and
//! `BERTH_TEST_CONTEXT`; without it these tests fail, they do not skip.

mod api;
mod contract;
mod logs;
mod manifests;
mod outages;
mod program;
mod recorded;
mod sandbox;
mod shape;
mod situations;
