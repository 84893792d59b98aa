//! The way of someone who has nothing yet: no kubeconfig, no runs, to a green run.

use std::time::{Duration, Instant};

use crate::PATIENCE;
use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_at_all_to_a_green_run() {
    let sandbox = Sandbox::new("window").await;
    let mut stage = Stage::new(&sandbox.namespace);
    let kubeconfig = stage.forget_kubeconfig();
    let began = Instant::now();
    let window = stage.open_window("first");
    window.see("//h2[.='Berth needs a way to a cluster']", PATIENCE);
    window.see("//section[@aria-label='Create a local cluster']", PATIENCE);
    window.shot("start");
    window.type_into("Where the file lies", "/nowhere/config\n");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., '/nowhere/config')]", PATIENCE);
    window.shot("wrong-file");
    let field = "//section[@aria-label='Open a kubeconfig']//input";
    window.retype_at(field, &format!("{kubeconfig}\n"));
    window.see("//h2[.='No runs yet']", Duration::from_secs(10));
    stage.choose_place(&window);
    window.see(&format!("//*[starts-with(., 'New runs go to')][contains(., '{}')]", sandbox.namespace), PATIENCE);
    window.click("//button[.='Does it answer?']");
    window.see("//*[@role='status'][starts-with(., 'Answers, v')]", PATIENCE);
    window.shot("place");
    window.click("//a[.='Try a shell command']");
    // The example's image lies in a registry that this cluster cannot reach.
    window.retype_at(
        "//label[starts-with(., 'Image')]/ancestor::div[contains(@class, 'InputWrapper-root')][1]//input",
        &image("busybox"),
    );
    window.shot("example");
    window.click("//button[starts-with(., 'Run')][not(contains(., 'New'))]");
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.see("//*[@role='log']//*[starts-with(., 'hello from')]", PATIENCE);
    window.shot("green");
    println!("from the start of the window to a green run: {:?}", began.elapsed());
    window.close();

    let window = stage.open_window("first-again");
    window.see("//tr//*[@data-state='succeeded']", PATIENCE);
    window.click("//nav//a[contains(., 'Settings')]");
    window.see(&format!("//code[.='{kubeconfig}']"), PATIENCE);
    window.close();
}
