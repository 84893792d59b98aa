//! Runs the sign-in program of a kubeconfig user (an exec plugin) and keeps what it returned.
//!
//! The program never gets a terminal, has a time limit, runs in a process group of its own that is killed with it, and
//! what it prints to its standard output (the credential) appears in no error and no log.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::HeaderValue;
use jiff::Timestamp;
use kube::config::{ExecConfig, ExecInteractiveMode};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::{Class, Error};

/// How long a sign-in program may take: a cloud's own program that asks a slow identity provider takes seconds.
const TIME_LIMIT: Duration = Duration::from_secs(60);
/// A credential is renewed so long before it expires, so that a request does not arrive with one that just did.
const RENEW_BEFORE: Duration = Duration::from_secs(60);
/// A failed sign-in is not repeated sooner: several requests at once fail by one run of the program.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// Most that is read of what the program prints: a credential with two certificates has some 10 kB.
const MAX_OUTPUT: u64 = 1024 * 1024;

/// What a sign-in program returned. Has no `Debug`: it is a secret.
pub(crate) struct Credential {
    /// Value of the `Authorization` header.
    pub(crate) token: Option<HeaderValue>,
    /// Client certificate and key, PEM.
    pub(crate) identity: Option<(String, String)>,
    /// Counts the runs of the program, so that users see a change.
    pub(crate) generation: u64,
    renew_at: Option<Instant>,
}

/// The sign-in of one connection.
pub(crate) struct SignIn {
    plugin: ExecConfig,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    credential: Option<Arc<Credential>>,
    failure: Option<(Instant, Error)>,
    runs: u64,
}

impl SignIn {
    /// Takes over the plugin's part of a kubeconfig.
    ///
    /// # Errors
    /// `Configuration` where it cannot be run as Berth runs it.
    pub(crate) fn new(plugin: ExecConfig) -> Result<Self, Error> {
        let refuse =
            |why: &str| Err(Error::new(Class::Configuration, format!("the sign-in program of this user {why}")));
        if plugin.command.as_deref().is_none_or(str::is_empty) {
            return refuse("has no command");
        }
        if plugin.interactive_mode == Some(ExecInteractiveMode::Always) {
            return refuse("always asks in a terminal (interactiveMode: Always), which Berth does not give it");
        }
        let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"];
        if !plugin.api_version.as_deref().is_some_and(|version| versions.contains(&version)) {
            return refuse("has an apiVersion other than client.authentication.k8s.io/v1 or /v1beta1");
        }
        Ok(Self { plugin, state: Mutex::default() })
    }

    /// Returns the credential, running the program where there is none or it is about to expire.
    ///
    /// # Errors
    /// `Unauthenticated` where the program fails, takes too long or returns no credential.
    pub(crate) async fn credential(&self) -> Result<Arc<Credential>, Error> {
        let mut state = self.state.lock().await;
        if let Some(credential) = &state.credential
            && credential.renew_at.is_none_or(|at| Instant::now() < at)
        {
            return Ok(credential.clone());
        }
        if let Some((at, error)) = &state.failure
            && at.elapsed() < REST_AFTER_FAILURE
        {
            return Err(error.clone());
        }
        state.runs += 1;
        match run(&self.plugin, TIME_LIMIT, state.runs).await {
            Ok(credential) => {
                let credential = Arc::new(credential);
                state.failure = None;
                state.credential = Some(credential.clone());
                Ok(credential)
            }
            Err(error) => {
                state.failure = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    /// Forgets a credential that the cluster did not accept; a newer one stays.
    pub(crate) async fn forget(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.credential.as_ref().is_some_and(|credential| credential.generation <= generation) {
            state.credential = None;
        }
    }
}

#[derive(Deserialize)]
struct ExecCredential {
    kind: String,
    status: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    token: Option<String>,
    client_certificate_data: Option<String>,
    client_key_data: Option<String>,
    expiration_timestamp: Option<Timestamp>,
}

async fn run(plugin: &ExecConfig, limit: Duration, generation: u64) -> Result<Credential, Error> {
    let name = plugin.command.clone().unwrap_or_default();
    let fail = |why: String| Error::new(Class::Unauthenticated, format!("the sign-in program \"{name}\" {why}"));
    let child = command(plugin, &name).spawn().map_err(|error| {
        let hint = plugin.install_hint.as_deref().map(|hint| format!(": {}", clean(hint))).unwrap_or_default();
        match error.kind() {
            std::io::ErrorKind::NotFound => fail(format!("was not found{hint}")),
            _ => fail(format!("could not be started: {error}{hint}")),
        }
    })?;
    let mut group = Group(child);
    let (stdout, stderr) = (group.0.stdout.take(), group.0.stderr.take());
    let finished = tokio::time::timeout(limit, async {
        let (printed, complained) = tokio::join!(read(stdout), read(stderr));
        (printed, complained, group.0.wait().await)
    })
    .await;
    let Ok((printed, complained, status)) = finished else {
        return Err(fail(format!("did not end within {} s and was stopped", limit.as_secs())));
    };
    let status = status.map_err(|error| fail(format!("could not be waited for: {error}")))?;
    if !status.success() {
        return Err(fail(format!("failed ({status}){}", last_words(&complained))));
    }
    let answer: ExecCredential =
        serde_json::from_slice(&printed).map_err(|_| fail("did not print a credential in JSON".to_owned()))?;
    let status = answer.status.filter(|_| answer.kind == "ExecCredential");
    let status = status.ok_or_else(|| fail("printed no credential".to_owned()))?;
    credential(status, generation)
        .ok_or_else(|| fail("printed a credential with neither token nor certificate".to_owned()))
}

fn credential(status: Status, generation: u64) -> Option<Credential> {
    let token = match status.token.filter(|token| !token.is_empty()) {
        Some(token) => {
            let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim())).ok()?;
            value.set_sensitive(true);
            Some(value)
        }
        None => None,
    };
    let identity = status.client_certificate_data.zip(status.client_key_data);
    if token.is_none() && identity.is_none() {
        return None;
    }
    let renew_at =
        status.expiration_timestamp.map(|expires| Instant::now() + time_until(expires).saturating_sub(RENEW_BEFORE));
    Some(Credential { token, identity, generation, renew_at })
}

#[expect(clippy::disallowed_methods, reason = "an expiry is a time of the wall, read once when the credential comes")]
fn time_until(expires: Timestamp) -> Duration {
    Duration::try_from(expires.duration_since(Timestamp::now())).unwrap_or_default()
}

fn command(plugin: &ExecConfig, name: &str) -> Command {
    let mut spec = json!({"interactive": false});
    if let (Some(cluster), Some(spec)) = (&plugin.cluster, spec.as_object_mut()) {
        spec.insert("cluster".to_owned(), serde_json::to_value(cluster).unwrap_or_default());
    }
    let info = json!({"apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec});
    let mut command = Command::new(name);
    command.args(plugin.args.iter().flatten());
    for pair in plugin.env.iter().flatten() {
        if let (Some(name), Some(value)) = (pair.get("name"), pair.get("value")) {
            command.env(name, value);
        }
    }
    command.env("KUBERNETES_EXEC_INFO", info.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    #[cfg(windows)]
    command.creation_flags(0x0800_0000); // CREATE_NO_WINDOW: a console must not flash up.
    command
}

/// A child and everything that it started; what still lives is killed when this is dropped.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.0.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()))
            && let Err(error) = rustix::process::kill_process_group(group, rustix::process::Signal::KILL)
        {
            tracing::debug!(%error, "the process group of a sign-in program was gone already");
        }
    }
}

async fn read(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream
        && let Err(error) = stream.take(MAX_OUTPUT).read_to_end(&mut bytes).await
    {
        tracing::debug!(%error, "the output of a sign-in program could not be read to its end");
    }
    bytes
}

/// The last line that the program complained with, made harmless.
fn last_words(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.lines().rev().map(clean).find(|line| !line.is_empty()).map(|line| format!(": {line}")).unwrap_or_default()
}

fn clean(text: &str) -> String {
    text.trim().chars().filter(|letter| !letter.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests;
