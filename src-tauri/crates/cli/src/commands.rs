//! The commands, one file each by subject: convert, delegate, print.

pub(crate) mod context;
pub(crate) mod end;
pub(crate) mod follow;
pub(crate) mod function;
pub(crate) mod launch;
pub(crate) mod logs;
pub(crate) mod project;
pub(crate) mod runs;
pub(crate) mod wait;
pub(crate) mod watch;
