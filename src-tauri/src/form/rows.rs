//! The rows of the form's lists and its probes: what a control holds of each, and the document that it makes.

use berth_model::{Command, EnvFrom, EnvObject, Probe, ProbeCheck, ServicePort, Toleration, Volume, VolumeKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{put, put_number, text, typed};

/// One environment variable as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct EnvRow {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// One variable that lies in an object of the namespace, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct EnvFromRow {
    /// Name of the variable.
    pub name: String,
    /// What the object is: `secret` or `config_map`.
    pub kind: String,
    /// Name of the object.
    pub object: String,
    /// Key within it; the variable's name where empty.
    pub key: String,
}

impl EnvFromRow {
    pub(super) fn of(variable: &EnvFrom) -> Self {
        let (kind, object) = match &variable.object {
            EnvObject::ConfigMap(name) => ("config_map", name),
            EnvObject::Secret(name) => ("secret", name),
        };
        let (name, key) = (variable.name.to_string(), variable.key.clone());
        Self { name, kind: kind.to_owned(), object: object.clone(), key }
    }

    pub(super) fn document(&self) -> Value {
        let mut document = Map::new();
        document.insert("name".to_owned(), json!(self.name.trim()));
        let kind = if self.kind == "config_map" { "config_map" } else { "secret" };
        put(&mut document, kind, text(&self.object));
        put(&mut document, "key", text(&self.key));
        Value::Object(document)
    }
}

/// One taint that is put up with, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct TolerationRow {
    /// Key of the taint; empty means every taint.
    pub key: String,
    /// Its value; empty means any.
    pub value: String,
    /// Its effect; empty means any.
    pub effect: String,
    /// Seconds to stay once the taint appears; for ever where empty.
    pub seconds: String,
}

impl TolerationRow {
    pub(super) fn of(toleration: &Toleration) -> Self {
        Self {
            key: toleration.key.clone().unwrap_or_default(),
            value: toleration.value.clone().unwrap_or_default(),
            effect: toleration.effect.clone().unwrap_or_default(),
            seconds: typed(toleration.toleration_seconds.as_ref()),
        }
    }

    pub(super) fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "key", text(&self.key));
        put(&mut document, "value", text(&self.value));
        put(&mut document, "effect", text(&self.effect));
        put_number(&mut document, "toleration_seconds", &self.seconds);
        let operator = if text(&self.value).is_some() { "Equal" } else { "Exists" };
        document.insert("operator".to_owned(), json!(operator));
        Value::Object(document)
    }
}

/// One port of a service, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct PortRow {
    /// Port of the address.
    pub port: String,
    /// Port of the container; the same where empty.
    pub target_port: String,
    /// Name.
    pub name: String,
    /// `TCP`, `UDP` or `SCTP`; `TCP` where empty.
    pub protocol: String,
    /// Port of every node; the cluster's choice where empty.
    pub node_port: String,
}

impl PortRow {
    pub(super) fn of(port: &ServicePort) -> Self {
        Self {
            port: port.port.to_string(),
            target_port: if port.target_port == port.port { String::new() } else { port.target_port.to_string() },
            name: port.name.clone().unwrap_or_default(),
            protocol: port.protocol.clone().unwrap_or_default(),
            node_port: typed(port.node_port.as_ref()),
        }
    }

    pub(super) fn document(&self) -> Value {
        let mut document = Map::new();
        put_number(&mut document, "port", &self.port);
        put_number(&mut document, "target_port", &self.target_port);
        put(&mut document, "name", text(&self.name));
        put(&mut document, "protocol", text(&self.protocol));
        put_number(&mut document, "node_port", &self.node_port);
        Value::Object(document)
    }
}

/// A probe as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct ProbeForm {
    /// What is asked: `http`, `tcp` or `exec`; no probe where empty.
    pub kind: String,
    /// Path, of HTTP.
    pub path: String,
    /// Port of the container; the first service port's where empty.
    pub port: String,
    /// Command line in the container, of a program.
    pub command: String,
    /// Seconds before the first question.
    pub initial_delay_seconds: String,
    /// Seconds between questions.
    pub period_seconds: String,
    /// Seconds that an answer may take.
    pub timeout_seconds: String,
    /// Wrong answers in a row that count.
    pub failure_threshold: String,
}

impl ProbeForm {
    pub(super) fn of(probe: &Probe) -> Self {
        let (kind, path, port, command) = match &probe.check {
            ProbeCheck::Http { path, port } => ("http", path.clone(), typed(port.as_ref()), String::new()),
            ProbeCheck::Tcp { port } => ("tcp", String::new(), typed(port.as_ref()), String::new()),
            ProbeCheck::Exec { command } => {
                ("exec", String::new(), String::new(), Command::Words(command.clone()).line())
            }
        };
        Self {
            kind: kind.to_owned(),
            path,
            port,
            command,
            initial_delay_seconds: typed(probe.initial_delay_seconds.as_ref()),
            period_seconds: typed(probe.period_seconds.as_ref()),
            timeout_seconds: typed(probe.timeout_seconds.as_ref()),
            failure_threshold: typed(probe.failure_threshold.as_ref()),
        }
    }

    /// The probe; `None` where there is to be none.
    pub(super) fn document(&self) -> Option<Value> {
        let kind = text(&self.kind)?;
        let mut document = Map::new();
        match kind.as_str() {
            "http" => {
                document.insert("path".to_owned(), json!(text(&self.path).unwrap_or_else(|| "/".to_owned())));
                put_number(&mut document, "port", &self.port);
            }
            "tcp" => put_number(&mut document, "port", &self.port),
            _ => {
                // A quote that stays open is left as it is: the rules say what a command must be.
                let words = Command::Line(self.command.clone()).words();
                document.insert("command".to_owned(), words.map_or_else(|_| json!(self.command), |words| json!(words)));
            }
        }
        document.insert("type".to_owned(), Value::String(kind));
        for (name, seconds) in [
            ("initial_delay_seconds", &self.initial_delay_seconds),
            ("period_seconds", &self.period_seconds),
            ("timeout_seconds", &self.timeout_seconds),
            ("failure_threshold", &self.failure_threshold),
        ] {
            put_number(&mut document, name, seconds);
        }
        Some(Value::Object(document))
    }
}

/// One volume as typed. Which fields count is the kind's matter; the others keep what was typed before it was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct VolumeRow {
    /// `claim`, `new_claim`, `empty_dir`, `ephemeral`, `config_map`, `secret` or `image`.
    pub kind: String,
    /// Name within the run; made from the place where empty.
    pub name: String,
    /// Where the container sees it.
    pub mount_path: String,
    /// Part of the volume to mount.
    pub sub_path: String,
    /// Whether the container may not write.
    pub read_only: bool,
    /// The claim, configuration object, secret object or image.
    pub object: String,
    /// Size, or the most that scratch space may hold.
    pub size: String,
    /// Storage class; the cluster's default where empty.
    pub storage_class: String,
    /// Who may mount a claim at once; `ReadWriteOnce` where empty.
    pub access_mode: String,
    /// Whether a claim that is made is deleted with its run.
    pub goes_with_run: bool,
    /// `Memory`, or the node's disk where empty.
    pub medium: String,
}

impl VolumeRow {
    pub(super) fn of(volume: &Volume) -> Self {
        let row = Self {
            name: volume.name.clone(),
            mount_path: volume.mount_path.to_string(),
            sub_path: volume.sub_path.clone().unwrap_or_default(),
            read_only: volume.read_only,
            ..Self::default()
        };
        let named = |kind: &str, object: &str| Self { kind: kind.to_owned(), object: object.to_owned(), ..row.clone() };
        match &volume.kind {
            VolumeKind::Claim { claim } => named("claim", claim),
            VolumeKind::ConfigMap { config } => named("config_map", config),
            VolumeKind::Secret { secret } => named("secret", secret),
            VolumeKind::Image { image } => named("image", &image.to_string()),
            VolumeKind::NewClaim { size, storage_class, access_mode, keep } => Self {
                size: typed(size.as_ref()),
                storage_class: storage_class.clone().unwrap_or_default(),
                access_mode: access_mode.map(|mode| mode.word().to_owned()).unwrap_or_default(),
                goes_with_run: *keep == Some(false),
                ..named("new_claim", "")
            },
            VolumeKind::EmptyDir { size_limit, medium } => Self {
                size: typed(size_limit.as_ref()),
                medium: medium.clone().unwrap_or_default(),
                ..named("empty_dir", "")
            },
            VolumeKind::Ephemeral { size, storage_class } => Self {
                size: typed(size.as_ref()),
                storage_class: storage_class.clone().unwrap_or_default(),
                ..named("ephemeral", "")
            },
        }
    }

    /// The volume at a position among its list.
    pub(super) fn document(&self, index: usize) -> Value {
        let mut document = Map::new();
        let name = text(&self.name).or_else(|| name_of(&self.mount_path));
        document.insert("name".to_owned(), json!(name.unwrap_or_else(|| format!("volume-{}", index + 1))));
        document.insert("type".to_owned(), json!(self.kind));
        put(&mut document, "mount_path", text(&self.mount_path));
        put(&mut document, "sub_path", text(&self.sub_path));
        if self.read_only {
            document.insert("read_only".to_owned(), json!(true));
        }
        let object = match self.kind.as_str() {
            "config_map" => Some("config"),
            kind @ ("claim" | "secret" | "image") => Some(kind),
            _ => None,
        };
        if let Some(key) = object {
            put(&mut document, key, text(&self.object));
        }
        if let "new_claim" | "ephemeral" = self.kind.as_str() {
            put(&mut document, "size", text(&self.size));
            put(&mut document, "storage_class", text(&self.storage_class));
        }
        match self.kind.as_str() {
            "new_claim" => {
                put(&mut document, "access_mode", text(&self.access_mode));
                if self.goes_with_run {
                    document.insert("keep".to_owned(), json!(false));
                }
            }
            "empty_dir" => {
                put(&mut document, "size_limit", text(&self.size));
                put(&mut document, "medium", text(&self.medium));
            }
            _ => {}
        }
        Value::Object(document)
    }
}

/// A name for the volume that is mounted at a place: its letters and digits in lower case, joined by dashes.
fn name_of(mount_path: &str) -> Option<String> {
    let lower = mount_path.to_ascii_lowercase();
    let words = lower.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name: String = words.collect::<Vec<_>>().join("-").chars().take(40).collect();
    let name = name.trim_end_matches('-');
    (!name.is_empty()).then(|| name.to_owned())
}

/// A list of rows as a document's field, where it says something.
pub(super) fn put_rows<Row>(map: &mut Map<String, Value>, key: &str, rows: &[Row], document: impl Fn(&Row) -> Value) {
    if !rows.is_empty() {
        map.insert(key.to_owned(), rows.iter().map(document).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::super::number;
    use super::*;

    #[test]
    fn a_volume_is_named_after_its_place() {
        let document = |mount_path: &str| {
            VolumeRow { mount_path: mount_path.to_owned(), ..VolumeRow::default() }.document(1)["name"].clone()
        };
        assert_eq!(document("/data/In_put"), json!("data-in-put"));
        assert_eq!(document("/"), json!("volume-2"));
    }

    #[test]
    fn what_another_kind_of_volume_was_told_is_not_said() {
        let row = VolumeRow {
            kind: "claim".to_owned(),
            mount_path: "/data".to_owned(),
            object: "shared".to_owned(),
            size: "1Gi".to_owned(),
            goes_with_run: true,
            medium: "Memory".to_owned(),
            ..VolumeRow::default()
        };
        assert_eq!(row.document(0), json!({"name": "data", "type": "claim", "mount_path": "/data", "claim": "shared"}));
        let made = VolumeRow { kind: "new_claim".to_owned(), ..row }.document(0);
        assert_eq!(
            made,
            json!({"name": "data", "type": "new_claim", "mount_path": "/data", "size": "1Gi", "keep": false})
        );
    }

    #[test]
    fn a_number_that_is_none_is_left_for_the_rules() {
        assert_eq!(number("80"), Some(json!(80)));
        assert_eq!(number(" http "), Some(json!("http")));
        assert_eq!(number(" "), None);
    }
}
