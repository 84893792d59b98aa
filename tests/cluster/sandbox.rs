//! A fresh Kubernetes namespace per test, gone at its end, also when the test fails.

use std::time::Duration;

use serde_json::{Value, json};

use crate::api::Api;

/// Registry of the test cluster, by the name under which node and pods know it.
pub const REGISTRY: &str = "10.240.0.1:5000";

/// One of the images that the test cluster has (`busybox`, `python`, `buildah`, `fetch`, `registry`).
pub fn image(name: &str) -> String {
    format!("{REGISTRY}/{name}:latest")
}

/// A namespace of a test's own.
pub struct Sandbox {
    /// The cluster.
    pub api: Api,
    /// Name of the namespace.
    pub namespace: String,
}

impl Sandbox {
    /// Makes a namespace with the default service account in it. `purpose` is part of its name.
    pub async fn new(purpose: &str) -> Self {
        Self::labelled(purpose, &json!({})).await
    }

    /// Makes a namespace that enforces a Pod Security level, and stays silent about stricter ones.
    pub async fn enforcing(purpose: &str, level: &str) -> Self {
        let labels = json!({
            "pod-security.kubernetes.io/enforce": level,
            "pod-security.kubernetes.io/warn": level,
        });
        Self::labelled(purpose, &labels).await
    }

    async fn labelled(purpose: &str, labels: &Value) -> Self {
        let api = Api::connect().await;
        let namespace = format!("berth-test-{purpose}-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        let object =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace, "labels": labels}});
        api.post("/api/v1/namespaces", &object).await.ok("making the namespace");
        let sandbox = Self { api, namespace };
        sandbox.wait_for("/serviceaccounts/default").await;
        sandbox
    }

    /// Path of a core resource in the namespace, as `/pods`.
    pub fn core(&self, rest: &str) -> String {
        format!("/api/v1/namespaces/{}{rest}", self.namespace)
    }

    /// Path of Jobs in the namespace; `rest` begins with `/` or `?`, or is empty.
    pub fn jobs(&self, rest: &str) -> String {
        format!("/apis/batch/v1/namespaces/{}/jobs{rest}", self.namespace)
    }

    /// Path of Deployments in the namespace, as `jobs`.
    pub fn deployments(&self, rest: &str) -> String {
        format!("/apis/apps/v1/namespaces/{}/deployments{rest}", self.namespace)
    }

    /// Path of CronJobs in the namespace, as `jobs`.
    pub fn cron_jobs(&self, rest: &str) -> String {
        format!("/apis/batch/v1/namespaces/{}/cronjobs{rest}", self.namespace)
    }

    async fn wait_for(&self, rest: &str) {
        for _ in 0..300 {
            if self.api.get(&self.core(rest)).await.status == 200 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{rest} did not appear in {} within 30 s", self.namespace);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let namespace = self.namespace.clone();
        // A thread with a runtime of its own: the test's may be unwinding.
        let deletion = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async { delete_now(&Api::connect().await, &namespace).await });
        });
        if deletion.join().is_err() {
            eprintln!("namespace {} was left behind", self.namespace);
        }
    }
}

/// Deletes a namespace without waiting for the grace of what runs in it.
async fn delete_now(api: &Api, namespace: &str) {
    let core = format!("/api/v1/namespaces/{namespace}");
    api.delete(&core, "propagationPolicy=Background").await;
    let pods = api.get(&format!("{core}/pods")).await.body;
    for pod in pods["items"].as_array().into_iter().flatten() {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        api.delete(&format!("{core}/pods/{name}"), "propagationPolicy=Background&gracePeriodSeconds=0").await;
    }
}
