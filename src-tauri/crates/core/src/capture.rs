//! Stores the log of every container instance of a live run, whether or not anyone looks.
//!
//! One task per instance: it reads the socket and appends to the archive at once; making bytes durable happens beside
//! it, compressing, indexing and showing happen elsewhere. It ends at the stream's end, not at the run's. Decides
//! nothing about runs.

pub mod framer;
pub mod instance;
pub mod overlap;
pub mod pace;
mod sink;
mod task;

pub(crate) use sink::Growth;
pub(crate) use task::{Capture, Captured, RunSight, Way, instances};
