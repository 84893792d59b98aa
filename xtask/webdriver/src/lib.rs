//! As much of the WebDriver protocol (W3C) as tests and benchmarks speak, over plain HTTP to WebKit's own driver.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(60);
/// How long the driver may take to answer at all.
const START: Duration = Duration::from_secs(20);

/// One window at a time: WebKit's drivers that start beside each other wait for each other's browsers.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A driver with one session: one running program.
pub struct Driver {
    process: Child,
    port: u16,
    session: String,
    _turn: MutexGuard<'static, ()>,
}

impl Driver {
    /// Starts the driver, and through it the program of a command, in the command's environment.
    ///
    /// # Errors
    /// A sentence that says what is missing, or that the program opened no window.
    pub fn start(program: &Command) -> Result<Self, String> {
        let environment: Vec<_> = program.get_envs().collect();
        let display = environment.iter().find(|(name, _)| *name == "DISPLAY").map(|(_, value)| value.is_some());
        if !display.unwrap_or_else(|| std::env::var_os("DISPLAY").is_some()) {
            return Err("DISPLAY is not set: this needs a display. `cargo xtask test` brings one up; by hand: \
                        `xvfb-run -a cargo test --test desktop`"
                .to_owned());
        }
        let path = Path::new(program.get_program());
        if !path.is_file() {
            return Err(format!("{} is not there: build the window first (cargo xtask test does)", path.display()));
        }
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let port = free_port().map_err(|error| format!("no port is free for the driver: {error}"))?;
        let mut command = Command::new("WebKitWebDriver");
        command.args([&format!("--port={port}"), "--host=127.0.0.1"]).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env_remove("WAYLAND_DISPLAY");
        let process =
            command.spawn().map_err(|error| format!("WebKitWebDriver (package webkit2gtk-driver): {error}"))?;
        let mut driver = Self { process, port, session: String::new(), _turn: turn };
        driver.wait_until_ready()?;
        let arguments: Vec<_> = program.get_args().map(|argument| argument.to_string_lossy()).collect();
        let options = json!({ "binary": path, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = driver.send("POST", "/session", Some(&wanted))?;
        let session = answer.get("sessionId").and_then(Value::as_str);
        driver.session = session.ok_or_else(|| format!("a session without an id: {answer}"))?.to_owned();
        Ok(driver)
    }

    /// Kills the program as a crash or a full memory would: it gets to do nothing any more.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill_program(&self) -> Result<(), String> {
        kill(child(self.process.id(), "")?)
    }

    /// Kills the process that WebKit runs the program's page in.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill_page(&self) -> Result<(), String> {
        // The kernel keeps 15 letters of a name.
        kill(child(child(self.process.id(), "")?, "WebKitWebProces")?)
    }

    fn wait_until_ready(&self) -> Result<(), String> {
        let deadline = Instant::now() + START;
        while let Err(error) = self.send("GET", "/status", None) {
            if Instant::now() > deadline {
                return Err(format!("WebKitWebDriver did not answer within {START:?}: {error}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Sends a command of the session; returns the value that it answers with.
    ///
    /// # Errors
    /// What the driver says against it, or that it cannot be reached.
    pub fn command(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        self.send(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Runs a script in the page with an argument; returns what it returns.
    ///
    /// # Errors
    /// As the script throws, and as [`Driver::command`].
    pub fn run_script(&self, script: &str, argument: &Value) -> Result<Value, String> {
        let body = json!({ "script": script, "args": [argument] });
        self.command("POST", "/execute/sync", Some(&body))
    }

    /// The same for a script that calls its last argument when it is done.
    ///
    /// # Errors
    /// As [`Driver::run_script`].
    pub fn run_async_script(&self, script: &str, argument: &Value) -> Result<Value, String> {
        let body = json!({ "script": script, "args": [argument] });
        self.command("POST", "/execute/async", Some(&body))
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, answer) = self.exchange(&request).map_err(|error| format!("{method} {path}: {error}"))?;
        let mut value: Value =
            serde_json::from_str(&answer).map_err(|error| format!("{method} {path}: {error}: {answer}"))?;
        let value = value.get_mut("value").map(Value::take).unwrap_or_default();
        if status == 200 { Ok(value) } else { Err(value.to_string()) }
    }

    fn exchange(&self, request: &str) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(REQUEST))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        Ok((status, body.to_owned()))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ends the program in its own way; the driver would kill it.
        if !self.session.is_empty() && self.command("DELETE", "", None).is_err() {
            eprintln!("the window did not close when asked");
        }
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// The process of a name that another one started; any where the name is empty.
fn child(parent: u32, name: &str) -> Result<u32, String> {
    let is_it = |folder: &Path| {
        let status = std::fs::read_to_string(folder.join("status")).unwrap_or_default();
        let says = |key: &str, value: &str| {
            status.lines().any(|line| line.strip_prefix(key).is_some_and(|found| found.trim() == value))
        };
        says("PPid:", &parent.to_string()) && (name.is_empty() || says("Name:", name))
    };
    let processes = std::fs::read_dir("/proc").map_err(|error| format!("/proc: {error}"))?.flatten();
    let found = processes.map(|entry| entry.path()).find(|folder| is_it(folder));
    let id = found.as_deref().and_then(Path::file_name).and_then(|id| id.to_str()?.parse().ok());
    id.ok_or_else(|| format!("process {parent} has no child {name}"))
}

fn kill(process: u32) -> Result<(), String> {
    let killed = Command::new("kill").arg("-9").arg(process.to_string()).status();
    if killed.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("process {process} was not killed")) }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
