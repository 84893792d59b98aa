//! The examples, each run from its file by the program `berth`, as their pages say.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::program::{context, kubeconfig};
use crate::sandbox::{Sandbox, image};
use crate::specification::place::Place;

/// A data folder and a namespace; `berth` is started in the folder of the repository.
pub struct Desk {
    folder: tempfile::TempDir,
    pub sandbox: Sandbox,
}

impl Desk {
    pub async fn new(purpose: &str) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), sandbox: Sandbox::new(purpose).await }
    }

    /// Writes a file of the test's own.
    pub fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("BERTH_BINARY").expect("BERTH_BINARY names the program"));
        command
            .args(["--context", &context(), "--namespace", &self.sandbox.namespace])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("BERTH_DATA_DIR", self.folder.path().join("data"))
            .env("KUBECONFIG", kubeconfig());
        command
    }

    pub fn berth(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs `berth`, and returns what it printed.
    #[track_caller]
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.berth(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {out}\n{err}");
        out.into_owned()
    }

    /// The name of the newest run.
    fn newest(&self) -> String {
        let runs: Value = serde_json::from_str(&self.ok(&["runs", "-o", "json"])).unwrap();
        let newest = runs.as_array().or_else(|| runs["runs"].as_array()).expect("a list")[0].clone();
        newest["name"].as_str().unwrap_or_else(|| panic!("no name: {newest}")).to_owned()
    }
}

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_training_job_learns_the_service_predicts_with() {
    let desk = Desk::new("train").await;
    let place = Place::make(&desk.sandbox).await;
    let python = image("python");
    let volume = format!("persistent_volume_claim:model:/model:size=1Mi,storage_class={}", place.class);
    let trained = desk.ok(&[
        "run",
        "-f",
        "examples/train/function.yaml",
        "--action",
        "job",
        "--image",
        &python,
        "--follow",
        "--env",
        "OUT=/model",
        "--env",
        "PAUSE=0",
        "--volume",
        &volume,
    ]);
    assert!(
        trained.contains("epoch  30") && trained.contains("accuracy 0.9") || trained.contains("accuracy 1"),
        "{trained}"
    );
    assert!(trained.contains("written to /model/model.json"), "{trained}");

    let claim = format!("shared_volume:model:/model:claim_name={}-model", desk.newest());
    desk.ok(&[
        "run",
        "-f",
        "examples/serve/function.yaml",
        "--action",
        "serve",
        "--image",
        &python,
        "--wait",
        "--timeout",
        "120s",
        "--volume",
        &claim,
    ]);
    let service = desk.newest();
    let mut open = desk.command(&["open", &service]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(open.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let address = url.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
    let answers: Vec<Value> = ["5.1,3.5,1.4,0.2", "6.3,3.3,6.0,2.5", "nonsense"]
        .map(|plant| asked(&address, &format!("/predict?plant={plant}")))
        .into();
    open.kill().unwrap();
    open.wait().unwrap();
    assert_eq!((&answers[0]["species"], &answers[1]["species"]), (&json!("setosa"), &json!("virginica")));
    assert!(answers[0]["probability"].as_f64().is_some_and(|sure| sure > 0.8), "{answers:?}");
    assert!(answers[2]["error"].is_string(), "{answers:?}");
    desk.ok(&["stop", &service]);
}

/// Asks a server of this machine; the body of its answer.
fn asked(address: &str, path: &str) -> Value {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer");
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_of_the_worker_share_a_queue_and_do_each_task_once() {
    let desk = Desk::new("worker").await;
    let _place = Place::make(&desk.sandbox).await;
    // A claim that the place has made.
    let queue = "shared_volume:queue:/queue:claim_name=attempts";
    desk.ok(&[
        "run",
        "-f",
        "examples/deploy/function.yaml",
        "--action",
        "deploy",
        "--image",
        &image("python"),
        "--volume",
        queue,
        "--wait",
        "--timeout",
        "120s",
    ]);
    let worker = desk.newest();
    desk.ok(&["scale", &worker, "2"]);
    let script = "for n in 1 2 3 4 5 6; do echo \"[$n, $n, 10]\" > /queue/$n; mv /queue/$n /queue/todo/$n.json; done; \
                  until [ $(ls /queue/done | wc -l) = 6 ]; do sleep 0.2; done; cat /queue/done/*.json; ls /queue/todo /queue/taken";
    let giver = desk.file(
        "give.json",
        &json!({"kind": "container", "name": "give", "spec": {"image": image("busybox"), "command": ["sh", "-c", script]}})
            .to_string(),
    );
    let given = desk.ok(&[
        "run",
        "-f",
        giver.to_str().unwrap(),
        "--action",
        "job",
        "--volume",
        queue,
        "--follow",
        "--timeout",
        "120s",
    ]);
    assert_eq!(given.matches("\"count\": 3").count(), 6, "{given}");
    assert!(given.contains("\"mean\": 4.0"), "{given}");
    desk.ok(&["stop", &worker]);
}

#[test]
fn each_example_has_a_page_that_names_its_file_and_holds_no_problem() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in ["train", "serve", "deploy"] {
        let page = read(&format!("{name}/README.md"));
        assert!(page.contains(&format!("examples/{name}/function.yaml")), "{name}: {page}");
        assert!(page.lines().count() <= 14, "{name}: a page is short");
        assert!(folder.join(name).join("function.yaml").is_file());
    }
}
