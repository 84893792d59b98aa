//! Decides what is wrong with the code of a function.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::{CODE_LIMIT_BYTES, Problem, Source, ValueError};

/// Says everything that is wrong with the code of a function; paths begin with `path`.
#[must_use]
pub fn check_source(source: &Source, path: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if source.code.is_some() && source.base64.is_some() {
        let message = "Both \"code\" and \"base64\" hold the code: keep one of them.";
        problems.push(Problem::new(format!("{path}.base64"), "source_twice", message));
    }
    if let Some(Err(error)) = source.base64.as_deref().map(decode_base64) {
        problems.push(Problem::new(format!("{path}.base64"), error.code, error.sentence));
    }
    let field = if source.code.is_some() { "code" } else { "base64" };
    match source.bytes() {
        Ok(Some(bytes)) if bytes.len() > CODE_LIMIT_BYTES => {
            let message = format!(
                "The code has {} bytes; more than {CODE_LIMIT_BYTES} (900 KiB) do not fit into an object of the cluster: put it into git and name it as git+https://…, or build it into the image.",
                bytes.len()
            );
            problems.push(Problem::new(format!("{path}.{field}"), "code_too_large", message));
        }
        _ => {}
    }
    problems
}

/// Standard alphabet, with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64; white space inside is passed over.
pub(crate) fn decode_base64(text: &str) -> Result<Vec<u8>, ValueError> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(packed).map_err(|cause| {
        let why = cause.to_string();
        let why = why.trim_end_matches('.');
        ValueError::new(
            "base64",
            format!("\"base64\" cannot be decoded ({why}): encode the file again, or give it as \"code\"."),
        )
    })
}
