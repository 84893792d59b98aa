//! What the axe rules say of a screen as it stands in the real window.

use std::path::Path;

use serde_json::{Value, json};

use crate::window::Window;

/// Runs the rules on the whole page. Returns a line for each finding that is serious or critical.
pub fn findings(window: &Window) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/node_modules/axe-core/axe.min.js");
    let source = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: `npm ci` in ui brings it", path.display()));
    // The script of a driver is not bound by the page's own policy, which forbids all foreign scripts.
    window.run_script(&format!("{source}; return true"), &Value::Null);
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (result) => done(result.violations.map(({ id, impact, help, nodes }) =>
                ({ id, impact, help, targets: nodes.map((node) => node.target.join(' ') + ' ' + node.html.slice(0, 160)) }))),
            (error) => done([{ id: 'axe', impact: 'critical', help: String(error), targets: [] }]));";
    let found = window.run_async_script(run, &json!(null));
    let found = found.as_array().expect("a list of findings");
    found
        .iter()
        .filter(|finding| matches!(finding["impact"].as_str(), Some("serious" | "critical")))
        .map(|finding| format!("{} ({}): {} {}", finding["id"], finding["impact"], finding["help"], finding["targets"]))
        .collect()
}
