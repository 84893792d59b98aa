//! Decides what is wrong with a specification: all of it at once, each with path, code and sentence.

mod action;
mod address;
mod resources;
mod run;
mod scheduling;
mod secret;
mod service;
mod source;
mod volumes;

pub use run::{validate_run, validate_saved};
pub use secret::check_secret_value;
pub use source::check_source;
pub(crate) use source::decode_base64;

#[cfg(test)]
mod tests;
