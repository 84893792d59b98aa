//! Running other programs: every failure names the program, its end and the last thing that it said.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::{env, path::PathBuf};

use anyhow::{Context, Result, bail};

/// Makes a command from a program and its arguments.
pub fn command<I, S>(program: impl AsRef<OsStr>, arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs a command whose output the user sees as it comes. Fails on any other end than success.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("failed to start {}", line(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a command whose output the user need not see, and returns its standard output. On failure the error holds the
/// last lines of what it said.
pub fn read(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("failed to start {}", line(command)))?;
    finish(command, output)
}

/// As [`read`], with a text as standard input.
pub fn feed(command: &mut Command, input: &str) -> Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("failed to start {}", line(command)))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).with_context(|| format!("failed to write to {}", line(command)))?;
    }
    let output = child.wait_with_output().with_context(|| format!("failed to wait for {}", line(command)))?;
    finish(command, output)
}

/// Tells whether a command ends well, without showing anything of it.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Finds a program on the search path.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    // Administrators' programs (runc, iptables) are missing from the search path of some sessions.
    let folders = env::split_paths(&path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

fn finish(command: &Command, output: Output) -> Result<String> {
    if !output.status.success() {
        bail!("{} ended with {}{}", line(command), output.status, last_words(&output));
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} did not write text", line(command)))
}

fn last_words(output: &Output) -> String {
    let said = if output.stderr.trim_ascii().is_empty() { &output.stdout } else { &output.stderr };
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut words = String::new();
    for line in lines.iter().skip(lines.len().saturating_sub(15)) {
        write!(words, "\n      {line}").ok();
    }
    words
}

fn line(command: &Command) -> String {
    let mut text = format!("`{}", command.get_program().to_string_lossy());
    for argument in command.get_args() {
        let argument = argument.to_string_lossy();
        write!(text, " {}", argument.lines().next().unwrap_or_default()).ok();
        if text.len() > 160 {
            text.truncate(text.floor_char_boundary(160));
            text.push('…');
            break;
        }
    }
    text.push('`');
    text
}

/// Ids of the processes that run.
pub fn process_ids() -> impl Iterator<Item = i32> {
    numbered("/proc")
}

/// The numbers that entries of a folder below /proc are named by; none where it is gone.
pub fn numbered(folder: &str) -> impl Iterator<Item = i32> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_program_its_status_and_its_last_words() {
        let error = read(&mut command("sh", ["-c", "echo out; echo why >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("`sh -c echo out; echo why >&2; exit 3`"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.contains("why"), "{error}");
    }

    #[test]
    fn input_reaches_the_program() {
        assert_eq!(feed(&mut command("cat", [""; 0]), "text").unwrap(), "text");
    }
}
