//! The list of runs and the log of one, by keyboard and pointer.

use serde_json::{Value, json};

use crate::sandbox::Sandbox;
use crate::stage::Stage;
use crate::window::Window;
use crate::{PATIENCE, script};

/// Keys as WebDriver writes them.
const DOWN: &str = "\u{E015}";
const SHIFT_DOWN: &str = "\u{E008}\u{E015}";
const ESCAPE: &str = "\u{E00C}";

/// Names of the runs in the order in which they stand in the list.
fn listed(window: &Window) -> Vec<String> {
    let rows = window.run_script(
        "return [...document.querySelectorAll('tr[data-run] a')].map((link) => link.textContent.replace(/-[^-]*$/, ''))",
        &Value::Null,
    );
    rows.as_array().unwrap().iter().map(|name| name.as_str().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn see_order(window: &Window, expected: &[&str]) {
    let rows: Vec<String> = expected
        .iter()
        .zip(1..)
        .map(|(name, place)| format!("(//tr[@data-run])[{place}][.//a[starts-with(., '{name}-')]]"))
        .collect();
    let rows = rows.join(" and ").replace("//tr", ".//tr");
    window.see(&format!("//table[count(.//tr[@data-run]) = {}][{rows}]", expected.len()), PATIENCE);
    assert_eq!(listed(window), expected);
}

/// Waits until the row of a function's run has the focus.
#[track_caller]
fn see_focus(window: &Window, name: &str) {
    window.comes_true(
        "return document.activeElement?.querySelector?.('a')?.textContent.replace(/-[^-]*$/, '') === arguments[0]",
        &json!(name),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_sorted_by_its_headers_walked_by_keys_and_remembers_both_sorting_and_filters() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    for (name, seconds, label) in [("beta", 3, "team=vision"), ("alpha", 6, "team=audio"), ("gamma", 0, "nightly")] {
        let document = script(name, &format!("sleep {seconds}"))
            .replace("kind: container\n", &format!("kind: container\nmetadata:\n  labels: [{label:?}]\n"));
        let file = stage.file(&format!("{name}.yaml"), &document);
        stage.berth_json(&["run", "-f", &file, "--action", "job", "--wait"]);
    }
    let window = stage.open_window("sorted");
    see_order(&window, &["gamma", "alpha", "beta"]);
    let header = |name: &str| format!("//th[starts-with(., '{name}')]//button");
    window.click(&header("Duration"));
    window.see("//th[starts-with(., 'Duration')][@aria-sort='descending']", PATIENCE);
    see_order(&window, &["alpha", "beta", "gamma"]);
    window.click(&header("Duration"));
    see_order(&window, &["gamma", "beta", "alpha"]);
    window.click(&header("Function"));
    see_order(&window, &["alpha", "beta", "gamma"]);
    window.shot("by-function");

    // The first key gives the focus to a row, the next ones move it.
    window.run_script("document.activeElement.blur()", &Value::Null);
    window.press("j");
    see_focus(&window, "alpha");
    window.press(DOWN);
    see_focus(&window, "beta");
    window.press(" ");
    window.see("//*[@aria-label='Chosen runs'][contains(., '1 run chosen')]", PATIENCE);
    window.press(SHIFT_DOWN);
    window.see("//*[@aria-label='Chosen runs'][contains(., '2 runs chosen')]", PATIENCE);
    see_focus(&window, "gamma");
    window.shot("by-keys");
    window.press(ESCAPE);
    window.press("k");
    see_focus(&window, "beta");

    window.type_into("Label", "team");
    see_order(&window, &["alpha", "beta"]);
    window.close();

    let window = stage.open_window("remembered");
    window.see("//th[starts-with(., 'Function')][@aria-sort='ascending']", PATIENCE);
    see_order(&window, &["alpha", "beta"]);
    window.run_script("document.activeElement.blur()", &Value::Null);
    window.press("j");
    window.press(DOWN);
    window.press("\n");
    window.see("//h1[starts-with(., 'beta-')]", PATIENCE);
    window.close();
}

/// A program that prints colours of each kind. It lingers at its end: containerd 1.6 may close a program's output
/// while it still reads it, and what the program wrote last reaches no log (1 in 20 here where several begin at once).
const COLOURS: &str = r"for i in 0 1 2 3 4 5 6 7; do printf '\033[3%dmfore %d\033[0m \033[9%dmbright %d\033[0m \033[4%dmback %d\033[0m \033[7;3%dminverse %d\033[0m \033[1;37;4%dmwhite on %d\033[0m\n' $i $i $i $i $i $i $i $i $i $i; done
for i in 16 21 46 52 88 196 208 226 231 244; do printf '\033[38;5;%dmof 256: %d\033[0m \033[48;5;%dmbehind: %d\033[0m\n' $i $i $i $i; done
printf '\033[38;2;255;255;200mpale\033[0m \033[38;2;20;20;60mdark\033[0m \033[7mturned round\033[0m\n'
seq 1 4000 | sed 's/^/line /'; sleep 1";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_copied_over_lines_that_are_not_drawn_saved_and_read_in_every_kind_of_time() {
    let sandbox = Sandbox::new("window").await;
    let stage = Stage::new(&sandbox.namespace);
    let file = stage.file("colours.yaml", &script("colours", COLOURS));
    let run = stage.berth_json(&["run", "-f", &file, "--action", "job", "--wait"]);
    let name = run["objects"][0]["name"].as_str().unwrap_or_default().to_owned();
    let window = stage.open_window("log");
    window.click(&format!("//a[.='{name}']"));
    window.see("//*[@role='log']//*[.='line 4000']", PATIENCE);

    for (choice, pattern) in [
        ("Time: local", r"^\d\d:\d\d:\d\d\.\d{3}line 4000$"),
        ("Time: UTC", r"^\d\d:\d\d:\d\d\.\d{3}line 4000$"),
        ("Time: since start", r"^[+−]\d+:\d\d\.\d{3}line 4000$"),
        ("Time: off", "^line 4000$"),
        ("Time: local", r"^\d\d:\d\d:\d\d\.\d{3}line 4000$"),
    ] {
        window.click("//input[@aria-label='Time of lines']");
        window.click(&format!("//*[@role='option'][.='{choice}']"));
        let last = "[...document.querySelectorAll('[role=log] [data-index]')].at(-1)";
        window.comes_true(&format!("return new RegExp(arguments[0]).test({last}.textContent)"), &json!(pattern));
    }

    // From a line that is found to the end: between them are more lines than the page draws or holds.
    window.type_into("Find in the log", "line 500");
    window.see("//*[@role='status'][.='1 line']", PATIENCE);
    window.type_into("Find in the log", "\n");
    let line = |number: u32| format!("//*[@role='log']//*[@data-index][.//*[.='line {number}']]");
    window.see(&format!("{}[@data-selected]", line(500)), PATIENCE);
    window.click("//button[.='To the end' or contains(., 'new line')]");
    window.see(&line(4000), PATIENCE);
    window.shift_click(&format!("{}/span[last()]", line(3999)));
    window.see("//*[@role='status'][.='3,500 lines marked']", PATIENCE);
    window.click("//*[@role='log']/following-sibling::*//button[.='Copy']");
    window.see("//*[@role='status'][.='3,500 lines copied']", PATIENCE);
    assert_eq!(pasted(&window), (3500, "line 500".to_owned(), "line 3999".to_owned()));

    // Dragging from one line to another chooses both and what is between them; Control C copies.
    window.drag(&format!("{}/span[last()]", line(3990)), &format!("{}/span[last()]", line(3994)));
    window.see("//*[@role='status'][.='5 lines marked']", PATIENCE);
    window.shot("dragged");
    window.press_control('c');
    window.see("//*[@role='status'][.='5 lines copied']", PATIENCE);
    assert_eq!(pasted(&window), (5, "line 3990".to_owned(), "line 3994".to_owned()));

    window.click("//button[.='Save']");
    window.see("//*[@role='status'][starts-with(., 'Saved as ')]", PATIENCE);
    let path = window.text("//*[@role='status'][starts-with(., 'Saved as ')]").replace("Saved as ", "");
    let saved = std::fs::read_to_string(path).unwrap();
    assert_eq!(saved.lines().count(), 4019, "the whole log, as the program wrote it");
    assert!(saved.contains("\u{1b}[31mfore 1") && saved.ends_with("line 4000\n"), "{:?}", saved.get(..200));

    window.retype_at("//input[@aria-label='Find in the log']", "turned round");
    window.see("//*[@role='status'][.='1 line']", PATIENCE);
    window.type_into("Find in the log", "\n");
    window.see("//*[@role='log']//*[contains(., 'turned round')]", PATIENCE);
    for theme in ["light", "dark"] {
        window.run_script("document.documentElement.dataset.mantineColorScheme = arguments[0]", &json!(theme));
        window.shot(&format!("colours-{theme}"));
        let faint = window.run_script(FAINT, &Value::Null);
        assert_eq!(faint, json!([]), "colours that cannot be read in the {theme} theme");
    }
    window.close();
}

/// Lists texts of the log whose contrast with what is behind them is below 4.5.
const FAINT: &str = "
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const shade = (colour) => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const ground = getComputedStyle(document.querySelector('[role=log]')).backgroundColor;
    return [...document.querySelectorAll('[role=log] [data-index] span span')].flatMap((span) => {
        const style = getComputedStyle(span);
        const behind = style.backgroundColor === 'rgba(0, 0, 0, 0)' ? ground : style.backgroundColor;
        const [dark, light] = [shade(style.color), shade(behind)].sort((left, right) => left - right);
        const contrast = (light + 0.05) / (dark + 0.05);
        return span.tagName === 'SPAN' && contrast < 4.5 && span.textContent.trim() !== ''
            ? [`${span.textContent}: ${contrast.toFixed(2)}, ${style.color} on ${behind}`] : [];
    });";

/// What the clipboard holds: how many lines, the first and the last; pasted into a field as a person would.
fn pasted(window: &Window) -> (usize, String, String) {
    window.run_script(
        "const field = document.createElement('textarea');
         field.setAttribute('aria-label', 'Pasted');
         field.style.cssText = 'position: fixed; bottom: 0; right: 0; z-index: 1000';
         document.body.append(field);
         field.focus();",
        &Value::Null,
    );
    window.press_control('v');
    window.comes_true("return document.querySelector('[aria-label=Pasted]').value !== ''", &Value::Null);
    let text = window.run_script(
        "const field = document.querySelector('[aria-label=Pasted]');
         const text = field.value;
         field.remove();
         return text",
        &Value::Null,
    );
    let text = text.as_str().unwrap_or_default();
    let end = |line: Option<&str>| line.unwrap_or_default().to_owned();
    (text.lines().count(), end(text.lines().next()), end(text.lines().last()))
}
