//! Decides how one file of code reaches the container: an owned configuration object, mounted file by file.
//!
//! Which code may travel is decided before; folders, archives and remote sources do not come here.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_model::{Problem, Source};
use serde_json::{Value, json};

/// Folder in which the container finds its code; writable, gone with the pod.
pub const SHARED: &str = "/shared";

/// Key of the file within the ConfigMap. Not the file's own name: keys allow neither spaces nor accents.
const KEY: &str = "code";

/// One file of code, ready to travel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Path below [`SHARED`], such as `train.py`.
    pub file: String,
    /// The bytes.
    pub content: Vec<u8>,
}

impl Code {
    /// The key under which the configuration object holds the file.
    pub const fn key() -> &'static str {
        KEY
    }

    /// Name of the configuration object.
    pub fn object_name(name: &str) -> String {
        format!("{name}-code")
    }

    /// The configuration object. Text stays readable with kubectl; anything else travels as base64.
    pub fn object(&self, name: &str, namespace: &str, labels: &BTreeMap<String, String>) -> Value {
        let (field, content) = match std::str::from_utf8(&self.content) {
            Ok(text) => ("data", text.to_owned()),
            Err(_) => ("binaryData", STANDARD.encode(&self.content)),
        };
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": Self::object_name(name), "namespace": namespace, "labels": labels },
            "immutable": true,
            field: { KEY: content },
        })
    }
}

/// Reads the code of a function; `None` where there is none.
pub fn read(source: Option<&Source>, problems: &mut Vec<Problem>) -> Option<Code> {
    let source = source?;
    match source.bytes() {
        Ok(content) => Some(Code { file: source.file_name(), content: content? }),
        Err(error) => {
            problems.push(Problem::new("source.base64", error.code, error.sentence));
            None
        }
    }
}
