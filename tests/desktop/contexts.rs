//! Several contexts in one window: another one is chosen at once, and what runs elsewhere is captured on.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::own::OwnCluster;
use crate::sandbox::Sandbox;
use crate::stage::Stage;
use crate::{PATIENCE, script};

/// How often another context is chosen.
const SWITCHES: usize = 50;

/// Writes the numbers from 1 on, a hundred a second, until it is stopped; its last line tells how many there were.
const HUNDRED_A_SECOND: &str = "trap 'echo $i in all; exit 0' TERM; i=0; \
    while true; do i=$((i+1)); echo $i; [ $((i % 10)) -eq 0 ] && sleep 0.1; done";

#[tokio::test(flavor = "multi_thread")]
async fn fifty_switches_between_two_clusters_lose_no_line_of_either() {
    let sandbox = Sandbox::new("window").await;
    let mut stage = Stage::new(&sandbox.namespace);
    let began = Instant::now();
    let second = tokio::task::spawn_blocking(|| OwnCluster::up("second")).await.unwrap();
    println!("the second cluster was up after {:?}", began.elapsed());
    stage.also(&second.kubeconfig());
    let file = stage.file("steady.yaml", &script("steady", HUNDRED_A_SECOND));
    let window = stage.open_window("contexts");
    let here = stage.context().to_owned();
    let places = [(here, sandbox.namespace.clone()), (second.context(), "default".to_owned())];
    let names: Vec<String> = places
        .iter()
        .map(|(context, namespace)| {
            let line = ["--context", context, "--namespace", namespace, "-o", "json", "run", "-f", &file];
            let run: Value = serde_json::from_slice(&stage.berth(&[&line[..], &["--action", "job"]].concat())).unwrap();
            run["objects"][0]["name"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    let row = |name: &str, state: &str| format!("//tr[.//a[.='{name}']]//*[@data-state='{state}']");
    for name in &names {
        window.see(&row(name, "running"), PATIENCE);
    }

    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    for turn in 0..SWITCHES {
        let (context, _) = &places[(turn + 1) % 2];
        window.click("//input[@aria-label='Context']");
        window.click(&format!("//*[@role='option'][starts-with(normalize-space(.), '{context}')]"));
        let chosen = Instant::now();
        let shown = format!("//main//p[contains(., 'A job in {context} / ')]");
        // The form tells the place; every other time, so that two screens are looked at.
        if turn % 2 == 0 {
            window.press_away("n");
            window.see(&shown, PATIENCE);
        } else {
            window.press_away("gr");
            for name in &names {
                window.see(&row(name, "running"), PATIENCE);
            }
        }
        slowest = slowest.max(chosen.elapsed());
    }
    println!("{SWITCHES} switches in {:?}, at most {slowest:?} until the screen had what is stored", began.elapsed());
    window.press_away("gr");
    for name in &names {
        let stored = stage.berth_json(&["show", name])["log"]["lines"].as_u64().unwrap_or_default();
        println!("{name}: {stored} lines stored when the switches were over");
        assert!(stored > 0, "{name} is captured while the other context is shown");
        stage.berth(&["stop", name]);
    }
    for name in &names {
        window.see(&row(name, "stopped"), PATIENCE);
    }
    window.click("//input[@aria-label='Context']");
    window.shot("switcher");
    window.press("\u{E00C}");
    let complete = "//*[contains(., ' lines · ')][contains(., 'captured to disk, to its end')]";
    for name in &names {
        window.press_away("gr");
        window.click(&format!("//tr//a[.='{name}']"));
        window.see(complete, PATIENCE);
    }
    window.close();

    for name in &names {
        let text = String::from_utf8(stage.berth(&["logs", name])).unwrap();
        let told = text.lines().last().and_then(|line| line.strip_suffix(" in all")).unwrap_or_default();
        let written: usize = told.parse().unwrap_or_else(|_| panic!("{name} was cut off before its last line"));
        let expected: String = (1..=written).map(|line| format!("{line}\n")).collect::<String>() + told + " in all\n";
        let odd = text.lines().zip(expected.lines()).find(|(stored, written)| stored != written);
        assert!(text == expected, "{name}: {} lines, first odd one: {odd:?}", text.lines().count());
        assert_eq!(stage.berth_json(&["show", name])["log"]["gaps"], 0, "{name}");
        println!("{name}: lines 1 to {written}, once and in order");
    }
}
