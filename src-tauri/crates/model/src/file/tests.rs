//! Tests of the file shapes.

mod documents;
mod fixtures;
mod hand_written;
mod round_trip;
