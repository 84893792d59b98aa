//! Decides how the code of a function reaches the container. One file travels in an owned configuration object and is
//! mounted; an archive travels in one and is unpacked, and what lies elsewhere is fetched, by a helper that runs first.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_model::{Problem, Source};
use serde_json::{Value, json};

/// Folder in which the container finds its code; writable, gone with the pod.
pub const SHARED: &str = "/shared";

/// Key of the file within the ConfigMap. Not the file's own name: keys allow neither spaces nor accents.
const KEY: &str = "code";

/// Key of the helper's program.
pub const PROGRAM: &str = "fetch.py";

/// The helper's program. It travels with the run, so that any image with Python and git will do.
const FETCH: &str = include_str!("fetch.py");

/// The code of a function, ready to travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// One file.
    File {
        /// Path below [`SHARED`], such as `train.py`.
        file: String,
        /// The bytes.
        content: Vec<u8>,
    },
    /// A folder, packed.
    Archive {
        /// Where it was, for people.
        from: String,
        /// The bytes of a zip archive.
        content: Vec<u8>,
    },
    /// To be fetched.
    Elsewhere {
        /// The address.
        from: String,
        /// Path below [`SHARED`] where it is one file.
        file: String,
    },
}

impl Code {
    /// The key under which the configuration object holds the file or the archive.
    pub const fn key() -> &'static str {
        KEY
    }

    /// Name of the configuration object.
    pub fn object_name(name: &str) -> String {
        format!("{name}-code")
    }

    /// Whether a helper must run before the program.
    pub const fn needs_helper(&self) -> bool {
        !matches!(self, Self::File { .. })
    }

    /// The configuration object. Text stays readable with kubectl; anything else travels as base64.
    pub fn object(&self, name: &str, namespace: &str, labels: &BTreeMap<String, String>) -> Value {
        let mut object = json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": Self::object_name(name), "namespace": namespace, "labels": labels },
            "immutable": true,
        });
        let (text, bytes) = match self {
            Self::File { content, .. } => match std::str::from_utf8(content) {
                Ok(text) => (Some((KEY, text)), None),
                Err(_) => (None, Some(content)),
            },
            Self::Archive { content, .. } => (Some((PROGRAM, FETCH)), Some(content)),
            Self::Elsewhere { .. } => (Some((PROGRAM, FETCH)), None),
        };
        if let Some(fields) = object.as_object_mut() {
            if let Some((key, text)) = text {
                fields.insert("data".to_owned(), json!({ key: text }));
            }
            if let Some(bytes) = bytes {
                fields.insert("binaryData".to_owned(), json!({ KEY: STANDARD.encode(bytes) }));
            }
        }
        object
    }
}

/// Reads the code of a function; `None` where there is none.
pub fn read(source: Option<&Source>, problems: &mut Vec<Problem>) -> Option<Code> {
    let source = source?;
    if let Some(from) = source.fetched_from() {
        return Some(Code::Elsewhere { from: from.to_owned(), file: source.file_name() });
    }
    match source.bytes() {
        Ok(content) if source.is_archive() => {
            Some(Code::Archive { from: source.uri.clone().unwrap_or_default(), content: content? })
        }
        Ok(content) => Some(Code::File { file: source.file_name(), content: content? }),
        Err(error) => {
            problems.push(Problem::new("source.base64", error.code, error.sentence));
            None
        }
    }
}
