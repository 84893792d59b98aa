//! One open window: what is to be seen in it, and what a person does to it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use berth_webdriver::Driver;
use serde_json::{Value, json};

/// How long a control may take to appear.
const CONTROL: Duration = Duration::from_secs(30);
/// How WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// The key Enter, as WebDriver writes it: a plain line feed types nothing.
const ENTER: char = '\u{E007}';

/// The key Control, held to the end of a command.
const CONTROL_KEY: char = '\u{E009}';

/// The key Shift.
const SHIFT_KEY: char = '\u{E008}';

/// A window of the program. When a test fails, it leaves a picture behind.
pub struct Window {
    driver: Driver,
    name: String,
}

impl Window {
    /// Takes a started program over; `name` is part of the names of its pictures.
    pub fn new(driver: Driver, name: &str) -> Self {
        Self { driver, name: name.to_owned() }
    }

    /// Waits until an element is there, by XPath.
    #[track_caller]
    pub fn see(&self, xpath: &str, patience: Duration) {
        self.find(xpath, patience);
    }

    /// The text of an element.
    #[track_caller]
    pub fn text(&self, xpath: &str) -> String {
        let element = self.find(xpath, CONTROL);
        // WebDriver's own command leaves out what it takes for invisible, as a heading that may be cut off.
        let script = json!({ "script": "return arguments[0].textContent", "args": [{ ELEMENT: element }] });
        let text = self.driver.command("POST", "/execute/sync", Some(&script)).unwrap();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Clicks on an element, as soon as nothing lies before it.
    #[track_caller]
    pub fn click(&self, xpath: &str) {
        let deadline = Instant::now() + CONTROL;
        loop {
            let element = self.find(xpath, CONTROL);
            match self.driver.command("POST", &format!("/element/{element}/click"), Some(&json!({}))) {
                Ok(_) => return,
                Err(error) if Instant::now() > deadline => panic!("{xpath} cannot be clicked: {error}"),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Clicks on an element with Shift held.
    #[track_caller]
    pub fn shift_click(&self, xpath: &str) {
        let shift = |deed: &str| json!({ "type": deed, "value": SHIFT_KEY.to_string() });
        let pause = json!({ "type": "pause" });
        let keys = json!({ "type": "key", "id": "keys", "actions": [shift("keyDown"), pause, pause, shift("keyUp")] });
        let pointer = [self.move_to(xpath), button("pointerDown"), button("pointerUp"), pause.clone()];
        self.act(&[keys, json!({ "type": "pointer", "id": "mouse", "actions": pointer })]);
    }

    /// Drags from one element to another.
    #[track_caller]
    pub fn drag(&self, from: &str, to: &str) {
        let pointer = [self.move_to(from), button("pointerDown"), self.move_to(to), button("pointerUp")];
        self.act(&[json!({ "type": "pointer", "id": "mouse", "actions": pointer })]);
    }

    #[track_caller]
    fn move_to(&self, xpath: &str) -> Value {
        let origin = json!({ ELEMENT: self.find(xpath, CONTROL) });
        json!({ "type": "pointerMove", "duration": 100, "origin": origin, "x": 0, "y": 0 })
    }

    #[track_caller]
    fn act(&self, sources: &[Value]) {
        let body = json!({ "actions": sources });
        if let Err(error) = self.driver.command("POST", "/actions", Some(&body)) {
            panic!("the pointer does not move: {error}");
        }
    }

    /// Types into the field of a label.
    #[track_caller]
    pub fn type_into(&self, label: &str, text: &str) {
        self.type_at(&field(label), text);
    }

    /// Types into an element.
    #[track_caller]
    pub fn type_at(&self, xpath: &str, text: &str) {
        let element = self.find(xpath, CONTROL);
        let keys: String = text.chars().map(|key| if key == '\n' { ENTER } else { key }).collect();
        let body = json!({ "text": keys });
        if let Err(error) = self.driver.command("POST", &format!("/element/{element}/value"), Some(&body)) {
            panic!("{xpath} cannot be typed into: {error}");
        }
    }

    /// Types into the field of a label in place of what is there.
    #[track_caller]
    pub fn retype_into(&self, label: &str, text: &str) {
        self.retype_at(&field(label), text);
    }

    /// Types into an element in place of what is there.
    #[track_caller]
    pub fn retype_at(&self, xpath: &str, text: &str) {
        // Two commands: each lets go of its keys at its end.
        self.type_at(xpath, &format!("{CONTROL_KEY}a"));
        self.type_at(xpath, text);
    }

    /// Presses keys where the focus is.
    pub fn press(&self, keys: &str) {
        let body = json!({ "text": keys.replace('\n', &ENTER.to_string()) });
        let deadline = Instant::now() + CONTROL;
        loop {
            let active = self.driver.command("GET", "/element/active", None).expect("something has the focus");
            let element = active[ELEMENT].as_str().expect("an element has a name").to_owned();
            match self.driver.command("POST", &format!("/element/{element}/value"), Some(&body)) {
                Ok(_) => return,
                // The page drew it anew, or gave the focus to another.
                Err(error) if error.contains("stale element") && Instant::now() < deadline => {}
                Err(error) => panic!("keys cannot be pressed: {error}"),
            }
        }
    }

    /// Makes the window so many pixels wide and high.
    pub fn resize(&self, width: u32, height: u32) {
        let body = json!({ "width": width, "height": height });
        self.driver.command("POST", "/window/rect", Some(&body)).expect("the window takes another size");
    }

    /// Shows the screen of an address of the page.
    pub fn go(&self, address: &str) {
        self.run_script("location.hash = arguments[0]", &json!(address));
    }

    /// Presses keys of the window, outside of any field.
    pub fn press_away(&self, keys: &str) {
        self.run_script("document.activeElement?.blur()", &Value::Null);
        self.press(keys);
    }

    /// Presses Control with a key.
    pub fn press_control(&self, key: char) {
        self.press(&format!("{CONTROL_KEY}{key}"));
    }

    /// Waits until a script returns `true`.
    #[track_caller]
    pub fn comes_true(&self, script: &str, argument: &Value) {
        let deadline = Instant::now() + CONTROL;
        while self.run_script(script, argument) != Value::Bool(true) {
            assert!(
                Instant::now() < deadline,
                "not true within {CONTROL:?}: {script}, {argument}\n{}",
                self.page_text()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Runs a script in the page with an argument; returns what it returns.
    pub fn run_script(&self, script: &str, argument: &Value) -> Value {
        self.driver.run_script(script, argument).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same for a script that calls its last argument when it is done.
    pub fn run_async_script(&self, script: &str, argument: &Value) -> Value {
        self.driver.run_async_script(script, argument).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Takes a picture into `target/shots/`, once what changes has changed and was painted.
    pub fn shot(&self, name: &str) {
        let painted = "const done = arguments[arguments.length - 1];
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 400)));
            setTimeout(done, 2000);";
        // Without a graphics device WebKit takes the picture when the page is next painted, which a still page never is:
        // it is given something to paint that nobody sees.
        let stirred = "const { style } = document.documentElement;
            let left = 100;
            const timer = setInterval(() => {
                style.outline = left % 2 ? '1px solid transparent' : '';
                if (--left === 0) clearInterval(timer);
            }, 50);";
        // Where the page cannot answer any more, its picture says more than an error would.
        let _ = self.driver.run_async_script(painted, &Value::Null);
        let _ = self.driver.run_script(stirred, &Value::Null);
        let picture = self.driver.command("GET", "/screenshot", None).expect("a picture of the page");
        let bytes = STANDARD.decode(picture.as_str().unwrap_or_default()).expect("a picture in base64");
        let folder = shots();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("desktop-{}-{name}.png", self.name)), bytes).unwrap();
    }

    /// Closes the window, as its own button would, and waits for the program's end.
    pub fn close(self) {
        drop(self);
    }

    /// Kills the program, as a crash would.
    pub fn crash(self) {
        self.driver.kill_program().unwrap_or_else(|error| panic!("{error}"));
    }

    /// Lets the page's own process end, as for want of memory; the program goes on.
    pub fn lose_page(&self) {
        self.driver.kill_page().unwrap_or_else(|error| panic!("{error}"));
    }

    #[track_caller]
    fn find(&self, xpath: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        let wanted = json!({ "using": "xpath", "value": xpath });
        loop {
            match self.driver.command("POST", "/element", Some(&wanted)) {
                Ok(element) => return element[ELEMENT].as_str().expect("an element has a name").to_owned(),
                Err(error) if Instant::now() > deadline => {
                    panic!("{xpath} was not seen within {patience:?}: {error}\nThe page says:\n{}", self.page_text())
                }
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    fn page_text(&self) -> String {
        let script = json!({ "script": "return document.body.innerText", "args": [] });
        let text = self.driver.command("POST", "/execute/sync", Some(&script));
        text.as_ref().ok().and_then(Value::as_str).unwrap_or("(nothing)").to_owned()
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if std::thread::panicking() && self.driver.command("GET", "/title", None).is_ok() {
            self.shot("failed");
        }
    }
}

/// What is done with the main button of a pointer.
fn button(deed: &str) -> Value {
    json!({ "type": deed, "button": 0 })
}

/// The control of a label, or one that is named so itself.
fn field(label: &str) -> String {
    format!(
        "(//*[contains(@class, 'InputWrapper-label')][starts-with(normalize-space(.), '{label}')]\
         /ancestor::div[contains(@class, 'InputWrapper-root')][1]//*[self::input or self::textarea or @role='textbox']\
         | //input[@aria-label='{label}'])[1]"
    )
}

/// Where pictures go.
fn shots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/shots")
}
