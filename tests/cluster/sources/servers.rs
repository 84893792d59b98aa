//! The servers that code is fetched from, in a pod of the test's own namespace: git's own program over HTTP, an S3 server
//! that checks signatures, plain HTTP, and the same with TLS. They answer at the host `sources`.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, image};

/// The configuration object that holds the authority of the TLS server's certificate, as `ca.crt`.
pub const AUTHORITY: &str = "sources-ca";

/// Starts them, and waits until they serve.
pub async fn start(sandbox: &Sandbox) {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("tls.key"), folder.path().join("tls.crt"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=sources", "-addext", "subjectAltName=DNS:sources", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |path| std::fs::read_to_string(path).unwrap();
    let post = async |path: &str, object: Value| sandbox.api.post(&sandbox.core(path), &object).await.ok(path);
    post(
        "/secrets",
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "sources-tls"},
            "stringData": {"tls.key": read(&key), "tls.crt": read(&certificate)}}),
    )
    .await;
    post(
        "/configmaps",
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": AUTHORITY}, "data": {"ca.crt": read(&certificate)}}),
    )
    .await;
    post(
        "/configmaps",
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sources"},
            "data": {"seed.py": include_str!("seed.py"), "serve.py": include_str!("serve.py")}}),
    )
    .await;
    let ports = [("http", 8080), ("https", 8443), ("s3", 9000)];
    let published: Vec<Value> = ports.iter().map(|(name, port)| json!({"name": name, "port": port})).collect();
    post(
        "/services",
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "sources"},
            "spec": {"selector": {"app": "sources"}, "ports": published}}),
    )
    .await;
    post(
        "/pods",
        json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "sources", "labels": {"app": "sources"}},
            "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [{
                    "name": "sources", "image": image("sources"),
                    "command": ["sh", "-c", "python3 /seed/seed.py && exec python3 /seed/serve.py"],
                    "volumeMounts": [
                        {"name": "seed", "mountPath": "/seed"}, {"name": "tls", "mountPath": "/tls"},
                        {"name": "data", "mountPath": "/data"},
                    ],
                    "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1},
                }],
                "volumes": [
                    {"name": "seed", "configMap": {"name": "sources"}},
                    {"name": "tls", "secret": {"secretName": "sources-tls"}},
                    {"name": "data", "emptyDir": {}},
                ],
            },
        }),
    )
    .await;
    for _ in 0..600 {
        let pod = sandbox.api.get(&sandbox.core("/pods/sources")).await.body;
        let is_ready = |one: &Value| one["type"] == "Ready" && one["status"] == "True";
        if pod["status"]["conditions"].as_array().is_some_and(|all| all.iter().any(is_ready)) {
            return;
        }
        assert_ne!(pod["status"]["phase"], "Failed", "{pod}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the servers of code sources did not come up within 60 s");
}
