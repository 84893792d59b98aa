//! Runs that are there: waiting, finding, stopping, putting away, deleting; secrets and profiles beside them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use berth_core::ports::{Notice, SecretValue, SecretVault};
use berth_core::{DeleteScope, ErrorCode, SecretPlace};
use berth_model::{InstallationId, Run, RunId, RunState, RunStatus, Submission, Transition, Wish};
use berth_testkit::program::open;
use berth_testkit::{Fault, On};
use serde_json::json;

use crate::world::{World, kubeconfig_in, request};

/// Ends a run as the engine would.
async fn end(world: &World, run: RunId, state: RunState) {
    let row = world.run(run).await;
    let to = RunStatus { state, revision: row.run.status.revision + 1, ..row.run.status.clone() };
    let transition = Transition { at: world.app.now(), from: row.run.status.state, to };
    world.app.history().write_transition(run, &transition).await.unwrap();
    world.app.history().mark_settled(run, true, true).await.unwrap();
}

/// Writes a run of somebody else's.
async fn foreign(world: &World) -> Run {
    let mine = world.app.launch(&request(RunId::random())).await.unwrap().run;
    let run = Run { id: RunId::random(), installation: InstallationId::random(), ..mine };
    world.app.history().insert_run(&run).await.unwrap();
    run
}

#[tokio::test]
async fn who_waits_hears_of_the_end_whoever_writes_it() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    let other = world.other_program();
    let waiting = tokio::spawn(async move { other.wait(run, Some(Duration::from_secs(60))).await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let ended = Instant::now();
    end(&world, run, RunState::Completed).await;
    let row = waiting.await.unwrap().unwrap();
    assert_eq!(row.run.status.state, RunState::Completed);
    assert!(ended.elapsed() < Duration::from_secs(20), "{:?}", ended.elapsed());
}

#[tokio::test]
async fn waiting_ends_in_time_and_leaves_the_run_alone() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    let before = world.run(run).await;
    let error = world.app.wait(run, Some(Duration::from_millis(300))).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TimedOut);
    assert_eq!(world.run(run).await, before);
    let error = world.app.wait(RunId::random(), None).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_run_is_found_by_id_beginning_and_object_name() {
    let world = World::new();
    let row = world.app.launch(&request(RunId::random())).await.unwrap();
    let id = row.run.id.to_string();
    for text in [id.as_str(), &id[..8], &row.run.id.bare()[..10], &row.run.object_name] {
        assert_eq!(world.app.find_run(text).await.unwrap().run.id, row.run.id, "{text}");
    }
    assert_eq!(world.app.find_run("zzz").await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_text_that_means_several_runs_names_them() {
    let world = World::new();
    let mut ids = Vec::new();
    for last in ["1", "2"] {
        let id: RunId = format!("aaaa{last}000-0000-4000-8000-000000000000").parse().unwrap();
        world.app.launch(&request(id)).await.unwrap();
        ids.push(id.to_string());
    }
    let error = world.app.find_run("aaaa").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(ids.iter().all(|id| error.message.contains(id)), "{}", error.message);
}

#[tokio::test]
async fn a_run_is_stopped_by_a_written_wish_and_a_delete_by_identity() {
    let world = World::new();
    let run = RunId::random();
    let launched = world.app.launch(&request(run)).await.unwrap();
    let row = world.app.stop(run).await.unwrap();
    assert_eq!(row.run.status.wish, Some(Wish::Stop));
    assert!(matches!(row.run.status.state, RunState::Stop | RunState::Stopped));
    assert!(world.api.objects("Job").is_empty() && world.api.objects("ConfigMap").is_empty());
    let name = &launched.run.object_name;
    assert!(world.changes().contains(&format!("DELETE /apis/batch/v1/namespaces/work/jobs/{name}")));
    let again = world.app.stop(run).await.unwrap();
    assert!(matches!(again.run.status.state, RunState::Stop | RunState::Stopped));
}

#[tokio::test]
async fn a_wish_that_cannot_be_carried_out_now_is_kept() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    world.api.fault(On::method("DELETE").path("/jobs/"), Fault::Reset, 1);
    let error = world.app.stop(run).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unreachable, "{error:?}");
    assert!(error.hint.unwrap().contains("carried out when the cluster answers"));
    let status = world.run(run).await.run.status;
    assert_eq!((status.wish, status.state), (Some(Wish::Stop), RunState::Stop));
    world.app.stop(run).await.unwrap();
    assert!(world.api.objects("Job").is_empty());
}

#[tokio::test]
async fn a_run_that_is_over_cannot_be_stopped_into_something_else() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    end(&world, run, RunState::Completed).await;
    let row = world.app.stop(run).await.unwrap();
    assert_eq!((row.run.status.state, row.run.status.wish), (RunState::Completed, None));
    assert_eq!(world.api.objects("Job").len(), 1, "its objects wait for their time to live");
}

#[tokio::test]
async fn runs_of_another_installation_are_looked_at_not_touched() {
    let world = World::new();
    let run = foreign(&world).await;
    let both = DeleteScope { history: true, objects: true };
    for error in [
        world.app.stop(run.id).await.unwrap_err(),
        world.app.delete(run.id, both).await.unwrap_err(),
        world.app.finish_launch(run.id).await.unwrap_err(),
    ] {
        assert_eq!(error.code, ErrorCode::NotOurs, "{error:?}");
    }
    assert_eq!(world.api.objects("Job").len(), 1);
    assert!(world.changes().iter().all(|request| !request.starts_with("DELETE")));
    world.app.stop_anyway(run.id).await.unwrap();
    assert!(world.api.objects("Job").is_empty(), "by an explicit choice");
}

#[tokio::test]
async fn a_live_runs_history_alone_is_not_deleted() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    let error = world.app.delete(run, DeleteScope { history: true, objects: false }).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput);
    assert!(error.message.contains("is live"), "{}", error.message);
    assert_eq!(world.run(run).await.run.status.submission, Submission::Released);
}

#[tokio::test]
async fn a_run_is_deleted_from_everywhere_and_only_then_forgotten() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    world.app.delete(run, DeleteScope { history: true, objects: true }).await.unwrap();
    assert!(world.api.objects("Job").is_empty());
    assert!(world.app.history().run(run).await.unwrap().is_none());
    assert!(world.announced.notices().contains(&Notice::RunDeleted(run)));
}

#[tokio::test]
async fn deleting_the_objects_of_a_finished_run_keeps_its_end() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    end(&world, run, RunState::Completed).await;
    world.app.delete(run, DeleteScope { history: false, objects: true }).await.unwrap();
    let status = world.run(run).await.run.status;
    assert_eq!((status.state, status.only_in_history), (RunState::Completed, true));
    assert!(world.api.objects("Job").is_empty());
}

#[tokio::test]
async fn a_run_is_put_away_and_taken_back() {
    let world = World::new();
    let run = RunId::random();
    world.app.launch(&request(run)).await.unwrap();
    let listed = |app: Arc<berth_core::App>| async move { app.runs(&Default::default()).await.unwrap().rows.len() };
    world.app.archive(run, true).await.unwrap();
    assert_eq!(listed(Arc::clone(&world.app)).await, 0);
    world.app.archive(run, false).await.unwrap();
    assert_eq!(listed(Arc::clone(&world.app)).await, 1);
    assert_eq!(world.app.archive(RunId::random(), true).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_secrets_value_is_in_the_keyring_and_nowhere_else() {
    const CANARY: &str = "canary-4f1b9e";
    let world = World::new();
    let project = request(RunId::random()).project;
    let name = "TOKEN".parse().unwrap();
    let entry = world.app.set_secret(&project, &name, &SecretValue::new(CANARY.to_owned())).await.unwrap();
    let again = world.app.set_secret(&project, &name, &SecretValue::new(CANARY.to_owned())).await.unwrap();
    assert_eq!(entry.id, again.id, "a new value is the same secret");
    let installation = world.app.history().installation().await.unwrap();
    let drawer = world.app.history().project(&project).await.unwrap().unwrap();
    let account = format!("{installation}/{}/{}", drawer.id, entry.id);
    assert_eq!(world.vault.read(&account).await.unwrap().unwrap().expose(), CANARY);
    let names: Vec<String> =
        world.app.secrets(&project).await.unwrap().iter().map(|entry| entry.name.to_string()).collect();
    assert_eq!(names, ["TOKEN"]);
    for (file, bytes) in contents(world.folder.path()) {
        assert!(!bytes.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()), "{}", file.display());
    }
    world.app.delete_secret(&project, &name).await.unwrap();
    assert!(world.vault.read(&account).await.unwrap().is_none());
    assert_eq!(world.app.delete_secret(&project, &name).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_locked_keyring_takes_no_secret_and_loses_none() {
    let world = World::new();
    let project = request(RunId::random()).project;
    let name = "TOKEN".parse().unwrap();
    let value = SecretValue::new("v".to_owned());
    world.vault.lock(true);
    let error = world.app.set_secret(&project, &name, &value).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Keyring);
    assert!(world.app.secrets(&project).await.unwrap().is_empty(), "no name without a value");
    world.vault.lock(false);
    world.app.set_secret(&project, &name, &value).await.unwrap();
    world.vault.lock(true);
    assert_eq!(world.app.delete_secret(&project, &name).await.unwrap_err().code, ErrorCode::Keyring);
    assert_eq!(world.app.secrets(&project).await.unwrap().len(), 1, "the name stays with its value");
}

#[tokio::test]
async fn the_secret_that_signs_in_to_the_projects_registry_says_so() {
    let world = World::new();
    let project = request(RunId::random()).project;
    for name in ["REGISTRY", "TOKEN"] {
        let value = SecretValue::new("me:word".to_owned());
        world.app.set_secret(&project, &name.parse().unwrap(), &value).await.unwrap();
    }
    let registry = serde_json::from_value(json!({"address": "registry.lab/team", "secret": "REGISTRY"})).unwrap();
    world.app.set_registry(&project, Some(registry)).await.unwrap();
    let listed = world.app.secrets(&project).await.unwrap();
    let told: Vec<_> =
        listed.iter().map(|one| (one.name.as_str(), one.registry.as_ref().map(ToString::to_string))).collect();
    assert_eq!(told, [("REGISTRY", Some("registry.lab/team".to_owned())), ("TOKEN", None)]);
}

#[tokio::test]
async fn a_session_keeps_a_value_in_memory_alone_and_uses_it_first() {
    let world = World::new();
    let mut request = request(RunId::random());
    request.overrides = serde_json::json!({"secrets": ["TOKEN"]});
    let (project, name) = (request.project.clone(), "TOKEN".parse().unwrap());
    let refusal = world.app.launch(&request).await.unwrap_err();
    assert_eq!((refusal.code, refusal.fields[0].path.as_str()), (ErrorCode::InvalidInput, "secrets[0]"));
    world.vault.lock(true);
    let value = || SecretValue::new("canary-77".to_owned());
    let locked = world.app.set_secret(&project, &name, &value()).await.unwrap_err();
    assert!(locked.hint.unwrap().contains("this session only"));
    world.app.set_secret_for_session(&project, &name, value()).await.unwrap();
    let listed = world.app.secrets(&project).await.unwrap();
    assert_eq!((listed.len(), listed[0].place, listed[0].updated), (1, SecretPlace::Session, None));
    world.app.launch(&request).await.unwrap();
    let made = world.api.objects("Secret");
    assert_eq!(made[0]["data"]["TOKEN"], "Y2FuYXJ5LTc3");
    assert_eq!(made[0]["metadata"]["ownerReferences"][0]["uid"], world.job()["metadata"]["uid"]);
    let known = world.other_program().secrets(&project).await.unwrap();
    assert!(known.is_empty(), "another program knows not even its name");
    world.app.delete_secret(&project, &name).await.unwrap();
    assert!(world.app.secrets(&project).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_value_that_cannot_be_read_keeps_no_other_from_being_hidden() {
    let world = World::new();
    let mut request = request(RunId::random());
    request.overrides = serde_json::json!({"secrets": ["FIRST", "SECOND"]});
    for (name, value) in [("FIRST", "written over"), ("SECOND", "canary-88")] {
        let value = SecretValue::new(value.to_owned());
        world.app.set_secret(&request.project, &name.parse().unwrap(), &value).await.unwrap();
    }
    let run = world.app.launch(&request).await.unwrap().run.id;
    world.vault.spoil("written over");
    let kubeconfig = kubeconfig_in(world.folder.path());
    let later = || open(world.folder.path(), &kubeconfig, Arc::default(), Arc::clone(&world.vault));
    let mask = later().mask(run).await.unwrap();
    let told = mask.told().unwrap();
    assert!(told.contains("FIRST") && !told.contains("SECOND"), "{told}");
    assert!(!mask.spares(b"it says canary-88"), "the second value is hidden all the same");
    world.vault.lock(true);
    assert!(later().mask(run).await.unwrap().told().unwrap().contains("FIRST, SECOND"));
}

#[tokio::test]
async fn a_profile_fills_what_is_not_said_and_the_run_tells_so() {
    use berth_model::Origin;
    let world = World::new();
    let mut request = request(RunId::random());
    let spec =
        serde_json::json!({"resources": {"mem": {"limits": "2Gi"}}, "backoff_limit": 3, "envs": {"A": "p", "B": "p"}});
    let name = "big".parse().unwrap();
    world.app.save_profile(&request.project, &name, None, &spec).await.unwrap();
    request.overrides = serde_json::json!({"profile": "big", "backoff_limit": 1, "envs": {"A": "mine"}});
    let prepared = world.app.prepare(&request).await.unwrap();
    let task = &prepared.spec.task;
    assert_eq!((task.backoff_limit, task.resources.mem.limits.as_ref().unwrap().to_string()), (Some(1), "2Gi".into()));
    let values: Vec<_> = task.envs.iter().map(|env| (env.name.as_str(), env.value.as_str())).collect();
    assert_eq!(values, [("A", "mine"), ("B", "p")]);
    for (path, origin) in [
        ("backoff_limit", Origin::Run),
        ("resources.mem.limits", Origin::Profile),
        ("envs.A", Origin::Run),
        ("envs.B", Origin::Profile),
        ("profile", Origin::Run),
    ] {
        assert_eq!(prepared.origins.get(path), Some(&origin), "{path}");
    }
}

#[tokio::test]
async fn a_volume_that_names_what_is_not_there_creates_nothing() {
    let world = World::new();
    for (volume, path) in [
        (serde_json::json!({"type": "claim", "claim": "none"}), "volumes[0].claim"),
        (serde_json::json!({"type": "config_map", "config": "none"}), "volumes[0].config"),
        (serde_json::json!({"type": "secret", "secret": "none"}), "volumes[0].secret"),
    ] {
        let mut request = request(RunId::random());
        let mut volume = volume;
        volume["name"] = "data".into();
        volume["mount_path"] = "/data".into();
        request.overrides = serde_json::json!({"volumes": [volume]});
        let error = world.app.launch(&request).await.unwrap_err();
        assert_eq!((error.code, error.fields[0].path.as_str()), (ErrorCode::InvalidInput, path));
        assert!(error.message.contains("\"none\" in namespace \"work\""), "{}", error.message);
    }
    assert!(world.api.objects("Job").is_empty());
}

/// Every file below a folder with what is in it. What the history's backup puts there and takes away meanwhile makes it
/// look again.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    fn read(folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) -> std::io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                read(&path, into)?;
            } else {
                let bytes = std::fs::read(&path)?;
                into.push((path, bytes));
            }
        }
        Ok(())
    }
    for _ in 0..100 {
        let mut found = Vec::new();
        match read(folder, &mut found) {
            Ok(()) => return found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => panic!("{}: {error}", folder.display()),
        }
    }
    panic!("{} does not come to rest", folder.display());
}

#[tokio::test]
async fn a_profile_is_a_task_that_is_read_and_checked() {
    let world = World::new();
    let project = request(RunId::random()).project;
    let name = "big".parse().unwrap();
    let spec = json!({ "resources": { "mem": { "requests": "4Gi" } } });
    world.app.save_profile(&project, &name, None, &spec).await.unwrap();
    assert_eq!(world.app.history().profiles(&project).await.unwrap().len(), 1);
    for wrong in [json!({ "memm": 1 }), json!({ "profile": "other" })] {
        let error = world.app.save_profile(&project, &name, None, &wrong).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput, "{wrong}");
    }
    world.app.delete_profile(&project, &name).await.unwrap();
    assert_eq!(world.app.delete_profile(&project, &name).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn contexts_are_listed_from_files_and_checked_against_the_cluster() {
    let world = World::new();
    let list = world.app.contexts();
    assert_eq!((list.contexts.len(), list.contexts[0].name.as_str()), (1, "lab"));
    assert!(world.requests().is_empty());
    let check = world.app.check_context("lab").await.unwrap();
    assert_eq!((check.version.as_deref(), check.error), (Some("v1.34.4"), None));
    assert_eq!(check.namespaces, ["default", "kube-system", "lab", "work"]);
    assert_eq!(world.app.check_context("nothing").await.unwrap_err().code, ErrorCode::Kubeconfig);
}
