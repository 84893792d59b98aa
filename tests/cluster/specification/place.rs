//! What the cases find in the cluster: volumes of a class of their own, a tainted node with accelerators, a configuration
//! and a secret object. Nodes and volumes belong to no namespace, and go when the test does.

use std::time::Duration;

use berth_core::ports::Clock;
use serde_json::{Value, json};

use crate::api::Api;
use crate::program::SystemClock;
use crate::sandbox::Sandbox;

/// A node that is only an object: pods are placed on it and never run.
pub const NODE: &str = "berth-test-accelerators";
/// Its taint: key and value.
pub const TAINT: (&str, &str) = ("example.com/reserved", "yes");
/// What it advertises.
pub const GPU: &str = "example.com/gpu";
/// A configuration object of the namespace.
pub const CONFIG: &str = "settings";
/// A secret object of the namespace.
pub const SECRET: &str = "certificate";

/// Volumes that the cases may bind.
const VOLUMES: usize = 4;

/// Everything made outside of the namespace.
pub struct Place {
    /// Storage class of the volumes.
    pub class: String,
    paths: Vec<String>,
}

impl Place {
    /// Makes what the cases need.
    pub async fn make(sandbox: &Sandbox) -> Self {
        let mut place = Self { class: sandbox.namespace.clone(), paths: Vec::new() };
        place.volumes(&sandbox.api).await;
        place.node(&sandbox.api).await;
        let config = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": CONFIG},
            "data": {"greeting": "good day\n"}});
        sandbox.api.post(&sandbox.core("/configmaps"), &config).await.ok("the configuration");
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET},
            "stringData": {"word": "hidden\n"}});
        sandbox.api.post(&sandbox.core("/secrets"), &secret).await.ok("the secret object");
        let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "attempts"},
            "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": place.class,
                "resources": {"requests": {"storage": "1Mi"}}}});
        sandbox.api.post(&sandbox.core("/persistentvolumeclaims"), &claim).await.ok("the claim");
        place
    }

    async fn volumes(&mut self, api: &Api) {
        for number in 0..VOLUMES {
            let name = format!("{}-{number}", self.class);
            let volume = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": {
                "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                "persistentVolumeReclaimPolicy": "Retain", "storageClassName": self.class,
                "hostPath": {"path": format!("/tmp/{name}"), "type": "DirectoryOrCreate"},
            }});
            self.paths.push(format!("/api/v1/persistentvolumes/{name}"));
            api.post("/api/v1/persistentvolumes", &volume).await.ok("a volume");
        }
    }

    async fn node(&mut self, api: &Api) {
        let (key, value) = TAINT;
        let path = format!("/api/v1/nodes/{NODE}");
        let node = json!({"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": NODE, "labels": {"kubernetes.io/hostname": NODE}},
            "spec": {"taints": [{"key": key, "value": value, "effect": "NoSchedule"}]},
        });
        // One that a killed test left behind is as good.
        let made = api.post("/api/v1/nodes", &node).await;
        assert!([201, 409].contains(&made.status), "{}", made.body);
        self.paths.push(path.clone());
        self.refresh(api).await;
        // The node controller takes its own taint off a node that is ready.
        for _ in 0..100 {
            let node = api.get(&path).await.ok("the node");
            let taints = node["spec"]["taints"].as_array().cloned().unwrap_or_default();
            if !taints.iter().any(|taint: &Value| taint["key"] == "node.kubernetes.io/not-ready") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{NODE} did not become ready within 20 s");
    }

    /// Gives the node's sign of life, as its kubelet would; without one for some 40 s it counts as lost.
    pub async fn refresh(&self, api: &Api) {
        let amounts = json!({"cpu": "8", "memory": "16Gi", "pods": "10", "ephemeral-storage": "10Gi", GPU: "2"});
        let status = json!({"status": {"capacity": amounts, "allocatable": amounts, "conditions": [
            {"type": "Ready", "status": "True", "reason": "Test", "message": "an object and no more",
             "lastHeartbeatTime": SystemClock.now(), "lastTransitionTime": null},
        ]}});
        let path = format!("/api/v1/nodes/{NODE}/status");
        api.patch(&path, &status).await.ok("what the node advertises");
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let paths = std::mem::take(&mut self.paths);
        // A thread with a runtime of its own: the test's may be unwinding.
        let deletion = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let api = Api::connect().await;
                for path in &paths {
                    api.delete(path, "propagationPolicy=Background").await;
                }
            });
        });
        if deletion.join().is_err() {
            eprintln!("volumes of the class {} and the node {NODE} were left behind", self.class);
        }
    }
}
