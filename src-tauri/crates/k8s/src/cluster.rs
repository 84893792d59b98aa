//! Sends requests to one namespace of one cluster, with time limits and without hidden retries.

use std::sync::Arc;

use berth_model::ObjectRef;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sight::Sighting;
use crate::sign_in::SignIn;
use crate::{Class, ContextEntry, Error, client, labels, manifest};

pub(crate) mod answer;
mod named;
mod preflight;
mod refusal;
pub(crate) mod request;
pub(crate) mod resource;
pub(crate) mod runs;
mod suggest;

pub use suggest::{Listed, Lists, Suggestion};

use answer::Attempt;
use request::Plan;
use resource::Resource;

/// Who is named as the owner of the fields that a request sets.
const FIELD_MANAGER: &str = "berth";

/// One namespace of one cluster, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    namespace: String,
    sign_in: Option<Arc<SignIn>>,
    server: String,
    authority: Option<String>,
}

/// Evidence of which cluster answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterIdentity {
    /// UID of the namespace `kube-system`, where it may be read.
    pub system_uid: Option<String>,
    /// SHA-256 of the certificate authority of the kubeconfig, hexadecimal.
    pub authority: Option<String>,
    /// Address of the API server.
    pub server: String,
    /// Version, such as `v1.34.4`, where it may be read.
    pub version: Option<String>,
}

/// What the cluster made of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Identity of the object.
    pub object: ObjectRef,
    /// The object as admitted.
    pub body: Value,
}

#[derive(Deserialize)]
struct Named {
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
    #[serde(default)]
    uid: String,
}

impl Cluster {
    /// Prepares a client for a context; sends nothing yet and runs no sign-in program yet.
    ///
    /// The namespace is the one given, else the context's, else `default`.
    ///
    /// # Errors
    /// `Configuration` where the entry cannot be used.
    pub async fn connect(entry: &ContextEntry, namespace: Option<&str>) -> Result<Self, Error> {
        let way = client::prepare(entry).await?;
        Ok(Self {
            client: way.client,
            namespace: namespace.map_or(way.default_namespace, str::to_owned),
            sign_in: way.sign_in,
            server: way.server,
            authority: way.authority,
        })
    }

    /// Wraps a client that exists (tests put a scripted one here).
    #[must_use]
    pub fn from_client(client: kube::Client, namespace: &str) -> Self {
        Self { client, namespace: namespace.to_owned(), sign_in: None, server: String::new(), authority: None }
    }

    /// The same cluster over the same connections, asked in another namespace.
    #[must_use]
    pub fn in_namespace(&self, namespace: &str) -> Self {
        Self { namespace: namespace.to_owned(), ..self.clone() }
    }

    /// The namespace that is asked.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The client beneath.
    #[must_use]
    pub const fn client(&self) -> &kube::Client {
        &self.client
    }

    /// Address of the API server; empty for a client that was handed in.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Asks which cluster answers; works with rights in one namespace only.
    ///
    /// # Errors
    /// As the requests fail; a refusal to read `kube-system` is not one.
    pub async fn identity(&self) -> Result<ClusterIdentity, Error> {
        let version = self.version().await;
        let system = match version {
            Err(error) if error.class != Class::Forbidden => return Err(error),
            _ => self.system_uid().await,
        };
        let system_uid = match system {
            Ok(uid) => Some(uid),
            Err(error) if matches!(error.class, Class::Forbidden | Class::NotFound) => None,
            Err(error) => return Err(error),
        };
        Ok(ClusterIdentity {
            system_uid,
            authority: self.authority.clone(),
            server: self.server.clone(),
            version: version.ok(),
        })
    }

    /// Asks for the version: the cheapest sign of life, allowed to everybody.
    ///
    /// # Errors
    /// As the request fails; `Configuration` where no Kubernetes API answers.
    pub async fn version(&self) -> Result<String, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let attempt = Attempt {
            what: "ask for the version of the cluster".to_owned(),
            verb: "get",
            resource: String::new(),
            namespace: String::new(),
            changes: false,
        };
        let version: Version = self.fetch(&Plan::get("/version".to_owned()), &attempt).await?;
        Ok(version.git_version)
    }

    async fn system_uid(&self) -> Result<String, Error> {
        let attempt = self.namespaces_attempt("get", Some("kube-system"));
        let found: Named = self.fetch(&Plan::get("/api/v1/namespaces/kube-system".to_owned()), &attempt).await?;
        Ok(found.metadata.uid)
    }

    fn namespaces_attempt(&self, verb: &'static str, name: Option<&str>) -> Attempt {
        Attempt {
            what: name.map_or_else(|| "list namespaces".to_owned(), |name| format!("read the namespace \"{name}\"")),
            verb,
            resource: "namespaces".to_owned(),
            namespace: String::new(),
            changes: false,
        }
    }

    /// Lists namespaces.
    ///
    /// # Errors
    /// `Forbidden` where that is not allowed.
    pub async fn namespaces(&self) -> Result<Vec<String>, Error> {
        let attempt = self.namespaces_attempt("list", None);
        let listing = self.pages("/api/v1/namespaces", "", &attempt).await?;
        let mut names = Vec::new();
        for raw in &listing.items {
            let named: Named = serde_json::from_str(raw.get()).map_err(|_| attempt.unreadable())?;
            names.push(named.metadata.name);
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Creates one object (`fieldValidation=Strict`, one attempt, 10 s). With `dry_run` nothing is stored.
    ///
    /// A 403 is told apart by asking for the right itself: where the right is there, it was admission (quota, Pod
    /// Security, a limit range) that refused, and the class is `Invalid`.
    ///
    /// # Errors
    /// `AlreadyExists`, `Invalid`, `Forbidden`, `Unclear` where the fate is unknown, and so on.
    pub async fn create(&self, manifest: &Value, dry_run: bool) -> Result<Created, Error> {
        let kind = manifest.get("kind").and_then(Value::as_str).unwrap_or_default();
        let name = manifest.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        let resource = Resource::of(kind)?;
        let mut attempt = Attempt::on("create", &resource, &self.namespace, Some(name));
        // A dry run stores nothing, so its fate is never in doubt.
        attempt.changes = !dry_run;
        let plan = Plan {
            method: http::Method::POST,
            path: self.changing(resource.all(&self.namespace), dry_run),
            content_type: "application/json",
            body: manifest.to_string().into_bytes(),
            is_compressible: true,
        };
        let body: Value = match self.fetch(&plan, &attempt).await {
            Err(error) if error.class == Class::Forbidden => {
                return Err(self.why_forbidden(error, &attempt, &resource).await);
            }
            other => other?,
        };
        let object =
            ObjectRef { kind: kind.to_owned(), name: text(&body, "/metadata/name"), uid: text(&body, "/metadata/uid") };
        if object.name.is_empty() || object.uid.is_empty() {
            return Err(attempt.unreadable());
        }
        Ok(Created { object, body })
    }

    fn changing(&self, path: String, dry_run: bool) -> String {
        let dry = if dry_run { "&dryRun=All" } else { "" };
        format!("{path}?fieldValidation=Strict&fieldManager={FIELD_MANAGER}{dry}")
    }

    /// Reads one object by kind and name; `None` where there is none.
    ///
    /// # Errors
    /// As the request fails.
    pub async fn read(&self, kind: &str, name: &str) -> Result<Option<Value>, Error> {
        let resource = Resource::of(kind)?;
        let attempt = Attempt::on("get", &resource, &self.namespace, Some(name));
        match self.fetch(&Plan::get(resource.one(&self.namespace, name)), &attempt).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Reads the namespace itself; `None` where it does not exist.
    ///
    /// # Errors
    /// `Forbidden` where namespaces may not be read, which is common; else as the request fails.
    pub async fn read_namespace(&self) -> Result<Option<Value>, Error> {
        let name = &self.namespace;
        let attempt = Attempt {
            what: format!("read the namespace \"{name}\""),
            verb: "get",
            resource: "namespaces".to_owned(),
            namespace: name.clone(),
            changes: false,
        };
        match self.fetch(&Plan::get(format!("/api/v1/namespaces/{}", resource::escaped(name))), &attempt).await {
            Ok(body) => Ok(Some(body)),
            Err(error) if error.class == Class::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Asks whether we have a right, such as `create` on `jobs.batch` or `get` on `pods/log`.
    ///
    /// # Errors
    /// As the request fails.
    pub async fn may(&self, verb: &str, resource: &str) -> Result<bool, Error> {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": {
                "namespace": self.namespace, "verb": verb, "group": group, "resource": plural, "subresource": subresource,
            }},
        });
        let attempt = Attempt {
            what: "ask for your rights".to_owned(),
            verb: "create",
            resource: "selfsubjectaccessreviews.authorization.k8s.io".to_owned(),
            namespace: String::new(),
            changes: false,
        };
        let plan = Plan {
            method: http::Method::POST,
            path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews".to_owned(),
            content_type: "application/json",
            body: review.to_string().into_bytes(),
            is_compressible: true,
        };
        let answer: Value = self.fetch(&plan, &attempt).await?;
        answer.pointer("/status/allowed").and_then(Value::as_bool).ok_or_else(|| attempt.unreadable())
    }

    /// Releases a held main object: a suspended Job or CronJob is resumed, a Deployment gets its copies. Idempotent.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn release(&self, object: &ObjectRef, copies: u32) -> Result<Value, Error> {
        match object.kind.as_str() {
            "Job" | "CronJob" => self.patch(object, "release", json!({"spec": {"suspend": false}})).await,
            "Deployment" => {
                // A changed template makes it a rollout, to which the progress deadline applies; to scaling it does not.
                let template = json!({"metadata": {"annotations": {labels::RELEASED: "true"}}});
                let change = json!({"spec": {"replicas": copies, "template": template}});
                self.patch(object, "release", change).await
            }
            kind => Err(Error::new(Class::Invalid, format!("a {kind} cannot be released"))),
        }
    }

    /// Holds a main object that can go on: a CronJob is suspended, a Deployment gets no copies. Idempotent.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn hold(&self, object: &ObjectRef) -> Result<Value, Error> {
        match object.kind.as_str() {
            "CronJob" => self.patch(object, "suspend", json!({"spec": {"suspend": true}})).await,
            _ => self.scale(object, 0).await,
        }
    }

    /// Sets how many copies of a Deployment run; none stops it. Idempotent.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn scale(&self, object: &ObjectRef, copies: u32) -> Result<Value, Error> {
        self.patch(object, "scale", json!({"spec": {"replicas": copies}})).await
    }

    /// Gives a Deployment that has no copies so many again. `at` is noted in its pods.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn resume(&self, object: &ObjectRef, copies: u32, at: Timestamp) -> Result<Value, Error> {
        // As at the release: to scaling alone the progress deadline does not apply.
        let annotations = json!({labels::RESTARTED_AT: at.to_string()});
        let change = json!({"spec": {"replicas": copies, "template": {"metadata": {"annotations": annotations}}}});
        self.patch(object, "resume", change).await
    }

    /// Makes an alias, or points the one of its name that Berth made at another run.
    ///
    /// # Errors
    /// `Conflict` where a Service of another has the name; else as the requests fail.
    pub async fn point_alias(&self, alias: &Value) -> Result<ObjectRef, Error> {
        match self.create(alias, false).await {
            Err(error) if error.class == Class::AlreadyExists => {}
            other => return other.map(|created| created.object),
        }
        let name = text(alias, "/metadata/name");
        let there = self.read("Service", &name).await?.filter(manifest::is_alias);
        let Some(seen) = there.as_ref().and_then(Sighting::of) else {
            let message = format!("the Service \"{name}\" is not an alias that Berth made");
            return Err(Error::new(Class::Conflict, message));
        };
        let part = |pointer: &str| alias.pointer(pointer).cloned().unwrap_or_default();
        let change = json!({
            "metadata": {"labels": part("/metadata/labels")},
            "spec": {"selector": part("/spec/selector"), "ports": part("/spec/ports")},
        });
        self.patch(&seen.object, "point", change).await?;
        Ok(seen.object)
    }

    /// Starts all copies of a Deployment anew, one after the other, as it rolls out a new version.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn restart(&self, object: &ObjectRef, at: Timestamp) -> Result<Value, Error> {
        let annotations = json!({labels::RESTARTED_AT: at.to_string()});
        let change = json!({"spec": {"template": {"metadata": {"annotations": annotations}}}});
        self.patch(object, "restart", change).await
    }

    /// Sets how long a finished Job is kept, in seconds.
    ///
    /// # Errors
    /// `NotFound` where it is gone already; `Conflict` where the name belongs to another.
    pub async fn keep_for(&self, object: &ObjectRef, seconds: u32) -> Result<(), Error> {
        let change = json!({"spec": {"ttlSecondsAfterFinished": seconds}});
        self.patch(object, "set the time to keep", change).await.map(|_| ())
    }

    /// Merges a change into an object of this identity: the UID in the patch makes the API refuse another of the name.
    async fn patch(&self, object: &ObjectRef, what: &str, mut change: Value) -> Result<Value, Error> {
        let resource = Resource::of(&object.kind)?;
        if let Some(change) = change.as_object_mut() {
            let metadata = change.entry("metadata").or_insert_with(|| json!({}));
            if let Some(metadata) = metadata.as_object_mut() {
                metadata.insert("uid".to_owned(), json!(object.uid));
            }
        }
        let mut attempt = Attempt::on("patch", &resource, &self.namespace, Some(&object.name));
        attempt.what = format!("{what} the {} \"{}\"", object.kind, object.name);
        let plan = Plan {
            method: http::Method::PATCH,
            path: self.changing(resource.one(&self.namespace, &object.name), false),
            content_type: "application/merge-patch+json",
            body: change.to_string().into_bytes(),
            is_compressible: true,
        };
        let mut patched = self.fetch(&plan, &attempt).await;
        // Another object of the name shows as an attempt to change its identity.
        if let Err(error) = &mut patched
            && error.class == Class::Invalid
            && error.fields.iter().any(|field| field.path == "metadata.uid")
        {
            error.class = Class::Conflict;
            error.message = format!("failed to {}: the name belongs to another object now", attempt.what);
            error.fields.clear();
        }
        patched
    }

    /// Deletes an object by identity, in the foreground (its pods end first). `false` where it was gone already.
    ///
    /// # Errors
    /// `Conflict` where the name now belongs to another object.
    pub async fn delete(&self, object: &ObjectRef) -> Result<bool, Error> {
        let resource = Resource::of(&object.kind)?;
        let attempt = Attempt::on("delete", &resource, &self.namespace, Some(&object.name));
        let options = json!({
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground",
            "preconditions": {"uid": object.uid},
        });
        let plan = Plan {
            method: http::Method::DELETE,
            path: resource.one(&self.namespace, &object.name),
            content_type: "application/json",
            body: options.to_string().into_bytes(),
            is_compressible: true,
        };
        match self.fetch::<Value>(&plan, &attempt).await {
            Ok(_) => Ok(true),
            Err(error) if error.class == Class::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}
