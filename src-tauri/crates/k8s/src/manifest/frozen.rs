//! Owns how the frozen run travels with its main object, so that history can be rebuilt from a cluster.
//!
//! What travels: the run's identity, the merged specification without its code, and the origins. What never does: code
//! (it may be secret, and is large), manifests (they are the objects), secret values, and the path of the launching
//! machine's kubeconfig. Reading is defensive: whoever may write the object may write anything here.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_model::{BuildPlan, Problem, Run, RunStatus, Target};
use serde_json::{Value, json};

use super::{RenderError, Rendering};
use crate::labels;

/// Largest annotation of ours. An object's annotations may have 262,144 bytes together, and others add theirs.
const LARGEST_ANNOTATION: usize = 128 * 1024;

/// Largest frozen run read back, once decompressed. Ours are far smaller; a text made to swell is not worth memory.
const LARGEST_FROZEN: u64 = 8 * 1024 * 1024;

/// Largest memory that the decompression may use for its window, as a power of two (8 MiB).
const LARGEST_WINDOW: u32 = 23;

/// Compression: small matters more than fast, once per launch.
const LEVEL: i32 = 15;

/// Renders the frozen run as an annotation (key, value), with an object beside it where it is too large for one.
pub fn render(
    rendering: &Rendering,
    name: &str,
    spec_hash: &str,
    labels: &BTreeMap<String, String>,
) -> Result<((&'static str, String), Option<Value>), RenderError> {
    let text = write(&freeze(rendering, name, spec_hash))?;
    if text.len() <= LARGEST_ANNOTATION {
        return Ok(((labels::RUN_SPEC, text), None));
    }
    let object_name = format!("{name}-run");
    let object = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": object_name, "namespace": rendering.namespace, "labels": labels },
        "immutable": true,
        "data": { "run-spec": text },
    });
    Ok(((labels::RUN_SPEC_IN, object_name), Some(object)))
}

fn freeze(rendering: &Rendering, name: &str, spec_hash: &str) -> Run {
    let mut spec = rendering.spec.clone();
    if let Some(source) = &mut spec.function.source {
        source.code = None;
        source.base64 = None;
    }
    Run {
        id: rendering.run,
        project: rendering.project.clone(),
        function: rendering.function.clone(),
        action: rendering.action,
        target: Target {
            kubeconfig: String::new(),
            context: String::new(),
            namespace: rendering.namespace.clone(),
            cluster: None,
        },
        parent: rendering.parent,
        fire: None,
        installation: rendering.installation,
        spec,
        // The Dockerfile lies in an object of its own, and may hold code.
        build: rendering.build.clone().map(|plan| BuildPlan { dockerfile: String::new(), ..plan }),
        origins: rendering.origins.clone(),
        manifests: Vec::new(),
        spec_hash: spec_hash.to_owned(),
        object_name: name.to_owned(),
        created: rendering.created,
        status: RunStatus::created(),
    }
}

fn write(run: &Run) -> Result<String, RenderError> {
    let failed = |error: String| RenderError {
        problems: vec![Problem::new(
            "",
            "frozen_run",
            format!("The run cannot be written down for the cluster: {error}."),
        )],
    };
    let json = serde_json::to_vec(run).map_err(|error| failed(error.to_string()))?;
    // In one piece: a stream of unknown length gets tables for megabytes, which take 60 ms to clear.
    let packed = zstd::bulk::compress(&json, LEVEL).map_err(|error| failed(error.to_string()))?;
    Ok(STANDARD.encode(packed))
}

/// Reads a frozen run back. `None` for anything that is not one: damaged, too large, of another shape.
pub fn read(text: &str) -> Option<Run> {
    if text.len() as u64 > LARGEST_FROZEN {
        return None;
    }
    let packed = STANDARD.decode(text.trim()).ok()?;
    let mut decoder = zstd::stream::read::Decoder::new(packed.as_slice()).ok()?;
    decoder.window_log_max(LARGEST_WINDOW).ok()?;
    let mut json = Vec::new();
    decoder.take(LARGEST_FROZEN + 1).read_to_end(&mut json).ok()?;
    if json.len() as u64 > LARGEST_FROZEN {
        return None;
    }
    serde_json::from_slice(&json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_text_that_swells_beyond_the_limit_is_refused() {
        let zeros = std::io::repeat(b' ').take(1 << 26);
        let bomb = STANDARD.encode(zstd::stream::encode_all(zeros, 3).unwrap());
        assert!(bomb.len() < LARGEST_ANNOTATION, "the bomb has {} bytes", bomb.len());
        assert_eq!(read(&bomb), None);
    }

    #[test]
    fn deep_nesting_is_refused_without_overflowing_the_stack() {
        let deep = STANDARD.encode(zstd::stream::encode_all("[".repeat(1 << 20).as_bytes(), 3).unwrap());
        assert_eq!(read(&deep), None);
    }
}
