//! Decides how a function is written for either generation of DigitalHub.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::fields::{At, Findings};
use super::function::read_function_spec;
use super::metadata::{OWN_KEY, print_time};
use super::overlay::{overlay, restore_extra};
use super::report::Unknown;
use crate::{Command, ExtraKeys, Function, FunctionSpec, ImagePullPolicy, Source};

/// Which generation of DigitalHub a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Generation {
    /// 0.7, the generation of the specification: dashed ids, nested resources, arguments on the function.
    Seed,
    /// 0.14 and later: bare ids, flat resources; what it lacks goes under `metadata.berth`.
    Current,
}

/// Writes a function as a document. Unknown keys come back where they were; nothing that the shape cannot say is lost.
#[must_use]
pub fn print_function(function: &Function, generation: Generation) -> Value {
    let mut extra = function.extra.clone();
    let id = take_id(&mut extra, generation, function.id.uuid());
    let mut spec = print_function_spec(&function.spec, generation);
    let back = read_function_spec(&spec, At::default(), &mut Findings::new(Unknown::Keep));
    let own = overlay(&function.spec, &back);
    restore_extra(&mut spec, &function.spec.extra);

    let kept = take_map(&mut extra, "metadata");
    let mut metadata = Map::new();
    metadata.insert("project".to_owned(), json!(function.project));
    metadata.insert("name".to_owned(), json!(function.name));
    move_key(&kept, "version", &mut metadata);
    if let Some(description) = &function.description {
        metadata.insert("description".to_owned(), json!(description));
    }
    if !function.labels.is_empty() {
        metadata.insert("labels".to_owned(), json!(function.labels));
    }
    metadata.insert("created".to_owned(), json!(print_time(function.created)));
    metadata.insert("updated".to_owned(), json!(print_time(function.updated)));
    metadata.insert("embedded".to_owned(), json!(function.embedded));
    let key = format!("store://{}/function/container/{}:{id}", function.project, function.name);
    metadata.extend(kept);
    add_own(&mut metadata, own);
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!("container"));
    document.insert("metadata".to_owned(), Value::Object(metadata));
    document.insert("spec".to_owned(), spec);
    document.insert("status".to_owned(), take_status(&mut extra));
    if let Some(user) = extra.shift_remove("user") {
        document.insert("user".to_owned(), user);
    }
    document.insert("project".to_owned(), json!(function.project));
    document.insert("name".to_owned(), json!(function.name));
    document.insert("id".to_owned(), json!(id));
    document.insert("key".to_owned(), json!(key));
    for (name, value) in extra {
        document.entry(name).or_insert(value);
    }
    Value::Object(document)
}

/// Writes the specification of a function as far as the shape can say it.
fn print_function_spec(spec: &FunctionSpec, generation: Generation) -> Value {
    let mut map = Map::new();
    print_common(spec, &mut map);
    // The current packages write an empty source where there is none.
    if generation == Generation::Current {
        map.entry("source").or_insert_with(|| json!({}));
    }
    if generation == Generation::Seed
        && let Some(args) = &spec.args
    {
        map.insert("args".to_owned(), json!(args));
    }
    Value::Object(map)
}

/// Writes the fields that functions and runs of both generations have.
pub(super) fn print_common(spec: &FunctionSpec, map: &mut Map<String, Value>) {
    for (key, image) in [("image", &spec.image), ("base_image", &spec.base_image)] {
        if let Some(image) = image {
            map.insert(key.to_owned(), json!(image));
        }
    }
    if let Some(policy) = spec.image_pull_policy {
        let word = match policy {
            ImagePullPolicy::Always => "Always",
            ImagePullPolicy::IfNotPresent => "IfNotPresent",
            ImagePullPolicy::Never => "Never",
        };
        map.insert("image_pull_policy".to_owned(), json!(word));
    }
    if let Some(command) = &spec.command {
        let line = match command {
            Command::Line(line) | Command::OneWord { one_word: line } => line.clone(),
            Command::Words(words) => shell_words::join(words),
        };
        map.insert("command".to_owned(), json!(line));
    }
    if let Some(source) = &spec.source {
        map.insert("source".to_owned(), print_source(source));
    }
}

fn print_source(source: &Source) -> Value {
    let fields = [
        ("source", &source.uri),
        ("handler", &source.handler),
        ("code", &source.code),
        ("base64", &source.base64),
        ("lang", &source.lang),
    ];
    let said = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value.as_ref()?))));
    Value::Object(said.collect())
}

/// Takes the id as it was written, or writes the identity as the generation does.
pub(super) fn take_id(extra: &mut ExtraKeys, generation: Generation, id: uuid::Uuid) -> String {
    match extra.shift_remove("id") {
        Some(Value::String(written)) => written,
        _ if generation == Generation::Seed => id.hyphenated().to_string(),
        _ => id.simple().to_string(),
    }
}

/// Takes the status as it was, or the one that every document has.
pub(super) fn take_status(extra: &mut ExtraKeys) -> Value {
    extra.shift_remove("status").unwrap_or_else(|| json!({"state": "CREATED"}))
}

/// Takes a mapping; anything else counts as an empty one.
pub(super) fn take_map(extra: &mut ExtraKeys, key: &str) -> Map<String, Value> {
    match extra.shift_remove(key) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Puts what the shape cannot say beside it.
pub(super) fn add_own(metadata: &mut Map<String, Value>, own: Map<String, Value>) {
    if !own.is_empty() {
        metadata.insert(OWN_KEY.to_owned(), json!({ "spec": own }));
    }
}

fn move_key(from: &Map<String, Value>, key: &str, into: &mut Map<String, Value>) {
    if let Some(value) = from.get(key) {
        into.insert(key.to_owned(), value.clone());
    }
}
