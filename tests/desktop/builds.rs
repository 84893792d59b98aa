//! Code and images in the real window: where code comes from, and a build that the next job runs.

use crate::actions::{RUN, choose, choose_action};
use crate::sandbox::{REGISTRY, Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;
use crate::{PATIENCE, axe};

/// Chooses the helper images and the registry of the test cluster, in the settings.
fn furnish(window: &Window) {
    window.click("//nav//a[contains(., 'Settings')]");
    for (label, name) in [("Image that builds", "buildah"), ("Image that fetches code", "fetch")] {
        window.type_into(label, &image(name));
        let save = format!("//button[@aria-label='Save {}']", label.to_lowercase());
        window.click(&format!("{save}[not(@disabled)]"));
        window.see(&format!("{save}[@disabled]"), PATIENCE);
    }
    window.click("//button[@aria-label='Registry of default: Choose…']");
    window.type_into("Address", REGISTRY);
    window.click("//*[@role='dialog']//label[.='It speaks plain HTTP']");
    window.shot("registry");
    window.click("//*[@role='dialog']//button[.='Save']");
    window.see("//*[@role='dialog']//button[.='Saved']", PATIENCE);
    window.click("//*[@role='dialog']//button[.='Close']");
    window.see(&format!("//button[@aria-label='Registry of default: {REGISTRY}']"), PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_goes_from_the_form_to_a_function_and_a_job_on_the_built_image() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("build");
    stage.choose_place(&window);
    choose_action(&window, "Build");
    window.type_into("Base image", &image("busybox"));
    window.type_into("Name", "greeter");
    window
        .see("//*[@data-section='Image to build'][contains(., 'has no registry to put the image into yet')]", PATIENCE);
    furnish(&window);

    choose_action(&window, "Build");
    window.see(&format!("//*[@data-section='Image to build'][contains(., 'The image goes to {REGISTRY}')]"), PATIENCE);
    window.type_into("Instructions", "echo built in the window > /greeting\nCMD [\"cat\", \"/greeting\"]");
    window.type_into("Name of the result", "team/greeter");
    window.see("//aside//pre[contains(., 'kind: Job')]", PATIENCE);
    window.shot("form");
    window.click(RUN);
    window.see("//h1[starts-with(., 'greeter-')]", PATIENCE);
    window.see("//*[@role='log']//*[contains(., 'RUN echo built in the window')]", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.click("//button[@role='tab'][starts-with(., 'Overview')]");
    window.see("//*[@aria-label='Dockerfile'][contains(., 'RUN echo built in the window')]", PATIENCE);
    let built = format!("{REGISTRY}/team/greeter@sha256:");
    window.see(&format!("//*[contains(., '{built}')][contains(., 'Used by version 2 of greeter')]"), PATIENCE);
    window.shot("run");

    window.click("//nav//a[contains(., 'Functions')]");
    window.click("//tr//a[.='greeter']");
    window.see(&format!("//pre[contains(., '{built}')]"), PATIENCE);
    window.click("//a[.='Run']");
    window.click("//*[@role='radiogroup'][@aria-label='Action']//label[.='Job']");
    window.see(&format!("//aside//pre[contains(., '{built}')]"), PATIENCE);
    window.click(RUN);
    window.see("//h1[starts-with(., 'greeter-')]", PATIENCE);
    window.see("//*[@role='log']//*[.='built in the window']", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn code_of_this_machine_travels_with_a_job_and_what_is_wrong_with_its_place_stands_there() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let file = stage.file("greet.py", "def main():\n    print('read from this machine')\n");
    let window = stage.open_window("code");
    stage.choose_place(&window);
    choose_action(&window, "Job");
    window.type_into("Image", &image("python"));
    window.type_into("Name", "reader");
    let wrong = |field: &str, words: &str| {
        let field = format!("//*[contains(@class, 'InputWrapper-root')][./label[starts-with(., '{field}')]]");
        window.see(&format!("{field}//*[contains(@class, 'InputWrapper-error')][contains(., '{words}')]"), PATIENCE);
    };
    let mut found = Vec::new();
    for theme in ["Light", "Dark"] {
        window.click("//nav//a[contains(., 'Settings')]");
        window.click(&format!("//*[@role='radiogroup']//label[.='{theme}']"));
        choose_action(&window, "Job");
        for (source, field, typed, words) in [
            ("a git repository", "Repository", "https://example.org/", "names no repository"),
            ("a bucket", "Object or folder", "s3://Bucket", "names no object"),
            ("a web address", "Address", "ftp://example.org/a.py", "cannot be fetched by"),
            ("a file or folder", "File or folder", "/no/such/code.py", "cannot be read"),
        ] {
            choose(&window, "Source", source);
            window.retype_at(
                &format!("//*[contains(@class, 'InputWrapper-root')][./label[starts-with(., '{field}')]]//input"),
                typed,
            );
            wrong(field, words);
            if source == "a git repository" {
                choose(&window, "Signs in", "with a token");
                window.see(
                    "//*[@data-section='Code'][contains(., 'GIT_TOKEN has no value in this project yet')]",
                    PATIENCE,
                );
            }
            window.run_script(
                "document.querySelector('[data-section=\"Code\"]').scrollIntoView()",
                &serde_json::Value::Null,
            );
            let name = source.split(' ').next_back().unwrap_or_default();
            window.shot(&format!("{name}-{theme}"));
            found.extend(axe::findings(&window).into_iter().map(|finding| format!("{source}, {theme}: {finding}")));
            if source == "a git repository" {
                choose(&window, "Signs in", "not at all");
            }
        }
    }
    window.retype_at(
        "//*[contains(@class, 'InputWrapper-root')][./label[starts-with(., 'File or folder')]]//input",
        &file,
    );
    window.type_into("Handler", "greet.py:main");
    window.click("//button[.=concat('Use python3 -c ', \"'from greet import main; main()'\")]");
    window.see("//aside//pre[contains(., 'kind: ConfigMap')][contains(., 'read from this machine')]", PATIENCE);
    window.shot("form");
    window.click(RUN);
    window.see("//h1[starts-with(., 'reader-')]", PATIENCE);
    window.see("//*[@role='log']//*[.='read from this machine']", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.close();
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}
