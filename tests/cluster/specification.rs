//! Every parameter of the specification: cases by row, each judged by what the process printed or what the API server
//! admitted. `docs/SPECIFICATION.md` is made from the same table (`UPDATE_SPECIFICATION=1`).

mod cases;
mod page;
pub mod place;
mod rows;

use std::time::Duration;

use berth_core::ports::SecretValue;
use berth_core::{DeleteScope, ErrorCode, LaunchRequest};
use berth_model::{Action, HelperImage, Run, RunId, RunState};
use futures::future::join_all;
use serde_json::{Value, json};

use self::cases::{CREDENTIALS, PROFILE, TOKEN, cases};
use self::place::Place;
use self::rows::ROWS;
use crate::builds;
use crate::program::{Program, kubeconfig, until};
use crate::sandbox::{Sandbox, image};
use crate::sources::servers;

/// How many cases run side by side: the test cluster has two cores.
const ABREAST: usize = 6;
/// How long a case may take, in seconds: two attempts with the pause between them, beside five others.
const PATIENCE: u64 = 120;

/// A row and one of its variants.
type Variant = (u8, &'static str);

/// What is launched, and what it proves.
pub struct Case {
    name: &'static str,
    proves: &'static [Variant],
    /// Specification of the function.
    spec: Value,
    /// Values of the run.
    run: Value,
    action: Action,
    expect: Expect,
    /// Places of the main object that the page shows, as JSON pointers.
    shows: &'static [&'static str],
}

impl Case {
    fn shows(mut self, shows: &'static [&'static str]) -> Self {
        self.shows = shows;
        self
    }

    fn build(mut self) -> Self {
        self.action = Action::Build;
        self
    }

    /// The launch of this case; the same case is always the same run.
    fn request(&self, namespace: &str) -> LaunchRequest {
        let run = RunId::derived(&format!("specification: {}", self.name));
        let (action, overrides) = (self.action, self.run.clone());
        LaunchRequest { run, action, overrides, ..Program::request(namespace, self.spec.clone()) }
    }
}

/// What must come of it.
enum Expect {
    /// It ends well; what was seen is judged.
    Ends(fn(&Seen)),
    /// It ends in ERROR.
    Fails(fn(&Seen)),
    /// It waits for a node, and the reason names this.
    Waits(&'static str),
    /// Its pod is placed on a node.
    Placed(fn(&Seen)),
    /// It waits for its next time, as a CronJob; it is judged by that and by its next times.
    Scheduled(fn(&Seen)),
    /// It is refused at this field, and nothing is created.
    Refused(&'static str),
    /// The check before the launch is told by the cluster what it does not take, and nothing is created.
    RefusedByTheCluster(&'static str),
}

/// What was seen of a run.
pub struct Seen {
    run: Run,
    /// When a schedule starts something next.
    next: Vec<String>,
    /// What each attempt printed.
    logs: Vec<String>,
    /// The Job as admitted; of a schedule, the CronJob.
    job: Value,
    /// Its last pod as admitted.
    pod: Value,
    /// The Dockerfile of a build as admitted.
    dockerfile: String,
}

/// What the cases find in Berth: a secret, a profile, and a registry to build for.
async fn furnish(program: &Program) {
    builds::furnish(program, builds::own_registry()).await;
    let project = "default".parse().unwrap();
    for (name, value) in [("TOKEN", TOKEN)].into_iter().chain(CREDENTIALS) {
        program.app.set_secret(&project, &name.parse().unwrap(), &SecretValue::new(value.to_owned())).await.unwrap();
    }
    program.app.set_helper_image(HelperImage::Fetch, Some(image("fetch").parse().unwrap())).await.unwrap();
    let preset = json!({
        "resources": {"mem": {"requests": "64Mi", "limits": "96Mi"}}, "envs": {"FROM_PROFILE": "yes", "BOTH": "no"},
    });
    program.app.save_profile(&project, &PROFILE.parse().unwrap(), None, &preset).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_specification_holds_on_a_real_cluster() {
    let sandbox = Sandbox::new("spec").await;
    let place = Place::make(&sandbox).await;
    servers::start(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &kubeconfig());
    furnish(&program).await;
    let all = cases(&place.class);
    for several in all.chunks(ABREAST) {
        place.refresh(&sandbox.api).await;
        let failed: Vec<String> =
            join_all(several.iter().map(|case| judged(&program, &sandbox, case))).await.into_iter().flatten().collect();
        assert!(failed.is_empty(), "{failed:#?}");
    }
    println!("{} cases", all.len());
    program.stop_engine().await;
}

/// Runs one case; says what is wrong with it.
async fn judged(program: &Program, sandbox: &Sandbox, case: &Case) -> Option<String> {
    let outcome = tokio::time::timeout(Duration::from_secs(PATIENCE), outcome(program, sandbox, case)).await;
    match outcome {
        Ok(Ok(())) => None,
        Ok(Err(told)) => Some(format!("{}: {told}", case.name)),
        Err(_) => {
            let run = program.app.history().run(case.request(&sandbox.namespace).run).await.unwrap();
            Some(format!("{}: not within {PATIENCE} s: {:?}", case.name, run.map(|row| row.run.status)))
        }
    }
}

async fn outcome(program: &Program, sandbox: &Sandbox, case: &Case) -> Result<(), String> {
    let request = case.request(&sandbox.namespace);
    let launched = program.app.launch(&request).await;
    if let Expect::Refused(path) = case.expect {
        let error = launched.err().ok_or("it was launched")?;
        let at: Vec<&str> = error.fields.iter().map(|field| field.path.as_str()).collect();
        if error.code != ErrorCode::InvalidInput || !at.contains(&path) {
            return Err(format!("refused as {error:?}, not at {path}"));
        }
        let is_made = program.app.history().run(request.run).await.unwrap().is_some();
        return if is_made { Err("a run was made of it".to_owned()) } else { Ok(()) };
    }
    if let Expect::RefusedByTheCluster(word) = case.expect {
        let error = launched.err().ok_or("it was launched")?;
        let is_told = error.code == ErrorCode::Refused && format!("{error:?}").contains(word);
        return if is_told { Ok(()) } else { Err(format!("refused as {error:?}")) };
    }
    let run = launched.map_err(|error| format!("{error:?}"))?.run.id;
    match case.expect {
        Expect::Refused(_) | Expect::RefusedByTheCluster(_) => Ok(()),
        Expect::Ends(judge) => judge_end(program, sandbox, run, RunState::Completed, judge).await,
        Expect::Fails(judge) => judge_end(program, sandbox, run, RunState::Error, judge).await,
        Expect::Waits(word) => {
            let waits = || async {
                let status = program.run(run).await.run.status;
                status.reason.is_some() && status.message.is_some_and(|told| told.contains(word))
            };
            until(PATIENCE, word, waits).await;
            let reason = program.run(run).await.run.status.reason.unwrap();
            program.app.stop(run).await.map_err(|error| error.to_string())?;
            if reason == berth_model::Reason::Unschedulable { Ok(()) } else { Err(format!("it waits for {reason:?}")) }
        }
        Expect::Scheduled(judge) => {
            let row = program.app.wait(run, None).await.map_err(|error| error.to_string())?;
            if row.run.status.phase != berth_model::Phase::Scheduled {
                return Err(format!("it stands as {:?}", row.run.status));
            }
            let seen = seen(program, sandbox, run).await;
            let scope = DeleteScope { history: false, objects: true };
            program.app.delete(run, scope).await.map_err(|error| error.to_string())?;
            judging(judge, &seen)
        }
        Expect::Placed(judge) => {
            let is_placed = || async { !seen(program, sandbox, run).await.pod["spec"]["nodeName"].is_null() };
            until(PATIENCE, "a node", is_placed).await;
            judging(judge, &seen(program, sandbox, run).await)
        }
    }
}

async fn judge_end(
    program: &Program,
    sandbox: &Sandbox,
    run: RunId,
    state: RunState,
    judge: fn(&Seen),
) -> Result<(), String> {
    let row = program.app.wait(run, None).await.map_err(|error| error.to_string())?;
    program.settled(run, PATIENCE).await;
    let seen = seen(program, sandbox, run).await;
    if row.run.status.state != state {
        return Err(format!("it ended as {:?}, having printed {:?}", seen.run.status, seen.logs));
    }
    judging(judge, &seen)
}

/// A judge speaks by panicking; the others beside it still deserve to be heard.
fn judging(judge: fn(&Seen), seen: &Seen) -> Result<(), String> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| judge(seen))).map_err(|told| {
        let text = told.downcast_ref::<String>().cloned();
        text.or_else(|| told.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

async fn seen(program: &Program, sandbox: &Sandbox, run: RunId) -> Seen {
    let row = program.run(run).await;
    let pods = sandbox.api.get(&sandbox.core(&format!("/pods?labelSelector=berth.dev/run={run}"))).await.body;
    let mut pods = pods["items"].as_array().cloned().unwrap_or_default();
    pods.sort_by_key(|pod| pod["metadata"]["creationTimestamp"].as_str().unwrap_or_default().to_owned());
    let logs = program.app.logs(run).unwrap();
    let recipe = sandbox.core(&format!("/configmaps/{}-build", row.run.object_name));
    let recipe = if row.run.build.is_some() { sandbox.api.get(&recipe).await.body } else { Value::Null };
    let main = match row.run.status.schedule {
        Some(_) => sandbox.cron_jobs(&format!("/{}", row.run.object_name)),
        None => sandbox.jobs(&format!("/{}", row.run.object_name)),
    };
    let next = program.app.schedule_of(&row.run).map(|view| view.next).unwrap_or_default();
    let text = |log| String::from_utf8_lossy(&program.text(log)).into_owned();
    Seen {
        logs: logs.iter().map(text).collect(),
        job: sandbox.api.get(&main).await.body,
        next: next.iter().map(ToString::to_string).collect(),
        pod: pods.pop().unwrap_or_default(),
        dockerfile: recipe["data"]["Dockerfile"].as_str().unwrap_or_default().to_owned(),
        run: row.run,
    }
}

/// A claim that a run makes, in both fates, and the next run on the kept one.
#[tokio::test(flavor = "multi_thread")]
pub async fn a_claim_outlives_its_run_unless_that_was_not_wanted() {
    let sandbox = Sandbox::new("claims").await;
    let place = Place::make(&sandbox).await;
    let folder = tempfile::tempdir().unwrap();
    let mut program = Program::start(folder.path(), &kubeconfig());
    let class = &place.class;
    let launch = |script: &str, volumes: Value| {
        let spec = json!({"image": image("busybox"), "command": ["sh", "-c", script]});
        LaunchRequest { overrides: json!({"volumes": volumes}), ..Program::request(&sandbox.namespace, spec) }
    };
    let first = launch(
        "echo kept > /kept/word && echo gone > /gone/word",
        json!([
            {"volume_type": "persistent_volume_claim", "name": "kept", "mount_path": "/kept",
             "spec": {"size": "1Mi", "storage_class": class, "access_mode": "ReadWriteMany"}},
            {"volume_type": "persistent_volume_claim", "name": "gone", "mount_path": "/gone",
             "spec": {"size": "1Mi", "storage_class": class, "keep": false}},
        ]),
    );
    let run = program.app.launch(&first).await.unwrap().run;
    let ended = program.ended(run.id, PATIENCE).await.run;
    assert_eq!(ended.status.state, RunState::Completed, "{:?}", ended.status);
    program.settled(run.id, PATIENCE).await;
    let claim = |name: &str| sandbox.core(&format!("/persistentvolumeclaims/{}-{name}", run.object_name));
    let kept = sandbox.api.get(&claim("kept")).await.ok("the kept claim");
    assert_eq!(kept["metadata"]["ownerReferences"], Value::Null);
    assert_eq!(kept["spec"]["accessModes"], json!(["ReadWriteMany"]));
    assert_eq!((&kept["spec"]["storageClassName"], &kept["status"]["phase"]), (&json!(class), &json!("Bound")));
    let gone = sandbox.api.get(&claim("gone")).await.ok("the other claim");
    assert_eq!(gone["metadata"]["ownerReferences"][0]["uid"], json!(ended.status.objects[0].uid));

    program.app.delete(run.id, DeleteScope { history: true, objects: true }).await.unwrap();
    let is_gone = || async { sandbox.api.get(&claim("gone")).await.status == 404 };
    until(30, "the claim goes with its run", is_gone).await;
    sandbox.api.get(&claim("kept")).await.ok("the kept claim outlives its run");

    let next = json!([{"type": "claim", "name": "data", "mount_path": "/data", "claim": kept["metadata"]["name"]}]);
    let next = program.app.launch(&launch("cat /data/word", next)).await.unwrap().run.id;
    assert_eq!(program.ended(next, PATIENCE).await.run.status.state, RunState::Completed);
    program.settled(next, PATIENCE).await;
    assert_eq!(program.text(&program.log(next).unwrap()), b"kept\n");
    program.stop_engine().await;
}

/// What describes a function lies in history and needs no cluster.
#[tokio::test]
pub async fn what_describes_a_function_is_stored_and_bad_values_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::open(folder.path(), &kubeconfig());
    let project = "default".parse().unwrap();
    let uuid = "6b1d5a0e-93c4-4f0b-a2d7-51c76e0fb3a9";
    let document = json!({
        "kind": "container", "name": "train", "id": uuid,
        "metadata": {"description": "Trains", "labels": ["iris", "daily"], "embedded": false},
        "spec": {"image": "python:3.12"},
    });
    let first = program.app.save_function(&project, &document).await.unwrap();
    assert_eq!((first.id.to_string().as_str(), first.version, first.embedded), (uuid, 1, false));
    assert_eq!(
        (first.description.as_deref(), first.labels),
        (Some("Trains"), vec!["iris".to_owned(), "daily".to_owned()])
    );
    let mut changed = document.clone();
    changed["spec"]["image"] = json!("python:3.13");
    changed.as_object_mut().unwrap().remove("id");
    assert_eq!(program.app.save_function(&project, &changed).await.unwrap().version, 2);
    let unknown = program.app.save_function(&"nowhere".parse().unwrap(), &document).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    for (key, value) in [("name", "a b"), ("kind", "mlrun"), ("id", "Not An Id")] {
        let mut bad = document.clone();
        bad[key] = json!(value);
        let error = program.app.save_function(&project, &bad).await.unwrap_err();
        assert!(error.fields.iter().any(|field| field.path == key), "{key}: {error:?}");
    }
    assert_eq!(program.app.history().functions(&project).await.unwrap().len(), 1);
}

/// A project as files: in the file itself or beside it, of both generations, and back.
#[tokio::test]
pub async fn a_project_is_exported_as_it_says_and_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::open(folder.path(), &kubeconfig());
    let (iris, copy) = ("iris".parse().unwrap(), "copy".parse().unwrap());
    program.app.create_project(&iris, None).await.unwrap();
    let function = |name: &str, embedded: bool| {
        json!({"kind": "container", "name": name, "metadata": {"embedded": embedded, "labels": ["x"]},
            "spec": {"image": "python:3.12", "args": ["a b", ""], "source": {"code": "print(1)", "lang": "python"}}})
    };
    let task = json!({"kind": "container+job", "spec": {"schedule": "@daily", "time_zone": "UTC", "backoff_limit": 2,
        "resources": {"cpu": {"requests": "1", "limits": "2"}}}});
    for (name, embedded) in [("inside", true), ("beside", false)] {
        program.app.save_documents(&iris, &[function(name, embedded), task.clone()]).await.unwrap();
    }
    for generation in [berth_model::Generation::Seed, berth_model::Generation::Current] {
        let export = program.app.export_project(&iris, generation).await.unwrap();
        let listed = |name: &str| {
            let functions = export.files[0].documents[0]["spec"]["functions"].as_array().unwrap();
            functions.iter().find(|one| one["name"] == name).unwrap().clone()
        };
        assert!(listed("inside")["spec"]["image"].is_string() && listed("beside")["spec"].is_null());
        let path = export.files[1].path.as_deref().unwrap();
        assert_eq!((export.files.len(), listed("beside")["metadata"]["ref"].as_str()), (2, Some(path)));
        let documents: Vec<Value> = export.files.into_iter().flat_map(|file| file.documents).collect();
        let import = program.app.import_project(Some(&copy), &iris, &documents).await.unwrap();
        assert_eq!(import.functions.len(), 2, "{generation:?}");
        for name in ["inside", "beside"] {
            let (from, to) = (&name.parse().unwrap(), &name.parse().unwrap());
            let before = program.app.history().function(&iris, from, None).await.unwrap().unwrap();
            let after = program.app.history().function(&copy, to, None).await.unwrap().unwrap();
            assert_eq!((&before.spec, before.embedded, &before.labels), (&after.spec, after.embedded, &after.labels));
            let job = berth_model::Action::Job;
            let tasks = (program.app.task_defaults(&before, job), program.app.task_defaults(&after, job));
            assert_eq!(tasks.0.await.unwrap(), tasks.1.await.unwrap(), "{name}");
        }
    }
}

#[tokio::test]
async fn the_page_of_the_specification_is_current_and_no_variant_is_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::open(folder.path(), &kubeconfig());
    furnish(&program).await;
    let page = page::written(&program, &ROWS, &cases("fast")).await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/SPECIFICATION.md");
    if std::env::var_os("UPDATE_SPECIFICATION").is_some_and(|value| value == "1") {
        std::fs::write(&file, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == page,
        "docs/SPECIFICATION.md is stale: run UPDATE_SPECIFICATION=1 cargo test --test cluster page_of"
    );
}
