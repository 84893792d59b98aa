//! Everything that is known of a run, as its page shows it.

use std::collections::BTreeMap;

use berth_core::ports::{RunRow, TransitionRow};
use berth_core::{AttemptSpans, RunEvent, Step, startup};
use berth_model::{Attempt, ObjectRef, Origin, Phase, PinnedImage, Run, RunId, RunState, ServicePort};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::views::{Json, RunView, Whole};

/// A run in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunDetails {
    /// Its row.
    pub run: RunView,
    /// File that defines its context.
    pub kubeconfig: String,
    /// The run that it repeats.
    pub parent: Option<RunId>,
    /// The image that really ran, by digest.
    pub image_digest: Option<String>,
    /// What it builds, where that is its action.
    pub build: Option<BuildView>,
    /// What was asked, value by value.
    pub values: Vec<SpecValue>,
    /// Its pods.
    pub attempts: Vec<Attempt>,
    /// Ports of a service that a forward can lead to.
    pub ports: Vec<PortView>,
    /// What was made in the cluster.
    pub objects: Vec<ObjectRef>,
    /// Every change of its status, oldest first.
    pub transitions: Vec<TransitionView>,
    /// Events of its objects, oldest first.
    pub events: Vec<EventView>,
    /// What each attempt spent its time on.
    pub spans: Vec<SpanView>,
    /// The objects as submitted.
    pub yaml: String,
}

/// What a build makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct BuildView {
    /// The Dockerfile.
    pub dockerfile: String,
    /// The name of the image, with the tag of this run.
    pub image: String,
    /// The image by its digest, once the registry took it.
    pub built: Option<String>,
    /// What it did to its function, once it is done.
    pub pinned: Option<PinnedImage>,
    /// The image that its function ran from before, where there was one.
    pub used_before: Option<String>,
}

impl BuildView {
    fn of(run: &Run) -> Option<Self> {
        let plan = run.build.as_ref()?;
        Some(Self {
            dockerfile: plan.dockerfile.clone(),
            image: plan.image.to_string(),
            built: run.built_image().map(|image| image.to_string()),
            pinned: run.status.pinned.clone(),
            used_before: run
                .status
                .pinned
                .as_ref()
                .and_then(|pinned| pinned.used_before(plan))
                .map(ToString::to_string),
        })
    }
}

/// A port of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct PortView {
    /// Its number.
    pub port: u16,
    /// Its name, where it has one.
    pub name: Option<String>,
}

/// One value that was asked for, and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct SpecValue {
    /// Its path, as in `resources.mem.requests`.
    pub path: String,
    /// The value.
    pub value: Json,
    /// Where it came from, where known.
    pub origin: Option<Origin>,
}

/// One change of a run's status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct TransitionView {
    /// Which revision it made.
    pub revision: Whole,
    /// When.
    pub at: String,
    /// The state after.
    pub state: RunState,
    /// The phase after.
    pub phase: Phase,
    /// What the run was doing then, in a few words.
    pub doing: String,
    /// Why, in a word.
    pub reason: Option<String>,
    /// Why, in a sentence.
    pub message: Option<String>,
}

/// One event of a run's objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct EventView {
    /// Identity.
    pub uid: String,
    /// Kind and name of what it is about.
    pub about: String,
    /// `Normal` or `Warning`.
    pub kind: String,
    /// The cluster's word.
    pub reason: String,
    /// The cluster's sentence.
    pub message: String,
    /// How often.
    pub count: u32,
    /// Last time.
    pub last: String,
}

/// A step of an attempt with its time; each begins where the one before ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct SpanView {
    /// Number of the attempt.
    pub attempt: u32,
    /// What was done.
    pub step: Step,
    /// When it began.
    pub from: String,
    /// When it ended; `null` while it goes on.
    pub to: Option<String>,
    /// Size of the image that was pulled, in bytes, where the node told it.
    pub bytes: Option<Whole>,
}

impl SpanView {
    fn of(attempt: AttemptSpans) -> impl Iterator<Item = Self> {
        attempt.spans.into_iter().map(move |span| Self {
            attempt: attempt.number,
            step: span.step,
            from: span.from.to_string(),
            to: span.to.map(|to| to.to_string()),
            bytes: span.bytes.map(Whole),
        })
    }
}

impl RunDetails {
    /// Shows a run, its changes and its events.
    pub fn of(row: RunRow, transitions: Vec<TransitionRow>, events: Vec<RunEvent>) -> Self {
        let view = RunView::of(&row);
        let run = row.run;
        let build = BuildView::of(&run);
        let steps = startup(run.created, &run.status.attempts, &events, view.is_final);
        Self {
            run: view,
            kubeconfig: run.target.kubeconfig,
            parent: run.parent,
            build,
            image_digest: run.status.image_digest,
            values: values(serde_json::to_value(&run.spec).unwrap_or_default(), &run.origins),
            attempts: run.status.attempts,
            ports: ports(&run.spec.task.service_ports),
            objects: run.status.objects,
            transitions: transitions.into_iter().map(TransitionView::from).collect(),
            events: events.into_iter().map(EventView::from).collect(),
            spans: steps.into_iter().flat_map(SpanView::of).collect(),
            yaml: yaml_documents(&run.manifests),
        }
    }
}

/// Only TCP can be forwarded.
fn ports(all: &[ServicePort]) -> Vec<PortView> {
    let is_tcp = |port: &&ServicePort| port.protocol.as_deref().is_none_or(|protocol| protocol == "TCP");
    all.iter().filter(is_tcp).map(|port| PortView { port: port.port, name: port.name.clone() }).collect()
}

impl From<TransitionRow> for TransitionView {
    fn from(row: TransitionRow) -> Self {
        let status = row.transition.to;
        Self {
            revision: Whole(row.revision),
            at: row.transition.at.to_string(),
            state: status.state,
            phase: status.phase,
            doing: status.doing().to_owned(),
            reason: status.reason.as_ref().map(ToString::to_string),
            message: status.why().map(str::to_owned),
        }
    }
}

impl From<RunEvent> for EventView {
    fn from(event: RunEvent) -> Self {
        let RunEvent { uid, about, kind, reason, message, count, last, .. } = event;
        Self { uid, about, kind, reason, message, count, last: last.to_string() }
    }
}

/// Renders objects as YAML documents, one after the other.
pub(crate) fn yaml_documents(objects: &[Value]) -> String {
    let render = |object: &Value| match serde_saphyr::to_string(object) {
        Ok(text) => text,
        Err(error) => format!("# this object cannot be shown as YAML: {error}\n"),
    };
    objects.iter().map(render).collect::<Vec<_>>().join("---\n")
}

/// Lists the values of a specification with their origins: that of the path itself, else of the nearest path above.
pub(super) fn values(spec: Value, origins: &BTreeMap<String, Origin>) -> Vec<SpecValue> {
    let Value::Object(parts) = spec else { return Vec::new() };
    let mut listed = Vec::new();
    for part in parts.into_iter().filter_map(|(_, part)| if let Value::Object(part) = part { Some(part) } else { None })
    {
        flatten("", part, &mut listed);
    }
    let origin = |path: &str| {
        let mut known = origins.get(path);
        let mut rest = path;
        while let (None, Some((above, _))) = (known, rest.rsplit_once('.')) {
            known = origins.get(above);
            rest = above;
        }
        known.copied()
    };
    listed.into_iter().map(|(path, value)| SpecValue { origin: origin(&path), path, value: Json(value) }).collect()
}

fn flatten(prefix: &str, object: Map<String, Value>, listed: &mut Vec<(String, Value)>) {
    for (key, value) in object {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) if !inner.is_empty() => flatten(&path, inner, listed),
            Value::Array(items) if items.iter().all(is_named) && !items.is_empty() => {
                listed.extend(items.into_iter().map(|item| named(&path, item)));
            }
            Value::Null => {}
            other => listed.push((path, other)),
        }
    }
}

fn is_named(item: &Value) -> bool {
    item.get("name").is_some_and(Value::is_string)
}

/// Lists an item by its own name: a variable as its value, anything else as it is.
fn named(path: &str, item: Value) -> (String, Value) {
    let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
    let path = format!("{path}.{name}");
    let value = item.get("value").filter(|value| value.is_string()).cloned();
    (path, value.unwrap_or(item))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_value_is_listed_with_the_origin_of_the_nearest_path() {
        let spec = json!({
            "function": {"image": "busybox:1.37", "source": {"code": "echo", "lang": "sh"}},
            "task": {"envs": [{"name": "A", "value": "1"}], "resources": {"mem": {"requests": "256Mi"}}},
        });
        let origins = BTreeMap::from([
            ("image".to_owned(), Origin::Function),
            ("source".to_owned(), Origin::Run),
            ("envs.A".to_owned(), Origin::Profile),
            ("resources.mem".to_owned(), Origin::Default),
        ]);
        let listed: Vec<_> = values(spec, &origins).into_iter().map(|value| (value.path, value.origin)).collect();
        let expected = [
            ("image", Some(Origin::Function)),
            ("source.code", Some(Origin::Run)),
            ("source.lang", Some(Origin::Run)),
            ("envs.A", Some(Origin::Profile)),
            ("resources.mem.requests", Some(Origin::Default)),
        ];
        assert_eq!(listed, expected.map(|(path, origin)| (path.to_owned(), origin)));
    }

    #[test]
    fn objects_become_documents() {
        let yaml = yaml_documents(&[json!({"kind": "Job"}), json!({"kind": "ConfigMap"})]);
        assert_eq!(yaml, "kind: Job\n---\nkind: ConfigMap\n");
    }
}
