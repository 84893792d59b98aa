//! Builds on the real cluster: from instructions to an image in a real registry, to the function that uses it and the
//! job that runs it; and everything that can stand in the way.

use std::path::Path;
use std::process::{Command, Output};

use berth_core::{ErrorCode, LaunchRequest, Launchable};
use berth_model::{Action, HelperImage, ProjectName, Reason, Registry, RunId, RunState, RunStatus};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Program, context, kubeconfig, until};
use crate::sandbox::{REGISTRY, Sandbox, image};

/// How long a build may take beside others, in seconds.
const PATIENCE: u64 = 120;

/// Lets a program build with the images and the registry of the test cluster.
pub async fn furnish(program: &Program, registry: Value) {
    program.app.set_helper_image(HelperImage::Build, image("buildah").parse().ok()).await.unwrap();
    let registry: Registry = serde_json::from_value(registry).unwrap();
    program.app.set_registry(&project(), Some(registry)).await.unwrap();
}

/// The registry that every test cluster has.
pub fn own_registry() -> Value {
    json!({"address": REGISTRY, "plain_http": true})
}

fn project() -> ProjectName {
    "default".parse().unwrap()
}

/// A namespace, a data folder, an engine, a registry.
struct Scene {
    sandbox: Sandbox,
    program: Program,
    folder: TempDir,
}

impl Scene {
    async fn new(sandbox: Sandbox, registry: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start(folder.path(), &kubeconfig());
        furnish(&program, registry).await;
        Self { sandbox, program, folder }
    }

    fn request(&self, spec: Value, values: Value) -> LaunchRequest {
        LaunchRequest { action: Action::Build, overrides: values, ..Program::request(&self.sandbox.namespace, spec) }
    }

    /// Launches a build and waits for its end.
    async fn built(&self, spec: Value, values: Value) -> (RunId, RunStatus) {
        let launched = self.program.app.launch(&self.request(spec, values)).await;
        let run = launched.unwrap_or_else(|error| panic!("{error:?}")).run.id;
        (run, self.ended(run).await)
    }

    async fn ended(&self, run: RunId) -> RunStatus {
        self.program.ended(run, PATIENCE).await;
        self.program.settled(run, PATIENCE).await;
        self.program.run(run).await.run.status
    }

    /// The log of the container that does the work; that of the one that fetches code stands beside it.
    fn log(&self, run: RunId) -> String {
        let logs = self.program.app.logs(run).unwrap();
        let log = logs.into_iter().find(|log| log.key.container == "main").expect("a log");
        String::from_utf8_lossy(&self.program.text(&log)).into_owned()
    }

    /// The image of each version of the function, newest first.
    async fn images(&self) -> Vec<Option<String>> {
        let versions =
            self.program.app.history().function_versions(&project(), &"work".parse().unwrap()).await.unwrap();
        versions.into_iter().map(|version| version.spec.image.map(|image| image.to_string())).collect()
    }

    /// Runs the saved function as a job to its end.
    async fn job(&self) -> RunId {
        let what = Launchable::Saved { name: "work".parse().unwrap(), version: None };
        let request = LaunchRequest { what, ..Program::request(&self.sandbox.namespace, json!({})) };
        let run = self.program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id;
        let status = self.ended(run).await;
        assert_eq!(status.state, RunState::Completed, "{status:?} {}", self.log(run));
        run
    }

    async fn nothing_was_created(&self) {
        for path in [self.sandbox.jobs(""), self.sandbox.core("/secrets"), self.sandbox.core("/pods")] {
            assert_eq!(self.sandbox.api.get(&path).await.ok(&path)["items"], json!([]), "{path}");
        }
    }
}

fn from_busybox() -> Value {
    json!({"base_image": image("busybox")})
}

/// A build of nothing: what counts is what the registry says.
fn from_scratch() -> Value {
    json!({"code": "FROM scratch\nLABEL a=b\n", "lang": "dockerfile"})
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_build_gives_its_function_the_image_by_digest_the_next_job_runs_it_and_undo_takes_it_back() {
    let scene = Scene::new(Sandbox::new("build").await, own_registry()).await;
    let word = json!({"instructions": ["echo \"$WORD\" > /word"], "envs": [{"name": "WORD", "value": "first  try"}]});
    let function = json!({"base_image": image("busybox"), "command": ["cat", "/word"]});
    let (run, status) = scene.built(function.clone(), word).await;
    let log = scene.log(run);
    assert_eq!((status.state, status.exit_code), (RunState::Completed, Some(0)), "{log}");
    let first = scene.program.run(run).await.run.built_image().expect("an image").to_string();
    assert!(first.starts_with(&format!("{REGISTRY}/default/work@sha256:")), "{first}");
    for told in ["STEP 1/4: FROM", "STEP 4/4: RUN echo", &format!("== Pushed {first}")] {
        assert!(log.contains(told), "{told} is not in {log}");
    }
    let pinned = status.pinned.expect("the function has it");
    assert_eq!((pinned.version, pinned.replaced), (Some(2), None));
    assert_eq!(scene.images().await, [Some(first.clone()), None], "the version that was built is kept as it was");

    let job = scene.job().await;
    assert_eq!(scene.log(job), "first  try\n");
    let ran = scene.program.run(job).await.run;
    assert_eq!(ran.spec.function.image.unwrap().as_str(), first);
    assert_eq!(
        ran.status.image_digest.unwrap().rsplit('@').next(),
        first.rsplit('@').next(),
        "what the node really ran"
    );

    let what = Launchable::Saved { name: "work".parse().unwrap(), version: None };
    let again = LaunchRequest { what, ..scene.request(json!({}), json!({"instructions": ["echo second > /word"]})) };
    let second_run = scene.program.app.launch(&again).await.unwrap().run.id;
    let pinned = scene.ended(second_run).await.pinned.unwrap();
    assert_eq!((pinned.version, pinned.replaced.map(|image| image.to_string())), (Some(3), Some(first.clone())));
    let second = scene.program.run(second_run).await.run.built_image().unwrap().to_string();
    assert_ne!(second, first);
    assert_eq!(scene.log(scene.job().await), "second\n");

    let back = scene.program.app.undo_build(second_run).await.unwrap();
    assert_eq!((back.version, back.spec.image.map(|image| image.to_string())), (4, Some(first)));
    assert_eq!(scene.log(scene.job().await), "first  try\n");
    let error = scene.program.app.undo_build(second_run).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput, "{error:?}");
    assert_eq!(scene.program.run(second_run).await.run.status.pinned.unwrap().undone, Some(4));
}

/// F56 for what is kept: it is damaged on the registry's disk.
#[tokio::test(flavor = "multi_thread")]
async fn code_is_the_context_and_layers_that_are_kept_are_not_built_again_unless_they_are_damaged() {
    let mark = uuid::Uuid::new_v4().simple().to_string();
    let registry = json!({"address": format!("{REGISTRY}/kept-{mark}"), "plain_http": true, "cache": true});
    let scene = Scene::new(Sandbox::new("build-cache").await, registry).await;
    let function = json!({
        "base_image": image("busybox"), "command": ["sh", "-c", "cat /word"],
        "code": format!("print('{mark}')"), "lang": "python",
    });
    let values = json!({"instructions": ["cat main.py > /word", "date +%N > /when"]});
    let (first, status) = scene.built(function.clone(), values.clone()).await;
    assert_eq!(status.state, RunState::Completed, "{}", scene.log(first));
    assert_eq!(scene.log(scene.job().await), format!("print('{mark}')\n"));
    let (second, status) = scene.built(function.clone(), values.clone()).await;
    let log = scene.log(second);
    assert_eq!(status.state, RunState::Completed, "{log}");
    assert!(log.contains("Cache pulled from remote"), "{log}");
    let digest = async |run: RunId| scene.program.run(run).await.run.status.built_digest.unwrap();
    assert_eq!(digest(first).await, digest(second).await, "the same layers are the same image");

    let damaged = damage(&format!("kept-{mark}/default/work/cache"));
    assert!(damaged >= 3, "each step has a layer: {damaged}");
    let (third, status) = scene.built(function, values).await;
    let log = scene.log(third);
    assert_eq!(status.state, RunState::Completed, "{log}");
    assert!(!log.contains("Cache pulled from remote"), "{log}");
    assert_ne!(digest(first).await, digest(third).await, "nothing of what is damaged is in it");
    assert_eq!(scene.log(scene.job().await), format!("print('{mark}')\n"));
}

/// Damages what the registry of the test cluster keeps under a name alone; returns how many layers that was. Other names
/// may share a file by a link, so that each is replaced.
fn damage(name: &str) -> usize {
    let storage = kubeconfig().with_file_name("registry").join("docker/registry/v2");
    let layers = |name: &str| -> Vec<String> {
        let folder = storage.join("repositories").join(name).join("_layers/sha256");
        let found = std::fs::read_dir(folder).unwrap().map(|layer| layer.unwrap().file_name());
        found.map(|layer| layer.into_string().unwrap()).collect()
    };
    let others = layers("busybox");
    let own: Vec<String> = layers(name).into_iter().filter(|layer| !others.contains(layer)).collect();
    for layer in &own {
        let data = storage.join("blobs/sha256").join(&layer[..2]).join(layer).join("data");
        let mut bytes = std::fs::read(&data).unwrap();
        bytes.reverse();
        std::fs::write(data.with_extension("damaged"), bytes).unwrap();
        std::fs::rename(data.with_extension("damaged"), data).unwrap();
    }
    own.len()
}

/// The context is the code, and so may be the recipe: of a repository, of an archive elsewhere, of a folder of this machine.
#[tokio::test(flavor = "multi_thread")]
pub async fn code_that_is_fetched_brings_its_own_dockerfile() {
    let scene = Scene::new(Sandbox::new("build-source").await, own_registry()).await;
    crate::sources::servers::start(&scene.sandbox).await;
    scene.program.app.set_helper_image(HelperImage::Fetch, image("fetch").parse().ok()).await.unwrap();
    let base = image("busybox");
    let from = "git+http://sources:8080/git/image.git";
    let source = |handler: &str| json!({"code_src": from, "lang": "dockerfile", "handler": handler});
    let function = source("docker/Dockerfile");
    let values = json!({"instructions": ["CMD [\"cat\", \"/word\"]"], "envs": [{"name": "BASE", "value": base}]});
    let (run, status) = scene.built(function, values.clone()).await;
    assert_eq!(status.state, RunState::Completed, "{:?} {}", status.message, scene.log(run));
    assert!(status.built_digest.is_some());
    let plan = scene.program.run(run).await.run.build.unwrap();
    assert_eq!(plan.dockerfile, format!("# Before this comes docker/Dockerfile of {from}\nCMD [\"cat\", \"/word\"]\n"));
    assert_eq!(scene.log(scene.job().await), "from the repository\n", "its program is the image's own");

    let (_, status) = scene.built(source("none/Dockerfile"), values.clone()).await;
    let told = status.message.unwrap();
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::BuildFailed)), "{told}");
    assert!(told.contains("no file \"none/Dockerfile\"") && told.contains("handler"), "{told}");

    for (spec, code) in [
        (json!({"code_src": from, "lang": "dockerfile", "base_image": base}), "given_twice"),
        (json!({"code_src": from}), "required"),
    ] {
        let error = scene.program.app.launch(&scene.request(spec, json!({}))).await.unwrap_err();
        assert_eq!((error.fields[0].path.as_str(), error.fields[0].code.as_str()), ("base_image", code), "{error:?}");
    }

    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in
        [("Dockerfile", format!("FROM {base}\nCOPY word /word")), ("word", "from an archive\n".to_owned())]
    {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    }
    let packed = base64::engine::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        archive.finish().unwrap().into_inner(),
    );
    let local = json!({"code_src": "model.zip", "base64": packed, "lang": "dockerfile"});
    let (run, status) = scene.built(local, json!({"instructions": ["CMD [\"cat\", \"/word\"]"]})).await;
    assert_eq!(status.state, RunState::Completed, "{:?}", status.message);
    let logs = scene.program.app.logs(run).unwrap();
    assert!(logs.iter().any(|log| scene.program.text(log).windows(8).any(|part| part == b"COPY wor")), "{logs:?}");
}

/// F56: the registry is down at the push; no tag is moved and no function is changed by a build that failed.
#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_in_a_build_is_told_in_words_and_the_function_stays_as_it_was() {
    let scene = Scene::new(Sandbox::new("build-faults").await, own_registry()).await;
    let no_image = json!({"base_image": format!("{REGISTRY}/no-such-image")});
    for (spec, reason, words) in [
        (from_busybox(), Reason::BuildFailed, "STEP \"RUN cat /no/such/file && echo after\""),
        (no_image, Reason::BaseImage, "no-such-image"),
    ] {
        let values = json!({"instructions": ["echo before", "cat /no/such/file && echo after"]});
        let (run, status) = scene.built(spec, values).await;
        assert_eq!((status.state, status.reason), (RunState::Error, Some(reason)), "{}", scene.log(run));
        let told = status.message.unwrap();
        assert!(told.contains(words), "{told}");
        assert_eq!((status.built_digest, status.pinned), (None, None));
    }
    assert!(scene.images().await.iter().all(Option::is_none), "no image was given to the function");
    // Nothing listens there.
    furnish(&scene.program, json!({"address": "10.240.0.1:5999", "plain_http": true})).await;
    let (_, status) = scene.built(from_scratch(), json!({})).await;
    let told = status.message.unwrap();
    assert_eq!(status.reason, Some(Reason::PushFailed), "{told}");
    assert!(told.contains("connection refused") && told.contains("berth registry check"), "{told}");
    assert!(scene.images().await.iter().all(Option::is_none), "no image was given to the function");
}

/// F56: the pod of a build is evicted; F38 of its kind.
#[tokio::test(flavor = "multi_thread")]
async fn a_build_whose_pod_is_taken_away_says_so_and_can_be_run_again() {
    let scene = Scene::new(Sandbox::new("build-evicted").await, own_registry()).await;
    let request = scene.request(from_busybox(), json!({"instructions": ["echo at it && sleep 600"]}));
    let run = scene.program.app.launch(&request).await.unwrap().run.id;
    let is_at_it = || async { scene.program.log(run).is_some() && scene.log(run).contains("at it\n") };
    until(PATIENCE, "the build is at it", is_at_it).await;
    let pod = scene.program.run(run).await.run.status.attempts.pop().unwrap().pod;
    let eviction = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod}});
    scene.sandbox.api.post(&scene.sandbox.core(&format!("/pods/{pod}/eviction")), &eviction).await.ok("the eviction");
    let status = scene.ended(run).await;
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::Evicted)), "{:?}", status.message);
    assert_eq!(status.pinned, None);
    let again = scene.program.app.rerun_request(run, json!({"instructions": ["true"]})).await.unwrap();
    assert_eq!(again.action, Action::Build);
    let again = scene.program.app.launch(&again).await.unwrap().run.id;
    let status = scene.ended(again).await;
    assert_eq!(status.state, RunState::Completed, "{}", scene.log(again));
}

/// What the registry that asks for a name knows: `me` with the password `right`.
const USERS: &str = "me:$2b$05$abcdefghijklmnopqrstuu8xaCxxL82bnl.UY74PMksDxIJShppPC\n";
pub const ASKING: &str = "auth: {htpasswd: {realm: test, path: /etc/registry/users}}\n";
const READ_ONLY: &str = "  maintenance: {readonly: {enabled: true}}\n";

/// Starts a registry in the namespace; returns its address for pods.
pub async fn registry(sandbox: &Sandbox, storage: &str, auth: &str) -> String {
    let config = format!(
        "version: 0.1\nstorage:\n  filesystem: {{rootdirectory: /tmp/registry}}\n{storage}http: {{addr: \":5000\"}}\n{auth}"
    );
    let labels = json!({"app": "registry"});
    for (path, object) in [
        (
            "/configmaps",
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "registry"},
                "data": {"config.yml": config, "users": USERS}}),
        ),
        (
            "/services",
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "registry"},
                "spec": {"selector": labels, "ports": [{"port": 5000}]}}),
        ),
        (
            "/pods",
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "registry", "labels": labels}, "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [{
                    "name": "registry", "image": image("registry"),
                    "readinessProbe": {"tcpSocket": {"port": 5000}, "periodSeconds": 1},
                    "volumeMounts": [{"name": "config", "mountPath": "/etc/registry"}],
                }],
                "volumes": [{"name": "config", "configMap": {"name": "registry"}}],
            }}),
        ),
    ] {
        sandbox.api.post(&sandbox.core(path), &object).await.ok(path);
    }
    let is_ready = || async {
        let pod = sandbox.api.get(&sandbox.core("/pods/registry")).await.body;
        pod["status"]["containerStatuses"][0]["ready"] == true
    };
    until(60, "the registry answers", is_ready).await;
    format!("registry.{}.svc.cluster.local:5000", sandbox.namespace)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_asks_who_one_is_lets_only_the_right_ones_in_and_their_password_is_nowhere() {
    const CANARY: &str = "wrong-canary-93c4";
    let sandbox = Sandbox::new("build-sign-in").await;
    let address = registry(&sandbox, "", ASKING).await;
    let scene = Scene::new(sandbox, json!({"address": address, "plain_http": true})).await;
    let (_, status) = scene.built(from_scratch(), json!({})).await;
    assert_eq!(status.reason, Some(Reason::RegistryDenied), "without a name: {:?}", status.message);

    let set = async |value: String| {
        let value = berth_core::ports::SecretValue::new(value);
        scene.program.app.set_secret(&project(), &"REGISTRY".parse().unwrap(), &value).await.unwrap();
    };
    let registry = json!({"address": address, "plain_http": true, "secret": "REGISTRY"});
    let unknown = scene.program.app.set_registry(&project(), serde_json::from_value(registry.clone()).unwrap()).await;
    assert_eq!(unknown.unwrap_err().fields[0].path, "secret", "a secret that nobody set");
    set("no-pair".to_owned()).await;
    furnish(&scene.program, registry).await;
    let before = scene.sandbox.api.get(&scene.sandbox.jobs("")).await.body["items"].as_array().unwrap().len();
    let error = scene.program.app.launch(&scene.request(from_scratch(), json!({}))).await.unwrap_err();
    assert_eq!((error.code, error.fields[0].path.as_str()), (ErrorCode::InvalidInput, "registry"), "{error:?}");
    let after = scene.sandbox.api.get(&scene.sandbox.jobs("")).await.body["items"].as_array().unwrap().len();
    assert_eq!(before, after, "nothing was created");

    set(format!("me:{CANARY}")).await;
    let (run, status) = scene.built(from_scratch(), json!({})).await;
    assert_eq!(status.reason, Some(Reason::RegistryDenied), "{:?}", status.message);
    assert!(status.message.unwrap().contains("secret that the project's registry names"));
    assert!(!scene.log(run).contains(CANARY));
    let name = scene.program.run(run).await.run.object_name;
    let secret =
        scene.sandbox.api.get(&scene.sandbox.core(&format!("/secrets/{name}-registry"))).await.ok("the Secret");
    assert_eq!(secret["metadata"]["ownerReferences"][0]["name"], json!(name), "it goes with its run");
    for path in [
        scene.sandbox.jobs(""),
        scene.sandbox.core("/pods"),
        scene.sandbox.core("/configmaps"),
        scene.sandbox.core("/events"),
    ] {
        assert!(!scene.sandbox.api.get(&path).await.body.to_string().contains(CANARY), "{path}");
    }
    is_nowhere_in(scene.folder.path(), CANARY);

    set("me:right".to_owned()).await;
    let (run, status) = scene.built(from_scratch(), json!({})).await;
    assert_eq!(status.state, RunState::Completed, "{:?} {}", status.message, scene.log(run));
    assert!(scene.program.run(run).await.run.built_image().unwrap().as_str().starts_with(&address));
}

fn is_nowhere_in(folder: &Path, word: &str) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            is_nowhere_in(&path, word);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(word.len()).any(|part| part == word.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_signs_in_where_its_image_lies_in_the_projects_registry() {
    let scene = Scene::new(Sandbox::new("build-pull").await, own_registry()).await;
    let value = berth_core::ports::SecretValue::new("me:right".to_owned());
    scene.program.app.set_secret(&project(), &"REGISTRY".parse().unwrap(), &value).await.unwrap();
    let mut registry = own_registry();
    registry["secret"] = json!("REGISTRY");
    furnish(&scene.program, registry).await;
    let function = json!({"base_image": image("busybox"), "command": ["echo", "pulled"]});
    let (run, status) = scene.built(function, json!({})).await;
    assert_eq!(status.state, RunState::Completed, "{}", scene.log(run));
    let job = scene.job().await;
    assert_eq!(scene.log(job), "pulled\n");
    let name = scene.program.run(job).await.run.object_name;
    let admitted = scene.sandbox.api.get(&scene.sandbox.jobs(&format!("/{name}"))).await.ok("the job");
    let secret = format!("{name}-registry");
    assert_eq!(admitted["spec"]["template"]["spec"]["imagePullSecrets"], json!([{"name": secret}]));
    let secret = scene.sandbox.api.get(&scene.sandbox.core(&format!("/secrets/{secret}"))).await.ok("the Secret");
    assert_eq!(secret["type"], "kubernetes.io/dockerconfigjson");
    assert_eq!(secret["metadata"]["ownerReferences"][0]["uid"], admitted["metadata"]["uid"], "it goes with its run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_that_takes_nothing_is_told_from_one_that_lets_nobody_in() {
    let sandbox = Sandbox::new("build-refused").await;
    let address = registry(&sandbox, READ_ONLY, "").await;
    let scene = Scene::new(sandbox, json!({"address": address, "plain_http": true})).await;
    let (run, status) = scene.built(from_scratch(), json!({})).await;
    assert_eq!((status.state, status.reason), (RunState::Error, Some(Reason::PushFailed)), "{}", scene.log(run));
    assert!(status.message.unwrap().contains("did not take it"));
    let check = scene.program.app.registry_check(&project(), RunId::random());
    let place = scene.request(json!({}), json!({})).place;
    let check = scene.program.app.launch(&LaunchRequest { place, ..check }).await.unwrap().run.id;
    assert_eq!(scene.ended(check).await.reason, Some(Reason::PushFailed), "a try shows the same");
    scene.program.app.end_registry_check(check).await.unwrap();
    assert_eq!(scene.program.run(check).await.run.id, check, "a try that failed is kept with its log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_that_forbids_builds_is_found_before_the_launch() {
    let scene = Scene::new(Sandbox::enforcing("build-restricted", "restricted").await, own_registry()).await;
    let error = scene.program.app.launch(&scene.request(from_scratch(), json!({}))).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Refused, "{error:?}");
    assert!(error.message.contains("under which nothing can be built"), "{error:?}");
    assert_eq!(error.fields[0].path, "action");
    scene.nothing_was_created().await;
    let baseline = Scene::new(Sandbox::enforcing("build-baseline", "baseline").await, own_registry()).await;
    let (run, status) = baseline.built(from_busybox(), json!({"instructions": ["true"]})).await;
    assert_eq!(status.state, RunState::Completed, "{}", baseline.log(run));
}

/// `berth` in the data folder, as a person types it.
fn berth(folder: &Path, namespace: &str, arguments: &[&str]) -> Output {
    let program = std::env::var_os("BERTH_BINARY").expect("BERTH_BINARY names the program");
    Command::new(program)
        .args(["--context", &context(), "--namespace", namespace])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("BERTH_DATA_DIR", folder)
        .env("KUBECONFIG", kubeconfig())
        .output()
        .unwrap()
}

fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{} {}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_is_built_and_run_from_its_file_by_the_program() {
    let sandbox = Sandbox::new("build-example").await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::open(folder.path(), &kubeconfig());
    program.app.set_helper_image(HelperImage::Build, image("buildah").parse().ok()).await.unwrap();
    drop(program);
    let berth = |arguments: &[&str]| berth(folder.path(), &sandbox.namespace, arguments);
    let file = ["run", "-f", "examples/build/function.yaml", "--action", "build"];
    let refused = berth(&[&file[..], &["-o", "json"]].concat());
    let told: Value = serde_json::from_slice(&refused.stdout).unwrap();
    assert_eq!((refused.status.code(), &told["error"]["fields"][0]["path"]), (Some(2), &json!("registry")), "{told}");
    assert_eq!(berth(&["registry", "set", "https://nowhere", "--secret", "a b"]).status.code(), Some(2));
    printed(&berth(&["registry", "set", REGISTRY, "--plain-http"]));
    assert!(printed(&berth(&["registry", "show"])).contains(REGISTRY));
    let checked = printed(&berth(&["registry", "check", "--timeout", "2m"]));
    assert!(checked.contains("builds can be pushed"), "{checked}");
    assert_eq!(printed(&berth(&["runs", "-o", "json"])).trim(), "[]", "a good try leaves nothing behind");
    assert_eq!(printed(&berth(&["function", "list", "-o", "json"])).trim(), "[]");

    let base = image("python");
    let built = printed(&berth(&[&file[..], &["--base-image", &base, "--wait", "-o", "json"]].concat()));
    let built: Value = serde_json::from_str(&built).unwrap();
    assert_eq!(built["state"], "COMPLETED", "{built}");
    let run = built["name"].as_str().unwrap();
    let shown: Value = serde_json::from_str(&printed(&berth(&["show", run, "-o", "json"]))).unwrap();
    let image = shown["build"]["built"].as_str().unwrap();
    assert!(image.contains("@sha256:") && image.ends_with(shown["build"]["digest"].as_str().unwrap()), "{shown}");
    assert!(shown["build"]["dockerfile"].as_str().unwrap().contains("COPY . /shared"), "{shown}");
    assert!(printed(&berth(&["show", run])).contains(image));
    assert!(printed(&berth(&["logs", run])).contains("STEP 1/"));

    let ran = printed(&berth(&["run", "iris", "--action", "job", "--follow"]));
    assert!(ran.contains("versicolor"), "the model of the image predicts: {ran}");
    let undone = printed(&berth(&["undo", run]));
    assert!(undone.contains("Version 3 of iris uses no image again"), "{undone}");
    assert_eq!(berth(&["undo", run]).status.code(), Some(2));
}
