//! The words of `berth` on the real cluster, as a script uses them: documents on standard output and exit statuses.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::{context, kubeconfig};
use crate::sandbox::{Sandbox, image};
use crate::services::ANSWER;

/// A data folder in which `berth` is called, in a namespace.
struct Desk {
    folder: tempfile::TempDir,
    namespace: String,
}

impl Desk {
    fn new(sandbox: &Sandbox) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), namespace: sandbox.namespace.clone() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("BERTH_BINARY").expect("BERTH_BINARY names the program"));
        command
            .args(["--context", &context(), "--namespace", &self.namespace])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("BERTH_DATA_DIR", self.folder.path().join("data"))
            .env("KUBECONFIG", kubeconfig());
        command
    }

    /// Calls `berth`, which must end with this status, and returns its document.
    #[track_caller]
    fn says(&self, arguments: &[&str], status: i32) -> Value {
        let output = self.command(arguments).args(["-o", "json"]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {text} {error}");
        serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{arguments:?}: {cause}: {text} {error}"))
    }

    #[track_caller]
    fn prints(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn file(&self, name: &str, content: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content.to_string()).unwrap();
        path
    }
}

/// A `berth open` that runs; interrupted at the end as Ctrl-C does.
struct Opened(Child);

impl Opened {
    fn start(desk: &Desk, arguments: &[&str]) -> (Self, String) {
        let mut child = desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        (Self(child), line.trim().to_owned())
    }

    /// Interrupts it; returns its exit status.
    fn interrupt(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.0.id().to_string()]).status().unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

fn get(url: &str) -> String {
    let place = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(place).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /laptop HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
pub async fn a_service_is_launched_scaled_opened_restarted_stopped_and_resumed_from_a_script() {
    let sandbox = Sandbox::new("words").await;
    let desk = Desk::new(&sandbox);
    let function = json!({"kind": "container", "name": "api", "metadata": {"labels": ["team=web", "example"]},
        "spec": {"image": image("python"), "command": ["python3", "-u", "-c", ANSWER, "8080"]}});
    let file = desk.file("api.json", &function);
    let launch =
        ["run", "-f", file.to_str().unwrap(), "--action", "serve", "--service-port", "80:8080", "--service-type"];
    let run = desk.says(&[&launch[..], &["ClusterIP", "--wait"]].concat(), 0);
    assert_eq!((&run["state"], &run["word"], &run["copies"]["ready"]), (&json!("RUNNING"), &json!("ready"), &json!(1)));
    let name = run["name"].as_str().unwrap();

    assert_eq!(desk.says(&["scale", name, "2"], 0)["copies"]["wanted"], 2);
    assert_eq!(desk.says(&["wait", name, "--timeout", "60s"], 0)["copies"], json!({"ready": 2, "wanted": 2}));
    let found = |label: &str| desk.says(&["runs", "--label", label], 0).as_array().unwrap().len();
    assert_eq!((found("team=web"), found("team"), found("example"), found("team=data")), (1, 1, 1, 0));
    let found = |label: &str| desk.says(&["function", "list", "--label", label], 0).as_array().unwrap().len();
    assert_eq!((found("team=web"), found("team"), found("example"), found("tea")), (1, 1, 1, 0));

    let (opened, url) = Opened::start(&desk, &["open", name]);
    assert!(get(&url).starts_with("api-"), "a pod answers at {url}");
    assert_eq!(opened.interrupt(), Some(0));
    let local = url.rsplit(':').next().unwrap();
    let (again, second) = Opened::start(&desk, &["forward", name, "--port", "80", "--local", local]);
    assert_eq!(second, url, "forward is another word for open");
    assert!(get(&second).ends_with(" /laptop"));
    assert_eq!(again.interrupt(), Some(0));

    desk.says(&["scale", name, "1"], 0);
    desk.says(&["wait", name, "--timeout", "60s"], 0);
    desk.says(&["restart", name], 0);
    desk.says(&["wait", name, "--timeout", "60s"], 0);
    assert_eq!(desk.says(&["stop", name], 0)["state"], "STOPPED");
    let refused = desk.says(&["restart", name], 2);
    assert!(refused["error"]["message"].as_str().unwrap().contains("stopped"), "{refused}");
    desk.says(&["resume", name], 0);
    assert_eq!(desk.says(&["wait", name, "--timeout", "60s"], 0)["copies"], json!({"ready": 1, "wanted": 1}));
    assert_eq!(desk.says(&["scale", name, "0"], 0)["state"], "STOPPED", "none is a stop");
    assert_eq!(desk.says(&["open", "nobody"], 4)["error"]["code"], "not_found");
    desk.says(&["delete", name], 0);
    assert_eq!(desk.says(&["show", name], 4)["error"]["code"], "not_found");
}

#[tokio::test(flavor = "multi_thread")]
pub async fn the_example_nightly_is_scheduled_run_now_suspended_and_resumed_from_a_script() {
    let sandbox = Sandbox::new("nightly").await;
    let desk = Desk::new(&sandbox);
    let file = Path::new("examples/nightly/function.yaml").to_str().unwrap();
    let python = image("python");
    let run = desk.says(&["run", "-f", file, "--action", "job", "--image", &python, "--wait"], 0);
    assert_eq!((&run["word"], &run["origins"]["schedule"]), (&json!("scheduled"), &json!("task")));
    let name = run["name"].as_str().unwrap();
    let admitted = sandbox.api.get(&sandbox.cron_jobs(&format!("/{name}"))).await;
    let spec = admitted.ok("the CronJob")["spec"].clone();
    assert_eq!((&spec["schedule"], &spec["timeZone"]), (&json!("30 2 * * *"), &json!("Europe/Rome")));
    assert_eq!((&spec["concurrencyPolicy"], &spec["suspend"]), (&json!("Forbid"), &json!(false)));

    let listed = desk.says(&["schedule", "list"], 0);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["schedule"]["cron"]), (1, &json!("30 2 * * *")));
    let next = desk.says(&["schedule", "next", name], 0)["schedule"]["next"].as_array().unwrap().len();
    assert_eq!(next, 5);
    let shown = desk.prints(&["schedule", "next", name]);
    assert!(shown.lines().count() == 5 && shown.lines().all(|line| line.contains(" 02:30 CE")), "{shown}");

    let started = desk.says(&["schedule", "trigger", name, "--wait", "--timeout", "90s"], 0);
    assert_eq!((&started["state"], &started["parent"]), (&json!("COMPLETED"), &run["id"]));
    assert_eq!(started["fire"]["is_manual"], true);
    let log = desk.prints(&["logs", started["name"].as_str().unwrap()]);
    assert!(log.starts_with("report of ") && log.ends_with("1 files\n"), "{log}");
    let of_it = desk.says(&["runs", "--parent", name], 0);
    assert_eq!((of_it.as_array().unwrap().len(), &of_it[0]["id"]), (1, &started["id"]));

    assert_eq!(desk.says(&["schedule", "suspend", name], 0)["state"], "STOPPED");
    assert!(desk.prints(&["schedule", "next", name]).contains("is suspended"));
    desk.says(&["schedule", "run-now", name, "--wait", "--timeout", "90s"], 0);
    desk.says(&["schedule", "resume", name], 0);
    assert_eq!(desk.says(&["wait", name, "--timeout", "30s"], 0)["word"], "scheduled");
    let refused = desk.says(&["schedule", "suspend", started["name"].as_str().unwrap()], 2);
    assert!(refused["error"]["message"].as_str().unwrap().contains("is no schedule"), "{refused}");
    desk.says(&["delete", name], 0);
    assert_eq!(desk.says(&["schedule", "list"], 0), json!([]));
}
