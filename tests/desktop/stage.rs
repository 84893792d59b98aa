//! What a test plays on: a data folder and a home of its own, the test cluster, the window and the program `berth`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use berth_testkit::Relay;
use berth_webdriver::Driver;
use serde_json::Value;
use tempfile::TempDir;

use crate::window::Window;

/// Folders of a test's own; both programs work in them.
pub struct Stage {
    folder: TempDir,
    kubeconfig: PathBuf,
    context: String,
    namespace: String,
}

impl Stage {
    /// Makes the folders. The cluster is the one that the environment names.
    pub fn new(namespace: &str) -> Self {
        let read = |name: &str| std::env::var(name).unwrap_or_else(|_| panic!("{name} names the test cluster"));
        let stage = Self {
            folder: tempfile::tempdir().unwrap(),
            kubeconfig: read("BERTH_TEST_KUBECONFIG").into(),
            context: read("BERTH_TEST_CONTEXT"),
            namespace: namespace.to_owned(),
        };
        for folder in ["home", "data"] {
            std::fs::create_dir(stage.folder.path().join(folder)).unwrap();
        }
        stage
    }

    /// Puts a relay before the cluster, for both programs; what breaks it breaks their way alone.
    pub async fn through_a_relay(&mut self) -> Relay {
        let text = std::fs::read_to_string(&self.kubeconfig).unwrap();
        let server = text.lines().find_map(|line| line.trim().strip_prefix("server: https://")).expect("a server");
        let relay = Relay::to(server.trim().trim_matches('"').parse().expect("an address and a port")).await;
        let copy = self.folder.path().join("through");
        relay.kubeconfig(&self.kubeconfig, &copy).unwrap();
        self.kubeconfig = copy;
        relay
    }

    /// Adds a second context that leads to the same cluster.
    pub fn add_context(&mut self, name: &str) {
        let text = std::fs::read_to_string(&self.kubeconfig).unwrap();
        let mut config: Value = serde_saphyr::from_str(&text).unwrap();
        let mut second = config["contexts"][0].clone();
        second["name"] = name.into();
        config["contexts"].as_array_mut().unwrap().push(second);
        self.kubeconfig = self.folder.path().join("two-contexts");
        std::fs::write(&self.kubeconfig, config.to_string()).unwrap();
    }

    /// Everything in the folder of the drafts.
    pub fn drafts(&self) -> String {
        self.texts("drafts")
    }

    /// What the window wrote into its own log.
    pub fn log(&self) -> String {
        self.texts("log")
    }

    /// All files in a folder of the data folder, one after the other.
    fn texts(&self, folder: &str) -> String {
        let folder = std::fs::read_dir(self.folder.path().join("data").join(folder));
        // A draft is written beside and then takes its name: what is there at one moment may be gone at the next.
        folder.into_iter().flatten().flatten().filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    }

    /// Waits until a text that was typed is on disk.
    #[track_caller]
    pub fn keeps_draft(&self, text: &str, patience: Duration) {
        let deadline = Instant::now() + patience;
        while !self.drafts().contains(text) {
            assert!(Instant::now() < deadline, "not kept within {patience:?}: {text}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Name of the test cluster's context.
    pub fn context(&self) -> &str {
        &self.context
    }

    /// Begins without a kubeconfig, as on a new machine; returns the path of the one that a person would be given.
    pub fn forget_kubeconfig(&mut self) -> String {
        let nowhere = self.folder.path().join("none");
        std::mem::replace(&mut self.kubeconfig, nowhere).to_str().unwrap().to_owned()
    }

    /// Lets both programs know another cluster's kubeconfig, too.
    pub fn also(&mut self, kubeconfig: &Path) {
        let both = [self.kubeconfig.as_path(), kubeconfig];
        self.kubeconfig = std::env::join_paths(both).expect("paths without colons").into();
    }

    /// Opens the window.
    pub fn open_window(&self, name: &str) -> Window {
        let mut command = Command::new(program("BERTH_DESKTOP_BINARY", "berth-desktop"));
        command.envs(self.environment());
        Window::new(Driver::start(&command).unwrap_or_else(|error| panic!("{error}")), name)
    }

    /// Chooses the test's context and namespace in the window.
    pub fn choose_place(&self, window: &Window) {
        self.choose_context(window, &self.context);
        let namespace = "//input[@aria-label='Namespace']";
        window.click(namespace);
        window.retype_at(namespace, &format!("{}\n", self.namespace));
    }

    /// Chooses a context in the window.
    pub fn choose_context(&self, window: &Window, name: &str) {
        window.click("//input[@aria-label='Context']");
        // The option tells more than the name.
        window.click(&format!("//*[@role='option'][starts-with(normalize-space(.), '{name}')]"));
    }

    /// Runs `berth` at the test's place; returns the document that it prints.
    #[track_caller]
    pub fn berth_json(&self, arguments: &[&str]) -> Value {
        let place = ["--context", &self.context, "--namespace", &self.namespace, "-o", "json"];
        serde_json::from_slice(&self.berth(&[&place, arguments].concat())).expect("berth prints one document")
    }

    /// Runs `berth`; returns what it prints.
    #[track_caller]
    pub fn berth(&self, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new(program("BERTH_BINARY", "berth"));
        command.args(arguments);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        let output = command.output().expect("berth starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "berth {arguments:?}: {}\n{errors}", String::from_utf8_lossy(&output.stdout));
        output.stdout
    }

    /// Writes a file for the programs to read; returns its path.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Makes a folder for the programs to write into; returns its path.
    pub fn folder(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.folder.path().join("home");
        vec![
            ("BERTH_DATA_DIR", self.folder.path().join("data")),
            ("KUBECONFIG", self.kubeconfig.clone()),
            ("XDG_CACHE_HOME", home.join("cache")),
            ("XDG_CONFIG_HOME", home.join("config")),
            ("XDG_DATA_HOME", home.join("share")),
            ("HOME", home),
        ]
    }
}

/// A program under test: named by a variable, else the one that lies beside this test's own.
fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return named.into();
    }
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap_or_else(|| Path::new("")).join(name)
}
