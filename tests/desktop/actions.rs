//! What each action needs, from the form to what the cluster made of it.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;
use crate::{PATIENCE, axe};

/// The button that launches what the form says.
pub const RUN: &str = "//button[starts-with(., 'Run')][not(contains(., 'New'))][not(@aria-label)]";

/// Opens the form of an action.
pub fn choose_action(window: &Window, action: &str) {
    window.click("//nav//a[contains(., 'New run')]");
    window.click(&format!("//*[@role='radiogroup'][@aria-label='Action']//label[.='{action}']"));
}

/// Clicks on what may be at the very edge: it is brought into view first, as a person would.
pub fn click_there(window: &Window, xpath: &str) {
    window.see(xpath, PATIENCE);
    window.run_script(
        "document.evaluate(arguments[0], document, null, 9, null).singleNodeValue.scrollIntoView({ block: 'center' })",
        &serde_json::json!(xpath),
    );
    window.click(xpath);
}

/// Chooses an option of a control that is named so.
pub fn choose(window: &Window, control: &str, option: &str) {
    let control = format!(
        "(//input[@aria-label='{control}'] | //*[contains(@class, 'InputWrapper-root')][./label[.='{control}']]//input[not(@type='hidden')])[1]"
    );
    click_there(window, &control);
    // The list of this very control: that of another one may still be fading away.
    let list = format!("//*[@role='listbox'][@id = {control}/@aria-controls]");
    window.click(&format!("{list}//*[@role='option'][starts-with(., '{option}')]"));
    window.see(&format!("{control}[starts-with(@value, '{option}')]"), PATIENCE);
}

/// What a program of this machine is answered at an address.
pub fn ask(url: &str, path: &str) -> String {
    let address = url.trim().strip_prefix("http://").expect("an address of this machine");
    let mut stream = TcpStream::connect(address.trim_end_matches('/')).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: here\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_goes_from_the_form_to_an_opened_address_and_is_scaled_stopped_and_resumed() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("service");
    stage.choose_place(&window);

    choose_action(&window, "Service");
    window.type_into("Image", &image("python"));
    window.type_into("Name", "page");
    window.type_into("Command", "python3 -u -m http.server 8080");
    window.click(RUN);
    window.see("//*[@data-section='Service']//*[contains(., 'A service needs at least one port')]", PATIENCE);
    window.type_into("Port of port 1", "80");
    window.type_into("Target of port 1", "8080");
    window.type_into("Name of port 1", "web");
    choose(&window, "Ready when", "HTTP answers");
    window.type_into("Every, ready when", "1");
    window.see("//aside//pre[contains(., 'kind: Deployment')][contains(., 'kind: Service')]", PATIENCE);
    window.see("//aside//pre[contains(., 'readinessProbe')]", PATIENCE);
    window
        .run_script("document.querySelector('[data-section=\"Service\"]').scrollIntoView()", &serde_json::Value::Null);
    window.shot("form");

    window.click(RUN);
    window.see("//h1[starts-with(., 'page-')]", PATIENCE);
    window.see("//section[@aria-label='Service'][contains(., '1 of 1 ready')]", PATIENCE);
    let name = window.text("//h1[starts-with(., 'page-')]");
    window.click("//button[.='Open web 80']");
    let way = "//*[@role='group'][@aria-label='Port 80']";
    window.see(&format!("{way}[contains(., 'Ready')]"), PATIENCE);
    let url = window.text(&format!("{way}//*[starts-with(., 'http://127.0.0.1:')]"));
    assert!(ask(&url, "/").contains("Directory listing"), "the program answers at {url}");
    window.see("//*[@role='log']//*[contains(., 'GET / HTTP')]", PATIENCE);

    window.retype_at("//section[@aria-label='Service']//input", "2");
    window.click("//section[@aria-label='Service']//button[.='Scale']");
    window.see("//section[@aria-label='Service'][contains(., '2 of 2 ready')]", PATIENCE);
    let mut found = Vec::new();
    for theme in ["Light", "Dark"] {
        window.click("//nav//a[contains(., 'Settings')]");
        window.click(&format!("//*[@role='radiogroup']//label[.='{theme}']"));
        window.click("//nav//a[contains(., 'Services')]");
        window.see(&format!("//tr[.//a[.='{name}']][contains(., '2 of 2 ready')][contains(., '{url}')]"), PATIENCE);
        window.shot(&format!("list-{theme}"));
        found.extend(axe::findings(&window).into_iter().map(|finding| format!("services, {theme}: {finding}")));
        window.click(&format!("//tr//a[.='{name}']"));
        window.see(&format!("{way}[contains(., 'Ready')]"), PATIENCE);
        window.shot(&format!("run-{theme}"));
        found.extend(axe::findings(&window).into_iter().map(|finding| format!("run, {theme}: {finding}")));
    }

    window.click("//button[.='Stop']");
    window.see("//*[@data-state='stopped']", PATIENCE);
    window.shot("stopped");
    window.click("//section[@aria-label='Service']//button[.='Resume']");
    window.see("//section[@aria-label='Service'][contains(., '2 of 2 ready')]", PATIENCE);
    window.see(&format!("{way}[contains(., 'Ready')]"), PATIENCE);
    assert!(ask(&url, "/").contains("Directory listing"), "the address stays the same");
    window.click("//button[.='Stop']");
    window.see("//*[@data-state='stopped']", PATIENCE);
    window.close();
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_gets_a_new_claim_and_a_secret_and_the_next_one_finds_the_claims_data() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("claim");
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'Secrets')]");
    window.click("//button[.='New secret']");
    window.type_into("Name", "HUB_TOKEN");
    window.type_into("Value", "opensesame");
    window.click("//*[@role='dialog']//button[.='Set']");
    window.see("//tr[td[.='HUB_TOKEN']]", PATIENCE);

    choose_action(&window, "Job");
    window.type_into("Image", &image("busybox"));
    window.type_into("Name", "keeper");
    window.type_into("Command", "sh -c 'echo has ${#HUB_TOKEN} letters: $HUB_TOKEN; date > /data/made; ls /data'");
    window.click("//*[contains(@class, 'InputWrapper-root')][./label[.='Secrets']]//input[not(@type='hidden')]");
    window.click("//*[@role='option'][.='HUB_TOKEN']");
    click_there(&window, "//button[.='Add volume']");
    choose(&window, "Kind of volume 1", "New claim");
    window.type_into("Place in the container of volume 1", "/data");
    window.see("//*[contains(., 'A claim to be made needs a size')]", PATIENCE);
    window.type_into("Size of volume 1", "64Mi");
    window.see("//aside//pre[contains(., 'kind: PersistentVolumeClaim')][contains(., 'kind: Secret')]", PATIENCE);
    window
        .run_script("document.querySelector('[data-section=\"Secrets\"]').scrollIntoView()", &serde_json::Value::Null);
    window.shot("form");
    window.click(RUN);
    window.see("//*[@role='log']//*[.='has 10 letters: ***']", PATIENCE);
    window.see("//*[@role='log']//*[.='made']", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    let name = window.text("//h1[starts-with(., 'keeper-')]");

    // The claim was kept: the next run finds it among what the cluster has.
    choose_action(&window, "Job");
    window.type_into("Image", &image("busybox"));
    window.type_into("Name", "reader");
    window.type_into("Command", "cat /in/made");
    click_there(&window, "//button[.='Add volume']");
    choose(&window, "Claim of volume 1", &format!("{name}-data"));
    window.type_into("Place in the container of volume 1", "/in");
    click_there(&window, "//input[@aria-label='Read only, volume 1']");
    window.see("//aside//pre[contains(., 'readOnly: true')]", PATIENCE);
    window.click(RUN);
    window.see("//h1[starts-with(., 'reader-')]", PATIENCE);
    window.see("//*[@data-state='succeeded']", PATIENCE);
    window.see("//*[@role='log']//*[contains(., 'UTC')]", PATIENCE);
    window.close();
    assert!(!stage.drafts().contains("opensesame"), "a value is typed in the screen of secrets alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_made_in_the_form_run_now_suspended_and_resumed() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("schedule");
    stage.choose_place(&window);
    choose_action(&window, "Job");
    window.type_into("Image", &image("busybox"));
    window.type_into("Name", "nightly");
    window.type_into("Command", "echo as every year");
    window.type_into("Starts at", "0 0 30 2 *");
    window.see("//*[contains(@class, 'InputWrapper-error')][contains(., 'never comes')]", PATIENCE);
    window.retype_at("//*[contains(@class, 'InputWrapper-root')][./label[.='Starts at']]//input", "0 3 1 1 *");
    window.type_into("Time zone", "Europe/Rome");
    window.see("//*[@aria-label='Next starts'][contains(., ' · ')]", PATIENCE);
    choose(&window, "While the one before still runs", "The new one is left out");
    window.see("//aside//pre[contains(., 'kind: CronJob')][contains(., 'timeZone: Europe/Rome')]", PATIENCE);
    let to_schedule = "document.querySelector('[data-section=\"Schedule\"]').scrollIntoView()";
    window.run_script(to_schedule, &serde_json::Value::Null);
    window.shot("form");
    window.click(RUN);
    window.see("//h1[starts-with(., 'nightly-')]", PATIENCE);
    window.see("//section[@aria-label='Schedule'][contains(., '0 3 1 1 *')]//*[@aria-label='Next starts']", PATIENCE);
    window.see("//*[@data-state='scheduled']", PATIENCE);
    window.click("//button[.='Run now']");
    let started = "//*[@aria-label='Runs of the schedule']/li[.//*[@data-state='succeeded']]";
    window.see(started, PATIENCE);
    window.shot("run");
    window.click("//button[.='Suspend']");
    window.see("//section[@aria-label='Schedule']//*[.='suspended']", PATIENCE);
    window.shot("suspended");
    window.click("//section[@aria-label='Schedule']//button[.='Resume']");
    window.see("//section[@aria-label='Schedule']//*[@aria-label='Next starts']", PATIENCE);
    window.click(&format!("{started}//a"));
    window.see("//*[@role='log']//*[.='as every year']", PATIENCE);
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_every_action_and_the_profiles_pass_the_rules_of_axe_in_both_themes() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("actions");
    stage.choose_place(&window);
    window.click("//nav//a[contains(., 'Profiles')]");
    window.see("//h2[.='No profiles yet']", PATIENCE);
    window.shot("profiles-empty");
    window.click("//button[contains(., 'New profile')]");
    window.see("//*[@role='dialog']//*[contains(@class, 'cm-line')]", PATIENCE);
    window.shot("profile-new");
    window.click("//*[@role='dialog']//button[.='Save']");
    window.see("//tr[td[.='large']]", PATIENCE);

    choose_action(&window, "Service");
    window.type_into("Image", &image("python"));
    window.type_into("Profile", "large");
    window.type_into("Memory at most", "1Gi");
    window.type_into("Memory set aside", "1Gi");
    window.type_into("Port of port 1", "80");
    choose(&window, "Ready when", "HTTP answers");
    for _ in 0..3 {
        click_there(&window, "//button[.='Add volume']");
    }
    choose(&window, "Kind of volume 2", "New claim");
    choose(&window, "Kind of volume 3", "Scratch space");
    for number in 1..=3 {
        window.type_into(&format!("Place in the container of volume {number}"), &format!("/data{number}"));
    }
    window.type_into("Claim of volume 1", "training-data");
    window.type_into("Size of volume 2", "1Gi");
    click_there(&window, "//button[.='Add shared memory']");
    click_there(&window, "//button[.='Add variable from the namespace']");
    window.type_into("Name of namespace variable 1", "MODE");
    window.type_into("Object of namespace variable 1", "settings");
    click_there(&window, "//button[starts-with(., 'Rights, users')]");
    window.see("//dl[@aria-label='What the profile comes to'][contains(., '8Gi')]", PATIENCE);
    let mut found = Vec::new();
    for theme in ["Light", "Dark"] {
        window.click("//nav//a[contains(., 'Settings')]");
        window.click(&format!("//*[@role='radiogroup']//label[.='{theme}']"));
        window.click("//nav//a[contains(., 'Profiles')]");
        window.see("//tr[td[.='large']]", PATIENCE);
        window.shot(&format!("profiles-{theme}"));
        found.extend(axe::findings(&window).into_iter().map(|finding| format!("profiles, {theme}: {finding}")));
        for action in ["Job", "Service", "Deployment", "Build"] {
            choose_action(&window, action);
            for section in ["Service", "Image to build", "Secrets", "Profile", "Advanced"] {
                let is_there = window.run_script(
                    "const part = document.querySelector(`[data-section=\"${arguments[0]}\"]`); part?.scrollIntoView(); return part !== null",
                    &serde_json::json!(section),
                );
                if is_there == serde_json::json!(true) && (action == "Service" || section == "Image to build") {
                    let name = section.split(' ').next().unwrap_or_default().to_lowercase();
                    window.shot(&format!("{}-{name}-{theme}", action.to_lowercase()));
                }
            }
            found.extend(axe::findings(&window).into_iter().map(|finding| format!("{action}, {theme}: {finding}")));
        }
    }
    window.close();
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}
