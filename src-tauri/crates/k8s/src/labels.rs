//! Owns the labels, annotations and names by which Berth knows its own objects.

use berth_model::{FunctionName, RunId};

/// Label whose value `berth` marks every object that Berth makes.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Label with the id of the run.
pub const RUN: &str = "berth.dev/run";
/// Label with the id of the data folder that launched it.
pub const INSTALLATION: &str = "berth.dev/installation";
/// Annotation with the SHA-256 of the main object without our annotations.
pub const SPEC_HASH: &str = "berth.dev/spec-hash";
/// Annotation with the frozen run (zstd, base64), without code, manifests and secret values.
pub const RUN_SPEC: &str = "berth.dev/run-spec";

/// Names a run's objects: `<slug>-<13 base32 characters of the id>`, at most 46 characters.
#[must_use]
pub fn object_name(function: &FunctionName, run: RunId) -> String {
    let _ = (function, run);
    String::new()
}
