//! The only module that reads secret values: typed without echo at a terminal, else from stdin.

use std::io::{BufRead as _, IsTerminal as _, Read as _};

use berth_core::ports::SecretValue;
use berth_core::{Error, ErrorCode};
use berth_model::SecretName;

/// Longest input that is read, in bytes; longer than any value that a container can receive.
const LONGEST: u64 = 1024 * 1024;

/// Reads one value: at the terminal, else all of stdin. One final newline is not part of it.
///
/// # Errors
/// `InvalidInput` for what is no text; `Storage` where nothing can be read.
pub(crate) fn value(name: &SecretName) -> Result<SecretValue, Error> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return typed(name);
    }
    let mut bytes = Vec::new();
    stdin.lock().take(LONGEST).read_to_end(&mut bytes).map_err(|error| unreadable(&error))?;
    text(bytes)
}

/// Reads several values, in order: a prompt each at the terminal, else a line of stdin each.
///
/// # Errors
/// As `value`.
pub(crate) fn values(names: &[SecretName]) -> Result<Vec<SecretValue>, Error> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return names.iter().map(typed).collect();
    }
    let mut lines = stdin.lock().take(LONGEST);
    let line = |_: &SecretName| {
        let mut bytes = Vec::new();
        lines.read_until(b'\n', &mut bytes).map_err(|error| unreadable(&error))?;
        text(bytes)
    };
    names.iter().map(line).collect()
}

fn typed(name: &SecretName) -> Result<SecretValue, Error> {
    rpassword::prompt_password(format!("Value of {name}: ")).map(SecretValue::new).map_err(|error| unreadable(&error))
}

/// Takes the final newline off. What is no text is refused without a word of it.
fn text(bytes: Vec<u8>) -> Result<SecretValue, Error> {
    let mut text = String::from_utf8(bytes).map_err(|_| {
        Error::new(ErrorCode::InvalidInput, "The value is not UTF-8 text.").hint("Encode it, as in base64.")
    })?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(SecretValue::new(text))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new(ErrorCode::InvalidInput, format!("The value cannot be read: {error}."))
        .hint("Type it at a terminal, or pipe it in.")
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn one_final_newline_is_not_part_of_the_value() {
        for (read, value) in [("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a b", "a b"), ("", ""), ("\r", "\r")] {
            assert_eq!(text(read.as_bytes().to_vec()).map(|text| text.expose().to_owned()), Ok(value.to_owned()));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_without_a_word_of_it() {
        let error = text(b"canary\xff".to_vec()).err();
        assert!(error.is_some_and(|error| !format!("{error:?}").contains("canary")));
    }
}
