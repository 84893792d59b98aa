//! The program is killed at every fail point of a launch, a stop and a delete, on a real cluster: one Job or none, and
//! history telling the truth.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use berth_core::{App, FAILPOINTS, LaunchRequest, Launchable};
use berth_model::{Action, Place, RunId, Submission};
use berth_testkit::Relay;
use berth_testkit::program::{Deed, Plan, act_if_planned, open, was_killed};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox::{Sandbox, image};

/// The test below, by the name that the test binary knows it by.
const PROGRAM: &str = "launch_crashes::acts_as_the_program";

/// How a fail point is reached on a real cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Road {
    /// A launch that meets no trouble.
    Plain,
    /// A start that finds the intent of a launch that died.
    Found,
    /// The reply to the Job is cut off on its way.
    LostReply,
    /// A quota comes between the check and the launch.
    Refused,
    /// A foreign Job takes the name between the check and the launch.
    Foreign,
    /// A launch that died held is given up.
    GivenUp,
    /// A released run is stopped.
    Stopped,
    /// A run is deleted from everywhere.
    Deleted,
}

const ROADS: [(&str, Road); 20] = [
    ("launch.before_intent", Road::Plain),
    ("launch.after_intent", Road::Plain),
    ("submit.after_send", Road::Plain),
    ("submit.after_look", Road::Found),
    ("submit.after_unknown", Road::LostReply),
    ("submit.after_created", Road::Plain),
    ("submit.after_child", Road::Plain),
    ("submit.after_children", Road::Plain),
    ("submit.after_complete", Road::Plain),
    ("submit.after_release", Road::Plain),
    ("submit.after_released", Road::Plain),
    ("submit.after_rejected", Road::Refused),
    ("submit.after_conflict", Road::Foreign),
    ("submit.after_discarded", Road::GivenUp),
    ("submit.after_remove", Road::GivenUp),
    ("submit.after_removed", Road::GivenUp),
    ("stop.after_wish", Road::Stopped),
    ("stop.after_delete", Road::Stopped),
    ("delete.after_objects", Road::Deleted),
    ("delete.after_logs", Road::Deleted),
];

/// One data folder, one namespace, one run.
struct Scene {
    folder: TempDir,
    sandbox: Sandbox,
    kubeconfig: PathBuf,
    request: LaunchRequest,
}

impl Scene {
    async fn new() -> Self {
        let sandbox = Sandbox::new("crash").await;
        let place =
            Place { context: std::env::var("BERTH_TEST_CONTEXT").unwrap(), namespace: Some(sandbox.namespace.clone()) };
        let function = json!({
            "kind": "container", "name": "crash",
            "spec": {
                "image": image("busybox"), "command": "sh", "args": ["/shared/main.sh"],
                "source": { "source": "main.sh", "code": "sleep 2\n", "lang": "sh" },
            },
        });
        let request = LaunchRequest {
            run: RunId::random(),
            project: "default".parse().unwrap(),
            what: Launchable::Document(function),
            action: Action::Job,
            overrides: Value::Null,
            task: None,
            place: Some(place),
            parent: None,
        };
        let kubeconfig = PathBuf::from(std::env::var("BERTH_TEST_KUBECONFIG").unwrap());
        Self { folder: tempfile::tempdir().unwrap(), sandbox, kubeconfig, request }
    }

    fn plan(&self, deed: Deed, dies_at: Option<&str>) -> Plan {
        Plan {
            folder: self.folder.path().to_owned(),
            kubeconfig: self.kubeconfig.clone(),
            deed,
            request: self.request.clone(),
            dies_at: dies_at.map(str::to_owned),
            waits_at: None,
        }
    }

    fn app(&self) -> Arc<App> {
        open(self.folder.path(), &self.kubeconfig, Arc::default(), Arc::default())
    }

    async fn run(&self, plan: Plan) -> std::process::ExitStatus {
        tokio::task::spawn_blocking(move || plan.run(PROGRAM)).await.unwrap()
    }

    async fn jobs(&self) -> Vec<Value> {
        let list = self.sandbox.api.get(&self.sandbox.jobs("")).await.ok("listing jobs");
        list["items"].as_array().unwrap().clone()
    }

    /// Jobs that are not on their way out.
    async fn lasting_jobs(&self) -> Vec<Value> {
        let all = self.jobs().await;
        all.into_iter().filter(|job| job["metadata"]["deletionTimestamp"].is_null()).collect()
    }

    async fn walk(&mut self, road: Road, point: &str) {
        let deed = match road {
            Road::Plain => Deed::Launch,
            Road::LostReply => return self.lose_the_reply(point).await,
            Road::Found | Road::Refused | Road::Foreign => {
                self.die(Deed::Launch, "launch.after_intent").await;
                match road {
                    Road::Refused => self.fill_quota().await,
                    Road::Foreign => self.take_the_name().await,
                    _ => {}
                }
                Deed::Recover
            }
            Road::GivenUp => {
                self.die(Deed::Launch, "submit.after_created").await;
                Deed::Stop
            }
            Road::Stopped | Road::Deleted => {
                let launched = self.run(self.plan(Deed::Launch, None)).await;
                assert!(launched.success(), "{point}: {launched}");
                if road == Road::Stopped { Deed::Stop } else { Deed::Delete }
            }
        };
        self.die(deed, point).await;
    }

    async fn die(&self, deed: Deed, point: &str) {
        let ended = self.run(self.plan(deed, Some(point))).await;
        assert!(was_killed(ended), "{point} was not reached by {deed:?} ({ended})");
    }

    async fn fill_quota(&self) {
        let quota = json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "none" },
            "spec": { "hard": { "count/jobs.batch": "0" } },
        });
        self.sandbox.api.post(&self.sandbox.core("/resourcequotas"), &quota).await.ok("making the quota");
        // It holds once its controller has counted.
        for _ in 0..100 {
            let made = self.sandbox.api.get(&self.sandbox.core("/resourcequotas/none")).await.ok("reading the quota");
            if made["status"]["hard"]["count/jobs.batch"] == json!("0") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the quota was not counted within 10 s");
    }

    async fn take_the_name(&self) {
        let run = self.app().history().run(self.request.run).await.unwrap().unwrap().run;
        let foreign = json!({
            "apiVersion": "batch/v1", "kind": "Job",
            "metadata": { "name": run.object_name, "labels": { "app": "somebody-else" } },
            "spec": { "suspend": true, "template": { "spec": {
                "restartPolicy": "Never", "containers": [{ "name": "main", "image": image("busybox") }],
            } } },
        });
        self.sandbox.api.post(&self.sandbox.jobs(""), &foreign).await.ok("making the foreign job");
    }

    /// The launch stands still before it sends; from then on nothing of the server's reaches it.
    async fn lose_the_reply(&mut self, point: &str) {
        let text = std::fs::read_to_string(&self.kubeconfig).unwrap();
        let server = text.lines().find_map(|line| line.split("server: https://").nth(1)).unwrap().trim().to_owned();
        let upstream = tokio::net::lookup_host(server).await.unwrap().next().unwrap();
        let relay = Relay::to(upstream).await;
        let copy = self.folder.path().join("kubeconfig-relay");
        relay.kubeconfig(&self.kubeconfig, &copy).unwrap();
        let go = self.folder.path().join("go");
        let mut plan = self.plan(Deed::Launch, Some(point));
        plan.kubeconfig.clone_from(&copy);
        plan.waits_at = Some(("launch.after_intent".to_owned(), go.clone()));
        let mut program = plan.start(PROGRAM);
        let app = self.app();
        while app.history().run(self.request.run).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        relay.cut_after(Some(1));
        std::fs::write(&go, "").unwrap();
        let ended = tokio::task::spawn_blocking(move || program.wait().unwrap()).await.unwrap();
        assert!(was_killed(ended), "{point} was not reached ({ended})");
        assert!(relay.cuts() > 0, "the reply was cut");
        relay.cut_after(None);
        // The run is bound to the file that it was launched with, and the next start must use it too.
        self.kubeconfig = copy;
        let next = self.run(self.plan(Deed::Recover, None)).await;
        assert!(next.success(), "{point}: {next}");
        drop(relay);
    }

    /// What must hold after the next start.
    async fn look(&self, point: &str, road: Road) {
        let app = self.app();
        let jobs = self.lasting_jobs().await;
        let Some(row) = app.history().run(self.request.run).await.unwrap() else {
            assert!(jobs.is_empty(), "{point}: what history does not know does not exist: {jobs:?}");
            return;
        };
        let status = &row.run.status;
        match status.submission {
            Submission::Released if status.wish.is_none() => {
                assert_eq!(jobs.len(), 1, "{point}: {jobs:?}");
                assert_eq!(jobs[0]["spec"]["suspend"], json!(false), "{point}: released is released");
                assert_eq!(json!(status.objects[0].uid), jobs[0]["metadata"]["uid"], "{point}");
                self.sees_its_code(point).await;
            }
            Submission::Conflict if road == Road::Foreign => {
                assert_eq!(jobs.len(), 1, "{point}: the foreign Job stays");
                assert_eq!(jobs[0]["metadata"]["labels"]["app"], json!("somebody-else"));
            }
            Submission::Released | Submission::Rejected | Submission::Discarded => {
                assert!(jobs.is_empty(), "{point}: nothing lasts of what was ended or came to nothing: {jobs:?}");
            }
            other => panic!("{point}: the launch is still open ({other:?})"),
        }
    }

    /// The program in the pod finds what belongs to the Job.
    async fn sees_its_code(&self, point: &str) {
        for _ in 0..300 {
            let jobs = self.jobs().await;
            if jobs[0]["status"]["succeeded"] == json!(1) {
                return;
            }
            assert!(jobs[0]["status"]["failed"].is_null(), "{point}: {}", jobs[0]["status"]);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{point}: the job did not succeed within 30 s");
    }
}

/// Is the process where a plan is given. Without one it is a test of its own: every fail point has a road.
#[test]
fn acts_as_the_program() {
    if act_if_planned() {
        return;
    }
    assert_eq!(ROADS.map(|(point, _)| point), FAILPOINTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_any_two_effects_leaves_one_job_or_none_on_a_real_cluster() {
    for (point, road) in ROADS {
        let mut scene = Scene::new().await;
        scene.walk(road, point).await;
        assert!(scene.lasting_jobs().await.len() <= 1, "{point}: right after the crash");
        if road != Road::LostReply {
            let next = scene.run(scene.plan(Deed::Recover, None)).await;
            assert!(next.success(), "{point}: the next start fails ({next})");
        }
        scene.look(point, road).await;
        println!("{point}: {road:?} survived");
    }
}
