//! The commands, one file each by subject: convert, delegate, print.

pub(crate) mod context;
pub(crate) mod end;
pub(crate) mod follow;
pub(crate) mod function;
pub(crate) mod launch;
pub(crate) mod logs;
pub(crate) mod open;
pub(crate) mod profile;
pub(crate) mod project;
pub(crate) mod registry;
pub(crate) mod runs;
pub(crate) mod schedule;
pub(crate) mod secret;
pub(crate) mod service;
pub(crate) mod settings;
pub(crate) mod wait;
pub(crate) mod watch;
