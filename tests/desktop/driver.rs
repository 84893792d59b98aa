//! As much of the WebDriver protocol (W3C) as the tests speak, over plain HTTP to WebKit's own driver.

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
    /// Starts the driver, and through it the program, in an environment.
    pub fn start(program: &Path, environment: &[(&str, &Path)]) -> Self {
        assert!(
            std::env::var_os("DISPLAY").is_some(),
            "DISPLAY is not set: this test needs a display. `cargo xtask test` brings one up; by hand: \
             `xvfb-run -a cargo test --test desktop`"
        );
        assert!(
            program.is_file(),
            "{} is not there: build the window first (cargo xtask test does)",
            program.display()
        );
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let port = free_port();
        let mut command = Command::new("WebKitWebDriver");
        command.args([&format!("--port={port}"), "--host=127.0.0.1"]).stdout(Stdio::null()).stderr(Stdio::null());
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").env_remove("WAYLAND_DISPLAY");
        for (name, value) in environment {
            command.env(name, value);
        }
        let process = command.spawn().expect("WebKitWebDriver (package webkit2gtk-driver) starts");
        let mut driver = Self { process, port, session: String::new(), _turn: turn };
        driver.wait_until_ready();
        let options = json!({ "binary": program, "args": [] });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let answer = driver.send("POST", "/session", Some(&wanted)).expect("the program opens its window");
        driver.session = answer["sessionId"].as_str().expect("a session has an id").to_owned();
        driver
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + START;
        while self.send("GET", "/status", None).is_err() {
            assert!(Instant::now() < deadline, "WebKitWebDriver did not answer within {START:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sends a command of the session.
    pub fn command(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        self.send(method, &format!("/session/{}{path}", self.session), body)
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let (status, answer) = self.exchange(&request).map_err(|error| format!("{method} {path}: {error}"))?;
        let value: Value =
            serde_json::from_str(&answer).map_err(|error| format!("{method} {path}: {error}: {answer}"))?;
        if status == 200 { Ok(value["value"].clone()) } else { Err(value["value"].to_string()) }
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

fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}
