//! Code that is fetched before a program starts: every way in which that fails, on the real cluster, from real servers.

pub mod servers;

use std::io::Write as _;

use berth_core::ports::SecretValue;
use berth_model::{Action, HelperImage, Phase, Reason, RunId, RunState};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::examples::Desk;
use crate::program::{Program, kubeconfig, until};
use crate::sandbox::{Sandbox, image};

/// How long a run may take to fail: it asks a silent server three times, and five others run beside it.
const PATIENCE: u64 = 120;

/// A zip archive.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// A namespace with the servers in it, and Berth beside it.
struct Scene {
    sandbox: Sandbox,
    program: Program,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(purpose: &str) -> Self {
        let sandbox = Sandbox::new(purpose).await;
        servers::start(&sandbox).await;
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start(folder.path(), &kubeconfig());
        program.app.set_helper_image(HelperImage::Fetch, Some(image("fetch").parse().unwrap())).await.unwrap();
        Self { sandbox, program, _folder: folder }
    }

    async fn secret(&self, name: &str, value: &str) {
        let project = "default".parse().unwrap();
        let value = SecretValue::new(value.to_owned());
        self.program.app.set_secret(&project, &name.parse().unwrap(), &value).await.unwrap();
    }

    async fn launch(&self, action: Action, from: &str, values: Value) -> RunId {
        let spec = json!({"image": image("busybox"), "command": ["sh", "run.sh"], "code_src": from});
        let mut request = Program::request(&self.sandbox.namespace, spec);
        request.action = action;
        request.overrides = values;
        self.program.app.launch(&request).await.unwrap_or_else(|error| panic!("{from}: {error:?}")).run.id
    }
}

/// F55 for code that lies elsewhere, and F56 for the context of a build, which is fetched the same way: cut short, too large,
/// with links and paths that leave it.
#[tokio::test(flavor = "multi_thread")]
pub async fn code_that_cannot_be_fetched_is_told_in_a_sentence_and_nothing_of_it_runs() {
    let mut scene = Scene::new("sources").await;
    scene.secret("GIT_TOKEN", "canary-token").await;
    scene.secret("AWS_ACCESS_KEY_ID", "reader").await;
    scene.secret("AWS_SECRET_ACCESS_KEY", "canary-key").await;
    let none = || json!({});
    let token = || json!({"secrets": ["GIT_TOKEN"]});
    let store = || json!({"secrets": ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], "envs": {"AWS_ENDPOINT_URL": "http://sources:9000"}});
    let small = || json!({"resources": {"disk": "3Mi"}});
    let cases: Vec<(&str, Value, &[&str])> = vec![
        ("git+http://sources:81/git/tools.git", none(), &["sources:81", "down"]),
        ("git+http://nowhere.invalid/tools.git", none(), &["nowhere.invalid", "not known"]),
        ("http://sources:81/run.sh", none(), &["sources:81", "down"]),
        ("git+http://sources:8080/git/tools.git#nope", none(), &["\"nope\"", "branch, tag or commit"]),
        ("git+http://sources:8080/git/none.git", none(), &["no repository"]),
        ("git+http://sources:8080/private/code.git", none(), &["sign-in", "GIT_TOKEN"]),
        ("git+http://sources:8080/private/code.git", token(), &["does not accept the credentials", "GIT_TOKEN"]),
        ("git+https://sources:8443/git/tools.git", none(), &["certificate", "not trusted"]),
        ("git+http://sources:8080/git/links.git", none(), &["link \"out\"", "/etc/passwd"]),
        ("git+http://sources:8080/git/large.git", small(), &["larger than 3 MiB", "resources.disk"]),
        ("http://sources:8080/files/none.sh", none(), &["nothing at", "404"]),
        ("http://sources:8080/files/large.bin", small(), &["larger than 3 MiB"]),
        ("http://sources:8080/cut", none(), &["broke off after"]),
        ("http://sources:8080/failing", none(), &["503", "try again later"]),
        ("s3://lake/jobs/run.sh", store(), &["does not accept the credentials", "AWS_SECRET_ACCESS_KEY"]),
        ("zip+http://sources:8080/files/up.zip", none(), &["\"../../escaped\"", "leads out of its folder"]),
        ("zip+http://sources:8080/files/root.zip", none(), &["\"/escaped\"", "leads out of its folder"]),
        ("zip+http://sources:8080/files/link.zip", none(), &["link \"out\"", "leads out of its folder"]),
        ("zip+http://sources:8080/files/through.zip", none(), &["\"out/escaped\"", "no plain file"]),
        ("zip+http://sources:8080/files/crooked.zip", none(), &["link \"p/q/b\"", "leads out of its folder"]),
        ("zip+http://sources:8080/files/bomb.zip", small(), &["larger than 3 MiB"]),
        ("zip+http://sources:8080/files/broken.zip", none(), &["not a zip archive"]),
    ];
    for several in cases.chunks(6) {
        let failed: Vec<String> =
            join_all(several.iter().map(|(from, values, words)| told(&scene, from, values, words)))
                .await
                .into_iter()
                .flatten()
                .collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }
    scene.program.stop_engine().await;
}

/// Says what is wrong with how a run failed.
async fn told(scene: &Scene, from: &str, values: &Value, words: &[&str]) -> Option<String> {
    let run = scene.launch(Action::Job, from, values.clone()).await;
    let status = scene.program.ended(run, PATIENCE).await.run.status;
    scene.program.settled(run, PATIENCE).await;
    let message = status.message.clone().unwrap_or_default();
    let is_told = status.state == RunState::Error
        && status.reason == Some(Reason::CodeNotFetched)
        && status.exit_code.is_none()
        && words.iter().all(|word| message.contains(word));
    let logs = scene.program.app.logs(run).unwrap();
    let texts: Vec<String> =
        logs.iter().map(|log| String::from_utf8_lossy(&scene.program.text(log)).into_owned()).collect();
    // The helper's log is kept too, holds the same sentence, and no secret.
    let is_logged = logs.len() == 1
        && logs.iter().all(|log| log.key.container == "fetch")
        && texts.iter().all(|text| text.contains(&message) && !text.contains("canary"));
    (!is_told || !is_logged).then(|| format!("{from}: {status:?}, {logs:?}, {texts:?}"))
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_service_says_why_its_code_is_not_there_and_starts_once_it_is() {
    let mut scene = Scene::new("sources-serve").await;
    let run = scene.launch(Action::Deploy, "git+http://later:8080/git/tools.git#v1", json!({})).await;
    let status = || async { scene.program.run(run).await.run.status };
    let is_told = || async {
        let status = status().await;
        status.reason == Some(Reason::CodeNotFetched)
            && status.message.is_some_and(|told| told.contains("\"later:8080\""))
    };
    until(PATIENCE, "the reason is told", is_told).await;
    assert_ne!(status().await.phase, Phase::Finished, "a service goes on trying");
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "later"},
        "spec": {"selector": {"app": "sources"}, "ports": [{"port": 8080}]}});
    scene.sandbox.api.post(&scene.sandbox.core("/services"), &service).await.ok("the host");
    let has_run = || async {
        let logs = scene.program.app.logs(run).unwrap();
        logs.iter().any(|log| log.key.container == "main" && scene.program.text(log).starts_with(b"from the tag"))
    };
    until(PATIENCE, "the program runs", has_run).await;
    scene.program.stop_engine().await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_helper_image_that_cannot_fetch_is_told_with_the_setting_that_changes_it() {
    let mut scene = Scene::new("sources-helper").await;
    scene.program.app.set_helper_image(HelperImage::Fetch, Some(image("busybox").parse().unwrap())).await.unwrap();
    let run = scene.launch(Action::Job, "git+http://sources:8080/git/tools.git", json!({})).await;
    let status = scene.program.ended(run, PATIENCE).await.run.status;
    let message = status.message.unwrap_or_default();
    assert_eq!(status.reason, Some(Reason::CodeNotFetched), "{message}");
    assert!(message.contains("busybox") && message.contains("helper.fetch"), "{message}");
    scene.program.stop_engine().await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_command_is_suggested_from_language_and_handler_and_never_filled_in() {
    let desk = Desk::new("suggested").await;
    let spec = json!({"image": image("busybox"), "code": "print(1)", "lang": "python"});
    let function = desk.file("f.json", &json!({"kind": "container", "name": "f", "spec": spec}).to_string());
    let function = function.to_str().unwrap();
    let told = |flags: &[&str]| {
        let mut arguments = vec!["run", "-f", function, "--action", "job", "--dry-run", "-o", "json"];
        arguments.extend_from_slice(flags);
        let output = desk.berth(&arguments);
        let manifests: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(output.status.success());
        assert_eq!(manifests[0]["spec"]["template"]["spec"]["containers"][0]["command"], Value::Null);
        String::from_utf8(output.stderr).unwrap()
    };
    let plain = told(&[]);
    assert!(plain.contains("no command") && plain.contains("python3 main.py"), "{plain}");
    assert!(told(&["--handler", "train.py:main"]).contains("from train import main; main()"));
    assert!(!told(&["--arg", "x"]).contains("no command"), "arguments say what to do");
    let elsewhere = told(&["--code-src", "git+https://example.org/team/code"]);
    assert!(elsewhere.contains("Name what to run"), "no file is known to be there: {elsewhere}");
    let checked = desk.ok(&["function", "validate", "-f", function]);
    assert!(checked.contains("python3 main.py"), "{checked}");
}
