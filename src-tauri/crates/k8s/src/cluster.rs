//! Sends requests to one namespace of one cluster, with time limits and without hidden retries.

use berth_model::{ObjectRef, RunId};
use serde_json::Value;

use crate::{ContextEntry, Error, RunObjects};

/// One namespace of one cluster, ready to be asked. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    namespace: String,
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

impl Cluster {
    /// Prepares a client for a context; sends nothing yet.
    ///
    /// # Errors
    /// `Configuration` where the entry cannot be used.
    pub async fn connect(entry: &ContextEntry, namespace: Option<&str>) -> Result<Self, Error> {
        let _ = (entry, namespace);
        unimplemented!()
    }

    /// Wraps a client that exists (tests put a scripted one here).
    #[must_use]
    pub fn from_client(client: kube::Client, namespace: &str) -> Self {
        Self { client, namespace: namespace.to_owned() }
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

    /// Asks which cluster answers; works with rights in one namespace only.
    ///
    /// # Errors
    /// As the requests fail; a refusal to read `kube-system` is not one.
    pub async fn identity(&self) -> Result<ClusterIdentity, Error> {
        unimplemented!()
    }

    /// Lists namespaces.
    ///
    /// # Errors
    /// `Forbidden` where that is not allowed.
    pub async fn namespaces(&self) -> Result<Vec<String>, Error> {
        unimplemented!()
    }

    /// Creates one object (`fieldValidation=Strict`, one attempt, 10 s). With `dry_run` nothing is stored.
    ///
    /// # Errors
    /// `AlreadyExists`, `Invalid`, `Forbidden`, `Unclear` where the fate is unknown, and so on.
    pub async fn create(&self, manifest: &Value, dry_run: bool) -> Result<Created, Error> {
        let _ = (manifest, dry_run);
        unimplemented!()
    }

    /// Reads one object by kind and name; `None` where there is none.
    ///
    /// # Errors
    /// As the request fails.
    pub async fn read(&self, kind: &str, name: &str) -> Result<Option<Value>, Error> {
        let _ = (kind, name);
        unimplemented!()
    }

    /// Tries every object, and the pod that the main object's template would make, as a strict server dry run.
    ///
    /// # Errors
    /// The first refusal: quota, Pod Security, rights (verb and resource named), limit range, missing namespace.
    pub async fn preflight(&self, manifests: &[Value]) -> Result<(), Error> {
        let _ = manifests;
        unimplemented!()
    }

    /// Releases a held main object (a suspended Job is resumed, a Deployment scaled to its replicas). Idempotent.
    ///
    /// # Errors
    /// `NotFound` or `Conflict` where the object is gone or another.
    pub async fn release(&self, object: &ObjectRef) -> Result<Value, Error> {
        let _ = object;
        unimplemented!()
    }

    /// Sets how long a finished Job is kept, in seconds.
    ///
    /// # Errors
    /// `NotFound` where it is gone already; `Conflict` where the name belongs to another.
    pub async fn keep_for(&self, object: &ObjectRef, seconds: u32) -> Result<(), Error> {
        let _ = (object, seconds);
        unimplemented!()
    }

    /// Deletes an object by identity, in the foreground (its pods end first). `false` where it was gone already.
    ///
    /// # Errors
    /// `Conflict` where the name now belongs to another object.
    pub async fn delete(&self, object: &ObjectRef) -> Result<bool, Error> {
        let _ = object;
        unimplemented!()
    }

    /// Reads everything of one run: the main object, its pods, their events. `None` where the main object is gone.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn run_objects(&self, run: RunId, main: &ObjectRef) -> Result<Option<RunObjects>, Error> {
        let _ = (run, main);
        unimplemented!()
    }

    /// Lists everything that Berth ever made here, by label.
    ///
    /// # Errors
    /// As the requests fail.
    pub async fn all_runs(&self) -> Result<Vec<RunObjects>, Error> {
        unimplemented!()
    }
}
