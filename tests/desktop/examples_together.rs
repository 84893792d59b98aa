//! The examples that lean on one another, run from the window as their READMEs say: a model is trained into a claim, a
//! service predicts with it, a worker waits for tasks, and an image is built whose job uses the model within it.

use crate::PATIENCE;
use crate::actions::{RUN, ask, choose, click_there};
use crate::examples::{fill, read_in};
use crate::sandbox::{REGISTRY, Sandbox, image};
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_trained_served_and_built_into_an_image_and_a_worker_is_scaled() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    stage.berth_json(&["settings", "set", "helper.build", &image("buildah")]);
    stage.berth_json(&["registry", "set", REGISTRY, "--plain-http"]);
    let window = stage.open_window("examples");
    stage.choose_place(&window);
    for (example, function) in [("train", "train"), ("serve", "serve"), ("build", "iris"), ("deploy", "worker")] {
        read_in(&window, example, function);
    }
    fill(&window, "train", "Image");
    click_there(&window, "//button[contains(., 'Add variable')][not(contains(., 'namespace'))]");
    window.type_into("Name of variable 3", "OUT");
    window.type_into("Value of variable 3", "/model");
    click_there(&window, "//button[.='Add volume']");
    choose(&window, "Kind of volume 1", "New claim");
    window.type_into("Place in the container of volume 1", "/model");
    window.type_into("Size of volume 1", "10Mi");
    window.see("//aside//pre[contains(., 'PersistentVolumeClaim')]", PATIENCE);
    window.shot("train-form");
    window.click(RUN);
    window.see("//*[@role='log']//*[contains(., 'written to /model')]", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.shot("train");
    let name = window.text("//h1[starts-with(., 'train-')]");
    window.click("//button[@role='tab'][starts-with(., 'Overview')]");
    window.shot("train-overview");

    fill(&window, "serve", "Image");
    click_there(&window, "//button[.='Add volume']");
    window.type_into("Claim of volume 1", &format!("{name}-model"));
    window.type_into("Place in the container of volume 1", "/model");
    window.see("//aside//pre[contains(., 'claimName')]", PATIENCE);
    window.shot("serve-form");
    window.click(RUN);
    window.see("//section[@aria-label='Service'][contains(., '1 of 1 ready')]", PATIENCE);
    window.click("//button[starts-with(., 'Open')]");
    let way = "//*[@role='group'][@aria-label='Port 80']";
    window.see(&format!("{way}[contains(., 'Ready')]"), PATIENCE);
    let url = window.text(&format!("{way}//*[starts-with(., 'http://127.0.0.1:')]"));
    let told = ask(&url, "/predict?plant=5.1,3.5,1.4,0.2");
    assert!(told.contains("setosa"), "{told}");
    window.see("//*[@role='log']//*[contains(., 'predict')]", PATIENCE);
    window.shot("serve");
    window.click("//button[@role='tab'][starts-with(., 'Overview')]");
    window.shot("serve-overview");
    window.click("//nav//a[contains(., 'Services')]");
    window.see("//tr[contains(., '1 of 1 ready')]", PATIENCE);
    window.shot("services");
    window.click("//tr//a[starts-with(., 'serve-')]");
    window.click("//button[.='Stop']");
    window.see("//*[@data-state='stopped']", PATIENCE);

    fill(&window, "worker", "Image");
    click_there(&window, "//button[.='Add volume']");
    choose(&window, "Kind of volume 1", "New claim");
    window.type_into("Place in the container of volume 1", "/queue");
    window.type_into("Size of volume 1", "10Mi");
    window.click(RUN);
    window.see("//section[@aria-label='Service'][contains(., '1 of 1 ready')]", PATIENCE);
    window.retype_at("//section[@aria-label='Service']//input", "2");
    window.click("//section[@aria-label='Service']//button[.='Scale']");
    window.see("//section[@aria-label='Service'][contains(., '2 of 2 ready')]", PATIENCE);
    window.shot("worker");
    window.click("//button[.='Stop']");
    window.see("//*[@data-state='stopped']", PATIENCE);
    window.shot("worker-stopped");

    window.click("//nav//a[contains(., 'Functions')]");
    window.click("//a[@aria-label='Run iris']");
    window.retype_into("Base image", &image("python"));
    window.see("//aside//pre[contains(., 'kind: ')]", PATIENCE);
    window.shot("build-form");
    window.click(RUN);
    window.see("//*[@role='log']//*[contains(., 'STEP 1/')]", PATIENCE);
    window.shot("building");
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.click("//button[@role='tab'][starts-with(., 'Overview')]");
    window.see("//*[starts-with(., 'Used by version')]", PATIENCE);
    window.shot("built");
    window.click("//nav//a[contains(., 'Functions')]");
    window.click("//a[@aria-label='Run iris']");
    window.click("//*[@role='radiogroup'][@aria-label='Action']//label[.='Job']");
    window.see("//aside//pre[contains(., '@sha256:')]", PATIENCE);
    window.shot("iris-form");
    window.click(RUN);
    window.see("//*[@role='log']//*[contains(., 'versicolor')]", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.shot("iris");
    window.click("//nav//a[contains(., 'Runs')]");
    window.see("//tr//a[starts-with(., 'iris-')]", PATIENCE);
    window.shot("runs");
    window.close();
}
