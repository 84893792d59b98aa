//! A secret's value, from the keyring to the process: the program `berth` with a real keyring on the real cluster.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::program::{context, kubeconfig};
use crate::sandbox::{Sandbox, image};

/// Unlocks the keyring with a throw-away password, making it at the first time; `$@` is the program.
const UNLOCKED: &str =
    "printf throw-away | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 && exec \"$@\"";
/// No bus, and so no keyring.
const WITHOUT: &str = "exec env -u DBUS_SESSION_BUS_ADDRESS \"$@\"";

/// A person's desk: a home with a keyring, a data folder, a function file and a namespace.
struct Desk {
    home: tempfile::TempDir,
    sandbox: Sandbox,
}

impl Desk {
    /// Makes a desk with a function whose program is this script.
    async fn new(script: &str) -> Self {
        let desk = Self { home: tempfile::tempdir().unwrap(), sandbox: Sandbox::new("secrets").await };
        let runtime = desk.home.path().join("runtime");
        std::fs::create_dir(&runtime).unwrap();
        std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let function = json!({
            "kind": "container", "name": "canary",
            "spec": {"image": image("busybox"), "command": ["sh", "-c", script]},
        });
        std::fs::write(desk.home.path().join("function.yaml"), function.to_string()).unwrap();
        desk
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Runs `berth` in a desktop session of its own; what is given to it stands on its standard input.
    fn berth(&self, session: &str, arguments: &[&str], input: &str) -> Output {
        let home = self.home.path();
        let program = std::env::var_os("BERTH_BINARY").expect("BERTH_BINARY names the program");
        let mut child = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", session, "sh"])
            .arg(program)
            .args(["--context", &context(), "--namespace", &self.sandbox.namespace])
            .args(arguments)
            .current_dir(home)
            .env("HOME", home)
            .env("XDG_RUNTIME_DIR", home.join("runtime"))
            .env("XDG_DATA_HOME", home.join("share"))
            .env("BERTH_DATA_DIR", self.data())
            .env("KUBECONFIG", kubeconfig())
            .env("BERTH_LOG", "debug")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .env_remove("DISPLAY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this test needs dbus-run-session and gnome-keyring-daemon");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn run(&self, session: &str, flags: &[&str], input: &str) -> Output {
        let mut arguments = vec!["run", "-f", "function.yaml", "--action", "job", "--secret", "TOKEN"];
        arguments.extend_from_slice(flags);
        self.berth(session, &arguments, input)
    }

    async fn nothing_was_created(&self) {
        for path in [self.sandbox.jobs(""), self.sandbox.core("/secrets"), self.sandbox.core("/pods")] {
            let list = self.sandbox.api.get(&path).await.ok(&path);
            assert_eq!(list["items"], json!([]), "{path}");
        }
    }
}

fn ok(output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    out.into_owned()
}

fn error(output: &Output) -> Value {
    serde_json::from_slice::<Value>(&output.stdout).expect("one JSON document")["error"].clone()
}

/// Tells where a text stands among all files of a folder.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(files_with(&entry.path(), text));
        } else if let Ok(bytes) = std::fs::read(entry.path())
            && bytes.windows(text.len()).any(|part| part == text.as_bytes())
        {
            found.push(entry.path());
        }
    }
    found
}

/// Every object of a namespace that can be listed, but for Secrets.
async fn objects(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut versions = vec!["/api/v1".to_owned()];
    let groups = sandbox.api.get("/apis").await.ok("the groups");
    for group in groups["groups"].as_array().unwrap() {
        versions.push(format!("/apis/{}", group["preferredVersion"]["groupVersion"].as_str().unwrap()));
    }
    let mut all = Vec::new();
    for version in versions {
        let found = sandbox.api.get(&version).await;
        // A group whose server does not answer (metrics) holds nothing of ours.
        for resource in found.body["resources"].as_array().into_iter().flatten() {
            let name = resource["name"].as_str().unwrap();
            let is_listed = resource["verbs"].as_array().is_some_and(|verbs| verbs.contains(&json!("list")));
            if resource["namespaced"] == json!(true) && is_listed && !name.contains('/') && name != "secrets" {
                let path = format!("{version}/namespaces/{}/{name}", sandbox.namespace);
                all.push((path.clone(), sandbox.api.get(&path).await.body.to_string()));
            }
        }
    }
    all
}

#[tokio::test]
pub async fn a_secrets_value_reaches_the_process_and_is_nowhere_else() {
    use base64::Engine as _;
    let canary = format!("canary-{}", uuid::Uuid::new_v4().simple());
    let encoded = base64::engine::general_purpose::STANDARD.encode(&canary);
    let desk = Desk::new("printf %s \"$TOKEN\" | sha256sum; printf '%s' \"$TOKEN\" | wc -c").await;
    let set = desk.berth(UNLOCKED, &["secret", "set", "TOKEN"], &format!("{canary}\n"));
    assert!(ok(&set).contains("lies in the keyring"));
    let dry = desk.run(UNLOCKED, &["--dry-run", "-o", "yaml"], "");
    assert!(ok(&dry).contains("secretKeyRef"), "the preview shows the reference");
    let ran = desk.run(UNLOCKED, &["--follow"], "");
    let printed = ok(&ran);
    assert!(printed.contains(&sha256(&canary)), "the process has the value: {printed}");
    assert!(printed.contains(&canary.len().to_string()), "and no newline with it");

    let jobs = desk.sandbox.api.get(&desk.sandbox.jobs("")).await.ok("the job");
    let secrets = desk.sandbox.api.get(&desk.sandbox.core("/secrets")).await.ok("the secret");
    let secret = &secrets["items"][0];
    assert_eq!(secret["data"], json!({"TOKEN": encoded}));
    let owner = &secret["metadata"]["ownerReferences"][0];
    assert_eq!((&owner["kind"], &owner["uid"]), (&json!("Job"), &jobs["items"][0]["metadata"]["uid"]));

    let all = objects(&desk.sandbox).await;
    for kind in ["/pods", "/jobs", "/events", "/configmaps"] {
        assert!(all.iter().any(|(path, _)| path.ends_with(kind)), "{kind} were looked through");
    }
    let id = jobs["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
    let mut told: Vec<(String, Vec<u8>)> = all.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    for (name, output) in [("secret set", set), ("run --dry-run", dry), ("run", ran)] {
        told.push((name.to_owned(), [output.stdout, output.stderr].concat()));
    }
    for word in ["show", "manifests", "events", "logs"] {
        let output = desk.berth(UNLOCKED, &[word, &id], "");
        ok(&output);
        told.push((word.to_owned(), [output.stdout, output.stderr].concat()));
    }
    for text in [&canary, &encoded] {
        assert_eq!(files_with(&desk.data(), text), Vec::<PathBuf>::new(), "the data folder does not hold it");
        assert_eq!(
            files_with(&desk.home.path().join("share"), text),
            Vec::<PathBuf>::new(),
            "the keyring is encrypted"
        );
        for (place, bytes) in &told {
            assert!(!bytes.windows(text.len()).any(|part| part == text.as_bytes()), "it stands in {place}");
        }
    }
}

#[tokio::test]
pub async fn a_value_that_a_program_prints_is_hidden_wherever_its_log_is_shown() {
    let canary = format!("canary-{}", uuid::Uuid::new_v4().simple());
    let desk = Desk::new("echo \"token=$TOKEN, twice: $TOKEN\"; echo done").await;
    ok(&desk.berth(UNLOCKED, &["secret", "set", "TOKEN"], &format!("{canary}\n")));
    let hidden = "token=***, twice: ***";
    // The process that launched it knows the value.
    let followed = ok(&desk.run(UNLOCKED, &["--follow"], ""));
    assert!(followed.contains(hidden) && !followed.contains(&canary), "{followed}");
    let jobs = desk.sandbox.api.get(&desk.sandbox.jobs("")).await.ok("the job");
    let id = jobs["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
    // Any other asks the keyring.
    for flags in [&[][..], &["--timestamps"], &["--follow"], &["-o", "json"]] {
        let output = desk.berth(UNLOCKED, &[&["logs", &id], flags].concat(), "");
        let printed = ok(&output);
        assert!(printed.contains(hidden) && printed.contains("done"), "{flags:?}: {printed}");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!printed.contains(&canary) && !told.contains("not hidden"), "{flags:?}: {printed}{told}");
    }
    // What cannot be hidden is told; the log is the person's own, and is shown.
    let output = desk.berth(WITHOUT, &["logs", &id], "");
    assert!(ok(&output).contains(&canary));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("The keyring does not give the value of TOKEN: it is not hidden in this log."), "{told}");
}

fn sha256(text: &str) -> String {
    let mut child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let printed = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    printed.split(' ').next().unwrap().to_owned()
}

#[tokio::test]
pub async fn without_the_keyring_nothing_is_created_and_the_value_can_be_given_for_this_launch() {
    let desk = Desk::new("test \"$TOKEN\" = 'for now' && echo received").await;
    let unknown = desk.run(UNLOCKED, &["-o", "json"], "");
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(error(&unknown)["fields"][0]["path"], "secrets[0]", "{}", error(&unknown));
    ok(&desk.berth(UNLOCKED, &["secret", "set", "TOKEN"], "kept"));
    let output = desk.run(WITHOUT, &["-o", "json"], "");
    let error = error(&output);
    assert_eq!((output.status.code(), &error["code"]), (Some(6), &json!("keyring")), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("--ask-secrets"), "{error}");
    desk.nothing_was_created().await;
    let given = desk.run(WITHOUT, &["--ask-secrets", "--follow"], "for now\n");
    assert!(ok(&given).contains("received"));
    let listed = desk.berth(UNLOCKED, &["secret", "list", "-o", "json"], "");
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!((listed[0]["name"].as_str(), listed.as_array().unwrap().len()), (Some("TOKEN"), 1), "{listed}");

    ok(&desk.berth(UNLOCKED, &["registry", "set", "registry.lab/team", "--secret", "TOKEN"], ""));
    let told = ok(&desk.berth(UNLOCKED, &["secret", "delete", "TOKEN"], ""));
    assert!(told.contains("It was used by registry registry.lab/team"), "{told}");
}
