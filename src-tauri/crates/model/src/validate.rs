//! Decides what is wrong with a specification: all of it at once, each with path, code and sentence.

mod action;
mod live;
mod resources;
mod run;
mod scheduling;
mod source;
mod volumes;

pub use live::not_live;
pub use run::validate_run;
pub use source::check_source;
pub(crate) use source::decode_base64;

#[cfg(test)]
mod tests;
