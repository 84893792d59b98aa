//! Understands requests and carries them out.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::Request;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::answer::{Answer, Broken, broken, status, stream as streamed, value, whole};
use super::fault::{Fault, due};
use super::logs::{self, Wanted};
use super::store::{KINDS, KnownKind, text};
use super::{Seen, Shared, State, watch};

/// What a list or watch selects.
#[derive(Clone)]
pub(crate) struct Selection {
    pub(crate) namespace: String,
    labels: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

impl Selection {
    pub(crate) fn has(&self, object: &Value) -> bool {
        let labels = object.pointer("/metadata/labels");
        self.labels.iter().all(|(key, value)| {
            // `a!=b` was taken apart at its equals sign; it holds for objects without the label too.
            let (key, is_wanted) = key.strip_suffix('!').map_or((key.as_str(), true), |key| (key, false));
            let has_it = labels.and_then(|labels| labels.get(key)).and_then(Value::as_str) == Some(value.as_str());
            has_it == is_wanted
        }) && self.fields.iter().all(|(key, value)| text(object, &format!("/{}", key.replace('.', "/"))) == *value)
    }
}

struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: &str) -> Self {
        Self(
            query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(key, value)| (key.to_owned(), decoded(value)))
                .collect(),
        )
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn is_set(&self, key: &str) -> bool {
        self.get(key) == Some("true")
    }

    fn selection(&self, namespace: &str) -> Selection {
        let pairs = |key: &str| -> Vec<(String, String)> {
            let terms = self.get(key).unwrap_or_default().split(',').filter(|term| !term.is_empty());
            terms
                .filter_map(|term| term.split_once('='))
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect()
        };
        Selection { namespace: namespace.to_owned(), labels: pairs("labelSelector"), fields: pairs("fieldSelector") }
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = (byte == b'%').then(|| after.get(..2)).flatten().and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Answers a request; the error is a connection that breaks without an answer.
pub(crate) async fn handle(shared: &Arc<Shared>, request: Request<Bytes>) -> Result<Answer, Broken> {
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let body = request.into_body();
    let fault = {
        let mut state = shared.state();
        let seen = Seen {
            method: method.clone(),
            path: path.clone(),
            query: query.clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        state.seen.push(seen);
        due(&mut state.rules, &method, &path, &query)
    };
    let act = || act(shared, &method, &path, &query, &body);
    match fault {
        None => Ok(act()),
        Some(Fault::StoreThen(code)) => {
            act();
            Ok(whole(code, "text/html", "<html>the gateway lost patience</html>"))
        }
        Some(Fault::StoreThenReset) => {
            act();
            Err(broken())
        }
        Some(Fault::Reset) => Err(broken()),
        Some(Fault::Delay(time)) => {
            tokio::time::sleep(time).await;
            Ok(act())
        }
        Some(Fault::AnswerLate(time)) => {
            let answer = act();
            tokio::time::sleep(time).await;
            Ok(answer)
        }
        Some(Fault::StoreLate(time)) => {
            let shared = Arc::clone(shared);
            tokio::spawn(async move {
                tokio::time::sleep(time).await;
                self::act(&shared, &method, &path, &query, &body);
            });
            std::future::pending().await
        }
        Some(Fault::TakenFirst) => {
            take_name(shared, &path, &body);
            Ok(act())
        }
        Some(Fault::Refuse(code, reason)) => Ok(status(code, reason, &format!("scripted {reason}"), json!({}))),
        Some(Fault::Html(code)) => Ok(whole(code, "text/html", "<html>please sign in to the network</html>")),
        Some(Fault::Silent) => Ok(streamed("application/json", stream::pending().boxed())),
        Some(Fault::GoneEvent) => Ok(streamed("application/json", stream::iter([Ok(watch::gone())]).boxed())),
        Some(Fault::CutAfter(bytes)) => {
            use http_body_util::BodyExt;
            let (parts, body) = act().into_parts();
            let data = body.into_data_stream();
            let cut = stream::unfold((data, bytes), |(mut data, left)| async move {
                if left == 0 {
                    return Some((Err(broken()), (data, 0)));
                }
                let mut piece = data.next().await?.ok()?;
                let take = piece.len().min(left);
                Some((Ok(piece.split_to(take)), (data, left - take)))
            });
            let content_type = parts.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
            Ok(streamed(content_type.unwrap_or("text/plain"), cut.boxed()))
        }
    }
}

/// Stores an object of somebody else's under the name of one that is to be made.
fn take_name(shared: &Shared, path: &str, body: &[u8]) {
    let wanted: Value = serde_json::from_slice(body).unwrap_or_default();
    let namespace = path.split('/').skip_while(|part| *part != "namespaces").nth(1).unwrap_or_default();
    let foreign = json!({
        "apiVersion": wanted["apiVersion"], "kind": wanted["kind"],
        "metadata": {"name": wanted["metadata"]["name"], "labels": {"app": "somebody-else"}},
    });
    shared.state().store.put(namespace, foreign);
    shared.ring();
}

fn act(shared: &Arc<Shared>, method: &str, path: &str, query: &str, body: &[u8]) -> Answer {
    let query = Query::parse(query);
    let segments: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (method, segments.as_slice()) {
        ("GET", ["version"]) => value(200, &json!({"major": "1", "minor": "34", "gitVersion": "v1.34.4"})),
        ("GET", ["api", "v1", "namespaces"]) => namespaces(&shared.state()),
        ("GET", ["api", "v1", "namespaces", name]) => namespace(&shared.state(), name),
        ("POST", ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]) => review(&shared.state(), body),
        ("GET", ["api", "v1", "namespaces", namespace, "pods", pod, "log"]) => log(shared, namespace, pod, &query),
        (_, ["api", "v1", "namespaces", namespace, plural, rest @ ..]) => {
            resource(shared, method, "v1", namespace, plural, rest.first().copied(), &query, body)
        }
        // What lies in no namespace is stored under an empty one.
        (_, ["api", "v1", plural @ "nodes", rest @ ..]) => {
            resource(shared, method, "v1", "", plural, rest.first().copied(), &query, body)
        }
        (
            _,
            ["apis", group, version, plural @ ("storageclasses" | "priorityclasses" | "runtimeclasses"), rest @ ..],
        ) => {
            let api_version = format!("{group}/{version}");
            resource(shared, method, &api_version, "", plural, rest.first().copied(), &query, body)
        }
        (_, ["apis", group, version, "namespaces", namespace, plural, rest @ ..]) => {
            let api_version = format!("{group}/{version}");
            resource(shared, method, &api_version, namespace, plural, rest.first().copied(), &query, body)
        }
        _ => whole(404, "text/plain", "404 page not found"),
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a request, taken apart once")]
fn resource(
    shared: &Arc<Shared>,
    method: &str,
    api_version: &str,
    namespace: &str,
    plural: &str,
    name: Option<&str>,
    query: &Query,
    body: &[u8],
) -> Answer {
    let Some(known) = KINDS.iter().find(|(_, version, name)| *version == api_version && *name == plural) else {
        return status(404, "NotFound", "the server could not find the requested resource", json!({}));
    };
    let verb = match (method, name) {
        ("GET", None) if query.is_set("watch") => "watch",
        ("GET", None) => "list",
        ("GET", Some(_)) => "get",
        ("POST", _) => "create",
        ("PATCH", _) => "patch",
        ("DELETE", _) => "delete",
        _ => return status(405, "MethodNotAllowed", "the server does not allow this method", json!({})),
    };
    let mut state = shared.state();
    if let Some(refusal) = denied(&state, verb, known, namespace, name.unwrap_or_default()) {
        return refusal;
    }
    let answer = match (verb, name) {
        ("watch", _) => {
            drop(state);
            return watched(shared, known, query, namespace);
        }
        ("list", _) => list(&state, known, query, namespace),
        ("create", _) => create(&mut state, known, query, namespace, body),
        ("get", Some(name)) => match state.store.get(namespace, known.0, name) {
            Some(object) => value(200, object),
            None => absent(known, name),
        },
        ("patch", Some(name)) => patch(&mut state, known, namespace, name, body),
        ("delete", Some(name)) => delete(&mut state, known, namespace, name, body),
        _ => status(405, "MethodNotAllowed", "the server does not allow this method", json!({})),
    };
    drop(state);
    shared.ring();
    answer
}

fn group(known: &KnownKind) -> &'static str {
    known.1.split_once('/').map_or("", |(group, _)| group)
}

fn dotted(known: &KnownKind) -> String {
    if group(known).is_empty() { known.2.to_owned() } else { format!("{}.{}", known.2, group(known)) }
}

fn details(known: &KnownKind, name: &str) -> Value {
    json!({"name": name, "group": group(known), "kind": known.2})
}

fn absent(known: &KnownKind, name: &str) -> Answer {
    status(404, "NotFound", &format!("{} \"{name}\" not found", dotted(known)), details(known, name))
}

fn denied(state: &State, verb: &str, known: &KnownKind, namespace: &str, name: &str) -> Option<Answer> {
    let is_denied = state.denied.contains(&(verb.to_owned(), dotted(known)));
    is_denied.then(|| {
        let message = format!(
            "{} is forbidden: User \"tester\" cannot {verb} resource \"{}\" in API group \"{}\" in the namespace \"{namespace}\"",
            dotted(known), known.2, group(known)
        );
        status(403, "Forbidden", &message, details(known, name))
    })
}

fn namespaces(state: &State) -> Answer {
    if state.denied.contains(&("list".to_owned(), "namespaces".to_owned())) {
        return status(
            403,
            "Forbidden",
            "namespaces is forbidden: User \"tester\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope",
            json!({"kind": "namespaces"}),
        );
    }
    let items: Vec<Value> = state.namespaces.iter().map(|name| namespace_value(state, name)).collect();
    value(
        200,
        &json!({"kind": "NamespaceList", "apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items}),
    )
}

fn namespace(state: &State, name: &str) -> Answer {
    if state.denied.contains(&("get".to_owned(), "namespaces".to_owned())) {
        return status(
            403,
            "Forbidden",
            &format!(
                "namespaces \"{name}\" is forbidden: User \"tester\" cannot get resource \"namespaces\" in API group \"\" in the namespace \"{name}\""
            ),
            json!({"name": name, "kind": "namespaces"}),
        );
    }
    if state.namespaces.contains(name) { value(200, &namespace_value(state, name)) } else { no_namespace(name) }
}

fn namespace_value(state: &State, name: &str) -> Value {
    let mut labels = json!({"kubernetes.io/metadata.name": name});
    if let Some(level) = &state.enforced {
        labels["pod-security.kubernetes.io/enforce"] = json!(level);
    }
    let uid = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_DNS, name.as_bytes()).to_string();
    let phase = if state.ending.contains(name) { "Terminating" } else { "Active" };
    json!({"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": name, "uid": uid, "labels": labels}, "status": {"phase": phase}})
}

fn no_namespace(name: &str) -> Answer {
    status(404, "NotFound", &format!("namespaces \"{name}\" not found"), json!({"name": name, "kind": "namespaces"}))
}

fn review(state: &State, body: &[u8]) -> Answer {
    let mut review: Value = serde_json::from_slice(body).unwrap_or_default();
    let asked = |field: &str| text(&review, &format!("/spec/resourceAttributes/{field}"));
    let mut resource = asked("resource");
    for (separator, part) in [(".", asked("group")), ("/", asked("subresource"))] {
        if !part.is_empty() {
            resource = format!("{resource}{separator}{part}");
        }
    }
    let allowed = !state.denied.contains(&(asked("verb"), resource));
    review["status"] = json!({"allowed": allowed});
    value(201, &review)
}

fn list(state: &State, known: &KnownKind, query: &Query, namespace: &str) -> Answer {
    let selection = query.selection(namespace);
    let mut items: Vec<Value> =
        state.store.list(namespace, known.0).into_iter().filter(|object| selection.has(object)).cloned().collect();
    for item in &mut items {
        if let Some(item) = item.as_object_mut() {
            item.remove("kind");
            item.remove("apiVersion");
        }
    }
    // A token tells the version at which the list began and how far it is.
    let (version, skip) = match query.get("continue").map(|token| token.split_once('-').unwrap_or((token, "0"))) {
        None => (state.store.version, 0),
        Some((version, skip)) => {
            let version = version.parse().unwrap_or(0);
            if version < state.store.compacted {
                return status(410, "Expired", "The provided continue parameter is too old", json!({}));
            }
            (version, skip.parse().unwrap_or(0))
        }
    };
    let limit = query.get("limit").and_then(|limit| limit.parse().ok()).unwrap_or(usize::MAX);
    let more = items.len() > skip + limit;
    let page: Vec<Value> = items.into_iter().skip(skip).take(limit).collect();
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if more {
        metadata["continue"] = json!(format!("{version}-{}", skip + limit));
    }
    value(200, &json!({"kind": format!("{}List", known.0), "apiVersion": known.1, "metadata": metadata, "items": page}))
}

fn watched(shared: &Arc<Shared>, known: &KnownKind, query: &Query, namespace: &str) -> Answer {
    let state = shared.state();
    let version: u64 =
        query.get("resourceVersion").and_then(|version| version.parse().ok()).unwrap_or(state.store.version);
    if version < state.store.compacted {
        // The real server tells it as the first event of the watch.
        return streamed("application/json", stream::iter([Ok(watch::gone())]).boxed());
    }
    if version > state.store.version {
        let details = json!({"causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}], "retryAfterSeconds": 1});
        return status(504, "Timeout", "Timeout: Too large resource version", details);
    }
    drop(state);
    let seconds = query.get("timeoutSeconds").and_then(|seconds| seconds.parse().ok()).unwrap_or(1800);
    let selection = query.selection(namespace);
    let bookmarks = query.is_set("allowWatchBookmarks");
    streamed("application/json", watch::serve(shared, selection, (known.0, known.1), version, seconds, bookmarks))
}

fn create(state: &mut State, known: &KnownKind, query: &Query, namespace: &str, body: &[u8]) -> Answer {
    let Ok(object) = serde_json::from_slice::<Value>(body) else {
        return status(400, "BadRequest", "the body is not JSON", json!({}));
    };
    if text(&object, "/kind") != known.0 || text(&object, "/apiVersion") != known.1 {
        return status(400, "BadRequest", "the object does not match the path", json!({}));
    }
    let name = text(&object, "/metadata/name");
    if query.get("fieldValidation") == Some("Strict")
        && let Some(field) = unknown_field(known.0, &object)
    {
        let message = format!(
            "{} in version \"v1\" cannot be handled as a {}: strict decoding error: unknown field \"{field}\"",
            known.0, known.0
        );
        return status(400, "BadRequest", &message, json!({}));
    }
    if !state.namespaces.contains(namespace) {
        return no_namespace(namespace);
    }
    if state.ending.contains(namespace) {
        let message = format!(
            "{} \"{name}\" is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
            dotted(known)
        );
        let mut details = details(known, &name);
        details["causes"] = json!([{"reason": "NamespaceTerminating", "message": format!("namespace {namespace} is being terminated"), "field": "metadata.namespace"}]);
        return status(403, "Forbidden", &message, details);
    }
    if known.0 == "Pod"
        && let Some(sentence) = &state.refused_pods
    {
        return status(403, "Forbidden", &format!("pods \"{name}\" is forbidden: {sentence}"), details(known, &name));
    }
    if state.store.get(namespace, known.0, &name).is_some() {
        return status(
            409,
            "AlreadyExists",
            &format!("{} \"{name}\" already exists", dotted(known)),
            details(known, &name),
        );
    }
    if query.get("dryRun") == Some("All") {
        return value(201, &state.store.admitted(namespace, object));
    }
    let stored = state.store.put(namespace, object);
    if state.store.is_orphan(&stored) {
        state.store.remove(namespace, known.0, &name, true);
    }
    value(201, &stored)
}

/// The first field that the typed form of a kind does not know.
fn unknown_field(kind: &str, object: &Value) -> Option<String> {
    use k8s_openapi::api::{batch::v1::Job, core::v1};
    fn typed<T: serde::Serialize + serde::de::DeserializeOwned>(object: &Value) -> Option<Value> {
        serde_json::to_value(serde_json::from_value::<T>(object.clone()).ok()?).ok()
    }
    let known = match kind {
        "Job" => typed::<Job>(object),
        "Pod" => typed::<v1::Pod>(object),
        "ConfigMap" => typed::<v1::ConfigMap>(object),
        "Secret" => typed::<v1::Secret>(object),
        _ => return None,
    }?;
    missing(object, &known, "")
}

fn missing(given: &Value, known: &Value, path: &str) -> Option<String> {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            given.iter().filter(|(_, value)| !value.is_null()).find_map(|(key, value)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match known.get(key) {
                    None => Some(path),
                    Some(known) => missing(value, known, &path),
                }
            })
        }
        (Value::Array(given), Value::Array(known)) => given
            .iter()
            .zip(known)
            .enumerate()
            .find_map(|(index, (given, known))| missing(given, known, &format!("{path}[{index}]"))),
        _ => None,
    }
}

fn patch(state: &mut State, known: &KnownKind, namespace: &str, name: &str, body: &[u8]) -> Answer {
    let Some(mut object) = state.store.get(namespace, known.0, name).cloned() else { return absent(known, name) };
    let change: Value = serde_json::from_slice(body).unwrap_or_default();
    let wanted = text(&change, "/metadata/uid");
    if !wanted.is_empty() && wanted != text(&object, "/metadata/uid") {
        let message = format!(
            "{}.{} \"{name}\" is invalid: metadata.uid: Invalid value: \"{wanted}\": field is immutable",
            known.0,
            group(known)
        );
        let mut details = details(known, name);
        details["kind"] = json!(known.0);
        details["causes"] = json!([{"reason": "FieldValueInvalid", "message": format!("Invalid value: \"{wanted}\": field is immutable"), "field": "metadata.uid"}]);
        return status(422, "Invalid", &message, details);
    }
    merge(&mut object, change);
    value(200, &state.store.put(namespace, object))
}

/// A JSON merge patch (RFC 7386).
fn merge(target: &mut Value, change: Value) {
    match change {
        Value::Object(change) => {
            if !target.is_object() {
                *target = json!({});
            }
            for (key, value) in change {
                if value.is_null() {
                    target.as_object_mut().map(|target| target.remove(&key));
                } else {
                    merge(&mut target[key.as_str()], value);
                }
            }
        }
        other => *target = other,
    }
}

fn delete(state: &mut State, known: &KnownKind, namespace: &str, name: &str, body: &[u8]) -> Answer {
    let Some(uid) = state.store.get(namespace, known.0, name).map(|object| text(object, "/metadata/uid")) else {
        return absent(known, name);
    };
    let options: Value = serde_json::from_slice(body).unwrap_or_default();
    let wanted = text(&options, "/preconditions/uid");
    if !wanted.is_empty() && wanted != uid {
        let message = format!(
            "Operation cannot be fulfilled on {}.{} \"{name}\": the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated",
            known.0,
            group(known)
        );
        return status(409, "Conflict", &message, details(known, name));
    }
    // A Job without a policy leaves its pods behind, as the real one does.
    let children = match text(&options, "/propagationPolicy").as_str() {
        "Orphan" => false,
        "" => known.0 != "Job",
        _ => true,
    };
    let removed = state.store.remove(namespace, known.0, name, children).unwrap_or_default();
    value(200, &removed)
}

fn log(shared: &Arc<Shared>, namespace: &str, pod: &str, query: &Query) -> Answer {
    let state = shared.state();
    if state.denied.contains(&("get".to_owned(), "pods/log".to_owned())) {
        let message = format!(
            "pods \"{pod}\" is forbidden: User \"tester\" cannot get resource \"pods/log\" in API group \"\" in the namespace \"{namespace}\""
        );
        return status(403, "Forbidden", &message, json!({"name": pod, "kind": "pods"}));
    }
    let known = &("Pod", "v1", "pods");
    if state.store.get(namespace, known.0, pod).is_none() {
        return absent(known, pod);
    }
    let container = query.get("container").unwrap_or("main").to_owned();
    let previous = query.is_set("previous");
    let key = (namespace.to_owned(), pod.to_owned(), container.clone(), previous);
    if !state.logs.contains_key(&key) {
        let message = if previous {
            format!("previous terminated container \"{container}\" in pod \"{pod}\" not found")
        } else {
            format!("container \"{container}\" in pod \"{pod}\" is waiting to start: ContainerCreating")
        };
        return status(400, "BadRequest", &message, json!({}));
    }
    drop(state);
    let since = match query.get("sinceTime").map(str::parse::<Timestamp>) {
        None => None,
        Some(Ok(since)) => Timestamp::from_second(since.as_second()).ok(),
        Some(Err(_)) => return status(400, "BadRequest", "unable to decode sinceTime", json!({})),
    };
    let wanted = Wanted { since, timestamps: query.is_set("timestamps"), follow: query.is_set("follow") };
    streamed("text/plain", logs::serve(shared, key, wanted))
}
