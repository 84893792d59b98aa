//! The one place where xtask prints: progress goes to stderr, answers that a script reads go to stdout.

use std::fmt::Display;
use std::io::{self, Write as _};

/// Says on stderr what begins now.
pub fn step(what: impl Display) {
    eprintln!("==> {what}");
}

/// Says on stderr something beside the steps: a figure, a hint, a warning.
pub fn note(what: impl Display) {
    eprintln!("    {what}");
}

/// Writes one line of the answer to stdout. A reader that has gone away (`| head`) has what it wanted.
pub fn answer(line: impl Display) {
    writeln!(io::stdout(), "{line}").ok();
}
