//! Tests of the file shapes.
