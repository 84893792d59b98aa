//! How many tests passed and failed, read from what the runners print.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::output;

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed, and steps that broke.
    pub failed: u32,
    /// Tests that the runner did not run.
    pub skipped: u32,
}

impl Tally {
    /// Adds the counts of another.
    pub const fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Collects from what the runners print why tests failed, so that it can be told once more at the end of a long output.
#[derive(Debug, Default)]
pub struct Reasons {
    told: Vec<String>,
    test: String,
    is_message: bool,
}

impl Reasons {
    /// Most characters that are kept of one line.
    const WIDTH: usize = 300;

    /// One line for each message of a failed test, with the test's name.
    pub fn lines(&self) -> &[String] {
        &self.told
    }

    /// Adds one that no runner printed.
    pub fn tell(&mut self, reason: String) {
        self.told.push(reason);
    }

    fn read(&mut self, line: &str) {
        let line = without_colours(line);
        let line = line.trim();
        if let Some(name) = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----")) {
            name.clone_into(&mut self.test);
            self.is_message = false;
        } else if line.starts_with("thread '") && line.contains("' panicked at ") || line.contains(") panicked at ") {
            self.is_message = !self.test.is_empty();
        } else if line.starts_with("FAIL  ") {
            self.told.push(line.chars().take(Self::WIDTH).collect());
        } else if line.is_empty() || line == "stack backtrace:" || line.starts_with("note: ") {
            self.is_message = false;
        } else if self.is_message {
            let short: String = line.chars().take(Self::WIDTH).collect();
            self.told.push(format!("{}: {short}", self.test));
        }
    }
}

/// Runs a test runner, showing what it prints, and counts by `read`, which gets each line. A runner that fails without
/// telling of a failed test (it crashed, or did not compile) counts as one failure; so does one that tells of no test at all.
///
/// # Errors
/// When the runner cannot be started.
pub fn of(command: &mut Command, read: fn(&str) -> Tally, reasons: &mut Reasons) -> Result<Tally> {
    shown(command, read, |line| {
        reasons.read(line);
        output::answer(line);
    })
}

fn shown(command: &mut Command, read: fn(&str) -> Tally, mut show: impl FnMut(&str)) -> Result<Tally> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to start {}", command.get_program().display()))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.context("failed to read what the tests print")?;
            let line = String::from_utf8_lossy(&line);
            show(&line);
            tally.add(read(&line));
        }
    }
    let status = child.wait().context("failed to wait for the tests")?;
    if tally.failed == 0 && (!status.success() || tally.passed == 0) {
        output::note(format!("the runner ended with {status} after {} tests passed", tally.passed));
        tally.failed = 1;
    }
    Ok(tally)
}

/// Reads `test result: ok. 3 passed; 0 failed; 1 ignored; …`, which cargo's test programs end with.
pub fn cargo_line(line: &str) -> Tally {
    let Some(rest) = line.trim().strip_prefix("test result: ") else { return Tally::default() };
    counts(rest.split([';', '.']), "ignored")
}

/// Reads `Tests  1 failed | 11 passed | 2 skipped (14)`, which vitest ends with.
pub fn vitest_line(line: &str) -> Tally {
    let line = without_colours(line);
    let Some(rest) = line.trim().strip_prefix("Tests  ") else { return Tally::default() };
    counts(rest.split(['|', '(']), "skipped")
}

fn counts<'a>(parts: impl Iterator<Item = &'a str>, skipped: &str) -> Tally {
    let mut tally = Tally::default();
    for part in parts {
        let mut words = part.split_whitespace();
        let (Some(count), Some(word)) = (words.next().and_then(|word| word.parse::<u32>().ok()), words.next()) else {
            continue;
        };
        match word {
            "passed" => tally.passed += count,
            "failed" => tally.failed += count,
            word if word == skipped || word == "todo" => tally.skipped += count,
            _ => {}
        }
    }
    tally
}

fn without_colours(line: &str) -> String {
    let mut text = String::new();
    let mut is_escape = false;
    for character in line.chars() {
        match character {
            '\u{1b}' => is_escape = true,
            'm' if is_escape => is_escape = false,
            _ if is_escape => {}
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::command;

    fn tally(passed: u32, failed: u32, skipped: u32) -> Tally {
        Tally { passed, failed, skipped }
    }

    #[test]
    fn the_last_lines_of_runners_are_counted_and_no_others() {
        let cargo =
            "test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(cargo_line(cargo), tally(12, 1, 2));
        assert_eq!(cargo_line("test tests::it_passed ... ok"), Tally::default());
        assert_eq!(vitest_line("      Tests  1 failed | 11 passed | 2 skipped (14)"), tally(11, 1, 2));
        assert_eq!(
            vitest_line(
                "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[32m7 passed\u{1b}[39m\u{1b}[22m\u{1b}[90m (7)\u{1b}[39m"
            ),
            tally(7, 0, 0)
        );
        assert_eq!(vitest_line(" Test Files  3 passed (3)"), Tally::default());
    }

    #[test]
    fn why_tests_failed_is_told_by_name_and_without_the_backtrace() {
        let printed = "\
test one ... FAILED
---- one stdout ----

thread 'one' (12) panicked at tests/one.rs:3:5:
assertion `left == right` failed: they differ
  left: 1
 right: 2
stack backtrace:
   0: begin_unwind
---- two::three stdout ----
said before
thread 'two::three' panicked at tests/two.rs:9:1:
no cluster
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
\u{1b}[41m FAIL \u{1b}[49m src/form.test.tsx > shows it
";
        let mut reasons = Reasons::default();
        printed.lines().for_each(|line| reasons.read(line));
        let told = [
            "one: assertion `left == right` failed: they differ",
            "one: left: 1",
            "one: right: 2",
            "two::three: no cluster",
            "FAIL  src/form.test.tsx > shows it",
        ];
        assert_eq!(reasons.lines(), told);
    }

    #[test]
    fn a_runner_that_breaks_is_a_failure_whatever_it_printed() {
        // Not shown: this test's own output is counted when xtask runs it.
        let run = |script: &str| shown(&mut command("sh", ["-c", script]), cargo_line, |_| {}).unwrap();
        assert_eq!(run("echo 'test result: ok. 2 passed; 0 failed'"), tally(2, 0, 0));
        assert_eq!(run("echo 'test result: ok. 2 passed; 0 failed'; exit 101"), tally(2, 1, 0));
        assert_eq!(run("echo 'test result: FAILED. 2 passed; 3 failed'; exit 101"), tally(2, 3, 0));
        assert_eq!(run("true"), tally(0, 1, 0));
    }
}
