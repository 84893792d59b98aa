//! Stores the log of every container of a live run, whether or not anyone looks.

pub mod framer;
pub mod overlap;
