//! The real window on the real cluster, driven as a person would drive it. `cargo xtask test` brings cluster, display and
//! programs up; without them these tests fail, they do not skip.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, in its helpers too"
)]

mod actions;
#[path = "../cluster/api.rs"]
#[expect(dead_code, reason = "shared with the tests of the cluster, which ask for more")]
mod api;
mod axe;
mod builds;
mod contexts;
mod drafts;
mod examples;
mod examples_together;
mod first_start;
mod form;
mod narrow;
#[path = "../cluster/own.rs"]
mod own;
mod projects;
mod runs;
#[path = "../cluster/sandbox.rs"]
#[expect(dead_code, reason = "shared with the tests of the cluster, which ask for more")]
mod sandbox;
mod stage;
mod tour;
mod window;

use std::time::Duration;

use sandbox::{Sandbox, image};
use stage::Stage;

/// Long enough for a busy machine to pull an image and run it.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn a_run_made_in_the_window_is_seen_to_its_end_and_is_there_after_a_restart_and_for_berth() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);

    let window = stage.open_window("form");
    window.see("//h2[.='No runs yet']", PATIENCE);
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'New run')]");
    window.type_into("Image", &image("python"));
    window.type_into("Name", "greet");
    window.type_into("Command", "python -u main.py");
    window.type_into("Arguments", "--from\nthe window");
    window.type_into(
        "Code",
        "import os, sys\nprint('first line')\nprint(os.environ['WHO'], *sys.argv[1:])\nprint('the', 'last', 'line')\n",
    );
    window.click("//button[contains(., 'Add variable')]");
    window.type_into("Name of variable 1", "WHO");
    window.type_into("Value of variable 1", "greetings");
    window.see("//aside//pre[contains(., 'kind: Job')]", PATIENCE);
    window.shot("form");

    window.click("//button[starts-with(., 'Run')][not(contains(., 'New'))]");
    window.see("//h1[starts-with(., 'greet-')]", PATIENCE);
    window.see("//*[@role='log']//*[.='greetings --from the window']", PATIENCE);
    window.see("//*[@role='log']//*[.='the last line']", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.see("//*[contains(., '3 lines · ')][contains(., 'captured to disk, to its end')]", PATIENCE);
    window.shot("run");
    window.see(&format!("//*[contains(., ' / {} · ')]", sandbox.namespace), PATIENCE);
    let name = window.text("//h1[starts-with(., 'greet-')]");
    window.close();

    let window = stage.open_window("restart");
    let row = format!("//tr[.//a[.='{name}']]");
    window.see(&format!("{row}//*[@data-state='succeeded']"), PATIENCE);
    window.shot("runs");
    window.click(&format!("{row}//a"));
    window.see("//*[@role='log']//*[.='the last line']", PATIENCE);
    window.close();

    let shown = stage.berth_json(&["show", &name]);
    assert_eq!(shown["state"], "COMPLETED", "berth tells of the same run: {shown}");
    assert_eq!(shown["namespace"], sandbox.namespace.as_str(), "at the same place: {shown}");
    assert_eq!(shown["log"]["lines"], 3, "with the same log: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_made_by_berth_appears_in_the_open_window_and_what_is_typed_wrong_stands_at_its_field() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("other");
    window.see("//h2[.='No runs yet']", PATIENCE);

    let function = stage.file(
        "function.yaml",
        &format!(
            "kind: container\nname: elsewhere\nspec:\n  image: {}\n  command: echo from elsewhere\n",
            image("busybox")
        ),
    );
    let run = stage.berth_json(&["run", "-f", &function, "--action", "job"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    assert!(name.starts_with("elsewhere-"), "berth launched it: {run}");
    window.see(&format!("//tr[.//a[.='{name}']]//*[@data-state='succeeded']"), PATIENCE);

    window.click("//nav//a[contains(., 'New run')]");
    window.type_into("Image", "Not An Image");
    window.type_into("Memory at most", "1.5Gb");
    window.type_into("Command", "echo 'open");
    window.click("//button[starts-with(., 'Run')][not(contains(., 'New'))]");
    window.see("//input[@aria-invalid='true'][@value='1.5Gb']", PATIENCE);
    window.see("//input[@aria-invalid='true'][@value='Not An Image']", PATIENCE);
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., '1.5Gb')]", PATIENCE);
    window.shot("form-problems");
    window.close();

    let runs = stage.berth_json(&["runs"]);
    assert_eq!(runs.as_array().map(Vec::len), Some(1), "what is wrong makes no run: {runs}");
}

/// A function file of a shell script.
fn script(name: &str, script: &str) -> String {
    let image = image("busybox");
    format!("kind: container\nname: {name}\nspec:\n  image: {image}\n  command: [sh, -c, {script:?}]\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ran_out_of_memory_is_explained_and_run_again_with_more() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let hungry = format!(
        "kind: container\nname: hungry\nspec:\n  image: {}\n  command: python3 -c \"x = bytearray(150 * 1024 * 1024); print(len(x))\"\n",
        image("python")
    );
    let file = stage.file("hungry.yaml", &hungry);
    let window = stage.open_window("why");
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job", "--mem", "64Mi/128Mi"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let row = format!("//tr[.//a[.='{name}']]");
    window.see(&format!("{row}//*[@data-state='failed']"), PATIENCE);
    window.click(&format!("{row}//a"));
    window.see("//section[@aria-label='Why']//*[.='Out of memory']", PATIENCE);
    window.see("//section[@aria-label='What the time was spent on']//li[contains(., 'Pulling image')]", PATIENCE);
    window.shot("card");
    window.click("//section[@aria-label='Why']//a[.='Rerun with 256 MiB']");
    window.see("//section[@aria-label='Changed']//*[.='Memory at most']", PATIENCE);
    window.see("//aside//pre[contains(., '256Mi')]", PATIENCE);
    window.click("//button[.='Check']");
    window.see("//*[@role='status'][contains(., 'The cluster would take it')]", PATIENCE);
    window.shot("checked");
    window.click("//button[starts-with(., 'Run')][not(contains(., 'New'))]");
    window.see(&format!("//h1[starts-with(., 'hungry-')][.!='{name}']"), PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    let again = window.text("//h1[starts-with(., 'hungry-')]");
    window.close();
    let shown = stage.berth_json(&["show", &again]);
    assert_eq!(shown["parent"], run["id"], "the second run repeats the first: {shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_found_in_a_long_log_and_a_long_run_is_stopped_from_the_list() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let file =
        stage.file("long.yaml", &script("long", "seq 1 9000 | sed 's/^/number /'; echo needle; seq 1 3000; sleep 600"));
    let window = stage.open_window("find");
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let row = format!("//tr[.//a[.='{name}']]");
    window.see(&format!("{row}//*[@data-state='running']"), PATIENCE);
    window.click(&format!("{row}//a"));
    window.see("//*[@role='log']//*[.='3000']", PATIENCE);
    window.type_into("Find in the log", "needle");
    window.see("//*[@role='status'][.='1 line']", PATIENCE);
    window.type_into("Find in the log", "\n");
    window.see("//*[@role='log']//*[@data-selected]//mark[.='needle']", PATIENCE);
    window.see("//*[@role='log']//*[.='number 9000']", PATIENCE);
    window.shot("found");
    window.click("//nav//a[contains(., 'Runs')]");
    window.click(&format!("{row}//input[@type='checkbox']"));
    window.click("//*[@aria-label='Chosen runs']//button[.='Stop']");
    window.see("//*[@role='status'][contains(., '1 run asked to stop')]", PATIENCE);
    window.see(&format!("{row}//*[@data-state='stopped']"), PATIENCE);
    window.close();
    let shown = stage.berth_json(&["show", &name]);
    assert_eq!(shown["state"], "STOPPED", "{shown}");
    assert_eq!(shown["log"]["lines"], 12_001, "its log is whole: {shown}");
}

/// A script that writes a number every fifth of a second.
fn counting(seconds: u32) -> String {
    format!("i=0; while [ $i -lt {} ]; do echo number $i; i=$((i+1)); sleep 0.2; done", seconds * 5)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_and_a_restart_in_the_middle_of_a_run_lose_nothing() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let file = stage.file("steady.yaml", &script("steady", &counting(30)));
    let window = stage.open_window("reload");
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let row = format!("//tr[.//a[.='{name}']]");
    window.see(&format!("{row}//*[@data-state='running']"), PATIENCE);
    window.click(&format!("{row}//a"));
    window.see("//*[@role='log']//*[starts-with(., 'number 1')]", PATIENCE);
    window.run_script("location.reload()", &serde_json::Value::Null);
    window.see(&format!("//h1[.='{name}']"), PATIENCE);
    window.see("//*[@role='log']//*[starts-with(., 'number 3')]", PATIENCE);
    window.close();

    let window = stage.open_window("reopened");
    window.click(&format!("{row}//a"));
    window.see("//*[@role='log']//*[.='number 149']", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.see("//*[contains(., '150 lines · ')][contains(., 'captured to disk, to its end')]", PATIENCE);
    window.close();
    let shown = stage.berth_json(&["show", &name]);
    assert_eq!((&shown["log"]["lines"], &shown["log"]["gaps"]), (&150.into(), &0.into()), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_is_told_truly_and_changes_no_run_and_what_was_typed_outlives_a_restart() {
    let sandbox = Sandbox::new("window").await;
    let mut stage = Stage::new(&sandbox.namespace);
    let relay = stage.through_a_relay().await;
    let file = stage.file("steady.yaml", &script("steady", &counting(25)));
    let window = stage.open_window("cut");
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let row = format!("//tr[.//a[.='{name}']]");
    window.see(&format!("{row}//*[@data-state='running']"), PATIENCE);
    window.see("//footer//*[@role='status'][contains(., 'Live')]", PATIENCE);
    relay.refuse(true);
    relay.cut();
    window.see("//footer//*[@role='status'][contains(., 'Stale since')]", PATIENCE);
    window.see(&format!("{row}//*[@data-state='running']"), PATIENCE);
    window.shot("stale");

    window.click("//nav//a[contains(., 'New run')]");
    window.type_into("Image", "python:3.12");
    window.type_into("Command", "python keep.py");
    window.see("//aside//pre[contains(., 'keep.py')]", PATIENCE);
    relay.refuse(false);
    window.see("//footer//*[@role='status'][contains(., 'Live')]", PATIENCE);
    window.click("//nav//a[contains(., 'Runs')]");
    window.see(&format!("{row}//*[@data-state='succeeded']"), PATIENCE);
    window.close();

    let window = stage.open_window("drafted");
    window.click("//nav//a[contains(., 'New run')]");
    window.see("//input[@value='python keep.py']", PATIENCE);
    window.close();
    let shown = stage.berth_json(&["show", &name]);
    assert_eq!((&shown["state"], &shown["log"]["lines"]), (&"COMPLETED".into(), &125.into()), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_a_second_are_followed_by_a_page_that_still_answers() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let flood = "import sys, time\nfor block in range(100):\n    sys.stdout.write(''.join(f'line {block * 1000 + n} of the flood\\n' for n in range(1000)))\n    sys.stdout.flush()\n    time.sleep(0.1)\n";
    let file = format!(
        "kind: container\nname: flood\nspec:\n  image: {}\n  command: [python3, -c, {}]\n",
        image("python"),
        serde_json::to_string(flood).unwrap()
    );
    let file = stage.file("flood.yaml", &file);
    let window = stage.open_window("flood");
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    window.click(&format!("//tr//a[.='{name}']"));
    window.see("//*[@role='log']//*[contains(., 'of the flood')]", PATIENCE);
    for _ in 0..4 {
        window.click("//button[@role='tab'][starts-with(., 'Overview')]");
        window.see("//h2[.='What was asked']", PATIENCE);
        window.click("//button[@role='tab'][starts-with(., 'Logs')]");
        window.see("//*[@role='log']//*[contains(., 'of the flood')]", PATIENCE);
    }
    window.see("//*[@role='log']//*[.='line 99999 of the flood']", PATIENCE);
    window.see("//*[contains(., '100,000 lines · ')][contains(., 'captured to disk, to its end')]", PATIENCE);
    window.close();
    let shown = stage.berth_json(&["show", &name]);
    assert_eq!((&shown["log"]["lines"], &shown["log"]["gaps"]), (&100_000.into(), &0.into()), "{shown}");
}
