//! Decides what is wrong with a specification: all of it at once, each with path, code and sentence.

mod source;

pub use source::check_source;
pub(crate) use source::decode_base64;
