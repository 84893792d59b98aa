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
fn what_a_service_cannot_be_is_refused_at_its_field_and_nothing_is_created() {
    let desk = Desk::new();
    desk.file("function.yaml", &function("image: busybox"));
    let cases: [(&[&str], &str, &str); 9] = [
        (&["--action", "serve"], "service_ports", "at least one port"),
        (&["--action", "serve", "--service-port", "80", "--replicas", "0"], "replicas", "at least one copy"),
        (&["--action", "serve", "--service-port", "80", "--service-port", "80:81"], "service_ports[1].port", "twice"),
        (&["--action", "serve", "--service-port", "0"], "service_ports[0].port", "1 to 65535"),
        (&["--action", "serve", "--service-port", "80", "--service-type", "External"], "service_type", "NodePort"),
        (&["--action", "serve", "--service-port", "80", "--service-type", "ExternalName"], "service_type", "elsewhere"),
        (&["--action", "deploy", "--service-port", "80"], "service_ports", "no meaning"),
        (&["--action", "deploy", "--deadline", "5"], "deadline", "no meaning"),
        (&["--action", "job", "--replicas", "2"], "replicas", "no meaning"),
    ];
    for (flags, path, word) in cases {
        let output = desk.berth(&[&["run", "-f", "function.yaml", "-o", "json"], flags].concat());
        let (error, status) = failure(&output);
        assert_eq!(status, 2, "{flags:?}: {error}");
        let hit =
            error["fields"].as_array().unwrap().iter().any(|field| {
                field["path"].as_str().unwrap() == path && field["message"].as_str().unwrap().contains(word)
            });
        assert!(hit, "{flags:?}: the field {path:?} should say {word:?}: {error}");
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

#[test]
fn what_becomes_of_each_field_of_a_file_is_told_before_it_is_saved() {
    let desk = Desk::new();
    desk.file(
        "f.yaml",
        "kind: container\nname: f\nid: of-another-program\nspec: {image: busybox, code: x, from_elsewhere: 1}\n",
    );
    let checked = desk.berth(&["function", "validate", "-f", "f.yaml"]);
    let text = String::from_utf8(checked.stdout).unwrap();
    for line in ["rewritten: spec.code: ", "kept as unknown: spec.from_elsewhere: ", "No problems found."] {
        assert!(text.lines().any(|told| told.starts_with(line)), "{line:?} in {text}");
    }
    let checked = desk.berth(&["function", "validate", "-f", "f.yaml", "-o", "json"]);
    let document: Value = serde_json::from_slice(&checked.stdout).unwrap();
    assert_eq!(
        document["functions"][0],
        json!({"name": "f", "version": 1, "is_known": false, "tasks": [], "suggested_command": ""})
    );
    let listed = desk.berth(&["function", "list", "-o", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap(), json!([]), "checking saves nothing");
    let saved = desk.berth(&["function", "save", "-f", "f.yaml"]);
    let notes = String::from_utf8(saved.stderr).unwrap();
    assert!(notes.contains("kept as unknown: spec.from_elsewhere: "), "{notes}");
    assert_eq!(String::from_utf8(saved.stdout).unwrap().trim(), "f v1 saved");
}

#[test]
fn an_unknown_secret_or_profile_and_a_broken_volume_are_told_at_their_field() {
    let desk = Desk::new();
    let good = function("image: busybox");
    for (flag, value, path, word) in [
        ("--secret", "TOKEN", "secrets[0]", "berth secret set TOKEN"),
        ("--secret", "NOT-A-NAME", "secrets[0]", "secret name"),
        ("--profile", "gpu", "profile", "no profile \"gpu\""),
        ("--volume", "shared_volume:data:data", "volumes[0].mount_path", "path"),
        ("--volume", "persistent_volume_claim:d:/d:storage_class=fast", "volumes[0].size", "needs a size"),
        ("--volume", "persistent_volume_claim:d:/d:size=1Gi,access_mode=Everybody", "volumes[0]", "ReadWriteOnce"),
        ("--volume", "persistent_volume_claim:d:/d:size=1Gi,claim_name=x", "volumes[0]", "exists has its size"),
        ("--volume", "ephemeral:d:/d", "volumes[0].size", "needs a size"),
        ("--volume", "empty_dir:d:/d:medium=Disk", "volumes[0].medium", "Memory"),
        ("--volume", "floppy:d:/d", "volumes[0].volume_type", "not a type of volume"),
        ("--volume", "shared_volume:d:/d:subPath=../x", "volumes[0].sub_path", "relative path"),
        ("--volume", "image:d:/d", "volumes[0].spec.image", "image"),
    ] {
        let (error, status) = desk.refused(&good, &[flag, value]);
        assert_eq!(status, 2, "{value}: {error}");
        let hit = error["fields"].as_array().unwrap().iter().any(|field| {
            field["path"].as_str().unwrap().starts_with(path) && field["message"].as_str().unwrap().contains(word)
        });
        assert!(hit, "{value}: {path} should say {word:?}: {error}");
    }
    let disk = "image: busybox\nresources: {disk: {requests: 1Gi, limits: 2Gi}}";
    let task = desk.file("task.yaml", disk.split_once('\n').unwrap().1);
    let (error, status) = desk.refused(&good, &["--task", task.to_str().unwrap()]);
    assert_eq!((status, error["fields"][0]["path"].as_str().unwrap()), (2, "resources.disk"), "{error}");
    desk.nothing_was_created();
}

#[test]
fn a_secret_is_never_taken_from_the_command_line_and_its_bad_values_are_never_repeated() {
    let desk = Desk::new();
    let (error, status) = failure(&desk.berth(&["secret", "set", "TOKEN", "canary-1", "-o", "json"]));
    assert_eq!((status, error["code"].as_str().unwrap()), (2, "invalid_input"));
    assert!(!error.to_string().contains("canary"), "{error}");
    let (error, status) = failure(&desk.berth(&["secret", "set", "not-a-name", "-o", "json"]));
    assert_eq!((status, error["fields"][0]["path"].as_str().unwrap()), (2, "NAME"), "{error}");
    // Standard input is empty here.
    let (error, status) = failure(&desk.berth(&["secret", "set", "TOKEN", "-o", "json"]));
    assert_eq!((status, error["fields"][0]["code"].as_str().unwrap()), (2, "empty"), "{error}");
    let (_, status) = failure(&desk.berth(&["secret", "delete", "TOKEN", "-o", "json"]));
    assert_eq!(status, 4);
}

#[test]
fn profiles_are_saved_listed_shown_and_deleted() {
    let desk = Desk::new();
    desk.file("big.yaml", "name: big\ndescription: A lot of memory\nspec:\n  resources: {mem: {limits: 16Gi}}\n");
    let saved = desk.berth(&["profile", "save", "-f", "big.yaml"]);
    assert!(saved.status.success(), "{}", String::from_utf8_lossy(&saved.stderr));
    let listed: Value = serde_json::from_slice(&desk.berth(&["profile", "list", "-o", "json"]).stdout).unwrap();
    assert_eq!(listed[0]["name"], "big");
    let shown = desk.berth(&["profile", "show", "big"]);
    desk.file("again.yaml", &String::from_utf8(shown.stdout).unwrap());
    assert!(desk.berth(&["profile", "save", "-f", "again.yaml"]).status.success(), "what is shown can be saved");
    for (text, path) in [
        ("spec: {}", "name"),
        ("name: 'a b'\nspec: {}", "name"),
        ("name: a", "spec"),
        ("name: a\nspec: {memory: 1}", "spec.memory"),
        ("name: a\nspec: {profile: b}", "spec.profile"),
        ("name: a\nspec: {}\nsepc: {}", "sepc"),
    ] {
        desk.file("bad.yaml", text);
        let (error, status) = failure(&desk.berth(&["profile", "save", "-f", "bad.yaml", "-o", "json"]));
        assert_eq!(status, 2, "{text}: {error}");
        assert!(error["fields"].as_array().unwrap().iter().any(|field| field["path"] == path), "{text}: {error}");
    }
    assert!(desk.berth(&["profile", "delete", "big"]).status.success());
    assert_eq!(desk.berth(&["profile", "show", "big"]).status.code(), Some(4));
}

#[test]
fn what_cannot_be_read_in_a_file_hides_nothing_that_can() {
    let desk = Desk::new();
    desk.file(
        "f.yaml",
        "kind: container\nname: 'a b'\nspec: {image: 'Bad Image', command: \"sh -c 'x\", code_src: none.py}\n---\n\
         kind: container+job\nspec: {resources: {mem: 1.5Gb}, envs: [{name: 1A, value: x}], backoff_limit: -1}\n",
    );
    desk.file(
        "g.yaml",
        "kind: container\nname: g\nspec: {image: 5, base64: '***', comand: x}\n---\n\
         kind: container+job\nspec: {schedule: 'every day', resources: {cpu: much, mem: {requests: 2Gi, limits: 1Gi}}, replicas: 2}\n",
    );
    let expected: [(&str, &[&str]); 2] = [
        (
            "f.yaml",
            &[
                "document 1: spec.code_src",
                "document 1: name",
                "document 1: spec.image",
                "document 1: spec.command",
                "document 2: spec.resources.mem",
                "document 2: spec.envs[0].name",
                "document 2: spec.backoff_limit",
            ],
        ),
        (
            "g.yaml",
            &[
                "document 1: spec.image",
                "document 1: spec.comand",
                "document 1: spec.source.base64",
                "document 2: spec.resources.cpu",
                "document 2: spec.schedule",
                "document 2: spec.replicas",
                "document 2: spec.resources.mem.limits",
            ],
        ),
    ];
    for (file, paths) in expected {
        for command in ["validate", "save"] {
            let (error, status) = failure(&desk.berth(&["function", command, "-f", file, "-o", "json"]));
            assert_eq!(status, 2, "{error}");
            let told = error["fields"].as_array().unwrap().iter().map(|one| one["path"].as_str().unwrap());
            assert_eq!(told.collect::<Vec<_>>(), paths, "{command} {error}");
        }
        let text = desk.berth(&["function", "validate", "-f", file]);
        let text = String::from_utf8_lossy(&text.stderr);
        assert!(paths.iter().all(|path| text.contains(path)), "{text}");
    }
    desk.file("no.yaml", "kind: [\n");
    let (error, _) =
        failure(&desk.berth(&["function", "validate", "-f", "no.yaml", "-f", "f.yaml", "-f", "g.yaml", "-o", "json"]));
    assert_eq!(error["fields"].as_array().unwrap().len(), 15, "of three files at once: {error}");
    let listed = desk.berth(&["function", "list", "-o", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap(), json!([]), "nothing of them is saved");
}

#[test]
fn a_project_is_written_to_files_and_read_back_and_each_field_that_changes_is_told() {
    let desk = Desk::new();
    assert!(desk.berth(&["project", "create", "iris", "--description", "Flowers"]).status.success());
    assert!(desk.berth(&["project", "switch", "iris"]).status.success(), "another word for use");
    for (name, embedded) in [("inside", true), ("beside", false)] {
        let text = format!(
            "kind: container\nname: {name}\nmetadata: {{embedded: {embedded}}}\nspec: {{image: busybox, args: ['']}}\n---\n\
             kind: container+job\nspec: {{schedule: '@daily', backoff_limit: 2}}\n"
        );
        desk.file("f.yaml", &text);
        assert!(desk.berth(&["function", "save", "-f", "f.yaml"]).status.success());
    }
    for generation in ["current", "seed"] {
        let file = format!("{generation}/iris.yaml");
        std::fs::create_dir(desk.path(generation)).unwrap();
        let written = desk.berth(&["project", "export", &file, "--generation", generation, "-o", "json"]);
        let written: Value = serde_json::from_slice(&written.stdout).unwrap();
        assert_eq!(written["files"].as_array().unwrap().len(), 2, "{written}");
        let (there, status) = failure(&desk.berth(&["project", "export", &file, "-o", "json"]));
        assert_eq!(status, 2, "what is there is not written over: {there}");

        let copy = format!("copy-{generation}");
        let read = desk.berth(&["project", "import", &file, "--into", &copy, "-o", "json"]);
        assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let read: Value = serde_json::from_slice(&read.stdout).unwrap();
        assert_eq!(
            (&read["project"], &read["is_new"], read["functions"].as_array().unwrap().len()),
            (&json!(copy), &json!(true), 2)
        );
        let shown = |project: &str, name: &str| -> Value {
            let shown = desk.berth(&["--project", project, "function", "show", name, "-o", "json"]);
            serde_json::from_slice::<Value>(&shown.stdout).unwrap()["spec"].clone()
        };
        for name in ["inside", "beside"] {
            assert_eq!(shown("iris", name), shown(&copy, name), "{generation} {name}");
        }
        // The saved tasks came too: they are in what the copy writes.
        let again = format!("{generation}/again.yaml");
        assert!(desk.berth(&["--project", &copy, "project", "export", &again, "--overwrite"]).status.success());
        assert!(std::fs::read_to_string(desk.path(&again)).unwrap().contains("@daily"));
    }
    let listed = desk.berth(&["project", "list"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("copy-seed"));
}

#[test]
fn files_of_other_programs_are_imported_with_an_account_and_none_outside_the_folder_is_read() {
    let desk = Desk::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/fixtures/digitalhub");
    let seed = fixtures.join("seed/project_fixture.yml");
    let read = desk.berth(&["project", "import", seed.to_str().unwrap(), "-o", "json"]);
    let read: Value = serde_json::from_slice(&read.stdout).unwrap();
    assert_eq!((&read["project"], read["functions"].as_array().unwrap().len()), (&json!("fixture"), 2));
    let refused = |note: &Value| note["kind"] == "refused" && note["path"] == "spec.functions[1]";
    assert!(read["notes"].as_array().unwrap().iter().any(refused), "one is only named: {read}");
    for folder in ["seed", "current"] {
        let files: Vec<PathBuf> =
            std::fs::read_dir(fixtures.join(folder)).unwrap().map(|file| file.unwrap().path()).collect();
        let functions = files.iter().filter(|file| file.file_name().unwrap().to_string_lossy().starts_with("function"));
        for file in functions {
            let read = desk.berth(&["project", "import", file.to_str().unwrap(), "--into", "both", "-o", "json"]);
            assert!(read.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&read.stdout));
        }
    }
    let project = |reference: &str| {
        format!(
            "kind: project\nname: pp\nspec: {{functions: [{{kind: container, name: f, metadata: {{ref: '{reference}'}}}}]}}\n"
        )
    };
    desk.file("p.yaml", &project("../f.yaml"));
    let (error, status) = failure(&desk.berth(&["project", "import", "p.yaml", "-o", "json"]));
    assert_eq!((status, &error["fields"][0]["path"]), (2, &json!("spec.functions[0].metadata.ref")), "{error}");
    desk.file("f.yaml", "kind: container\nname: f\nspec: {image: 'Bad Image'}\n");
    desk.file("p.yaml", &project("f.yaml"));
    let (error, status) = failure(&desk.berth(&["project", "import", "p.yaml", "-o", "json"]));
    assert!(status == 2 && error["fields"][0]["path"].as_str().unwrap().ends_with("spec.image"), "{error}");
    assert_eq!(desk.berth(&["project", "show", "pp"]).status.code(), Some(4), "nothing of it was made");
}

/// F55: code that the user may not read. What runs the tests may be root, whom no mode refuses anything: then the program
/// runs without that right of root.
#[cfg(target_os = "linux")]
#[test]
fn code_that_may_not_be_read_is_refused_by_its_name_and_nothing_is_created() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let desk = Desk::new();
    let is_root = std::fs::metadata(desk.folder.path()).unwrap().uid() == 0;
    let without_rights = |program: &str, arguments: &[&str]| {
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search").arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .args(arguments)
            .current_dir(desk.folder.path())
            .env("HOME", desk.folder.path())
            .env("BERTH_DATA_DIR", desk.path("data"))
            .env("KUBECONFIG", desk.path("config"))
            .output()
            .unwrap()
    };
    for (code, closed) in [("one.py", "one.py"), ("src", "src/key.pem"), ("deep", "deep/closed"), ("shut", "shut")] {
        for folder in ["src", "deep/closed", "shut"] {
            std::fs::create_dir_all(desk.path(folder)).unwrap();
        }
        for file in ["one.py", "src/main.py", "src/key.pem", "deep/main.py", "deep/closed/x.py", "shut/main.py"] {
            desk.file(file, "print(1)\n");
        }
        let mode = |mode| std::fs::set_permissions(desk.path(closed), std::fs::Permissions::from_mode(mode)).unwrap();
        let before = std::fs::metadata(desk.path(closed)).unwrap().permissions().mode();
        mode(0);
        let opened = without_rights("sh", &["-c", &format!("ls {closed}/ || cat {closed}")]);
        assert!(!opened.status.success(), "{closed} is shut");
        desk.file("f.yaml", &function(&format!("image: busybox\ncode_src: {code}")));
        for command in [&["function", "validate"][..], &["function", "save"], &["run", "--action", "job"]] {
            let output =
                without_rights(env!("CARGO_BIN_EXE_berth"), &[command, &["-f", "f.yaml", "-o", "json"]].concat());
            let (error, status) = failure(&output);
            assert_eq!((status, error["fields"][0]["path"].as_str()), (2, Some("spec.code_src")), "{code}: {error}");
            let told = error["fields"][0]["message"].as_str().unwrap();
            let named = format!("{closed} cannot be read: you have no right to it.");
            assert!(told.contains(&named) && told.contains("Give yourself the right"), "{told}");
        }
        mode(before);
    }
    desk.nothing_was_created();
    let listed = desk.berth(&["function", "list", "-o", "json"]);
    assert_eq!(serde_json::from_slice::<Value>(&listed.stdout).unwrap(), json!([]));
}
