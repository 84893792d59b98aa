//! Decides how one file of code reaches the container: an owned configuration object, mounted file by file.
//!
//! Folders, archives and remote sources are not here yet: they are problems at their field.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_model::{Problem, Source};
use serde_json::{Value, json};

/// Folder in which the container finds its code; writable, gone with the pod.
pub const SHARED: &str = "/shared";

/// Largest code, in bytes. A ConfigMap holds 1,048,576 bytes in all, and a request carries base64 at 4/3 of its size.
const LARGEST: usize = 900 * 1024;

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

/// Reads the code of a function. `None` where there is none, or where it cannot travel (the problems say why).
pub fn read(source: Option<&Source>, problems: &mut Vec<Problem>) -> Option<Code> {
    let source = source?;
    let mut refuse = |path: &str, code: &str, message: String| {
        problems.push(Problem::new(path, code, message));
        None
    };
    let content = match (&source.code, &source.base64) {
        (Some(_), Some(_)) => {
            return refuse(
                "base64",
                "source_twice",
                "The code is given twice, as `code` and as `base64`: keep one of them.".to_owned(),
            );
        }
        (Some(code), None) => code.clone().into_bytes(),
        (None, Some(text)) => match decode(text) {
            Some(content) => content,
            None => {
                return refuse(
                    "base64",
                    "base64",
                    "The code in `base64` cannot be decoded: use the standard alphabet (A-Z, a-z, 0-9, +, /), or give the code as text in `code`.".to_owned(),
                );
            }
        },
        (None, None) => return missing(source, problems),
    };
    if content.len() > LARGEST {
        return refuse(
            if source.code.is_some() { "code" } else { "base64" },
            "code_too_large",
            format!(
                "The code has {} KiB, and at most {} KiB can travel with a run: put it into the image, or leave data files out.",
                content.len().div_ceil(1024),
                LARGEST / 1024
            ),
        );
    }
    let file = file_name(source);
    if file.len() > 255 || file.chars().any(|letter| letter == ':' || letter.is_control()) {
        return refuse(
            "source",
            "code_file_name",
            format!("The code cannot be put into a file named {file:?}: use a short name without colons."),
        );
    }
    Some(Code { file, content })
}

fn missing(source: &Source, problems: &mut Vec<Problem>) -> Option<Code> {
    if let Some(uri) = source.uri.as_deref().filter(|uri| !uri.trim().is_empty()) {
        let message = if is_remote(uri) {
            format!(
                "Code from \"{uri}\" cannot be fetched by this version of Berth: give the code as `code`, as `base64` or as a local file."
            )
        } else {
            format!("The file \"{uri}\" was not read: save the function again from the folder where the file lies.")
        };
        problems.push(Problem::new("code_src", "not_live", message));
    }
    None
}

/// Tells whether a source lies elsewhere: it has a scheme (`git+https://`, `s3://`), or is an archive to be fetched.
fn is_remote(uri: &str) -> bool {
    uri.contains("://") || uri.starts_with("zip+")
}

/// Decodes base64 as files carry it: with line breaks, with or without padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    STANDARD.decode(&text).ok().or_else(|| base64::engine::general_purpose::STANDARD_NO_PAD.decode(&text).ok())
}

/// Names the file: the last part of the source's path, else the handler's file, else a name from the language.
fn file_name(source: &Source) -> String {
    let from_path = source.uri.as_deref().filter(|uri| !is_remote(uri)).and_then(last_part);
    let from_handler = || source.handler.as_deref().and_then(|handler| handler_file(handler, source.lang.as_deref()));
    from_path.or_else(from_handler).unwrap_or_else(|| format!("main{}", extension(source.lang.as_deref())))
}

fn last_part(path: &str) -> Option<String> {
    let part = path.rsplit(['/', '\\']).next()?;
    (!part.is_empty() && part != "." && part != "..").then(|| part.to_owned())
}

/// `train.py` is a file; `train:main` and `train.main` name a module and a function in it.
fn handler_file(handler: &str, lang: Option<&str>) -> Option<String> {
    let handler = handler.split(':').next()?.trim();
    let part = last_part(handler)?;
    let known = part.rsplit_once('.').is_some_and(|(stem, end)| {
        !stem.is_empty() && EXTENSIONS.iter().any(|(_, extension)| extension.trim_start_matches('.') == end)
    });
    if known {
        return Some(part);
    }
    let module = part.split('.').next().filter(|module| !module.is_empty())?;
    Some(format!("{module}{}", extension(lang)))
}

/// Languages as DigitalHub names them, and what their files end in.
const EXTENSIONS: [(&str, &str); 16] = [
    ("python", ".py"),
    ("sh", ".sh"),
    ("bash", ".sh"),
    ("shell", ".sh"),
    ("java", ".java"),
    ("javascript", ".js"),
    ("typescript", ".ts"),
    ("markdown", ".md"),
    ("html", ".html"),
    ("json", ".json"),
    ("sql", ".sql"),
    ("css", ".css"),
    ("yaml", ".yaml"),
    ("text", ".txt"),
    ("r", ".r"),
    ("julia", ".jl"),
];

fn extension(lang: Option<&str>) -> &'static str {
    let lang = lang.unwrap_or_default().to_ascii_lowercase();
    EXTENSIONS.iter().find(|(name, _)| *name == lang).map_or("", |(_, extension)| extension)
}
