//! Requests to the test cluster as plain JSON, beside Berth's own client: what judges Berth must not be Berth.

use http::{Method, Request, Response};
use http_body_util::BodyExt;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;

/// The test cluster's API server.
#[derive(Clone)]
pub struct Api {
    client: kube::Client,
}

/// An answer of the API server.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Texts of `Warning` headers.
    pub warnings: Vec<String>,
    /// Body.
    pub body: Value,
}

impl Answer {
    /// The body, where the request succeeded.
    #[track_caller]
    pub fn ok(self, what: &str) -> Value {
        assert!((200..300).contains(&self.status), "{what}: {} {}", self.status, self.body);
        self.body
    }
}

impl Api {
    /// Reaches the cluster that the environment names.
    pub async fn connect() -> Self {
        let read = |name: &str| {
            std::env::var(name).unwrap_or_else(|_| {
                panic!(
                    "{name} is not set: this test needs the test cluster. `cargo xtask test` brings it up; by hand: \
                     `cargo xtask cluster up`, then BERTH_TEST_KUBECONFIG=$(cargo xtask cluster kubeconfig) and \
                     BERTH_TEST_CONTEXT=berth-dev"
                )
            })
        };
        let file = read("BERTH_TEST_KUBECONFIG");
        let options = KubeConfigOptions { context: Some(read("BERTH_TEST_CONTEXT")), ..KubeConfigOptions::default() };
        let kubeconfig = Kubeconfig::read_from(&file).unwrap_or_else(|error| panic!("failed to read {file}: {error}"));
        let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
        Self { client: kube::Client::try_from(config).unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "application/json").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body), "application/json").await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body), "application/merge-patch+json").await
    }

    /// Deletes; `query` names the propagation policy, as every delete must.
    pub async fn delete(&self, path: &str, query: &str) -> Answer {
        self.send(Method::DELETE, &format!("{path}?{query}"), None, "application/json").await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>, content: &str) -> Answer {
        let bytes = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
        let request =
            Request::builder().method(method).uri(path).header("content-type", content).body(bytes.into()).unwrap();
        let response = self.client.send(request).await.unwrap_or_else(|error| panic!("{path}: {error}"));
        answer(response).await
    }
}

async fn answer(response: Response<kube::client::Body>) -> Answer {
    let warnings =
        response.headers().get_all("warning").iter().map(|value| value.to_str().unwrap().to_owned()).collect();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
    Answer { status, warnings, body }
}
