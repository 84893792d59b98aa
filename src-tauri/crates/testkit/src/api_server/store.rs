//! The objects, their versions and the history that watches read.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A kind that the server knows: kind, API version, plural.
pub(crate) type KnownKind = (&'static str, &'static str, &'static str);

pub(crate) const KINDS: [KnownKind; 15] = [
    ("Job", "batch/v1", "jobs"),
    ("CronJob", "batch/v1", "cronjobs"),
    ("Deployment", "apps/v1", "deployments"),
    ("Pod", "v1", "pods"),
    ("Event", "v1", "events"),
    ("Service", "v1", "services"),
    ("ConfigMap", "v1", "configmaps"),
    ("Secret", "v1", "secrets"),
    ("PersistentVolumeClaim", "v1", "persistentvolumeclaims"),
    ("ResourceQuota", "v1", "resourcequotas"),
    ("ServiceAccount", "v1", "serviceaccounts"),
    ("Node", "v1", "nodes"),
    ("StorageClass", "storage.k8s.io/v1", "storageclasses"),
    ("PriorityClass", "scheduling.k8s.io/v1", "priorityclasses"),
    ("RuntimeClass", "node.k8s.io/v1", "runtimeclasses"),
];

/// Namespace, kind, name.
type Key = (String, String, String);

/// A change, as a watch tells it.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) kind: String,
    pub(crate) namespace: String,
    pub(crate) what: &'static str,
    pub(crate) object: Value,
}

pub(crate) struct Store {
    objects: BTreeMap<Key, Value>,
    pub(crate) history: Vec<Change>,
    pub(crate) version: u64,
    /// Changes up to this version are forgotten.
    pub(crate) compacted: u64,
    pub(crate) now: Timestamp,
}

impl Store {
    pub(crate) const fn new(now: Timestamp) -> Self {
        Self { objects: BTreeMap::new(), history: Vec::new(), version: 1000, compacted: 0, now }
    }

    pub(crate) fn get(&self, namespace: &str, kind: &str, name: &str) -> Option<&Value> {
        self.objects.get(&key(namespace, kind, name))
    }

    pub(crate) fn of_kind(&self, kind: &str) -> Vec<Value> {
        self.objects.iter().filter(|((_, found, _), _)| found == kind).map(|(_, object)| object.clone()).collect()
    }

    pub(crate) fn list(&self, namespace: &str, kind: &str) -> Vec<&Value> {
        let is_meant = |(ns, found, _): &Key| found == kind && ns == namespace;
        self.objects.iter().filter(|(key, _)| is_meant(key)).map(|(_, object)| object).collect()
    }

    /// What a creation would make of an object: with its identity, and the defaults that tests look at.
    pub(crate) fn admitted(&self, namespace: &str, mut object: Value) -> Value {
        let kind = text(&object, "/kind");
        let known = KINDS.iter().find(|(name, ..)| *name == kind).unwrap_or_else(|| panic!("unknown kind \"{kind}\""));
        let now = self.now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let metadata = entry(&mut object, "metadata");
        assert!(metadata.get("name").is_some_and(Value::is_string), "an object without a name");
        metadata.insert("namespace".to_owned(), json!(namespace));
        metadata.entry("uid").or_insert_with(|| json!(uuid::Uuid::new_v4().to_string()));
        metadata.entry("creationTimestamp").or_insert_with(|| json!(now));
        object["apiVersion"] = json!(known.1);
        if kind == "Job" {
            let spec = entry(&mut object, "spec");
            for (field, value) in [
                ("suspend", json!(false)),
                ("parallelism", json!(1)),
                ("completions", json!(1)),
                ("backoffLimit", json!(6)),
            ] {
                spec.entry(field).or_insert(value);
            }
            entry(&mut object, "status");
        }
        if kind == "Pod" {
            entry(&mut object, "status").entry("phase").or_insert_with(|| json!("Pending"));
        }
        object
    }

    /// Stores an object, new or changed.
    pub(crate) fn put(&mut self, namespace: &str, object: Value) -> Value {
        let mut object = self.admitted(namespace, object);
        let key = key(namespace, &text(&object, "/kind"), &text(&object, "/metadata/name"));
        let what = if self.objects.contains_key(&key) { "MODIFIED" } else { "ADDED" };
        self.note(&key, what, &mut object);
        self.objects.insert(key, object.clone());
        object
    }

    fn note(&mut self, (namespace, kind, _): &Key, what: &'static str, object: &mut Value) {
        self.version += 1;
        entry(object, "metadata").insert("resourceVersion".to_owned(), json!(self.version.to_string()));
        self.history.push(Change {
            version: self.version,
            kind: kind.clone(),
            namespace: namespace.clone(),
            what,
            object: object.clone(),
        });
    }

    /// Removes an object; with `children` what it owns too (else the children lose their owner).
    pub(crate) fn remove(&mut self, namespace: &str, kind: &str, name: &str, children: bool) -> Option<Value> {
        let key = key(namespace, kind, name);
        let uid = text(self.objects.get(&key)?, "/metadata/uid");
        let owned: Vec<Key> = self
            .objects
            .iter()
            .filter(|(_, object)| owners(object).contains(&uid))
            .map(|(key, _)| key.clone())
            .collect();
        for (namespace, kind, name) in owned {
            if children {
                self.remove(&namespace, &kind, &name, true);
            } else if let Some(mut child) = self.get(&namespace, &kind, &name).cloned() {
                entry(&mut child, "metadata").remove("ownerReferences");
                self.put(&namespace, child);
            }
        }
        let mut object = self.objects.remove(&key)?;
        self.note(&key, "DELETED", &mut object);
        Some(object)
    }

    /// Whether an object names an owner that does not exist: it would be collected at once.
    pub(crate) fn is_orphan(&self, object: &Value) -> bool {
        let owners = owners(object);
        let exists = |uid: &String| self.objects.values().any(|object| text(object, "/metadata/uid") == *uid);
        !owners.is_empty() && !owners.iter().any(exists)
    }

    pub(crate) fn clear(&mut self, namespace: &str) {
        let keys: Vec<Key> = self.objects.keys().filter(|(ns, ..)| ns == namespace).cloned().collect();
        for (namespace, kind, name) in keys {
            self.remove(&namespace, &kind, &name, true);
        }
    }

    pub(crate) fn compact(&mut self) {
        self.compacted = self.version;
        self.history.clear();
    }

    pub(crate) fn restore(&mut self, steps: u64, lost: &[(&str, &str)]) {
        self.objects.retain(|(_, kind, name), _| !lost.contains(&(kind.as_str(), name.as_str())));
        self.version = self.version.saturating_sub(steps);
        self.history.clear();
        self.compacted = 0;
    }
}

fn key(namespace: &str, kind: &str, name: &str) -> Key {
    (namespace.to_owned(), kind.to_owned(), name.to_owned())
}

fn owners(object: &Value) -> Vec<String> {
    let references = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    references.into_iter().flatten().map(|owner| text(owner, "/uid")).collect()
}

/// An object inside an object, made where it is not there.
pub(crate) fn entry<'a>(object: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !object.get(name).is_some_and(Value::is_object) {
        object[name] = json!({});
    }
    object[name].as_object_mut().unwrap_or_else(|| panic!("\"{name}\" is not an object"))
}

pub(crate) fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
