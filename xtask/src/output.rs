//! The one place where xtask prints: progress goes to stderr, answers that a script reads go to stdout.
#![expect(clippy::print_stdout, reason = "printing is what this module is for")]

use std::fmt::Display;

/// Says on stderr what begins now.
pub fn step(what: impl Display) {
    eprintln!("==> {what}");
}

/// Says on stderr something beside the steps: a figure, a hint, a warning.
pub fn note(what: impl Display) {
    eprintln!("    {what}");
}

/// Writes one line of the answer to stdout.
pub fn answer(line: impl Display) {
    println!("{line}");
}
