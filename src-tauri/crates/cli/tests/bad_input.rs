//! Every bad input gets its sentence at its field, the promised exit status, and leaves nothing behind. No cluster.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// A data folder and a kubeconfig folder of their own.
struct Desk {
    folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        desk.file("config", KUBECONFIG);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn berth_with(&self, kubeconfig: &Path, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_berth"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("BERTH_DATA_DIR", self.path("data"))
            .env("KUBECONFIG", kubeconfig)
            .output()
            .unwrap()
    }

    fn berth(&self, arguments: &[&str]) -> Output {
        self.berth_with(&self.path("config"), arguments)
    }

    /// Runs a function file with flags and returns the error document and the exit status.
    fn refused(&self, function: &str, flags: &[&str]) -> (Value, i32) {
        self.file("function.yaml", function);
        let mut arguments = vec!["run", "-f", "function.yaml", "--action", "job", "-o", "json"];
        arguments.extend_from_slice(flags);
        failure(&self.berth(&arguments))
    }

    fn nothing_was_created(&self) {
        let listed = self.berth(&["runs", "-o", "json"]);
        let runs: Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(runs, json!([]), "a refused launch leaves no run");
    }
}

/// A cluster that nothing answers for: the discard port of loopback.
const KUBECONFIG: &str = "apiVersion: v1
kind: Config
current-context: nowhere
contexts: [{name: nowhere, context: {cluster: nowhere, user: nobody}}]
clusters: [{name: nowhere, cluster: {server: 'https://127.0.0.1:9', insecure-skip-tls-verify: true}}]
users: [{name: nobody, user: {token: not-a-secret}}]
";

fn failure(output: &Output) -> (Value, i32) {
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "stdout is no JSON ({error}): {:?} {:?}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    });
    (document["error"].clone(), output.status.code().unwrap())
}

fn function(spec: &str) -> String {
    format!("kind: container\nname: f\nspec:\n{}", spec.lines().map(|line| format!("  {line}\n")).collect::<String>())
}

#[test]
fn each_broken_function_file_names_its_field() {
    let desk = Desk::new();
    let long = "x".repeat(300);
    let big = "a".repeat(921_601);
    let cases: Vec<(String, &str, &str)> = vec![
        (function("command: echo"), "image", "image"),
        (function("image: ''"), "image", "image"),
        (function("image: 'Bad Image:x'"), "image", "image"),
        (function("image: busybox\nimgae_pull_policy: Always"), "imgae_pull_policy", "image_pull_policy"),
        (function("image: busybox\nargs: {a: b}"), "args", "list"),
        (function("image: busybox\ncode: x\nbase64: eA=="), "source", "code"),
        (function("image: busybox\nbase64: '***'"), "base64", "base64"),
        (function(&format!("image: busybox\ncode: {big}")), "code", "900 KiB"),
        (function("image: busybox\ncommand: \"echo 'open\""), "command", "quote"),
        (format!("kind: container\nname: {long}\nspec: {{image: busybox}}\n"), "name", "256"),
        ("kind: container\nspec: {image: busybox}\n".to_owned(), "name", "name"),
        ("kind: containr\nname: f\nspec: {image: busybox}\n".to_owned(), "kind", "container"),
    ];
    for (text, path, word) in cases {
        let (error, status) = desk.refused(&text, &[]);
        let shown: String = text.chars().take(120).collect();
        assert_eq!(status, 2, "{shown}: {error}");
        assert_eq!(error["code"], "invalid_input", "{shown}");
        let fields = error["fields"].as_array().unwrap();
        let hit = fields.iter().any(|field| {
            field["path"].as_str().unwrap().contains(path) && field["message"].as_str().unwrap().contains(word)
        });
        assert!(hit, "{shown}: a field like {path:?} should say {word:?}: {error}");
    }
    desk.nothing_was_created();
}

#[test]
fn each_broken_flag_names_its_field() {
    let desk = Desk::new();
    let good = function("image: busybox");
    desk.file("affinity.yaml", "nodeAffinty: {}\n");
    let cases: [(&[&str], &str, &str); 9] = [
        (&["--mem", "1.5Gb"], "resources.mem", "1.5Gb"),
        (&["--cpu", "2/1"], "resources.cpu", "limit"),
        (&["--node-selector", "disk"], "--node-selector", "KEY=VALUE"),
        (&["--node-selector", "a b=x"], "node_selector", "a b"),
        (&["--toleration", "gpu"], "--toleration", "KEY:EFFECT"),
        (&["--toleration", "gpu:Sometimes"], "tolerations", "Sometimes"),
        (&["--affinity", "affinity.yaml"], "affinity", "nodeAffinty"),
        (&["--env", "1X=y"], "envs", "1X"),
        (&["--image-pull-policy", "Sometimes"], "image_pull_policy", "IfNotPresent"),
    ];
    for (flags, path, word) in cases {
        let (error, status) = desk.refused(&good, flags);
        assert_eq!(status, 2, "{flags:?}: {error}");
        let fields = error["fields"].as_array().unwrap();
        let hit = fields.iter().any(|field| {
            field["path"].as_str().unwrap().contains(path) && field["message"].as_str().unwrap().contains(word)
        });
        assert!(hit, "{flags:?}: a field like {path:?} should say {word:?}: {error}");
    }
    desk.nothing_was_created();
}

#[test]
fn a_parameter_that_is_not_live_yet_is_refused_by_name() {
    let desk = Desk::new();
    let good = function("image: busybox");
    for (flags, word) in [
        (["--volume", "shared_volume:data:/data"], "volume"),
        (["--secret", "TOKEN"], "secret"),
        (["--profile", "gpu"], "profile"),
        (["--schedule", "@hourly"], "schedule"),
    ] {
        let (error, status) = desk.refused(&good, &flags);
        assert_eq!(status, 2, "{flags:?}: {error}");
        assert!(error["message"].as_str().unwrap().to_lowercase().contains(word), "{flags:?}: {error}");
    }
    desk.nothing_was_created();
}

#[test]
fn without_a_kubeconfig_the_sentence_says_where_it_looked_and_what_to_do() {
    let desk = Desk::new();
    desk.file("function.yaml", &function("image: busybox"));
    let missing = desk.path("missing");
    let output = desk.berth_with(&missing, &["run", "-f", "function.yaml", "--action", "job", "-o", "json"]);
    let (error, status) = failure(&output);
    assert_eq!(status, 3, "{error}");
    assert_eq!(error["code"], "kubeconfig");
    assert!(error["message"].as_str().unwrap().contains("missing"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("KUBECONFIG"), "{error}");
    desk.nothing_was_created();
}

#[test]
fn one_broken_kubeconfig_among_three_spoils_no_other() {
    let desk = Desk::new();
    desk.file("broken", "contexts: [\n");
    desk.file("third", &KUBECONFIG.replace("nowhere", "elsewhere"));
    let list = std::env::join_paths([desk.path("config"), desk.path("broken"), desk.path("third")]).unwrap();
    let output = desk.berth_with(Path::new(&list), &["context", "list", "-o", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let names: Vec<&str> =
        document["contexts"].as_array().unwrap().iter().map(|context| context["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["nowhere", "elsewhere"]);
    assert!(document["problems"][0].as_str().unwrap().contains("broken"), "{document}");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_context_that_does_not_answer_is_named_and_nothing_is_created() {
    let desk = Desk::new();
    let (error, status) = desk.refused(&function("image: busybox"), &[]);
    assert_eq!(status, 3, "{error}");
    assert_eq!(error["code"], "unreachable");
    assert!(error["message"].as_str().unwrap().contains("nowhere"), "{error}");
    desk.nothing_was_created();
}

#[test]
fn a_usage_error_is_a_document_too_when_json_is_asked_for() {
    let desk = Desk::new();
    let (error, status) = failure(&desk.berth(&["run", "-o", "json", "--action", "fly", "x"]));
    assert_eq!((error["code"].as_str(), status), (Some("invalid_input"), 2), "{error}");
    assert!(error["message"].as_str().unwrap().contains("fly"), "{error}");
    let text = desk.berth(&["run", "x"]);
    assert_eq!(text.status.code(), Some(2));
    assert!(text.stdout.is_empty(), "people read errors on stderr");
}

#[test]
fn bad_input_tells_no_id_of_a_run_that_is_not_made() {
    let desk = Desk::new();
    desk.file("function.yaml", &function("image: Not An Image"));
    let text = desk.berth(&["run", "-f", "function.yaml", "--action", "job"]);
    assert_eq!(text.status.code(), Some(2));
    assert!(text.stdout.is_empty(), "{}", String::from_utf8_lossy(&text.stdout));
    desk.nothing_was_created();
}

#[test]
fn unknown_things_end_with_status_4() {
    let desk = Desk::new();
    for arguments in [vec!["show", "0000"], vec!["function", "show", "nope"], vec!["project", "show", "nope"]] {
        let output = desk.berth(&arguments);
        assert_eq!(output.status.code(), Some(4), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stderr).contains("nope") || arguments[0] == "show", "{arguments:?}");
    }
}

#[test]
fn a_function_is_saved_shown_compared_and_deleted() {
    let desk = Desk::new();
    desk.file("function.yaml", &function("image: busybox:1"));
    assert!(desk.berth(&["function", "save", "-f", "function.yaml"]).status.success());
    desk.file("function.yaml", &function("image: busybox:2"));
    let saved = desk.berth(&["function", "save", "-f", "function.yaml"]);
    assert_eq!(String::from_utf8_lossy(&saved.stdout).trim(), "f v2 saved");
    let same = desk.berth(&["function", "save", "-f", "function.yaml"]);
    assert_eq!(String::from_utf8_lossy(&same.stdout).trim(), "f v2 saved", "the same again is no new version");
    let difference = desk.berth(&["function", "diff", "f:1", "f:2", "-o", "json"]);
    let difference: Value = serde_json::from_slice(&difference.stdout).unwrap();
    assert_eq!(difference, json!([{"path": "image", "from": "busybox:1", "to": "busybox:2"}]));
    let first = desk.berth(&["function", "show", "f:1", "-o", "json"]);
    let first: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!(first["spec"]["image"], "busybox:1");
    assert!(desk.berth(&["function", "delete", "f"]).status.success());
    assert_eq!(desk.berth(&["function", "show", "f"]).status.code(), Some(4));
}

#[test]
fn help_and_completions_are_there() {
    let desk = Desk::new();
    let help = String::from_utf8(desk.berth(&["run", "--help"]).stdout).unwrap();
    assert!(help.contains("Examples:") && help.contains("--backoff-limit"), "{help}");
    for shell in ["bash", "zsh", "fish"] {
        let script = desk.berth(&["completions", shell]);
        assert!(String::from_utf8_lossy(&script.stdout).contains("berth"), "{shell}");
    }
    assert_eq!(desk.berth(&["--version"]).status.code(), Some(0));
}
