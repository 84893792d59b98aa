//! What crosses crates and needs neither cluster nor display.

mod bindings;
