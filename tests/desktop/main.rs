//! The real window on the real cluster, driven as a person would drive it. `cargo xtask test` brings cluster, display and
//! programs up; without them these tests fail, they do not skip.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, in its helpers too"
)]

#[path = "../cluster/api.rs"]
#[expect(dead_code, reason = "shared with the tests of the cluster, which ask for more")]
mod api;
mod driver;
#[path = "../cluster/sandbox.rs"]
#[expect(dead_code, reason = "shared with the tests of the cluster, which ask for more")]
mod sandbox;
mod stage;
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
