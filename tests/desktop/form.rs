//! The form's controls in the real window: what they suggest, what they refuse while it is typed, how they look.

use std::path::Path;

use serde_json::{Value, json};

use crate::PATIENCE;
use crate::actions::click_there;
use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;
use crate::{axe, script};

#[tokio::test(flavor = "multi_thread")]
async fn controls_suggest_what_the_cluster_has_and_problems_are_told_while_typing() {
    let sandbox = Sandbox::new("form").await;
    let stage = Stage::new(&sandbox.namespace);
    let file = stage.file("before.yaml", &script("before", "true"));
    stage.berth_json(&["run", "-f", &file, "--action", "job"]);
    let window = stage.open_window("suggest");
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'New run')]");
    window.click("//input[@placeholder='python:3.11-slim']");
    window.see("//*[@role='option'][contains(., '1 run')]", PATIENCE);
    window.shot("images");
    window.click(&format!("//*[@role='option'][contains(., '{}')]", image("busybox")));
    // What lies under a list that is still closing cannot be clicked.
    window.comes_true(
        "return [...document.querySelectorAll('[role=option]')].every((one) => !one.checkVisibility())",
        &Value::Null,
    );
    click_there(&window, "//button[contains(., 'Add node label')]");
    window.click("//input[@aria-label='Name of node label 1']");
    window.see("//*[@role='option'][contains(., 'kubernetes.io/arch')][contains(., '1 node')]", PATIENCE);
    window.shot("labels");
    window.click("//*[@role='option'][starts-with(., 'kubernetes.io/os')]");
    window.click("//input[@aria-label='Value of node label 1']");
    window.click("//*[@role='option'][starts-with(., 'linux')]");
    window.see("//aside//pre[contains(., 'kubernetes.io/os: linux')]", PATIENCE);

    window.click("//button[contains(., 'Add affinity')]");
    window.type_into("Affinity", "nodeAfinity: {}");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., 'did you mean \"nodeAffinity\"')]", PATIENCE);
    window.see("//nav//button[starts-with(., 'Where it runs')][contains(., '1 field needs a look')]", PATIENCE);
    window.shot("affinity");
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_form_is_usable_in_both_themes_and_sizes() {
    let sandbox = Sandbox::new("form").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("look");
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'New run')]");
    window.type_into("Image", &image("python"));
    window.type_into("Command", "python -u main.py");
    window.type_into(
        "Code",
        "import os\n\nclass Model:\n# trains nothing\ndef fit(self, rate=0.1):\nfor step in range(3):\nprint(f'step {step}', os.environ['LR'])\n",
    );
    window.click("//button[contains(., 'Add variable')]");
    window.type_into("Name of variable 1", "1LR");
    window.type_into("Memory at most", "1.5Gb");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., '1.5Gb')]", PATIENCE);
    let mut found = Vec::new();
    for theme in ["Light", "Dark"] {
        window.click("//nav//a[contains(., 'Settings')]");
        window.click(&format!("//*[@role='radiogroup']//label[.='{theme}']"));
        window.click("//nav//a[contains(., 'New run')]");
        window.see("//*[contains(@class, 'cm-line')]//span[.='class']", PATIENCE);
        // What was wrong before is told again.
        window.see("//nav//button[starts-with(., 'Resources')][contains(., '1 field needs a look')]", PATIENCE);
        for (width, height) in [(1280, 800), (1024, 640)] {
            window.resize(width, height);
            for section in ["Image and command", "Code", "Resources"] {
                window.run_script(
                    "document.querySelector(`[data-section=\"${arguments[0]}\"]`).scrollIntoView()",
                    &json!(section),
                );
                let name = section.split(' ').next().unwrap_or_default().to_lowercase();
                window.shot(&format!("{name}-{width}-{}", theme.to_lowercase()));
            }
            found.extend(axe::findings(&window).into_iter().map(|finding| format!("{theme}, {width}: {finding}")));
        }
        window.resize(1280, 800);
    }
    window.close();
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_program_is_reported_before_it_is_saved() {
    let sandbox = Sandbox::new("form").await;
    let stage = Stage::new(&sandbox.namespace);
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/digitalhub/current/functions-0000000254a74a1c8d2f6f1f7f8a9b02.yaml");
    let text = std::fs::read_to_string(file).unwrap() + "from_elsewhere: 1\n";
    let window = stage.open_window("import");
    window.press("gf");
    window.click("//button[contains(., 'From a file…')]");
    window.see("//textarea[@aria-label='Content of the file']", PATIENCE);
    // As a paste: typing would indent nothing, and Enter is a key of its own.
    window.run_script(
        "const field = document.querySelector('textarea[aria-label=\"Content of the file\"]');
         Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(field, arguments[0]);
         field.dispatchEvent(new Event('input', { bubbles: true }));",
        &Value::String(text),
    );
    window.see("//section[@aria-label='What would be saved']//li[contains(., 'as a new function')]", PATIENCE);
    window.see("//section[@aria-label='Kept as unknown']//li[contains(., 'from_elsewhere')]", PATIENCE);
    window.shot("report");
    assert_eq!(stage.berth_json(&["function", "list"]), json!([]), "nothing is saved yet");
    window.click("//*[@role='dialog']//button[.='Save']");
    window.see("//*[@role='status'][starts-with(., 'Saved: ')]", PATIENCE);
    window.close();
    assert_eq!(stage.berth_json(&["function", "list"]).as_array().map(Vec::len), Some(1));
}
