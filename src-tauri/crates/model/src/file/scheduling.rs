//! Decides how lists of small mappings are read: node labels, tolerations, environment, ports.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{At, Fields, Findings, loose_text};
use crate::{Env, EnvFrom, EnvObject, ServicePort, Toleration};

/// Reads a node selector: a list of `{key, value}`, one such mapping, or a plain mapping.
pub(super) fn read_node_selector(value: &Value, at: &At, findings: &mut Findings) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                read_label(item, at.index(index), &mut labels, findings);
            }
        }
        Value::Object(map) if map.len() == 2 && map.contains_key("key") && map.contains_key("value") => {
            findings.rewritten(at, "Read as a list with one label.");
            read_label(value, at.clone(), &mut labels, findings);
        }
        Value::Object(map) => {
            for (key, value) in map {
                if let Some(text) = loose_text(value, &at.key(key), findings) {
                    labels.insert(key.clone(), text);
                }
            }
        }
        _ => findings.wrong_type(at, "a list of key and value", value),
    }
    labels
}

fn read_label(item: &Value, at: At, labels: &mut BTreeMap<String, String>, findings: &mut Findings) {
    let Some(mut fields) = Fields::open(item, at.clone(), findings) else { return };
    let key = fields.text(&["key"], findings);
    let value = fields.take(&["value"], findings).map(|(at, value)| loose_text(value, &at, findings));
    fields.close(findings);
    match (key, value) {
        (Some(key), Some(Some(value))) => {
            if let Some(earlier) = labels.insert(key.clone(), value.clone()).filter(|earlier| *earlier != value) {
                let message = format!(
                    "The label \"{key}\" is asked for with two values, \"{earlier}\" and \"{value}\": no node can have both."
                );
                findings.problem(&at, "node_selector", message);
            }
        }
        (_, Some(None)) => {}
        _ => findings.problem(&at, "node_selector", "A node label needs \"key\" and \"value\"."),
    }
}

/// Reads one toleration.
pub(super) fn read_toleration(value: &Value, at: &At, findings: &mut Findings) -> Option<Toleration> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let toleration = Toleration {
        key: fields.text(&["key"], findings),
        operator: fields.text(&["operator"], findings),
        value: fields.take(&["value"], findings).and_then(|(at, value)| loose_text(value, &at, findings)),
        effect: fields.text(&["effect"], findings),
        toleration_seconds: fields.whole(&["toleration_seconds", "tolerationSeconds"], findings),
    };
    fields.close(findings);
    Some(toleration)
}

/// Reads one environment variable; without a value it is empty.
pub(super) fn read_env(value: &Value, at: &At, findings: &mut Findings) -> Option<Env> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let named = fields.take(&["name"], findings);
    if named.is_none() {
        findings.problem(at, "required", "An environment variable needs a name.");
    }
    let name = named.and_then(|(at, value)| super::fields::parsed(value, &at, findings));
    let value = match fields.take(&["value"], findings) {
        Some((at, value)) => loose_text(value, &at, findings),
        None => Some(String::new()),
    };
    fields.close(findings);
    Some(Env { name: name?, value: value? })
}

/// Reads one variable that lies in an object: `{name, secret or config_map, key}`; a key that is not said is the name.
pub(super) fn read_env_from(value: &Value, at: &At, findings: &mut Findings) -> Option<EnvFrom> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let name: Option<crate::EnvName> = fields.parsed(&["name"], findings);
    let secret = fields.text(&["secret"], findings);
    let config = fields.text(&["config_map", "configMap"], findings);
    let key = fields.text(&["key"], findings);
    fields.close(findings);
    let object = match (secret, config) {
        (Some(secret), None) => Some(EnvObject::Secret(secret)),
        (None, Some(config)) => Some(EnvObject::ConfigMap(config)),
        _ => {
            let message = "A variable that lies in the namespace needs one of \"secret\" and \"config_map\".";
            findings.problem(at, "required", message);
            None
        }
    };
    if name.is_none() && value.get("name").is_none() {
        findings.problem(&at.key("name"), "required", "An environment variable needs a name.");
    }
    let name = name?;
    Some(EnvFrom { key: key.unwrap_or_else(|| name.to_string()), name, object: object? })
}

/// Reads one port; a container port that is not said is the port itself.
pub(super) fn read_port(value: &Value, at: &At, findings: &mut Findings) -> Option<ServicePort> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let given = |key: &str| value.get(key).is_some_and(|value| !value.is_null());
    let is_named = given("port");
    let port = fields.whole(&["port"], findings);
    let target_port = fields.whole(&["target_port", "targetPort"], findings);
    let name = fields.text(&["name"], findings);
    let protocol = fields.text(&["protocol"], findings);
    let node_port = fields.whole(&["node_port", "nodePort"], findings);
    fields.close(findings);
    if !is_named {
        findings.problem(at, "required", "A service port needs \"port\", a number from 1 to 65535.");
    }
    let has_target = given("target_port") || given("targetPort");
    let target_port = if has_target { target_port? } else { port? };
    Some(ServicePort { port: port?, target_port, name, protocol, node_port })
}
