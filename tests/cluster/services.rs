//! Services on the real cluster: what is admitted, what a copy says from inside, and everything a service can come to.

use std::time::Duration;

use berth_core::ports::LogInfo;
use berth_model::{Action, Copies, Phase, Reason, RunId, RunState, RunStatus, StatusWord};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Program, kubeconfig, until};
use crate::sandbox::{Sandbox, image};

/// Answers each request with the name of its pod, and says so in its log.
pub const ANSWER: &str = r#"
import http.server, os, sys
name = os.uname().nodename
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = (name + " " + self.path).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        print("answered", self.path, flush=True)
    def log_message(self, *words):
        pass
print("hello from", name, flush=True)
server = http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Handler)
import signal, threading
signal.signal(signal.SIGTERM, lambda *_: (print("bye from", name, flush=True), os._exit(0)))
server.serve_forever()
"#;

/// A namespace, a data folder, an engine.
pub struct Scene {
    pub sandbox: Sandbox,
    pub program: Program,
    _folder: TempDir,
}

impl Scene {
    pub async fn new(purpose: &str) -> Self {
        let sandbox = Sandbox::new(purpose).await;
        let folder = tempfile::tempdir().unwrap();
        let program = Program::start(folder.path(), &kubeconfig());
        Self { sandbox, program, _folder: folder }
    }

    pub async fn launch(&self, action: Action, spec: Value, values: Value) -> RunId {
        launch(&self.program, &self.sandbox, action, spec, values).await
    }

    pub async fn status(&self, run: RunId) -> RunStatus {
        self.program.run(run).await.run.status
    }

    pub async fn is(&self, run: RunId, what: &str, holds: impl Fn(&RunStatus) -> bool) -> RunStatus {
        let began = std::time::Instant::now();
        loop {
            let status = self.status(run).await;
            if holds(&status) {
                return status;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "not within 60 s: {what}: {status:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn has_copies(&self, run: RunId, ready: u32, wanted: u32) -> RunStatus {
        let what = format!("{ready} of {wanted} ready");
        self.is(run, &what, |status| {
            status.state == RunState::Running
                && status.copies == Some(Copies { ready, wanted })
                && status.message.is_none()
        })
        .await
    }

    async fn object(&self, path: &str) -> Value {
        self.sandbox.api.get(path).await.ok(path)
    }

    async fn pods(&self, run: RunId) -> Vec<Value> {
        let list = self.object(&self.sandbox.core(&format!("/pods?labelSelector=berth.dev/run={run}"))).await;
        list["items"].as_array().unwrap().clone()
    }

    async fn name(&self, run: RunId) -> String {
        self.program.run(run).await.run.object_name
    }
}

pub async fn launch(program: &Program, sandbox: &Sandbox, action: Action, spec: Value, values: Value) -> RunId {
    let mut request = Program::request(&sandbox.namespace, spec);
    request.action = action;
    request.overrides = values;
    program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id
}

/// The answering server on a port, as a function's specification.
pub fn answering(port: u16) -> Value {
    json!({"image": image("python"), "command": ["python3", "-u", "-c", ANSWER, port.to_string()]})
}

fn probe(port: u16) -> Value {
    json!({"httpGet": {"path": "/ready", "port": port}, "periodSeconds": 1})
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_service_lives_through_scaling_stop_resume_restart_and_delete_and_every_copys_log_is_kept() {
    let scene = Scene::new("serve").await;
    let values = json!({
        "replicas": 2, "service_type": "ClusterIP",
        "service_port": [{"port": 80, "targetPort": 8080, "name": "web"}, {"port": 81, "target_port": 8080}],
        "readiness_probe": probe(8080), "liveness_probe": {"port": 8080},
    });
    let run = scene.launch(Action::Serve, answering(8080), values).await;
    let ready = scene.has_copies(run, 2, 2).await;
    assert_eq!((ready.word(Action::Serve), ready.reason.clone()), (StatusWord::Ready, None));
    let name = scene.name(run).await;
    let deployment = scene.object(&scene.sandbox.deployments(&format!("/{name}"))).await;
    let service = scene.object(&scene.sandbox.core(&format!("/services/{name}"))).await;
    assert_eq!(deployment["spec"]["selector"]["matchLabels"], json!({"berth.dev/run": run.to_string()}));
    assert_eq!(service["spec"]["selector"], json!({"berth.dev/run": run.to_string()}));
    assert_eq!(service["metadata"]["ownerReferences"][0]["uid"], deployment["metadata"]["uid"]);
    let ports: Vec<Value> =
        ["web", "port81"].iter().zip([80, 81]).map(|(name, port)| json!([name, port, 8080, "TCP"])).collect();
    let admitted: Vec<Value> = service["spec"]["ports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|port| json!([port["name"], port["port"], port["targetPort"], port["protocol"]]))
        .collect();
    assert_eq!((admitted, &service["spec"]["type"]), (ports, &json!("ClusterIP")));
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], json!("/ready"));
    assert_eq!(container["livenessProbe"]["tcpSocket"]["port"], json!(8080));
    assert!(ready.urls.contains(&format!("http://{name}.{}.svc:80", scene.sandbox.namespace)), "{:?}", ready.urls);

    // From inside the cluster, through the Service itself, which the node's own rules follow a moment later.
    let client = format!("until wget -qO- http://{name}:81/inside; do sleep 1; done");
    let job = scene.program.shell(&scene.sandbox.namespace, &client).await;
    scene.program.ended(job, 60).await;
    scene.program.settled(job, 30).await;
    let said = String::from_utf8(scene.program.text(&scene.program.log(job).unwrap())).unwrap();
    let answer = said.lines().last().unwrap_or_default();
    assert!(answer.starts_with(&name) && answer.ends_with(" /inside"), "{said}");

    scene.program.app.scale(run, 3).await.unwrap();
    scene.has_copies(run, 3, 3).await;
    scene.program.app.scale(run, 1).await.unwrap();
    let one = scene.has_copies(run, 1, 1).await;
    assert!(one.attempts.len() >= 3, "the copies of before are remembered: {:?}", one.attempts);

    let before = scene.pods(run).await;
    scene.program.app.restart(run).await.unwrap();
    let old = before[0]["metadata"]["uid"].as_str().unwrap().to_owned();
    until(60, "the copy is another", || async {
        let pods = scene.pods(run).await;
        pods.len() == 1 && pods[0]["metadata"]["uid"] != json!(old)
    })
    .await;
    scene.has_copies(run, 1, 1).await;

    scene.program.app.stop(run).await.unwrap();
    let stopped = scene.is(run, "stopped", |status| status.state == RunState::Stopped).await;
    assert_eq!((stopped.reason, stopped.wish), (Some(Reason::StoppedByUser), None));
    until(10, "a stopped service has no pods", || async { scene.pods(run).await.is_empty() }).await;
    let held = scene.object(&scene.sandbox.deployments(&format!("/{name}"))).await;
    assert_eq!(held["metadata"]["uid"], deployment["metadata"]["uid"], "it stays, without copies");
    let refused = scene.program.app.restart(run).await.unwrap_err();
    assert!(refused.message.contains("stopped"), "{refused:?}");
    scene.program.app.resume(run).await.unwrap();
    scene.has_copies(run, 1, 1).await;

    // Every copy that ever was said hello, and those that were asked to end said bye; all of it is kept.
    scene.program.app.stop(run).await.unwrap();
    scene.is(run, "stopped again", |status| status.state == RunState::Stopped).await;
    let all = || scene.program.app.logs(run).unwrap();
    until(30, "all logs are complete", || async { all().iter().all(|log| log.is_complete) }).await;
    let logs = all();
    assert!(logs.len() >= 5, "two, a third, one restarted, one resumed: {logs:#?}");
    for log in &logs {
        let text = String::from_utf8(scene.program.text(log)).unwrap();
        assert!(text.starts_with(&format!("hello from {}\n", log.pod)), "{}: {text}", log.pod);
        assert!(text.ends_with(&format!("bye from {}\n", log.pod)), "{}: {text}", log.pod);
        assert!(log.gaps.is_empty(), "{log:?}");
    }

    let scope = berth_core::DeleteScope { history: false, objects: true };
    scene.program.app.delete(run, scope).await.unwrap();
    let gone = scene.is(run, "deleted", |status| status.state == RunState::Deleted).await;
    assert!(gone.only_in_history);
    until(20, "the Service is gone too", || async {
        scene.sandbox.api.get(&scene.sandbox.core(&format!("/services/{name}"))).await.status == 404
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn each_type_of_service_is_admitted_and_a_balancer_without_address_is_told() {
    let scene = Scene::new("types").await;
    let port = json!([{"port": 8080}]);
    let plain = scene.launch(Action::Serve, answering(8080), json!({"service_ports": port})).await;
    let balanced = json!({"service_ports": port, "service_type": "LoadBalancer"});
    let balanced = scene.launch(Action::Serve, answering(8080), balanced).await;
    let ready = scene.has_copies(plain, 1, 1).await;
    let name = scene.name(plain).await;
    let service = scene.object(&scene.sandbox.core(&format!("/services/{name}"))).await;
    assert_eq!(service["spec"]["type"], json!("NodePort"), "the specification's own default");
    let node_port = service["spec"]["ports"][0]["nodePort"].as_u64().unwrap();
    assert!(ready.urls.iter().any(|url| url.ends_with(&format!(":{node_port}"))), "{:?}", ready.urls);

    // A node port that is taken is told at its field, before anything is made.
    let taken = json!({"service_ports": [{"port": 8080, "node_port": node_port}]});
    let mut request = Program::request(&scene.sandbox.namespace, answering(8080));
    (request.action, request.overrides) = (Action::Serve, taken);
    let error = scene.program.app.launch(&request).await.unwrap_err();
    assert_eq!(error.code, berth_core::ErrorCode::Refused, "{error:?}");
    assert!(error.fields.iter().any(|field| field.path == "service_ports[0].node_port"), "{error:?}");
    assert!(scene.program.app.history().run(request.run).await.unwrap().is_none());

    let pending = scene.is(balanced, "no address yet", |status| status.reason == Some(Reason::AddressPending)).await;
    assert_eq!((pending.state, pending.phase), (RunState::Running, Phase::Running));
    let name = scene.name(balanced).await;
    let path = scene.sandbox.core(&format!("/services/{name}/status"));
    let given = json!({"status": {"loadBalancer": {"ingress": [{"ip": "192.0.2.7"}]}}});
    scene.sandbox.api.patch(&path, &given).await.ok("playing the cloud");
    let addressed = scene.is(balanced, "the address is there", |status| status.reason.is_none()).await;
    assert_eq!(addressed.urls.first().map(String::as_str), Some("http://192.0.2.7:8080"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_service_from_answering_is_told_with_its_reason() {
    let scene = Scene::new("trouble").await;
    let busybox = |script: &str| json!({"image": image("busybox"), "command": ["sh", "-c", script]});
    let crash = scene.launch(Action::Deploy, busybox("echo trying; exit 7"), json!({})).await;
    let missing = json!({"image": image("nobody-made-this"), "command": ["true"]});
    let missing = scene.launch(Action::Deploy, missing, json!({})).await;
    let unready = json!({"readiness_probe": {"command": ["test", "-e", "/tmp/ready"], "period_seconds": 1}});
    let unready = scene.launch(Action::Deploy, busybox("trap 'exit 0' TERM; sleep 1000 & wait"), unready).await;

    let is_looping = |status: &RunStatus| status.reason == Some(Reason::CrashLoop) && status.phase == Phase::Blocked;
    let looping = scene.is(crash, "a crash loop", is_looping).await;
    assert_eq!(looping.state, RunState::Pending, "a program that ends at once was never ready: {looping:?}");
    let told = looping.message.unwrap();
    assert!(told.contains("exit code 7"), "{told}");
    let image = scene.is(missing, "no image", |status| status.reason == Some(Reason::ImagePull)).await;
    assert!(image.message.unwrap().contains("no such image"));
    scene.is(unready, "not ready", |status| status.reason == Some(Reason::NotReady)).await;

    // Its time runs out; then it becomes ready after all.
    let name = scene.name(unready).await;
    let path = scene.sandbox.deployments(&format!("/{name}"));
    scene.sandbox.api.patch(&path, &json!({"spec": {"progressDeadlineSeconds": 3}})).await.ok("shortening its time");
    let late = scene.is(unready, "too late", |status| status.state == RunState::Error).await;
    assert_eq!((late.word(Action::Deploy), late.reason), (StatusWord::Failed, Some(Reason::ProgressDeadline)));
    assert!(late.message.as_ref().unwrap().contains("readiness probe"), "{:?}", late.message);
    let exit = scene.program.app.wait(unready, Some(Duration::from_secs(5))).await.unwrap();
    assert_eq!(exit.run.status.state, RunState::Error, "waiting ends with the failure");

    // Stopped and resumed, it is given its whole time anew, and is judged by it again.
    scene.program.app.stop(unready).await.unwrap();
    scene.is(unready, "stopped", |status| status.state == RunState::Stopped).await;
    let began = std::time::Instant::now();
    scene.program.app.resume(unready).await.unwrap();
    let again = scene.is(unready, "too late again", |status| status.state == RunState::Error).await;
    assert_eq!(again.reason, Some(Reason::ProgressDeadline), "{again:?}");
    assert!(began.elapsed() >= Duration::from_secs(3), "told before its time was over: {:?}", began.elapsed());

    // A crash loop of a minute: each instance that ended is kept apart, whole. The node of a busy machine forgets one before
    // anybody could read it, and then that is told.
    let is_whole = |log: &LogInfo| scene.program.text(log) == b"trying\n";
    let is_told = |log: &LogInfo| is_whole(log) || (!log.is_complete && !log.gaps.is_empty());
    until(60, "three instances were kept", || async {
        let kept = scene.program.app.logs(crash).unwrap();
        kept.len() >= 3 && kept.iter().any(is_whole) && kept.iter().take(2).all(is_told)
    })
    .await;
    scene.program.app.stop(crash).await.unwrap();
    scene.is(crash, "stopped", |status| status.state == RunState::Stopped).await;
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_service_without_all_its_copies_is_ready_with_the_reason_beside_it() {
    let scene = Scene::new("degraded").await;
    let run = scene.launch(Action::Deploy, answering(8080), json!({})).await;
    scene.has_copies(run, 1, 1).await;
    let quota = json!({"metadata": {"name": "one"}, "spec": {"hard": {"pods": "1"}}});
    scene.sandbox.api.post(&scene.sandbox.core("/resourcequotas"), &quota).await.ok("making the quota");
    until(20, "the quota is counted", || async {
        scene.object(&scene.sandbox.core("/resourcequotas/one")).await["status"]["used"]["pods"] == json!("1")
    })
    .await;
    scene.program.app.scale(run, 2).await.unwrap();
    let degraded = scene.is(run, "degraded", |status| status.reason == Some(Reason::QuotaExceeded)).await;
    assert_eq!((degraded.state, degraded.copies), (RunState::Running, Some(Copies { ready: 1, wanted: 2 })));
    assert!(degraded.message.unwrap().starts_with("1 of 2 ready."));
    assert_eq!(scene.status(run).await.word(Action::Deploy), StatusWord::Ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_name_leads_to_the_run_that_took_it_last_and_stays_when_that_goes() {
    let scene = Scene::new("alias").await;
    let values = json!({"service_name": "predict", "service_type": "ClusterIP", "service_ports": [
        {"port": 80, "target_port": 8080}, {"port": 53, "target_port": 5353, "protocol": "UDP", "name": "dns"}]});
    let first = scene.launch(Action::Serve, answering(8080), values.clone()).await;
    scene.has_copies(first, 1, 1).await;
    let path = scene.sandbox.core("/services/predict");
    let made = scene.object(&path).await;
    let udp =
        &scene.object(&scene.sandbox.core(&format!("/services/{}", scene.name(first).await))).await["spec"]["ports"][1];
    assert_eq!((&udp["name"], &udp["protocol"], &udp["port"]), (&json!("dns"), &json!("UDP"), &json!(53)));
    assert_eq!(made["metadata"]["ownerReferences"], Value::Null, "nobody owns it");
    assert!(scene.status(first).await.objects.iter().any(|object| object.name == "predict"), "it is told");
    let said = || async {
        let job = scene.program.shell(&scene.sandbox.namespace, "wget -qO- http://predict/x").await;
        scene.program.ended(job, 60).await;
        scene.program.settled(job, 30).await;
        String::from_utf8(scene.program.text(&scene.program.log(job).unwrap())).unwrap()
    };
    assert!(said().await.starts_with(&scene.name(first).await));

    let second = scene.launch(Action::Serve, answering(8080), values).await;
    scene.has_copies(second, 1, 1).await;
    let taken = scene.object(&path).await;
    assert_eq!(taken["metadata"]["uid"], made["metadata"]["uid"], "the same Service");
    assert_eq!(taken["spec"]["selector"], json!({"berth.dev/run": second.to_string()}));
    assert!(said().await.starts_with(&scene.name(second).await));
    for run in [first, second] {
        let scope = berth_core::DeleteScope { history: true, objects: true };
        scene.program.app.delete(run, scope).await.unwrap();
    }
    assert_eq!(scene.object(&path).await["metadata"]["uid"], made["metadata"]["uid"], "it outlives its runs");

    // A Service of another is told at the field, and nothing is made.
    let other = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "theirs"}, "spec": {"ports": [{"port": 1}]}});
    scene.sandbox.api.post(&scene.sandbox.core("/services"), &other).await.ok("a Service of another");
    let mut request = Program::request(&scene.sandbox.namespace, answering(8080));
    request.action = Action::Serve;
    request.overrides = json!({"service_name": "theirs", "service_ports": [{"port": 80, "target_port": 8080}]});
    let error = scene.program.app.launch(&request).await.unwrap_err();
    assert_eq!(error.fields[0].path, "service_name", "{error:?}");
    assert!(scene.program.app.history().run(request.run).await.unwrap().is_none());
}
