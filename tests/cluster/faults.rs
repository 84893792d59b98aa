//! Faults that meet a run from outside, on the real cluster: each is told with what to do about it, and once that is done
//! the run goes on, or ends as it truly did.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use berth_core::ports::SecretValue;
use berth_model::{Action, AttemptState, Phase, Reason, RunId, RunState, RunStatus};
use serde_json::{Value, json};

use crate::api::Api;
use crate::builds::{ASKING, registry};
use crate::program::until;
use crate::sandbox::image;
use crate::services::Scene;

/// The only real node.
const NODE: &str = "node0";
/// Ends at once when it is asked to.
const LASTING: &str = "echo here; trap 'exit 9' TERM; sleep 600 & wait";

fn busybox(script: &str) -> Value {
    json!({"image": image("busybox"), "command": ["sh", "-c", script]})
}

/// What lies outside of the namespace, and how it is taken back at the end, also when the test fails: a change, or, where
/// that is null, a deletion.
struct Outside(Vec<(String, Value)>);

impl Outside {
    async fn make(&mut self, scene: &Scene, path: &str, object: &Value) {
        scene.sandbox.api.post(path, object).await.ok(path);
        self.0.push((format!("{path}/{}", object["metadata"]["name"].as_str().unwrap()), Value::Null));
    }

    async fn change(&mut self, scene: &Scene, path: &str, change: &Value, back: Value) {
        self.0.push((path.to_owned(), back));
        scene.sandbox.api.patch(path, change).await.ok(path);
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let all = std::mem::take(&mut self.0);
        // A thread with a runtime of its own: the test's may be unwinding.
        let taking_back = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let api = Api::connect().await;
                for (path, back) in all.iter().rev() {
                    if back.is_null() {
                        api.delete(path, "propagationPolicy=Background").await;
                    } else {
                        api.patch(path, back).await;
                    }
                }
            });
        });
        if taking_back.join().is_err() {
            eprintln!("something outside of the namespace was left behind");
        }
    }
}

/// Waits until a run says all of these words, with this reason.
async fn told(scene: &Scene, run: RunId, reason: Reason, words: &[&str]) -> RunStatus {
    let holds = |status: &RunStatus| {
        let message = status.message.as_deref().unwrap_or_default();
        status.reason.as_ref() == Some(&reason) && words.iter().all(|word| message.contains(word))
    };
    scene.is(run, &format!("{reason:?} {words:?}"), holds).await
}

async fn job(scene: &Scene, spec: Value, values: Value) -> RunId {
    scene.launch(Action::Job, spec, values).await
}

/// What each container of a run printed, with its pod.
async fn printed(scene: &Scene, run: RunId) -> Vec<(String, String, String)> {
    scene.program.settled(run, 60).await;
    let logs = scene.program.app.logs(run).unwrap();
    assert!(logs.iter().all(|log| log.is_complete && log.gaps.is_empty()), "{logs:?}");
    let text = |log| String::from_utf8(scene.program.text(log)).unwrap();
    logs.iter().map(|log| (log.pod.clone(), log.key.container.clone(), text(log))).collect()
}

/// A volume of which the node `at` alone has the bytes, and a claim that is bound to it.
async fn claim(scene: &Scene, outside: &mut Outside, name: &str, mode: &str, at: &str) {
    let volume = format!("{}-{name}", scene.sandbox.namespace);
    let host = json!([{"key": "kubernetes.io/hostname", "operator": "In", "values": [at]}]);
    let of_volume = json!({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": volume}, "spec": {
        "capacity": {"storage": "1Mi"}, "accessModes": [mode], "storageClassName": "",
        "hostPath": {"path": format!("/tmp/{volume}"), "type": "DirectoryOrCreate"},
        "nodeAffinity": {"required": {"nodeSelectorTerms": [{"matchExpressions": host}]}},
    }});
    outside.make(scene, "/api/v1/persistentvolumes", &of_volume).await;
    let claim = json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": {
        "accessModes": [mode], "storageClassName": "", "volumeName": volume, "resources": {"requests": {"storage": "1Mi"}},
    }});
    scene.sandbox.api.post(&scene.sandbox.core("/persistentvolumeclaims"), &claim).await.ok("the claim");
    until(30, "the claim is bound", || async {
        let path = scene.sandbox.core(&format!("/persistentvolumeclaims/{name}"));
        scene.sandbox.api.get(&path).await.body["status"]["phase"] == "Bound"
    })
    .await;
}

fn mounted(name: &str) -> Value {
    json!({"volumes": [{"type": "claim", "name": "data", "claim": name, "mount_path": "/data"}]})
}

/// A claim that is bound elsewhere: its volume lies at a node that is not there, or another pod has it for itself alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_bound_elsewhere_is_named_and_the_run_goes_on_once_it_is_free() {
    let scene = Scene::new("claims").await;
    let mut outside = Outside(Vec::new());
    claim(&scene, &mut outside, "far", "ReadWriteOnce", "elsewhere").await;
    claim(&scene, &mut outside, "alone", "ReadWriteOncePod", NODE).await;
    let far = job(&scene, busybox("true"), mounted("far")).await;
    let holder = job(&scene, busybox(LASTING), mounted("alone")).await;
    scene.is(holder, "it has the claim", |status| status.state == RunState::Running).await;
    let next = job(&scene, busybox("echo mine"), mounted("alone")).await;
    told(&scene, far, Reason::Unschedulable, &["the claim \"far\" lies where the run may not go"]).await;
    told(&scene, next, Reason::Unschedulable, &["the claim \"alone\" lets in one pod at a time"]).await;
    scene.program.app.stop(holder).await.unwrap();
    assert_eq!(scene.program.ended(next, 60).await.run.status.state, RunState::Completed);
    scene.program.app.stop(far).await.unwrap();
    scene.is(far, "stopped", |status| status.state == RunState::Stopped).await;
}

/// Secrets that someone removes between the launch of a run and the start of its pod: the run's own, and one that it refers
/// to.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_removed_before_the_pod_starts_is_named_and_the_run_goes_on_once_it_is_there() {
    let scene = Scene::new("removed").await;
    let mut outside = Outside(Vec::new());
    let value = SecretValue::new("hidden".to_owned());
    scene.program.app.set_secret(&"default".parse().unwrap(), &"TOKEN".parse().unwrap(), &value).await.unwrap();
    let secret =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "certificate"}, "stringData": {"word": "w"}});
    scene.sandbox.api.post(&scene.sandbox.core("/secrets"), &secret).await.ok("a secret of somebody's");
    // No node has it yet, so that nothing starts.
    let label = json!([{"key": "example.com/late", "value": scene.sandbox.namespace}]);
    let own = json!({"secrets": ["TOKEN"], "node_selector": label});
    let own = job(&scene, busybox("test \"$TOKEN\" = hidden && echo received"), own).await;
    let other = json!({"env_from": [{"name": "WORD", "secret": "certificate", "key": "word"}], "node_selector": label});
    let other = job(&scene, busybox("echo $WORD"), other).await;
    for run in [own, other] {
        told(&scene, run, Reason::Unschedulable, &["node selector"]).await;
    }
    let name = format!("{}-secrets", scene.program.run(own).await.run.object_name);
    for name in [name.as_str(), "certificate"] {
        let path = scene.sandbox.core(&format!("/secrets/{name}"));
        scene.sandbox.api.delete(&path, "propagationPolicy=Background").await.ok("removing a secret");
    }
    let node = format!("/api/v1/nodes/{NODE}");
    let labelled = |value: Value| json!({"metadata": {"labels": {"example.com/late": value}}});
    let back = labelled(Value::Null);
    outside.change(&scene, &node, &labelled(json!(scene.sandbox.namespace)), back).await;
    let missing =
        told(&scene, own, Reason::Configuration, &[&format!("run's own Secret \"{name}\""), "run it again"]).await;
    assert_eq!((missing.state, missing.phase), (RunState::Pending, Phase::Blocked));
    told(&scene, other, Reason::Configuration, &["Secret \"certificate\"", "make it there"]).await;
    // What to do is done.
    scene.sandbox.api.post(&scene.sandbox.core("/secrets"), &secret).await.ok("making it again");
    let again = scene.program.app.rerun_request(own, json!({})).await.unwrap();
    let again = scene.program.app.launch(&again).await.unwrap().run.id;
    scene.program.app.stop(own).await.unwrap();
    for (run, said) in [(again, "received\n"), (other, "w\n")] {
        let status = scene.program.ended(run, 90).await.run.status;
        assert_eq!(status.state, RunState::Completed, "{status:?}");
        assert_eq!(printed(&scene, run).await[0].2, said);
    }
    scene.is(own, "stopped", |status| status.state == RunState::Stopped).await;
}

/// F38: a pod that has to make room for one of higher priority. Why is told, the pod that comes in its place is the next
/// attempt, and the log of the one before is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_preempted_pod_is_told_and_followed_by_another_with_both_logs_kept() {
    let scene = Scene::new("preempted").await;
    let mut outside = Outside(Vec::new());
    let (low, high) = (format!("{}-low", scene.sandbox.namespace), format!("{}-high", scene.sandbox.namespace));
    for (name, value) in [(&low, -1000), (&high, -1)] {
        let class = json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": name}, "value": value});
        outside.make(&scene, "/apis/scheduling.k8s.io/v1/priorityclasses", &class).await;
    }
    // One place that only these two want, so that nobody else is in their way.
    let slot = "example.com/slot";
    let amounts = |amount: Value| json!({"status": {"capacity": {slot: amount}, "allocatable": {slot: amount}}});
    let status = format!("/api/v1/nodes/{NODE}/status");
    outside.change(&scene, &status, &amounts(json!("1")), amounts(Value::Null)).await;
    let wants = json!({"limits": {slot: "1"}});
    let values = json!({
        "priority_class": low, "backoff_limit": 1,
        "pod_patch": {"spec": {"containers": [{"name": "main", "resources": wants}]}},
    });
    let run = job(&scene, busybox("trap 'exit 9' TERM; echo on $HOSTNAME; sleep 5 & wait $!"), values).await;
    scene.is(run, "it runs", |status| status.state == RunState::Running).await;
    let stronger = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "stronger"}, "spec": {
        "priorityClassName": high, "terminationGracePeriodSeconds": 0, "restartPolicy": "Never",
        "containers": [{"name": "main", "image": image("busybox"), "command": ["sleep", "600"], "resources": wants}],
    }});
    scene.sandbox.api.post(&scene.sandbox.core("/pods"), &stronger).await.ok("one of higher priority");
    let told = scene
        .is(run, "why is told", |status| {
            status.message.as_deref().is_some_and(|told| told.contains("a run of higher priority needed its place"))
        })
        .await;
    assert_eq!(told.attempts[0].reason, Some(Reason::Evicted), "{told:?}");
    scene.sandbox.api.delete(&scene.sandbox.core("/pods/stronger"), "propagationPolicy=Background").await.ok("it goes");
    let ended = scene.program.ended(run, 90).await.run.status;
    assert_eq!(ended.state, RunState::Completed, "{ended:?}");
    let attempts: Vec<_> = ended.attempts.iter().map(|one| (one.state, one.reason.clone())).collect();
    let gone = ended.attempts[0].state != AttemptState::Succeeded;
    assert!(attempts.len() == 2 && gone && attempts[0].1 == Some(Reason::Evicted), "{attempts:?}");
    let logs = printed(&scene, run).await;
    for attempt in &ended.attempts {
        let said = (attempt.pod.clone(), "main".to_owned(), format!("on {}\n", attempt.pod));
        assert!(logs.contains(&said), "{said:?} is not in {logs:?}");
    }
}

/// F40: an image that a registry gives nobody without a sign-in, and a program that was made for another machine.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_behind_a_sign_in_and_a_program_of_another_machine_are_told_with_what_to_change() {
    let scene = Scene::new("images").await;
    // Four bytes that promise a program, and none behind them.
    let tool = STANDARD.encode(b"\x7fELF\x02\x01\x01\x00 for another machine");
    let foreign = json!({"image": image("busybox"), "base64": tool, "handler": "tool", "command": ["/shared/tool"]});
    let foreign = job(&scene, foreign, json!({})).await;
    registry(&scene.sandbox, "", ASKING).await;
    let service = scene.sandbox.core("/services/registry");
    // From the node itself, by a name for which it takes plain HTTP.
    let published =
        scene.sandbox.api.patch(&service, &json!({"spec": {"type": "NodePort"}})).await.ok("a port of the node");
    let port = published["spec"]["ports"][0]["nodePort"].as_u64().unwrap();
    let private = json!({"image": format!("127.0.0.1:{port}/team/private:1"), "command": ["true"]});
    let private = job(&scene, private, json!({})).await;
    told(&scene, private, Reason::ImagePull, &["the registry wants credentials"]).await;
    let ended = scene.program.ended(foreign, 60).await.run.status;
    assert_eq!((ended.state, ended.reason), (RunState::Error, Some(Reason::CannotRun)), "{:?}", ended.message);
    assert!(ended.message.unwrap().contains("another kind of machine"));
    scene.program.app.stop(private).await.unwrap();
}

/// F43: a container before the program that fails, and containers beside it that never end.
#[tokio::test(flavor = "multi_thread")]
async fn containers_around_the_program_are_named_and_do_not_hide_how_it_ended() {
    let scene = Scene::new("sidecars").await;
    let other =
        |name: &str, script: &str| json!({"name": name, "image": image("busybox"), "command": ["sh", "-c", script]});
    let never = "trap 'exit 0' TERM; sleep 600 & wait";
    let patched = |field: &str, container: Value| json!({"pod_patch": {"spec": {field: [container]}}});
    let before = patched("initContainers", other("prepare", "echo preparing; exit 3"));
    let before = job(&scene, busybox("echo never"), before).await;
    let mut mesh = other("mesh", never);
    mesh["restartPolicy"] = json!("Always");
    let sidecar = job(&scene, busybox("echo done"), patched("initContainers", mesh)).await;
    let beside = job(&scene, busybox("echo done"), patched("containers", other("proxy", never))).await;

    let failed = scene.program.ended(before, 60).await.run.status;
    assert_eq!((failed.state, failed.exit_code), (RunState::Error, None), "{failed:?}");
    let message = failed.message.unwrap();
    assert!(message.contains("\"prepare\", which runs before the program, failed (exit code 3)"), "{message}");
    let logs = printed(&scene, before).await;
    assert!(logs.iter().any(|(_, name, said)| name == "prepare" && said == "preparing\n"), "{logs:?}");

    let well = scene.program.ended(sidecar, 60).await.run.status;
    assert_eq!((well.state, well.exit_code), (RunState::Completed, Some(0)), "a sidecar hides no success: {well:?}");

    let waits = scene
        .is(beside, "it is told", |status| {
            status.message.as_deref().is_some_and(|told| {
                told.starts_with("The program ended well.") && told.contains("\"proxy\" beside it still runs")
            })
        })
        .await;
    assert_eq!((waits.state, waits.attempts[0].exit_code), (RunState::Running, Some(0)), "{waits:?}");
    scene.program.app.stop(beside).await.unwrap();
    scene.is(beside, "stopped", |status| status.state == RunState::Stopped).await;
}
