//! The smallest window, and everything drawn twice as large in it: each control of each screen can be reached.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::stage::Stage;
use crate::window::Window;
use crate::{PATIENCE, script};

/// Tells which controls cannot be reached, and what is scrolled sideways that is no table, log or code.
const UNREACHABLE: &str = r#"
const said = (element) => {
  const name = element.getAttribute("aria-label") ?? element.textContent?.trim().slice(0, 40) ?? "";
  return `${element.tagName.toLowerCase()} "${name}"`;
};
const isShown = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const found = [];
const hides = (style, axis) => ["hidden", "clip"].includes(axis === "x" ? style.overflowX : style.overflowY);
const open = document.querySelector("[role=dialog]");
const within = open ?? document.body;
for (const element of within.querySelectorAll("a[href], button, input, textarea, select")) {
  // A check box or a choice is drawn by what lies over it.
  if (!isShown(element) || element.disabled || ["checkbox", "radio"].includes(element.type)) continue;
  element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  let isCut = false;
  for (let around = element.parentElement; around; around = around.parentElement) {
    const style = getComputedStyle(around);
    if ((around.scrollLeft !== 0 && hides(style, "x")) || (around.scrollTop !== 0 && hides(style, "y"))) {
      isCut = true;
      around.scrollTo({ left: 0, top: 0, behavior: "instant" });
    }
  }
  const box = element.getBoundingClientRect();
  const x = box.left + Math.min(box.width / 2, 60);
  const y = box.top + Math.min(box.height / 2, 12);
  const isInside = x >= 0 && y >= 0 && x <= innerWidth && y <= innerHeight && box.left >= -1;
  const hit = isInside ? document.elementFromPoint(x, y) : null;
  const isHit = hit !== null && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.contains(element));
  if (isCut || !isHit) found.push(`${said(element)} is ${isCut ? "cut off" : isInside ? `under ${hit ? said(hit) : "nothing"}` : "outside"}`);
  if (box.width > innerWidth) found.push(`${said(element)} is wider than the window`);
}
for (const element of document.querySelectorAll("html, body, #root, main, main *")) {
  const style = getComputedStyle(element);
  if (!["auto", "scroll"].includes(style.overflowX) && !["HTML", "BODY", "MAIN"].includes(element.tagName)) continue;
  const isWide = element.scrollWidth > element.clientWidth + 1;
  const mayBe = element.matches("pre, [role=log], .cm-scroller, textarea") || element.querySelector("table, [role=log], pre");
  if (isWide && !mayBe) found.push(`${said(element)}.${element.className} is scrolled sideways`);
}
return found;
"#;

#[tokio::test(flavor = "multi_thread")]
async fn each_control_is_reached_in_the_smallest_window_and_drawn_twice_as_large() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let window = stage.open_window("narrow");
    let good = stage.file("good.yaml", &script("good", "echo well"));
    let bad = stage.file("bad.yaml", &script("bad", "echo not so well; exit 3"));
    stage.berth_json(&["run", "-f", &good, "--action", "job"]);
    let run = stage.berth_json(&["run", "-f", &bad, "--action", "job", "--backoff-limit", "0"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let id = run["id"].as_str().unwrap_or_default();
    window.see(&format!("//tr[.//a[.='{name}']]//*[@data-state='failed']"), PATIENCE);
    window.resize(1024, 640);
    let screens = [
        ("runs", "/runs".to_owned(), format!("//tr//a[.='{name}']")),
        ("logs", format!("/runs/{id}"), "//*[@role='log']//*[.='not so well']".to_owned()),
        ("overview", format!("/runs/{id}?tab=overview"), "//h2[.='What was asked']".to_owned()),
        ("events", format!("/runs/{id}?tab=events"), "//*[@role='tabpanel']//tr".to_owned()),
        ("yaml", format!("/runs/{id}?tab=yaml"), "//pre[contains(., 'kind: Job')]".to_owned()),
        ("functions", "/functions".to_owned(), "//tr//a[.='good']".to_owned()),
        ("function", "/functions/good".to_owned(), "//pre[contains(., 'kind: container')]".to_owned()),
        ("form", "/new?starter=python".to_owned(), "//aside//pre[contains(., 'kind: Job')]".to_owned()),
        ("settings", "/settings".to_owned(), "//section[@aria-label='Data']".to_owned()),
    ];
    let mut found = Vec::new();
    let mut look = |window: &Window, size: &str, screen: &str| {
        window.shot(&format!("{screen}-{size}"));
        let told = window.run_script(UNREACHABLE, &Value::Null);
        let told = told.as_array().cloned().unwrap_or_default();
        found.extend(told.into_iter().map(|one| format!("{screen} at {size}: {}", one.as_str().unwrap_or_default())));
    };
    for (size, theme) in [("1024x640", "Light"), ("200-percent", "Dark")] {
        window.go("/settings");
        window.click(&format!("//*[@role='radiogroup']//label[.='{theme}']"));
        for (screen, address, seen) in &screens {
            window.go(address);
            window.see(seen, PATIENCE);
            look(&window, size, screen);
        }
        window.go("/functions");
        window.see("//tr//a[.='good']", PATIENCE);
        window.press_control('k');
        window.see("//input[@aria-label='Search everything']", PATIENCE);
        look(&window, size, "palette");
        window.press("\u{E00C}");
        window.press_away("?");
        window.see("//*[@role='dialog'][contains(., 'Go to the functions')]", PATIENCE);
        look(&window, size, "keys");
        window.press("\u{E00C}");
        if size == "1024x640" {
            for _ in 0..5 {
                window.press_control('+');
            }
            let width = window.run_script("return innerWidth", &json!(null)).as_f64().unwrap_or_default();
            assert!((width - 512.0).abs() < 8.0, "twice as large is half as much room, not {width}");
        }
    }
    window.close();

    let window = stage.open_window("narrow-again");
    window.see("//h1[.='Runs']", PATIENCE);
    let ratio = window.run_script("return outerWidth / innerWidth", &json!(null)).as_f64().unwrap_or_default();
    assert!((ratio - 2.0).abs() < 0.1, "the size is kept over a restart: {ratio}");
    window.press_control('0');
    window.see("//h1[.='Runs']", PATIENCE);
    window.close();
    assert!(found.is_empty(), "cannot be reached:\n{}", found.join("\n"));
}
