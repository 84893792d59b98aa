//! Decides what is wrong with the code of a function.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::address;
use crate::{CODE_LIMIT_BYTES, Problem, Source, UriKind, ValueError, Volume, VolumeKind};

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
    if let Some(uri) = source.fetched_from() {
        if source.is_inline() {
            let message = "The code is given here and at an address too: keep one of them.";
            problems.push(Problem::new(format!("{path}.uri"), "source_twice", message));
        } else if let Err(error) = address::check(uri) {
            problems.push(Problem::new(format!("{path}.uri"), error.code, error.sentence));
        }
    }
    problems
}

/// Says why a run cannot get the code of its function, where its address is one that documents may hold and no run can
/// follow; paths begin with `source`.
pub(super) fn check_reach(source: &Source, volumes: &[Volume]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let uri = source.uri.as_deref().unwrap_or_default();
    let mut refuse = |message: String| problems.push(Problem::new("source.uri", "source_reach", message));
    match source.uri_kind() {
        Some(UriKind::LocalPath) if !source.is_inline() => refuse(format!(
            "The code \"{uri}\" was not read when the function was saved: save it again from its file, or name an address such as git+https://…."
        )),
        Some(UriKind::Store) => refuse(format!(
            "\"{uri}\" lies in DigitalHub, which alone can resolve it: name where the code itself lies."
        )),
        Some(UriKind::Git) if !address::is_git_over_http(uri) => refuse(format!(
            "Code cannot be fetched from \"{uri}\": a run has no keys to sign in with; use git+https://…, and a secret GIT_TOKEN where it asks for a sign-in."
        )),
        _ => {}
    }
    // Where code is fetched into scratch space that the user brings, it must be possible to write there.
    let is_unpacked = source.is_archive() || source.fetched_from().is_some();
    let shared = volumes.iter().position(|volume| volume.mount_path.as_str().trim_end_matches('/') == "/shared");
    if let Some((index, volume)) = shared.and_then(|index| Some((index, volumes.get(index)?)))
        && is_unpacked
        && (volume.read_only
            || matches!(
                volume.kind,
                VolumeKind::ConfigMap { .. } | VolumeKind::Secret { .. } | VolumeKind::Image { .. }
            ))
    {
        let message = "The code is fetched into /shared, and the volume that is mounted there cannot be written to: mount it elsewhere.";
        problems.push(Problem::new(format!("volumes[{index}].mount_path"), "read_only", message));
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
