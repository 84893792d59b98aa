//! An API server for launches: keeps objects as the real one does, and misbehaves as a test scripts it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How a request is mistreated.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answered with this status; nothing is stored.
    Refuse(u16, Value),
    /// Stored, then answered with this status and no Status body.
    StoreThen(u16),
    /// Stored, then the connection is closed without an answer.
    StoreThenCut,
    /// The connection is closed without an answer; nothing is stored.
    Cut,
    /// Stored, and never answered.
    StoreThenHang,
    /// Never answered; stored so much later, also when the client has gone.
    StoreLate(Duration),
    /// Something foreign takes the name first; then handled as usual.
    ForeignFirst,
}

/// Which requests, and what happens to them.
#[derive(Clone, Debug)]
pub struct Rule {
    pub method: Method,
    /// Part of the path.
    pub path: &'static str,
    /// Whether dry runs only, or the real thing only.
    pub dry_run: bool,
    /// For so many requests.
    pub times: usize,
    pub act: Act,
}

#[derive(Default)]
struct State {
    objects: BTreeMap<String, Value>,
    namespaces: BTreeMap<String, Value>,
    denied: BTreeSet<String>,
    rules: Vec<Rule>,
    requests: Vec<String>,
    counter: u64,
}

/// The server, on a thread of its own.
pub struct Api {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Api {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        state.lock().unwrap().namespaces.insert("work".to_owned(), json!({}));
        let shared = Arc::clone(&state);
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let state = Arc::clone(&shared);
                    tokio::spawn(async move {
                        let service = service_fn(move |request| answer(Arc::clone(&state), request));
                        let served = hyper::server::conn::http1::Builder::new();
                        // A connection that a script cuts ends with an error here: that is what it is for.
                        drop(served.serve_connection(TokioIo::new(stream), service).await);
                    });
                }
            });
        });
        Self { address: told.recv().unwrap(), state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Scripts a misbehaviour towards real (not dry-run) requests.
    pub fn script(&self, method: Method, path: &'static str, times: usize, act: Act) {
        self.state().rules.push(Rule { method, path, dry_run: false, times, act });
    }

    /// Scripts a misbehaviour towards dry runs.
    pub fn script_dry_run(&self, path: &'static str, act: Act) {
        self.state().rules.push(Rule { method: Method::POST, path, dry_run: true, times: 1, act });
    }

    /// Takes a right away, such as `create jobs.batch`.
    pub fn deny(&self, right: &str) {
        self.state().denied.insert(right.to_owned());
    }

    pub fn label_namespace(&self, name: &str, labels: Value) {
        self.state().namespaces.insert(name.to_owned(), labels);
    }

    /// All objects of a kind, by its plural.
    pub fn all(&self, plural: &str) -> Vec<Value> {
        let part = format!("/{plural}/");
        self.state().objects.iter().filter(|(path, _)| path.contains(&part)).map(|(_, object)| object.clone()).collect()
    }

    /// The only Job there is.
    pub fn job(&self) -> Value {
        let jobs = self.all("jobs");
        assert_eq!(jobs.len(), 1, "exactly one Job: {jobs:?}");
        jobs[0].clone()
    }

    /// Removes everything, as a person with kubectl would.
    pub fn remove_all(&self) {
        self.state().objects.clear();
    }

    /// Puts an object of somebody in the place of the one there, with an identity of its own.
    pub fn replace_job(&self) {
        let mut state = self.state();
        state.counter += 1;
        let uid = format!("replaced-{}", state.counter);
        for (path, object) in &mut state.objects {
            if path.contains("/jobs/") {
                object["metadata"]["uid"] = json!(uid);
            }
        }
    }

    /// Requests so far, as `METHOD path?query`.
    pub fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    /// Requests that would have stored or changed something.
    pub fn changes(&self) -> Vec<String> {
        let is_change = |request: &String| {
            !request.starts_with("GET") && !request.contains("dryRun=All") && !request.contains("accessreviews")
        };
        self.requests().into_iter().filter(is_change).collect()
    }

    pub fn wait_for_request(&self, method: &str, part: &str) {
        for _ in 0..1000 {
            let found = self.changes().iter().any(|request| request.starts_with(method) && request.contains(part));
            if found {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("no {method} of {part} within 10 s: {:?}", self.requests());
    }

    pub fn wait_for_jobs(&self, count: usize) {
        for _ in 0..1000 {
            if self.all("jobs").len() == count {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{} Jobs instead of {count} after 10 s", self.all("jobs").len());
    }
}

/// A Status as the API writes it.
pub fn status(code: u16, reason: &str, message: &str, details: Value) -> Value {
    json!({
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "metadata": {},
        "code": code, "reason": reason, "message": message, "details": details,
    })
}

type Reply = (u16, Value);

async fn answer(state: Arc<Mutex<State>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let path = parts.uri.path().to_owned();
    let is_dry_run = parts.uri.query().is_some_and(|query| query.contains("dryRun=All"));
    let act = {
        let mut state = state.lock().unwrap();
        state.requests.push(format!("{} {}", parts.method, parts.uri));
        state.act(&parts.method, &path, is_dry_run)
    };
    let handle = |state: &mut State| state.handle(&parts.method, &path, is_dry_run, &body);
    let cut = || Err(std::io::Error::other("cut by the script"));
    let (code, body) = match act {
        None => handle(&mut state.lock().unwrap()),
        Some(Act::Refuse(code, body)) => (code, body),
        Some(Act::StoreThen(code)) => {
            handle(&mut state.lock().unwrap());
            (code, Value::Null)
        }
        Some(Act::StoreThenCut) => {
            handle(&mut state.lock().unwrap());
            return cut();
        }
        Some(Act::Cut) => return cut(),
        Some(Act::StoreThenHang) => {
            handle(&mut state.lock().unwrap());
            return std::future::pending().await;
        }
        Some(Act::StoreLate(delay)) => {
            let (state, method) = (Arc::clone(&state), parts.method.clone());
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                state.lock().unwrap().handle(&method, &path, is_dry_run, &body);
            });
            return std::future::pending().await;
        }
        Some(Act::ForeignFirst) => {
            let mut state = state.lock().unwrap();
            let name = body["metadata"]["name"].clone();
            let foreign = json!({
                "apiVersion": body["apiVersion"], "kind": body["kind"],
                "metadata": { "name": name, "labels": { "app": "somebody-else" } }, "spec": { "suspend": true },
            });
            state.handle(&parts.method, &path, false, &foreign);
            state.handle(&parts.method, &path, is_dry_run, &body)
        }
    };
    let body = if body.is_null() { Bytes::from_static(b"gateway") } else { Bytes::from(body.to_string()) };
    let response = Response::builder().status(code).header("content-type", "application/json");
    Ok(response.body(Full::new(body)).unwrap())
}

impl State {
    fn act(&mut self, method: &Method, path: &str, is_dry_run: bool) -> Option<Act> {
        let matches = |rule: &&mut Rule| {
            rule.times > 0 && rule.method == *method && path.contains(rule.path) && rule.dry_run == is_dry_run
        };
        let rule = self.rules.iter_mut().find(matches)?;
        rule.times -= 1;
        Some(rule.act.clone())
    }

    fn handle(&mut self, method: &Method, path: &str, is_dry_run: bool, body: &Value) -> Reply {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["version"]) => (200, json!({ "major": "1", "minor": "34", "gitVersion": "v1.34.4" })),
            ("GET", ["api", "v1", "namespaces"]) => {
                let items: Vec<Value> =
                    self.namespaces.keys().map(|name| json!({ "metadata": { "name": name, "uid": name } })).collect();
                (200, json!({ "kind": "NamespaceList", "apiVersion": "v1", "metadata": {}, "items": items }))
            }
            ("GET", ["api", "v1", "namespaces", "kube-system"]) => {
                (200, json!({ "kind": "Namespace", "metadata": { "name": "kube-system", "uid": "system-uid" } }))
            }
            ("GET", ["api", "v1", "namespaces", name]) => match self.namespaces.get(*name) {
                Some(labels) => (200, json!({ "kind": "Namespace", "metadata": { "name": name, "labels": labels } })),
                None => missing("namespaces", name),
            },
            ("POST", [.., "selfsubjectaccessreviews"]) => {
                let asked = &body["spec"]["resourceAttributes"];
                let text = |key: &str| asked[key].as_str().unwrap_or_default();
                let group = if text("group").is_empty() { String::new() } else { format!(".{}", text("group")) };
                let right = format!("{} {}{group}", text("verb"), text("resource"));
                (
                    201,
                    json!({ "kind": "SelfSubjectAccessReview", "status": { "allowed": !self.denied.contains(&right) } }),
                )
            }
            (verb, [.., "namespaces", namespace, plural]) => {
                self.collection(verb, path, namespace, plural, is_dry_run, body)
            }
            (verb, [.., "namespaces", _, plural, name]) => self.one(verb, path, plural, name, body),
            _ => (404, status(404, "NotFound", "the server could not find the requested resource", json!({}))),
        }
    }

    fn refused(&self, verb: &str, plural: &str) -> Option<Reply> {
        let group = if plural == "jobs" { ".batch" } else { "" };
        let message = format!("{plural} is forbidden: User \"dev\" cannot {verb} resource \"{plural}\"");
        self.denied
            .contains(&format!("{verb} {plural}{group}"))
            .then(|| (403, status(403, "Forbidden", &message, json!({ "kind": plural }))))
    }

    fn collection(
        &mut self,
        verb: &str,
        path: &str,
        namespace: &str,
        plural: &str,
        is_dry_run: bool,
        body: &Value,
    ) -> Reply {
        if verb == "GET" {
            let part = format!("{path}/");
            let items: Vec<&Value> =
                self.objects.iter().filter(|(path, _)| path.starts_with(&part)).map(|(_, object)| object).collect();
            return (
                200,
                json!({ "kind": "List", "apiVersion": "v1", "metadata": { "resourceVersion": "1" }, "items": items }),
            );
        }
        if let Some(refused) = self.refused("create", plural) {
            return refused;
        }
        if !self.namespaces.contains_key(namespace) {
            return missing("namespaces", namespace);
        }
        let name = body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let key = format!("{path}/{name}");
        if self.objects.contains_key(&key) {
            let message = format!("{plural} \"{name}\" already exists");
            return (409, status(409, "AlreadyExists", &message, json!({ "name": name, "kind": plural })));
        }
        self.counter += 1;
        let mut object = body.clone();
        object["metadata"]["uid"] = json!(format!("uid-{}", self.counter));
        object["metadata"]["resourceVersion"] = json!(self.counter.to_string());
        object["metadata"]["namespace"] = json!(namespace);
        object["metadata"]["creationTimestamp"] = json!("2026-11-24T06:00:00Z");
        if !is_dry_run {
            self.objects.insert(key, object.clone());
        }
        (201, object)
    }

    fn one(&mut self, verb: &str, path: &str, plural: &str, name: &str, body: &Value) -> Reply {
        let right = if verb == "GET" { "get".to_owned() } else { verb.to_ascii_lowercase() };
        if let Some(refused) = self.refused(&right, plural) {
            return refused;
        }
        let Some(object) = self.objects.get_mut(path) else { return missing(plural, name) };
        let there = object["metadata"]["uid"].clone();
        let asked = if verb == "DELETE" { &body["preconditions"]["uid"] } else { &body["metadata"]["uid"] };
        if verb != "GET" && *asked != there {
            let message = format!("the UID in the precondition ({asked}) does not match the UID in record ({there})");
            return (409, status(409, "Conflict", &message, json!({ "name": name, "kind": plural })));
        }
        match verb {
            "PATCH" => {
                self.counter += 1;
                merge(object, body);
                object["metadata"]["resourceVersion"] = json!(self.counter.to_string());
                (200, object.clone())
            }
            "DELETE" => {
                self.objects.retain(|key, object| {
                    key != path && object.pointer("/metadata/ownerReferences/0/uid") != Some(&there)
                });
                (200, json!({ "kind": "Status", "status": "Success" }))
            }
            _ => (200, object.clone()),
        }
    }
}

fn missing(plural: &str, name: &str) -> Reply {
    (404, status(404, "NotFound", &format!("{plural} \"{name}\" not found"), json!({ "name": name, "kind": plural })))
}

fn merge(target: &mut Value, change: &Value) {
    match (target, change) {
        (Value::Object(target), Value::Object(change)) => {
            for (key, value) in change {
                merge(target.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (target, change) => *target = change.clone(),
    }
}
