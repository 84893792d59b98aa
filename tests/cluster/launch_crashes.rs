//! The program is killed at every fail point of a launch, a stop and a delete, on a real cluster: one main object (a Job,
//! or a Deployment with its Service) or none, and history telling the truth.

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
    /// The reply to the main object is cut off on its way.
    LostReply,
    /// A quota comes between the check and the launch.
    Refused,
    /// A foreign object takes the name between the check and the launch.
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
    async fn new(action: Action) -> Self {
        let sandbox = Sandbox::new("crash").await;
        let place =
            Place { context: std::env::var("BERTH_TEST_CONTEXT").unwrap(), namespace: Some(sandbox.namespace.clone()) };
        let (code, overrides) = match action {
            Action::Serve => {
                let code = "echo hello > index.html; exec httpd -f -p 8080\n";
                (code, json!({ "service_ports": [{ "port": 80, "target_port": 8080 }], "service_type": "ClusterIP" }))
            }
            _ => ("sleep 2\ntest \"$TOKEN\" = s3cret\n", json!({ "secrets": ["TOKEN"] })),
        };
        let function = json!({
            "kind": "container", "name": "crash",
            "spec": {
                "image": image("busybox"), "command": "sh", "args": ["/shared/main.sh"],
                "source": { "source": "main.sh", "code": code, "lang": "sh" },
            },
        });
        let request = LaunchRequest {
            run: RunId::random(),
            project: "default".parse().unwrap(),
            what: Launchable::Document(function),
            action,
            overrides,
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
            secrets: vec![("TOKEN".parse().unwrap(), "s3cret".to_owned())],
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

    /// Path of the main objects of the action; `rest` begins with `/` or is empty.
    fn mains(&self, rest: &str) -> String {
        match self.request.action {
            Action::Serve => self.sandbox.deployments(rest),
            _ => self.sandbox.jobs(rest),
        }
    }

    async fn found(&self) -> Vec<Value> {
        let list = self.sandbox.api.get(&self.mains("")).await.ok("listing main objects");
        list["items"].as_array().unwrap().clone()
    }

    /// Main objects that are not on their way out.
    async fn lasting(&self) -> Vec<Value> {
        let all = self.found().await;
        all.into_iter().filter(|main| main["metadata"]["deletionTimestamp"].is_null()).collect()
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
        let counted = if self.request.action == Action::Serve { "count/deployments.apps" } else { "count/jobs.batch" };
        let quota = json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "none" },
            "spec": { "hard": { counted: "0" } },
        });
        self.sandbox.api.post(&self.sandbox.core("/resourcequotas"), &quota).await.ok("making the quota");
        // It holds once its controller has counted.
        for _ in 0..100 {
            let made = self.sandbox.api.get(&self.sandbox.core("/resourcequotas/none")).await.ok("reading the quota");
            if made["status"]["hard"][counted] == json!("0") {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the quota was not counted within 10 s");
    }

    async fn take_the_name(&self) {
        let run = self.app().history().run(self.request.run).await.unwrap().unwrap().run;
        let labels = json!({ "app": "somebody-else" });
        let template = |restarts: &str| {
            json!({ "metadata": { "labels": labels }, "spec": {
                "restartPolicy": restarts, "containers": [{ "name": "main", "image": image("busybox") }],
            } })
        };
        let (version, kind, spec) = match self.request.action {
            Action::Serve => (
                "apps/v1",
                "Deployment",
                json!({ "replicas": 0, "selector": { "matchLabels": labels }, "template": template("Always") }),
            ),
            _ => ("batch/v1", "Job", json!({ "suspend": true, "template": template("Never") })),
        };
        let foreign = json!({
            "apiVersion": version, "kind": kind, "spec": spec,
            "metadata": { "name": run.object_name, "labels": labels },
        });
        self.sandbox.api.post(&self.mains(""), &foreign).await.ok("making the foreign object");
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
        relay.cut_after(Some(1..=1));
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
        let mains = self.lasting().await;
        let Some(row) = app.history().run(self.request.run).await.unwrap() else {
            assert!(mains.is_empty(), "{point}: what history does not know does not exist: {mains:?}");
            return;
        };
        let status = &row.run.status;
        match status.submission {
            Submission::Released if status.wish.is_none() => {
                assert_eq!(mains.len(), 1, "{point}: {mains:?}");
                assert!(!is_held(&mains[0]), "{point}: released is released");
                assert_eq!(json!(status.objects[0].uid), mains[0]["metadata"]["uid"], "{point}");
                self.sees_its_code(point).await;
                self.owns_its_service(&mains[0], point).await;
            }
            Submission::Released if road == Road::Stopped && self.request.action == Action::Serve => {
                assert_eq!(mains.len(), 1, "{point}: a stopped service can go on: {mains:?}");
                assert!(is_held(&mains[0]), "{point}: it has no copies");
                self.owns_its_service(&mains[0], point).await;
            }
            Submission::Conflict if road == Road::Foreign => {
                assert_eq!(mains.len(), 1, "{point}: the foreign object stays");
                assert_eq!(mains[0]["metadata"]["labels"]["app"], json!("somebody-else"));
            }
            Submission::Released | Submission::Rejected | Submission::Discarded => {
                assert!(mains.is_empty(), "{point}: nothing lasts of what was ended or came to nothing: {mains:?}");
            }
            other => panic!("{point}: the launch is still open ({other:?})"),
        }
    }

    /// The program in the pod finds what belongs to the main object: the job ends well, the service's copy runs.
    async fn sees_its_code(&self, point: &str) {
        for _ in 0..300 {
            let mains = self.found().await;
            let status = &mains[0]["status"];
            if status["succeeded"] == json!(1) || status["readyReplicas"] == json!(1) {
                return;
            }
            assert!(status["failed"].is_null(), "{point}: {status}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{point}: the program did not do its work within 30 s");
    }

    /// A service has one Service, owned by its Deployment.
    async fn owns_its_service(&self, main: &Value, point: &str) {
        let list = self.sandbox.api.get(&self.sandbox.core("/services")).await.ok("listing services");
        let services = list["items"].as_array().unwrap();
        if self.request.action != Action::Serve {
            assert!(services.is_empty(), "{point}: {services:?}");
            return;
        }
        assert_eq!(services.len(), 1, "{point}: {services:?}");
        assert_eq!(services[0]["metadata"]["ownerReferences"][0]["uid"], main["metadata"]["uid"], "{point}");
    }
}

/// A suspended Job, a Deployment without copies.
fn is_held(main: &Value) -> bool {
    main["spec"]["suspend"] == json!(true) || main["spec"]["replicas"] == json!(0)
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
    crashes_everywhere(Action::Job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_any_two_effects_leaves_one_service_or_none_on_a_real_cluster() {
    crashes_everywhere(Action::Serve).await;
}

async fn crashes_everywhere(action: Action) {
    for (point, road) in ROADS {
        let mut scene = Scene::new(action).await;
        scene.walk(road, point).await;
        assert!(scene.lasting().await.len() <= 1, "{point}: right after the crash");
        if road != Road::LostReply {
            let next = scene.run(scene.plan(Deed::Recover, None)).await;
            assert!(next.success(), "{point}: the next start fails ({next})");
        }
        scene.look(point, road).await;
        eprintln!("{point}: {road:?} survived");
    }
}

/// A launch dies held. The value that its process had is nowhere when the next one goes on.
#[tokio::test(flavor = "multi_thread")]
pub async fn a_secret_that_is_gone_between_launch_and_start_is_told_and_nothing_runs() {
    let scene = Scene::new(Action::Job).await;
    scene.die(Deed::Launch, "submit.after_created").await;
    let next = scene.run(Plan { secrets: Vec::new(), ..scene.plan(Deed::Recover, None) }).await;
    assert!(next.success(), "{next}");
    let run = scene.app().history().run(scene.request.run).await.unwrap().unwrap().run;
    assert_eq!(run.status.submission, Submission::Rejected);
    let told = run.status.message.unwrap();
    assert!(told.contains("\"TOKEN\"") && told.contains("not at the start"), "{told}");
    assert!(scene.lasting().await.is_empty(), "the held Job is taken along");
}

/// The same, where the object with the values was made before the crash: they are not needed any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_launch_whose_secrets_have_arrived_goes_on_without_the_keyring() {
    let scene = Scene::new(Action::Job).await;
    scene.die(Deed::Launch, "submit.after_children").await;
    let next = scene.run(Plan { secrets: Vec::new(), ..scene.plan(Deed::Recover, None) }).await;
    assert!(next.success(), "{next}");
    scene.look("submit.after_children", Road::Found).await;
}
