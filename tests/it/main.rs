//! What crosses crates and needs neither cluster nor display.

mod bindings;
#[cfg(test)]
mod layering;
