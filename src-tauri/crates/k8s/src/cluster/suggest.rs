//! Lists what a form may suggest: names and values that are in the cluster. Reads only; of secrets, names and keys.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::Cluster;
use super::answer::Attempt;
use super::resource::escaped;
use crate::Error;
use crate::labels::MANAGED_BY;

/// Values of one label that are told: a label with more tells nodes apart, and nobody reads so many.
const VALUES: usize = 100;

/// What a cluster can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// Labels of nodes with their values.
    NodeLabels,
    /// Taints of nodes.
    Taints,
    /// Resource names of accelerators that nodes advertise.
    Accelerators,
    /// Claims of the namespace.
    Claims,
    /// Storage classes.
    StorageClasses,
    /// Configuration objects of the namespace, with their keys.
    ConfigMaps,
    /// Secret objects of the namespace, with their keys.
    Secrets,
    /// Service accounts of the namespace.
    ServiceAccounts,
    /// Scheduling priority classes.
    PriorityClasses,
    /// Container runtime classes.
    RuntimeClasses,
}

/// One thing that may be suggested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Suggestion {
    /// What is written into the control.
    pub name: String,
    /// What goes with it: values of a label, the value of a taint, keys of a configuration object or secret.
    pub values: Vec<String>,
    /// Effect, of a taint.
    pub effect: Option<String>,
    /// More about it in a few words, such as `3 nodes`; may be empty.
    pub note: String,
}

/// What one request told: of nodes, three kinds at once.
pub type Lists = BTreeMap<Listed, Vec<Suggestion>>;

impl Listed {
    /// The names in paths and rights: plural, path of group and version, group, whether it lies in the namespace.
    const fn place(self) -> (&'static str, &'static str, &'static str, bool) {
        match self {
            Self::NodeLabels | Self::Taints | Self::Accelerators => ("nodes", "/api/v1", "", false),
            Self::Claims => ("persistentvolumeclaims", "/api/v1", "", true),
            Self::StorageClasses => ("storageclasses", "/apis/storage.k8s.io/v1", "storage.k8s.io", false),
            Self::ConfigMaps => ("configmaps", "/api/v1", "", true),
            Self::Secrets => ("secrets", "/api/v1", "", true),
            Self::ServiceAccounts => ("serviceaccounts", "/api/v1", "", true),
            Self::PriorityClasses => ("priorityclasses", "/apis/scheduling.k8s.io/v1", "scheduling.k8s.io", false),
            Self::RuntimeClasses => ("runtimeclasses", "/apis/node.k8s.io/v1", "node.k8s.io", false),
        }
    }
}

impl Cluster {
    /// Lists what there is of a kind, by name, with what else the same request told.
    ///
    /// # Errors
    /// `Forbidden` where it may not be listed; else as the request fails.
    pub async fn suggest(&self, what: Listed) -> Result<Lists, Error> {
        if what.place().0 == Listed::NodeLabels.place().0 {
            return Ok(of_nodes(&self.listed::<Node>(what, "").await?));
        }
        // What Berth made for runs is of no use to others.
        let foreign = format!("labelSelector={}", escaped(&format!("{MANAGED_BY}!=berth")));
        let found = match what {
            Listed::Claims => self.listed::<Claim>(what, "").await?.into_iter().map(Claim::suggestion).collect(),
            Listed::ConfigMaps => {
                let found = self.listed::<Keyed>(what, &foreign).await?;
                // The cluster's own certificate, put into every namespace.
                found.into_iter().filter(|one| one.metadata.name != "kube-root-ca.crt").map(Keyed::suggestion).collect()
            }
            Listed::Secrets => {
                let found = self.listed::<Keyed>(what, &foreign).await?;
                found.into_iter().filter(Keyed::is_for_people).map(Keyed::suggestion).collect()
            }
            _ => self.listed::<Plain>(what, "").await?.into_iter().map(Plain::suggestion).collect(),
        };
        Ok(BTreeMap::from([(what, sorted(found))]))
    }

    async fn listed<T: DeserializeOwned>(&self, what: Listed, query: &str) -> Result<Vec<T>, Error> {
        let (plural, root, group, is_namespaced) = what.place();
        let namespace = if is_namespaced { self.namespace() } else { "" };
        let attempt = Attempt {
            what: format!("list {plural}"),
            verb: "list",
            resource: if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") },
            namespace: namespace.to_owned(),
            changes: false,
        };
        let path = if is_namespaced {
            format!("{root}/namespaces/{}/{plural}", escaped(namespace))
        } else {
            format!("{root}/{plural}")
        };
        let listing = self.pages(&path, query, &attempt).await?;
        // One that cannot be read is one suggestion less.
        Ok(listing.items.iter().filter_map(|raw| serde_json::from_str(raw.get()).ok()).collect())
    }
}

fn sorted(mut found: Vec<Suggestion>) -> Vec<Suggestion> {
    found.sort_by(|left, right| left.name.cmp(&right.name));
    found
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Node {
    metadata: Metadata,
    #[serde(default)]
    spec: NodeSpec,
    #[serde(default)]
    status: NodeStatus,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeSpec {
    taints: Vec<Taint>,
}

#[derive(Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Taint {
    key: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    effect: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NodeStatus {
    allocatable: BTreeMap<String, String>,
}

fn of_nodes(nodes: &[Node]) -> Lists {
    BTreeMap::from([
        (Listed::NodeLabels, labels(nodes)),
        (Listed::Taints, taints(nodes)),
        (Listed::Accelerators, accelerators(nodes)),
    ])
}

/// Labels that somebody gave to nodes come before those that every cluster has.
fn labels(nodes: &[Node]) -> Vec<Suggestion> {
    let mut found: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
    for (key, value) in nodes.iter().flat_map(|node| &node.metadata.labels) {
        let (values, count) = found.entry(key).or_default();
        values.insert(value);
        *count += 1;
    }
    let mut labels: Vec<Suggestion> = found
        .into_iter()
        .map(|(key, (values, count))| Suggestion {
            name: key.to_owned(),
            values: values.iter().take(VALUES).map(|value| (*value).to_owned()).collect(),
            effect: None,
            note: nodes_in_words(count),
        })
        .collect();
    labels.sort_by_key(|label| is_of_kubernetes(&label.name));
    labels
}

/// Taints that are there to stay; those that the cluster sets and takes back by itself are not to be put up with.
fn taints(nodes: &[Node]) -> Vec<Suggestion> {
    let mut found: BTreeMap<&Taint, usize> = BTreeMap::new();
    for taint in nodes.iter().flat_map(|node| &node.spec.taints) {
        if !taint.key.starts_with("node.kubernetes.io/") {
            *found.entry(taint).or_default() += 1;
        }
    }
    found
        .into_iter()
        .map(|(taint, count)| Suggestion {
            name: taint.key.clone(),
            values: if taint.value.is_empty() { Vec::new() } else { vec![taint.value.clone()] },
            effect: Some(taint.effect.clone()).filter(|effect| !effect.is_empty()),
            note: nodes_in_words(count),
        })
        .collect()
}

/// Resources with a domain outside of Kubernetes are devices of somebody's plugin.
fn accelerators(nodes: &[Node]) -> Vec<Suggestion> {
    let mut found: BTreeMap<&str, (u64, usize)> = BTreeMap::new();
    for (name, amount) in nodes.iter().flat_map(|node| &node.status.allocatable) {
        let amount: u64 = amount.parse().unwrap_or_default();
        if name.contains('/') && !is_of_kubernetes(name) && amount > 0 {
            let (all, count) = found.entry(name).or_default();
            *all += amount;
            *count += 1;
        }
    }
    let mut devices: Vec<Suggestion> = found
        .into_iter()
        .map(|(name, (all, count))| Suggestion {
            name: name.to_owned(),
            note: format!("{all} on {}", nodes_in_words(count)),
            ..Suggestion::default()
        })
        .collect();
    devices.sort_by_key(|device| !device.name.contains("gpu"));
    devices
}

fn is_of_kubernetes(name: &str) -> bool {
    let domain = name.split_once('/').map_or("", |(domain, _)| domain);
    ["kubernetes.io", "k8s.io"].iter().any(|own| domain == *own || domain.ends_with(&format!(".{own}")))
}

fn nodes_in_words(count: usize) -> String {
    if count == 1 { "1 node".to_owned() } else { format!("{count} nodes") }
}

#[derive(Deserialize)]
struct Claim {
    metadata: Metadata,
    #[serde(default)]
    spec: ClaimSpec,
    #[serde(default)]
    status: ClaimStatus,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimSpec {
    access_modes: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ClaimStatus {
    phase: String,
    capacity: BTreeMap<String, String>,
}

impl Claim {
    fn suggestion(self) -> Suggestion {
        let size = self.status.capacity.get("storage").cloned().unwrap_or_default();
        let words = [size, self.spec.access_modes.join(", "), self.status.phase];
        let note = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" · ");
        Suggestion { name: self.metadata.name, note, ..Suggestion::default() }
    }
}

/// A configuration object or a secret: which keys it has, and nothing of their values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keyed {
    metadata: Metadata,
    #[serde(default)]
    data: Option<BTreeMap<String, IgnoredAny>>,
    #[serde(default)]
    binary_data: Option<BTreeMap<String, IgnoredAny>>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
}

impl Keyed {
    /// Tokens of service accounts and the releases of Helm are nobody's to mount.
    fn is_for_people(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        kind != "kubernetes.io/service-account-token" && !kind.starts_with("helm.sh/")
    }

    fn suggestion(self) -> Suggestion {
        let keys = self.data.into_iter().chain(self.binary_data).flat_map(BTreeMap::into_keys);
        Suggestion {
            name: self.metadata.name,
            values: keys.collect(),
            effect: None,
            note: self.kind.filter(|kind| kind != "Opaque").unwrap_or_default(),
        }
    }
}

/// Everything that is chosen by its name alone.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Plain {
    metadata: Metadata,
    /// Of a storage class.
    provisioner: Option<String>,
    /// Of a runtime class.
    handler: Option<String>,
    /// Of a priority class.
    value: Option<i64>,
    global_default: Option<bool>,
}

impl Plain {
    fn suggestion(self) -> Suggestion {
        let annotation = self.metadata.annotations.get("storageclass.kubernetes.io/is-default-class");
        let is_default = self.global_default == Some(true) || annotation.is_some_and(|word| word == "true");
        let words = [
            is_default.then(|| "default".to_owned()),
            self.value.map(|value| value.to_string()),
            self.provisioner,
            self.handler,
        ];
        let note = words.into_iter().flatten().collect::<Vec<_>>().join(" · ");
        Suggestion { name: self.metadata.name, note, ..Suggestion::default() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nodes() -> Vec<Node> {
        serde_json::from_value(json!([
            {
                "metadata": {"name": "a", "labels": {"kubernetes.io/os": "linux", "disk": "ssd"}},
                "spec": {"taints": [
                    {"key": "gpu", "value": "a100", "effect": "NoSchedule"},
                    {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},
                ]},
                "status": {"allocatable": {"cpu": "8", "nvidia.com/gpu": "4", "rdma/hca": "1", "amd.com/gpu": "0",
                    "attachable-volumes.csi.k8s.io/x": "9"}},
            },
            {
                "metadata": {"name": "b", "labels": {"kubernetes.io/os": "linux", "disk": "hdd"}},
                "spec": {"taints": [{"key": "gpu", "value": "a100", "effect": "NoSchedule"}]},
                "status": {"allocatable": {"nvidia.com/gpu": "2"}},
            },
            {"metadata": {"name": "c", "labels": {"kubernetes.io/os": "linux"}}},
        ]))
        .unwrap()
    }

    fn words(found: &[Suggestion]) -> Vec<String> {
        let word = |one: &Suggestion| {
            format!("{} {:?} {} {}", one.name, one.values, one.effect.as_deref().unwrap_or("-"), one.note)
        };
        found.iter().map(word).collect()
    }

    #[test]
    fn nodes_tell_labels_taints_and_accelerators() {
        let lists = of_nodes(&nodes());
        assert_eq!(
            words(&lists[&Listed::NodeLabels]),
            [r#"disk ["hdd", "ssd"] - 2 nodes"#, r#"kubernetes.io/os ["linux"] - 3 nodes"#]
        );
        assert_eq!(words(&lists[&Listed::Taints]), [r#"gpu ["a100"] NoSchedule 2 nodes"#]);
        assert_eq!(
            words(&lists[&Listed::Accelerators]),
            ["nvidia.com/gpu [] - 6 on 2 nodes", "rdma/hca [] - 1 on 1 node"],
            "devices that nodes have, the cluster's own amounts left out"
        );
    }

    #[test]
    fn a_secret_tells_its_keys_and_never_a_value() {
        let secret: Keyed = serde_json::from_value(json!({
            "metadata": {"name": "s3"}, "type": "Opaque", "data": {"KEY": "Y2FuYXJ5", "ID": "Y2FuYXJ5"},
        }))
        .unwrap();
        assert!(secret.is_for_people());
        assert_eq!(words(&[secret.suggestion()]), [r#"s3 ["ID", "KEY"] - "#]);
        let token: Keyed =
            serde_json::from_value(json!({"metadata": {"name": "t"}, "type": "kubernetes.io/service-account-token"}))
                .unwrap();
        assert!(!token.is_for_people());
    }

    #[test]
    fn claims_and_classes_say_what_a_person_chooses_them_by() {
        let claim: Claim = serde_json::from_value(json!({
            "metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]},
            "status": {"phase": "Bound", "capacity": {"storage": "10Gi"}},
        }))
        .unwrap();
        assert_eq!(words(&[claim.suggestion()]), ["data [] - 10Gi · ReadWriteOnce · Bound"]);
        let class: Plain = serde_json::from_value(json!({
            "metadata": {"name": "fast", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
            "provisioner": "csi.example/disk",
        }))
        .unwrap();
        assert_eq!(words(&[class.suggestion()]), ["fast [] - default · csi.example/disk"]);
    }
}
