//! The examples, each read in from its file by the window's own dialog and run as a person would run it.

use crate::PATIENCE;
use crate::actions::RUN;
use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;

/// Reads an example in; returns once it is listed.
pub fn read_in(window: &Window, example: &str, function: &str) {
    window.click("//nav//a[contains(., 'Functions')]");
    window.click("//button[.='From a file…']");
    let file = format!("{}/examples/{example}/function.yaml", env!("CARGO_MANIFEST_DIR"));
    window.type_into("File on this machine", &file);
    window.see(&format!("//section[@aria-label='What would be saved']//li[contains(., '{function}')]"), PATIENCE);
    if example == "train" {
        window.shot("read");
    }
    window.click("//*[@role='dialog']//button[.='Save']");
    window.see(&format!("//*[@role='status'][.='Saved: {function}.']"), PATIENCE);
    window.click("//*[@role='dialog']//button[.='Close']");
    window.see(&format!("//tr//a[.='{function}']"), PATIENCE);
}

/// Opens the form of a function, with an image that the test cluster has.
pub fn fill(window: &Window, function: &str, image_field: &str) {
    window.click("//nav//a[contains(., 'Functions')]");
    window.click(&format!("//a[@aria-label='Run {function}']"));
    window.retype_into(image_field, &image("python"));
    window.see("//aside//pre[contains(., 'kind: ')]", PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_are_read_in_by_the_window_and_run_to_their_ends() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("examples");
    stage.choose_place(&window);
    for (example, function) in
        [("train", "train"), ("serve", "serve"), ("build", "iris"), ("nightly", "nightly"), ("deploy", "worker")]
    {
        read_in(&window, example, function);
    }
    window.shot("functions");

    fill(&window, "train", "Image");
    window.shot("train-form");
    window.click(RUN);
    window.see("//*[@role='log']//*[contains(., 'epoch  30')]", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.shot("train");

    fill(&window, "nightly", "Image");
    window.click(RUN);
    window.see("//section[@aria-label='Schedule'][contains(., '30 2 * * *')][contains(., 'Europe/Rome')]", PATIENCE);
    window.see("//h2[.='A schedule has no log of its own']", PATIENCE);
    window.shot("nightly");
    window.click("//button[.='Run now']");
    let started = "//*[@aria-label='Runs of the schedule']/li[.//*[@data-state='succeeded']]";
    window.see(started, PATIENCE);
    window.shot("nightly-ran");
    window.click(&format!("{started}//a"));
    window.see("//*[@role='log']//*[.='1 files']", PATIENCE);
    window.close();
}
