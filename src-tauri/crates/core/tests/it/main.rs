//! The core as its callers see it: real history in a folder of its own, a scripted API server, real processes that die.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests are tests")]

mod child;
mod documents;
mod engine;
mod engine_crashes;
mod engine_outages;
mod kubeconfigs;
mod launch;
mod launch_crashes;
mod launch_faults;
mod launch_refusals;
mod looks;
mod projects;
mod runs;
mod standing;
mod suggestions;
mod world;
