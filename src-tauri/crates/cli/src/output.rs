//! The only module that prints. What scripts read goes to stdout; notes and progress go to stderr.
#![expect(clippy::print_stdout, reason = "this module is where the program prints")]

use std::io::{IsTerminal as _, Write as _};

use anstyle::Style;
use berth_core::Error;
use serde::Serialize;
use serde_json::{Value, json};

use crate::arguments::Format;

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    format: Format,
}

impl Output {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether people read it.
    pub(crate) fn is_text(self) -> bool {
        self.format == Format::Text
    }

    /// Whether YAML was asked for.
    pub(crate) fn is_yaml(self) -> bool {
        self.format == Format::Yaml
    }

    /// Whether progress can be drawn over itself.
    pub(crate) fn draws_progress(self) -> bool {
        std::io::stderr().is_terminal()
    }

    /// Prints one document, or its text for people.
    pub(crate) fn document(self, document: &impl Serialize, text: impl FnOnce() -> String) {
        match self.format {
            Format::Text => {
                let text = text();
                if !text.is_empty() {
                    self.line(text.trim_end_matches('\n'));
                }
            }
            Format::Json => self.line(&serde_json::to_string_pretty(document).unwrap_or_default()),
            Format::Yaml => self.line(to_yaml(document).trim_end_matches('\n')),
        }
    }

    /// Prints one JSON line, as following commands do.
    pub(crate) fn json_line(self, document: &Value) {
        self.line(&document.to_string());
    }

    /// Prints a line to stdout. A closed pipe ends quietly, as programs in a pipeline do.
    pub(crate) fn line(self, text: &str) {
        let mut out = anstream::stdout().lock();
        if writeln!(out, "{text}").is_err() {
            std::process::exit(0);
        }
    }

    /// Writes raw bytes of a log to stdout.
    pub(crate) fn raw(self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
            std::process::exit(0);
        }
    }

    /// Prints a note for people to stderr.
    pub(crate) fn note(self, text: &str) {
        self.clear_progress();
        let _written = writeln!(anstream::stderr().lock(), "{text}");
    }

    /// Draws a line of progress over the one before.
    pub(crate) fn progress(self, text: &str) {
        if self.draws_progress() {
            let _written = write!(anstream::stderr().lock(), "\r\x1b[2K{text}");
        }
    }

    /// Takes the line of progress away.
    pub(crate) fn clear_progress(self) {
        if self.draws_progress() {
            let _written = write!(anstream::stderr().lock(), "\r\x1b[2K");
        }
    }

    /// Prints the failure of a command.
    pub(crate) fn failure(self, error: &Error) {
        self.clear_progress();
        if !self.is_text() {
            let document = json!({"error": {
                "code": error.code, "message": error.message, "detail": error.detail, "hint": error.hint, "fields": error.fields,
            }});
            self.document(&document, String::new);
            return;
        }
        let red = Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
        let mut err = anstream::stderr().lock();
        let _written = writeln!(err, "{red}error:{red:#} {}", error.message);
        for field in error.fields.iter().filter(|field| error.fields.len() > 1 || field.message != error.message) {
            let _written = writeln!(err, "  {}: {}", field.path, field.message);
        }
        if let [field] = error.fields.as_slice()
            && field.message == error.message
            && !field.path.is_empty()
        {
            let _written = writeln!(err, "  at: {}", field.path);
        }
        if let Some(detail) = &error.detail {
            let _written = writeln!(err, "  the cluster said: {detail}");
        }
        if let Some(hint) = &error.hint {
            let _written = writeln!(err, "  hint: {hint}");
        }
    }
}

/// Prints help and usage errors that clap has already worded.
pub(crate) fn usage(text: &impl std::fmt::Display, is_help: bool) {
    if is_help {
        let mut out = anstream::stdout().lock();
        let _written = write!(out, "{text}");
    } else {
        let _written = write!(anstream::stderr().lock(), "{text}");
    }
}

/// Writes a completion script.
pub(crate) fn completions(shell: clap_complete::Shell, command: &mut clap::Command) {
    let mut script = Vec::new();
    clap_complete::generate(shell, command, "berth", &mut script);
    print!("{}", String::from_utf8_lossy(&script));
}

fn to_yaml(document: &impl Serialize) -> String {
    serde_saphyr::to_string(document).unwrap_or_default()
}

/// Prints values as a stream of YAML documents.
pub(crate) fn yaml_stream(documents: &[Value]) -> String {
    documents.iter().map(to_yaml).collect::<Vec<_>>().join("---\n")
}
