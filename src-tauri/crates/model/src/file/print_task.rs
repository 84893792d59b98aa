//! Decides how a task is written for either generation of DigitalHub.

use serde_json::{Map, Value, json};

use super::affinity::snake_case_affinity;
use super::overlay::{overlay, restore_extra};
use super::print::{Generation, add_own, take_id, take_map, take_status};
use super::reference::FunctionReference;
use super::report::Unknown;
use super::task::read_task_spec;
use crate::{Amount, Function, FunctionId, Resources, Task, TaskSpec, Volume, VolumeKind};

/// Writes a task of a function as a document.
#[must_use]
pub fn print_task(task: &Task, function: &Function, generation: Generation) -> Value {
    let mut extra = task.extra.clone();
    let derived = FunctionId::derived(&format!("task/{}/{}", task.function, task.action.word()));
    let id = take_id(&mut extra, generation, derived.uuid());
    let kind = format!("container+{}", task.action.word());
    let version = function.extra.get("id").and_then(Value::as_str).map_or_else(
        || match generation {
            Generation::Seed => function.id.to_string(),
            Generation::Current => function.id.bare(),
        },
        str::to_owned,
    );
    let reference = FunctionReference { project: function.project.clone(), name: function.name.clone(), version };
    let (printed, own) = print_task_spec(&task.spec, generation);
    let mut spec = Map::new();
    spec.insert("function".to_owned(), json!(reference));
    if let Value::Object(printed) = printed {
        spec.extend(printed);
    }
    let mut metadata = take_map(&mut extra, "metadata");
    metadata.entry("project").or_insert_with(|| json!(function.project));
    if generation == Generation::Current {
        metadata.entry("name").or_insert_with(|| json!(id));
    }
    add_own(&mut metadata, own);
    let mut document = Map::new();
    document.insert("kind".to_owned(), json!(kind));
    document.insert("metadata".to_owned(), Value::Object(metadata));
    document.insert("spec".to_owned(), Value::Object(spec));
    document.insert("status".to_owned(), take_status(&mut extra));
    if let Some(user) = extra.shift_remove("user") {
        document.insert("user".to_owned(), user);
    }
    document.insert("project".to_owned(), json!(function.project));
    if generation == Generation::Current {
        document.insert("name".to_owned(), extra.shift_remove("name").unwrap_or_else(|| json!(id)));
    }
    document.insert("id".to_owned(), json!(id));
    document.insert("key".to_owned(), json!(format!("store://{}/task/{kind}/{id}", function.project)));
    for (name, value) in extra {
        document.entry(name).or_insert(value);
    }
    Value::Object(document)
}

/// Writes the specification of a task: what the shape can say, and beside it every field that it cannot.
#[must_use]
pub fn print_task_spec(spec: &TaskSpec, generation: Generation) -> (Value, Map<String, Value>) {
    let mut printed = Value::Object(match generation {
        Generation::Seed => seed_fields(spec),
        Generation::Current => current_fields(spec),
    });
    // The action chooses nothing here: all fields are read whatever it is.
    let (back, _, _) = read_task_spec(&printed, crate::Action::Job, Unknown::Keep);
    let own = overlay(spec, &back);
    restore_extra(&mut printed, &spec.extra);
    (printed, own)
}

/// Fields of 0.7.
fn seed_fields(spec: &TaskSpec) -> Map<String, Value> {
    let mut map = shared_fields(spec, Generation::Seed);
    if !spec.node_selector.is_empty() {
        let labels = spec.node_selector.iter().map(|(key, value)| json!({"key": key, "value": value}));
        map.insert("node_selector".to_owned(), labels.collect());
    }
    if let Some(affinity) = &spec.affinity {
        map.insert("affinity".to_owned(), snake_case_affinity(affinity));
    }
    if !spec.tolerations.is_empty() {
        map.insert("tolerations".to_owned(), json!(spec.tolerations));
    }
    put(&mut map, "runtime_class", spec.runtime_class.as_ref());
    put(&mut map, "priority_class", spec.priority_class.as_ref());
    put(&mut map, "backoff_limit", spec.backoff_limit.as_ref());
    put(&mut map, "schedule", spec.schedule.as_ref());
    let nested = nested_resources(&spec.resources);
    if !nested.is_empty() {
        map.insert("resources".to_owned(), Value::Object(nested));
    }
    map
}

/// Fields of 0.14 and later.
fn current_fields(spec: &TaskSpec) -> Map<String, Value> {
    let mut map = shared_fields(spec, Generation::Current);
    let mut flat = Map::new();
    for (key, amount) in amounts(&spec.resources) {
        put(&mut flat, key, amount.requests.as_ref());
    }
    put(&mut flat, "disk", spec.resources.disk.as_ref());
    if !flat.is_empty() {
        map.insert("resources".to_owned(), Value::Object(flat));
    }
    map
}

fn shared_fields(spec: &TaskSpec, generation: Generation) -> Map<String, Value> {
    let mut map = Map::new();
    if !spec.volumes.is_empty() {
        map.insert("volumes".to_owned(), spec.volumes.iter().map(|volume| print_volume(volume, generation)).collect());
    }
    if !spec.envs.is_empty() {
        map.insert("envs".to_owned(), json!(spec.envs));
    }
    if !spec.secrets.is_empty() {
        map.insert("secrets".to_owned(), json!(spec.secrets));
    }
    put(&mut map, "profile", spec.profile.as_ref());
    put(&mut map, "replicas", spec.replicas.as_ref());
    if !spec.service_ports.is_empty() {
        let ports = spec.service_ports.iter().map(|port| json!({"port": port.port, "target_port": port.target_port}));
        map.insert("service_ports".to_owned(), ports.collect());
    }
    put(&mut map, "service_type", spec.service_type.as_ref());
    put(&mut map, "service_name", spec.service_name.as_ref());
    if !spec.instructions.is_empty() {
        map.insert("instructions".to_owned(), json!(spec.instructions));
    }
    put(&mut map, "fs_group", spec.fs_group.as_ref());
    put(&mut map, "run_as_user", spec.run_as_user.as_ref());
    put(&mut map, "run_as_group", spec.run_as_group.as_ref());
    map
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<&impl serde::Serialize>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), json!(value));
    }
}

const fn amounts(resources: &Resources) -> [(&'static str, &Amount); 3] {
    [("cpu", &resources.cpu), ("mem", &resources.mem), ("gpu", &resources.gpu)]
}

fn nested_resources(resources: &Resources) -> Map<String, Value> {
    amounts(resources)
        .into_iter()
        .filter(|(_, amount)| !amount.is_empty())
        .map(|(key, amount)| (key.to_owned(), json!(amount)))
        .collect()
}

fn print_volume(volume: &Volume, generation: Generation) -> Value {
    let mut spec = Map::new();
    let word = match &volume.kind {
        VolumeKind::Claim { claim } => {
            let (word, key) = match generation {
                Generation::Seed => ("persistent_volume_claim", "claim_name"),
                Generation::Current => ("shared_volume", "claimName"),
            };
            // A shared volume without a name of its own is the claim with the volume's name.
            if generation == Generation::Seed || *claim != volume.name {
                spec.insert(key.to_owned(), json!(claim));
            }
            word
        }
        VolumeKind::NewClaim { size, storage_class, access_mode: _, keep: _ } => {
            put(&mut spec, "size", size.as_ref());
            put(&mut spec, "storage_class", storage_class.as_ref());
            "persistent_volume_claim"
        }
        VolumeKind::EmptyDir { size_limit, medium } => {
            put(&mut spec, "size_limit", size_limit.as_ref());
            put(&mut spec, "medium", medium.as_ref());
            "empty_dir"
        }
        VolumeKind::Ephemeral { size, storage_class } => {
            put(&mut spec, "size", size.as_ref());
            put(&mut spec, "storage_class", storage_class.as_ref());
            "ephemeral"
        }
        VolumeKind::ConfigMap { config } => {
            spec.insert("name".to_owned(), json!(config));
            "config_map"
        }
        VolumeKind::Secret { secret } => {
            spec.insert("secret_name".to_owned(), json!(secret));
            "secret"
        }
        VolumeKind::Image { image } => {
            spec.insert("image".to_owned(), json!(image));
            "image"
        }
    };
    put(&mut spec, "subPath", volume.sub_path.as_ref());
    if volume.read_only {
        spec.insert("readOnly".to_owned(), json!(true));
    }
    json!({"volume_type": word, "name": volume.name, "mount_path": volume.mount_path, "spec": spec})
}
