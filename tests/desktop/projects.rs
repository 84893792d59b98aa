//! Projects as files, and secrets that sign in somewhere: what goes out comes in again, and a value never comes back.

use serde_json::json;

use crate::PATIENCE;
use crate::sandbox::{REGISTRY, Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;

const THEMES: [&str; 2] = ["Light", "Dark"];

/// Takes a picture in each theme; a dialog that is open stays so.
fn in_both_themes(window: &Window, name: &str) {
    for theme in THEMES {
        let scheme = theme.to_lowercase();
        window.run_script(
            "document.documentElement.setAttribute('data-mantine-color-scheme', arguments[0])",
            &json!(scheme),
        );
        window.shot(&format!("{name}-{theme}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_goes_out_into_files_and_comes_in_as_another_with_every_field_reported() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let function = |name: &str, embedded: bool| {
        format!(
            "kind: container\nname: {name}\nmetadata: {{embedded: {embedded}}}\nspec: {{image: busybox, command: [date]}}\n---\nkind: container+job\nspec: {{backoff_limit: 2}}\n"
        )
    };
    let (inner, beside) =
        (stage.file("inner.yaml", &function("inner", true)), stage.file("beside.yaml", &function("beside", false)));
    stage.berth_json(&["function", "save", "-f", &inner, &beside]);
    let out = stage.folder("out");

    let window = stage.open_window("project");
    window.click("//nav//a[contains(., 'Settings')]");
    window.click("//button[@aria-label='Export default']");
    window.retype_into("File or folder", &out);
    let files = "//section[@aria-label='What will be written']";
    window.see(&format!("{files}//li[contains(., '{out}/default.yaml')][contains(., 'with inner')]"), PATIENCE);
    window.see(&format!("{files}//li[contains(., '{out}/functions/beside-')]"), PATIENCE);
    in_both_themes(&window, "export");
    window.click("//*[@role='dialog']//button[.='Export']");
    window.see("//*[@role='dialog']//*[@role='status'][contains(., '/default.yaml')]", PATIENCE);
    window.shot("exported");
    window.click("//*[@role='dialog']//button[.='Close']");

    // What another program put into the file is told, field by field.
    let own = format!("{out}/default.yaml");
    let text = std::fs::read_to_string(&own).unwrap();
    assert!(text.contains("name: inner") && text.contains("ref: functions/beside-"), "{text}");
    let run = "---\nkind: container+job:run\nname: before\nspec: {}\n";
    let old = "---\nkind: container\nname: old\nid: 0b9f3c51-54a7-4a1c-8d2f-6f1f7f8a9b01\nspec: {image: busybox, code: date, from_elsewhere: 1}\n";
    std::fs::write(&own, format!("{text}{old}{run}")).unwrap();
    window.click("//button[.='Import a project…']");
    window.type_into("File on this machine", "/nowhere");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., '/nowhere')]", PATIENCE);
    window.retype_into("File on this machine", &out);
    window.type_into("Into the project", "copy");
    window.see("//*[@role='dialog']//p[contains(., 'copy')][contains(., 'will be made')]", PATIENCE);
    for (region, said) in [
        ("What would be saved", "beside"),
        ("Rewritten", "spec.code"),
        ("Kept as unknown", "from_elsewhere"),
        ("Refused", "Runs are not taken in"),
    ] {
        window.see(&format!("//section[@aria-label='{region}']//li[contains(., '{said}')]"), PATIENCE);
    }
    in_both_themes(&window, "import");
    window.click("//*[@role='dialog']//button[.='Import']");
    window.see("//*[@role='status'][starts-with(., 'Project copy made; saved: ')]", PATIENCE);
    window.shot("imported");
    window.click("//button[.='Switch to copy']");
    window.see("//button[@aria-label='Project: copy']", PATIENCE);
    in_both_themes(&window, "list");
    window.click("//nav//a[contains(., 'Functions')]");
    for name in ["inner", "beside", "old"] {
        window.see(&format!("//tr//a[.='{name}']"), PATIENCE);
    }
    window.close();
    let copied = stage.berth_json(&["--project", "copy", "function", "list"]);
    assert_eq!(copied.as_array().map(Vec::len), Some(3), "{copied}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_chosen_tried_and_signed_in_to_and_s3_gets_its_secrets_by_name() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    stage.berth_json(&["settings", "set", "helper.build", &image("buildah")]);
    let window = stage.open_window("sign-in");
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'Settings')]");
    window.click("//button[@aria-label='Registry of default: Choose…']");
    window.type_into("Address", REGISTRY);
    window.click("//label[starts-with(., 'It speaks plain HTTP')]");
    window.click("//*[@role='dialog']//button[.='Save']");
    window.click("//*[@role='dialog']//button[.='Test the push']");
    window.see("//*[@role='status'][contains(., 'It is being tried')]", PATIENCE);
    window.see("//*[@role='status'][contains(., 'builds can be pushed')]", PATIENCE);
    in_both_themes(&window, "tried");
    window.click("//*[@role='dialog']//button[.='Close']");
    assert_eq!(stage.berth_json(&["runs"]), json!([]), "a good try leaves nothing behind");

    window.click("//nav//a[contains(., 'Secrets')]");
    window.click("//button[.='S3 sign-in…']");
    window.type_into("Endpoint", "storage.lab");
    window.type_into("Key id", "reader");
    window.type_into("Secret key", "canary-store-4711");
    window.click("//*[@role='dialog']//button[.='Set']");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., 'An endpoint is an address')]", PATIENCE);
    window.retype_into("Endpoint", "https://storage.lab");
    window.type_into("Region", "eu-south-1");
    in_both_themes(&window, "store");
    window.click("//*[@role='dialog']//button[.='Set']");
    for name in ["AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
        window.see(&format!("//tr[td[.='{name}']]//td[.='in the keyring']"), PATIENCE);
    }
    window.click("//button[.='Registry sign-in…']");
    window.type_into("User", "ada");
    window.type_into("Password or token", "canary-registry-4711");
    in_both_themes(&window, "registry");
    window.click("//*[@role='dialog']//button[.='Set']");
    window.see("//tr[td[.='REGISTRY']]//td[.='in the keyring']", PATIENCE);
    in_both_themes(&window, "secrets");
    let page = window.run_script("return document.documentElement.outerHTML", &json!(null));
    assert!(!page.as_str().unwrap_or_default().contains("canary"), "a value never comes back to the page");
    window.close();
    let shown = stage.berth_json(&["registry", "show"]);
    assert_eq!(shown["registry"]["secret"], "REGISTRY", "the project's registry uses it: {shown}");
}
