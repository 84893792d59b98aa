//! A walk through every screen and state with real runs of every kind, in both themes: each is looked at by the rules
//! of axe and leaves a picture, for people to look at.

use berth_testkit::Relay;

use crate::sandbox::{Sandbox, image};
use crate::stage::Stage;
use crate::window::Window;
use crate::{PATIENCE, axe, script};

const ESCAPE: &str = "\u{E00C}";

/// One of the runs of the walk.
struct Example {
    function: &'static str,
    file: String,
    options: &'static [&'static str],
    /// The state that it must come to before the walk begins, as its badge has it.
    state: &'static str,
}

fn examples() -> Vec<Example> {
    let python = image("python");
    let named = |name: &str, rest: &str| format!("kind: container\nname: {name}\nspec:\n{rest}");
    let example = |function, file, options, state| Example { function, file, options, state };
    vec![
        example("prepare", script("prepare", "seq 1 400 | sed 's/^/row /'; echo prepared"), &[], "succeeded"),
        example(
            "hungry",
            named("hungry", &format!("  image: {python}\n  command: python3 -c \"bytearray(200 * 1024 * 1024)\"\n")),
            &["--mem", "64Mi/128Mi"],
            "failed",
        ),
        example("flaky", script("flaky", "echo not so well; exit 3"), &["--backoff-limit", "1"], "failed"),
        example(
            "misspelt",
            named("misspelt", &format!("  image: {}\n  command: date\n", python.replace("python", "pyhton"))),
            &[],
            "pending",
        ),
        example("large", script("large", "date"), &["--cpu", "64"], "pending"),
        example(
            "train",
            script(
                "train",
                "printf '\\033[32mloading\\033[0m 60,000 rows\\n'; for e in $(seq 1 9000); do \
                 printf 'epoch %s  loss \\033[33m0.%s\\033[0m\\n' $e $((9000 / e)); sleep 0.4; done",
            ),
            &["--mem", "64Mi/256Mi"],
            "running",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_screen_and_state_passes_the_rules_of_axe_in_both_themes_and_leaves_a_picture() {
    let sandbox = Sandbox::new("tour").await;
    let mut stage = Stage::new(&sandbox.namespace);
    let relay = stage.through_a_relay().await;
    let mut found = Vec::new();

    let window = stage.open_window("tour");
    window.see("//h2[.='No runs yet']", PATIENCE);
    stage.choose_place(&window);
    for theme in ["light", "dark"] {
        choose_theme(&window, theme);
        empty(&Look { window: &window, theme }, &mut found);
    }

    for Example { function, file, options, state } in examples() {
        let file = stage.file(&format!("{function}.yaml"), &file);
        let mut words = vec!["run", "-f", &file, "--action", "job"];
        words.extend(options);
        stage.berth_json(&words);
        window.click("//nav//a[contains(., 'Runs')]");
        // Most come to it while the others are made.
        if state == "running" {
            window.see(&state_of(function, state), PATIENCE);
        }
    }
    for Example { function, state, .. } in examples() {
        window.see(&state_of(function, state), PATIENCE);
    }
    for theme in ["light", "dark"] {
        choose_theme(&window, theme);
        let look = Look { window: &window, theme };
        runs(&look, &mut found);
        one_run(&look, &mut found);
        functions(&look, &mut found);
        secrets(&look, &mut found);
        form(&look, &mut found);
        frame(&look, &mut found);
        stale(&look, &relay, &mut found);
    }
    window.close();
    assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
}

/// What looks at a screen.
struct Look<'a> {
    window: &'a Window,
    theme: &'static str,
}

impl Look<'_> {
    fn at(&self, screen: &str, found: &mut Vec<String>) {
        self.window.shot(&format!("{screen}-{}", self.theme));
        found.extend(axe::findings(self.window).into_iter().map(|each| format!("{screen}, {}: {each}", self.theme)));
    }
}

fn choose_theme(window: &Window, theme: &str) {
    window.click("//nav//a[contains(., 'Settings')]");
    let label = if theme == "light" { "Light" } else { "Dark" };
    window.click(&format!("//*[@role='radiogroup']//label[.='{label}']"));
    window.see(&format!("//html[@data-mantine-color-scheme='{theme}']"), PATIENCE);
}

fn row_of(function: &str) -> String {
    format!("//tr[.//a[starts-with(., '{function}-')]]")
}

fn state_of(function: &str, state: &str) -> String {
    format!("{}//*[@data-state='{state}']", row_of(function))
}

fn go(window: &Window, screen: &str) {
    window.click(&format!("//nav//a[contains(., '{screen}')]"));
}

/// Nothing was made yet.
fn empty(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Runs");
    window.see("//h2[.='No runs yet']", PATIENCE);
    look.at("runs-empty", found);
    go(window, "Functions");
    window.see("//h2[.='No functions yet']", PATIENCE);
    look.at("functions-empty", found);
    go(window, "Secrets");
    window.see("//h2[.='No secrets yet']", PATIENCE);
    look.at("secrets-empty", found);
    go(window, "New run");
    window.see("//h1[.='New run']", PATIENCE);
    look.at("form-empty", found);
}

fn runs(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Runs");
    window.see(&row_of("prepare"), PATIENCE);
    look.at("runs", found);
    window.click(&format!("{}//input[@type='checkbox']", row_of("prepare")));
    window.click(&format!("{}//input[@type='checkbox']", row_of("flaky")));
    window.see("//*[@aria-label='Chosen runs']", PATIENCE);
    look.at("runs-chosen", found);
    window.click("//*[@aria-label='Chosen runs']//button[starts-with(., 'Delete')]");
    window.see("//*[@role='dialog'][contains(., 'cannot be undone')]", PATIENCE);
    look.at("runs-delete", found);
    window.press(ESCAPE);
    window.click("//*[@aria-label='Chosen runs']//button[.='Clear the choice']");
    window.type_into("Search runs", "no run is called so");
    window.see("//*[contains(., 'Clear')][self::button or self::a]", PATIENCE);
    look.at("runs-none-found", found);
    window.retype_at("//input[@aria-label='Search runs']", "\u{E003}");
    window.click(&format!("{}//*[@data-state='failed']", row_of("flaky")));
    window.see("//*[@role='dialog']//pre[contains(., 'not so well')]", PATIENCE);
    look.at("drawer", found);
    window.press(ESCAPE);
}

fn open(window: &Window, function: &str) {
    go(window, "Runs");
    window.click(&format!("{}//a", row_of(function)));
    window.see(&format!("//h1[starts-with(., '{function}-')]"), PATIENCE);
}

/// The parts of the run that is open, beside its log.
fn tabs(look: &Look<'_>, run: &str, found: &mut Vec<String>) {
    for tab in ["Overview", "Events", "YAML"] {
        look.window.click(&format!("//button[@role='tab'][starts-with(., '{tab}')]"));
        look.at(&format!("run-{run}-{}", tab.to_lowercase()), found);
    }
}

fn one_run(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    open(window, "train");
    window.see("//*[@role='log']//*[starts-with(., 'epoch ')]", PATIENCE);
    look.at("run-live", found);
    tabs(look, "live", found);
    for function in ["hungry", "misspelt", "large"] {
        open(window, function);
        window.see("//section[@aria-label='Why']", PATIENCE);
        look.at(&format!("run-{function}"), found);
    }
    open(window, "flaky");
    window.see("//*[@role='log']//*[.='not so well']", PATIENCE);
    look.at("run-flaky", found);
    tabs(look, "flaky", found);
    open(window, "prepare");
    window.type_into("Find in the log", "row 39");
    window.see("//*[@role='log']//mark", PATIENCE);
    look.at("run-found", found);
}

fn functions(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Functions");
    window.see("//tr[.//a[.='prepare']]", PATIENCE);
    look.at("functions", found);
    window.click("//button[starts-with(., 'From a file')]");
    window.see("//*[@role='dialog']", PATIENCE);
    look.at("functions-import", found);
    window.press(ESCAPE);
    window.click("//tr//a[.='prepare']");
    window.see("//h1[.='prepare']", PATIENCE);
    look.at("function", found);
}

/// Sets a secret in each theme, in the keyring of the session.
fn secrets(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Secrets");
    window.click("//button[.='New secret']");
    window.see("//*[@role='dialog']", PATIENCE);
    let name = if look.theme == "light" { "HUB_TOKEN" } else { "HUB_PASSWORD" };
    window.type_into("Name", name);
    window.type_into("Value", "never shown");
    look.at("secrets-new", found);
    window.click("//*[@role='dialog']//button[.='Set']");
    window.see(&format!("//tr[td[.='{name}']]//td[.='in the keyring']"), PATIENCE);
    look.at("secrets", found);
}

fn form(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "New run");
    window.type_into("Image", &image("busybox"));
    window.see("//aside//*[contains(., 'kind: Job')]", PATIENCE);
    look.at("form", found);
    window.click("//button[.='Check']");
    window.see("//*[@role='status'][contains(., 'The cluster would take it')]", PATIENCE);
    look.at("form-checked", found);
    window.click("//button[.='Clear']");
    window.type_into("Image", "Not An Image");
    window.type_into("Memory at most", "1.5Gb");
    window.type_into("Command", "echo 'open");
    window.click("//button[starts-with(., 'Run')][not(contains(., 'New'))]");
    window.see("//input[@aria-invalid='true'][@value='1.5Gb']", PATIENCE);
    look.at("form-problems", found);
    window.click("//button[.='Clear']");
    open(window, "hungry");
    window.click("//a[starts-with(., 'Edit')]");
    window.see("//h1[.='Edit and rerun']", PATIENCE);
    window.retype_at(
        "//label[starts-with(., 'Memory at most')]/ancestor::div[contains(@class, 'InputWrapper')][1]//input",
        "512Mi",
    );
    window.see("//section[@aria-label='Changed']", PATIENCE);
    look.at("form-edited", found);
    window.click("//button[.='Back to the original']");
}

fn frame(look: &Look<'_>, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Settings");
    window.click("//*[@role='radio'][@aria-label='teal']");
    window.see("//*[@role='radio'][@aria-label='teal'][@aria-checked='true']", PATIENCE);
    look.at("settings", found);
    window.click("//input[@aria-label='Context']");
    window.see("//*[@role='option']", PATIENCE);
    look.at("contexts", found);
    window.press(ESCAPE);
    window.click("//h1");
    window.press_control('k');
    window.see("//input[@aria-label='Search everything']", PATIENCE);
    look.at("palette", found);
    window.press(ESCAPE);
    window.click("//h1");
    window.press("?");
    window.see("//*[@role='dialog'][contains(., 'Go to the functions')]", PATIENCE);
    look.at("keys", found);
    window.press(ESCAPE);
    window.run_script("location.hash = '#/runs/00000000-0000-4000-8000-000000000000'", &serde_json::Value::Null);
    window.see("//*[@role='alert']", PATIENCE);
    look.at("run-unknown", found);
}

/// Contact is lost: what was known stays, and is told to be old.
fn stale(look: &Look<'_>, relay: &Relay, found: &mut Vec<String>) {
    let window = look.window;
    go(window, "Runs");
    relay.refuse(true);
    relay.cut();
    window.see("//footer//*[@role='status'][contains(., 'Stale since')]", PATIENCE);
    look.at("runs-stale", found);
    open(window, "train");
    look.at("run-stale", found);
    relay.refuse(false);
    window.see("//footer//*[@role='status'][contains(., 'Live')]", PATIENCE);
}
