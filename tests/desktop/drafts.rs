//! Nothing that was typed is lost: not by an error, a switch of contexts, a restart or a crash.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::PATIENCE;
use crate::actions::RUN;
use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;

fn open_form(window: &Window) {
    window.click("//nav//a[contains(., 'New run')]");
    window.see("//h1[.='New run']", PATIENCE);
}

/// Opens the window and types an image and a line of code, until they are on disk.
#[track_caller]
fn typed(stage: &Stage, name: &str, code: &str) -> Window {
    let window = stage.open_window(name);
    stage.choose_place(&window);
    open_form(&window);
    window.type_into("Image", "python:3.12");
    window.type_into("Code", code);
    stage.keeps_draft(code, PATIENCE);
    window
}

/// Opens the window again, with what was typed in its form.
#[track_caller]
fn restored(stage: &Stage, name: &str, code: &str) -> Window {
    let window = stage.open_window(name);
    open_form(&window);
    holds(&window, "python:3.12");
    code_holds(&window, code);
    window
}

/// Waits until a field holds a text.
#[track_caller]
fn holds(window: &Window, text: &str) {
    window.see(&format!("//*[self::input or self::textarea][@value='{text}' or .='{text}']"), PATIENCE);
}

#[track_caller]
fn code_holds(window: &Window, text: &str) {
    window.see(&format!("//*[@role='textbox'][contains(@class, 'cm-content')][contains(., \"{text}\")]"), PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_an_error_and_is_gone_once_it_runs() {
    let sandbox = Sandbox::new("drafts").await;
    let mut stage = Stage::new(&sandbox.namespace);
    let relay = stage.through_a_relay().await;
    let window = stage.open_window("draft-error");
    stage.choose_place(&window);
    open_form(&window);
    window.type_into("Image", &image("python"));
    window.type_into("Name", "patient");
    window.type_into("Command", "python -u main.py");
    window.type_into("Code", "print('I waited')");
    window.see("//aside//pre[contains(., 'kind: Job')]", PATIENCE);
    relay.refuse(true);
    relay.cut();
    window.click(RUN);
    window.see("//*[@role='alert'][contains(., 'The cluster does not answer')]", PATIENCE);
    window.shot("refused");
    holds(&window, "python -u main.py");
    code_holds(&window, "print('I waited')");
    window.click("//nav//a[contains(., 'Runs')]");
    open_form(&window);
    holds(&window, "python -u main.py");
    code_holds(&window, "print('I waited')");
    relay.refuse(false);
    window.click(RUN);
    window.see("//*[@role='log']//*[.='I waited']", PATIENCE);
    open_form(&window);
    window.see("//aside[contains(., 'Say which image to run')]", PATIENCE);
    window.close();
    assert!(!stage.drafts().contains("I waited"), "what runs is no draft any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_a_switch_of_contexts() {
    let sandbox = Sandbox::new("drafts").await;
    let mut stage = Stage::new(&sandbox.namespace);
    stage.add_context("elsewhere");
    let window = stage.open_window("draft-switch");
    stage.choose_place(&window);
    open_form(&window);
    window.type_into("Image", "busybox");
    window.type_into("Code", "echo from here");
    stage.choose_context(&window, "elsewhere");
    window.see("//*[starts-with(., 'A job in elsewhere / ')]", PATIENCE);
    holds(&window, "busybox");
    code_holds(&window, "echo from here");
    stage.choose_place(&window);
    window.see(&format!("//*[contains(., ' / {}')][starts-with(., 'A job in ')]", sandbox.namespace), PATIENCE);
    holds(&window, "busybox");
    code_holds(&window, "echo from here");
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_a_restart_without_what_looks_secret() {
    let sandbox = Sandbox::new("drafts").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("draft-restart");
    stage.choose_place(&window);
    open_form(&window);
    window.type_into("Image", "python:3.12");
    window.type_into("Memory at most", "1Gi");
    window.click("//button[contains(., 'Add variable')]");
    window.type_into("Name of variable 1", "HF_TOKEN");
    window.type_into("Value of variable 1", "hf_canary");
    window.click("//button[contains(., 'Add node label')]");
    window.type_into("Name of node label 1", "disk");
    window.click("//button[contains(., 'Add affinity')]");
    window.type_into("Affinity", "nodeAffinity: {}");
    window.type_into("Code", "print('typed')");
    // The keyboard leaves the code.
    window.press("\u{E00C}");
    window.press("\u{E004}");
    let left = window.run_script("return document.activeElement.closest('.cm-editor') === null", &Value::Null);
    assert_eq!(left, Value::Bool(true), "Escape, then Tab, leaves the code");
    code_holds(&window, "print('typed')");
    stage.keeps_draft("print('typed')", PATIENCE);
    window.close();
    assert!(!stage.drafts().contains("hf_canary"), "a value that looks secret is not written down");

    let window = stage.open_window("draft-restarted");
    open_form(&window);
    for text in ["python:3.12", "1Gi", "HF_TOKEN", "disk"] {
        holds(&window, text);
    }
    code_holds(&window, "print('typed')");
    code_holds(&window, "nodeAffinity: {}");
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_a_crash_in_the_middle_of_typing() {
    let sandbox = Sandbox::new("drafts").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = typed(&stage, "draft-crash", "print('before the crash')");
    window.type_into("Command", "python half");
    window.crash();

    let window = restored(&stage, "draft-after-crash", "print('before the crash')");
    window.shot("restored");
    window.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_outlives_the_pages_own_process_and_the_window_does_not_stay_empty() {
    let sandbox = Sandbox::new("drafts").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = typed(&stage, "draft-lost-page", "print('before the page ended')");
    assert_eq!(stage.log().matches("the page is loaded").count(), 1);
    // WebDriver's session ends with the page's process, so what the window shows then is not asked.
    window.lose_page();
    let deadline = Instant::now() + PATIENCE;
    while stage.log().matches("the page is loaded").count() < 2 {
        assert!(Instant::now() < deadline, "the window stays empty: {}", stage.log());
        std::thread::sleep(Duration::from_millis(100));
    }
    window.crash();

    restored(&stage, "draft-after-lost-page", "print('before the page ended')").close();
}
