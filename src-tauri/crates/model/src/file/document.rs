//! Decides how text becomes documents and back: YAML (one or several documents) or JSON.

use serde::Serialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use super::scalar::{Node, settle};
use crate::Problem;

/// The most a file of documents may hold, in bytes: code of 900 KiB is 1.2 MiB as base64, and the rest is room for more.
pub const DOCUMENT_LIMIT_BYTES: usize = 2 * 1024 * 1024;

/// Reads the documents of a text: JSON, or YAML with one or several documents.
///
/// Timestamps stay texts, as do `yes`, `no`, and words that only some readers take for numbers (`1e3`, `0x10`, `007`); a key given twice, an alias bomb and a document deeper than 64 levels
/// are refused. Empty documents are left out.
///
/// # Errors
/// One problem with path `""` that says where the text stops being a document.
pub fn parse_documents(text: &str) -> Result<Vec<Value>, Problem> {
    parse_as(text, "file")
}

/// As `parse_documents`, for a text that problems call `what`.
pub(super) fn parse_as(text: &str, what: &str) -> Result<Vec<Value>, Problem> {
    if text.len() > DOCUMENT_LIMIT_BYTES {
        return Err(Problem::new(
            "",
            "document_size",
            format!(
                "The {what} has {} bytes, more than the {DOCUMENT_LIMIT_BYTES} that a function file may have: put large code into git or into the image.",
                text.len()
            ),
        ));
    }
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        return Ok(match value {
            Value::Array(documents) => documents,
            document => vec![document],
        });
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_reader_input_bytes: Some(DOCUMENT_LIMIT_BYTES),
            max_events: 100_000,
            max_aliases: 100,
            max_anchors: 100,
            max_depth: 64,
            max_documents: 1_000,
            max_nodes: 50_000,
            max_total_scalar_bytes: DOCUMENT_LIMIT_BYTES,
            max_merge_keys: 100,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options::<Spanned<Node>>(text, options)
        .map(|documents| {
            documents
                .into_iter()
                .map(|document| settle(document, text))
                .filter(|document| !document.is_null())
                .collect()
        })
        .map_err(|cause| {
            Problem::new("", "document", format!("The {what} is not YAML or JSON: {}.", cause.without_snippet()))
        })
}

/// Writes documents as YAML, separated by `---`.
///
/// # Errors
/// A problem where a value cannot be written (never seen with values read from a document).
pub fn print_documents(documents: &[Value]) -> Result<String, Problem> {
    let mut text = String::new();
    for (index, document) in documents.iter().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        write_yaml(&mut text, document).map_err(|cause| {
            Problem::new("", "document", format!("The document cannot be written as YAML: {cause}."))
        })?;
    }
    Ok(text)
}

fn write_yaml(text: &mut String, document: &impl Serialize) -> Result<(), serde_saphyr::SerializeError> {
    serde_saphyr::to_fmt_writer(text, document)
}
