//! Turns task flags into the values that a file would carry. Pure but for the affinity file.

use berth_core::{Error, files};
use berth_model::Problem;
use serde_json::{Map, Value, json};

use crate::arguments::TaskFlags;

/// Returns the given flags as an object of function and task fields.
///
/// # Errors
/// Every flag whose own form is broken, named by its flag; what the values mean is judged by the core.
pub(crate) fn overrides(flags: &TaskFlags) -> Result<Value, Error> {
    let mut fields = Map::new();
    let mut problems = Vec::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    for (name, value) in [
        ("image", &flags.image),
        ("base_image", &flags.base_image),
        ("code_src", &flags.code_src),
        ("handler", &flags.handler),
        ("lang", &flags.lang),
        ("command", &flags.command),
        ("profile", &flags.profile),
        ("schedule", &flags.schedule),
        ("time_zone", &flags.time_zone),
        ("concurrency_policy", &flags.concurrency_policy),
        ("service_type", &flags.service_type),
        ("image_pull_policy", &flags.image_pull_policy),
        ("security", &flags.security),
    ] {
        if let Some(value) = value {
            put(name, json!(value));
        }
    }
    for (name, value) in [
        ("backoff_limit", flags.backoff_limit),
        ("deadline", flags.deadline),
        ("ttl", flags.ttl),
        ("replicas", flags.replicas),
    ] {
        if let Some(value) = value {
            put(name, json!(value));
        }
    }
    for (name, values) in [("args", &flags.args), ("secrets", &flags.secrets), ("instructions", &flags.instructions)] {
        if !values.is_empty() {
            put(name, json!(values));
        }
    }
    let mut resources: Map<String, Value> = [("cpu", &flags.cpu), ("mem", &flags.mem), ("gpu", &flags.gpu)]
        .into_iter()
        .filter_map(|(name, value)| value.as_deref().map(|text| (name.to_owned(), amount(text))))
        .collect();
    for (name, value) in [("gpu_key", &flags.gpu_key), ("disk", &flags.disk)] {
        if let Some(value) = value {
            resources.insert(name.to_owned(), json!(value));
        }
    }
    if !resources.is_empty() {
        put("resources", Value::Object(resources));
    }
    let mut collect = |name: &str, flag: &str, texts: &[String], read: fn(&str) -> Result<Value, String>| {
        let mut values = Vec::new();
        for text in texts {
            match read(text) {
                Ok(value) => values.push(value),
                Err(sentence) => problems.push(Problem::new(flag, "flag", sentence)),
            }
        }
        if !values.is_empty() {
            fields.insert(name.to_owned(), Value::Array(values));
        }
    };
    collect("envs", "--env", &flags.envs, env);
    collect("node_selector", "--node-selector", &flags.node_selector, selector);
    collect("tolerations", "--toleration", &flags.tolerations, toleration);
    collect("volumes", "--volume", &flags.volumes, volume);
    collect("service_ports", "--service-port", &flags.service_ports, port);
    if let Some(file) = &flags.affinity {
        fields.insert("affinity".to_owned(), files::one_document(file)?);
    }
    if problems.is_empty() { Ok(Value::Object(fields)) } else { Err(Error::invalid(problems)) }
}

/// `500m` is a request, `500m/1` a request and a limit, `/1` a limit.
fn amount(text: &str) -> Value {
    let (requests, limits) = text.split_once('/').unwrap_or((text, ""));
    let mut fields = Map::new();
    for (name, part) in [("requests", requests), ("limits", limits)] {
        if !part.is_empty() {
            fields.insert(name.to_owned(), json!(part));
        }
    }
    Value::Object(fields)
}

fn env(text: &str) -> Result<Value, String> {
    let (name, value) = text
        .split_once('=')
        .ok_or_else(|| format!("\"{text}\" is not an environment variable: write NAME=VALUE, as in LR=0.1."))?;
    Ok(json!({"name": name, "value": value}))
}

fn selector(text: &str) -> Result<Value, String> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| format!("\"{text}\" is not a node selector: write KEY=VALUE, as in disktype=ssd."))?;
    Ok(json!({"key": key, "value": value}))
}

fn toleration(text: &str) -> Result<Value, String> {
    let (taint, effect) = text.rsplit_once(':').ok_or_else(|| {
        format!("\"{text}\" is not a toleration: write KEY:EFFECT or KEY=VALUE:EFFECT, as in gpu=yes:NoSchedule.")
    })?;
    Ok(match taint.split_once('=') {
        Some((key, value)) => json!({"key": key, "operator": "Equal", "value": value, "effect": effect}),
        None => json!({"key": taint, "operator": "Exists", "effect": effect}),
    })
}

fn volume(text: &str) -> Result<Value, String> {
    let mut parts = text.splitn(4, ':');
    let (Some(kind), Some(name), Some(mount)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("\"{text}\" is not a volume: write TYPE:NAME:MOUNT, as in shared_volume:data:/data."));
    };
    let mut spec = Map::new();
    for pair in parts.next().unwrap_or_default().split(',').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            format!("\"{pair}\" in volume \"{text}\" is not an option: write KEY=VALUE, as in size=2Gi.")
        })?;
        let is_truth = ["keep", "readOnly", "read_only"].contains(&key);
        let truth = if is_truth { value.parse::<bool>().ok() } else { None };
        spec.insert(key.to_owned(), truth.map_or_else(|| json!(value), |truth| json!(truth)));
    }
    Ok(json!({"volume_type": kind, "name": name, "mount_path": mount, "spec": spec}))
}

fn port(text: &str) -> Result<Value, String> {
    let refusal = || format!("\"{text}\" is not a port: write PORT or PORT:TARGET, as in 8080:80.");
    let (port, target) = text.split_once(':').unwrap_or((text, text));
    let port: u16 = port.parse().map_err(|_| refusal())?;
    let target: u16 = target.parse().map_err(|_| refusal())?;
    Ok(json!({"port": port, "target_port": target}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_the_fields_of_a_file() {
        let flags = TaskFlags {
            image: Some("python:3.12".to_owned()),
            args: vec!["--lr".to_owned()],
            envs: vec!["A=1=2".to_owned(), "B=".to_owned()],
            cpu: Some("500m/1".to_owned()),
            mem: Some("/1Gi".to_owned()),
            tolerations: vec!["gpu:NoSchedule".to_owned(), "a=b:NoExecute".to_owned()],
            node_selector: vec!["disk=ssd".to_owned()],
            volumes: vec!["empty_dir:tmp:/tmp/x:sizeLimit=1Gi,medium=Memory".to_owned()],
            service_ports: vec!["8080:80".to_owned()],
            backoff_limit: Some(2),
            ..TaskFlags::default()
        };
        assert_eq!(
            overrides(&flags).unwrap(),
            json!({
                "image": "python:3.12", "backoff_limit": 2, "args": ["--lr"],
                "resources": {"cpu": {"requests": "500m", "limits": "1"}, "mem": {"limits": "1Gi"}},
                "envs": [{"name": "A", "value": "1=2"}, {"name": "B", "value": ""}],
                "node_selector": [{"key": "disk", "value": "ssd"}],
                "tolerations": [
                    {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"},
                    {"key": "a", "operator": "Equal", "value": "b", "effect": "NoExecute"},
                ],
                "volumes": [{"volume_type": "empty_dir", "name": "tmp", "mount_path": "/tmp/x", "spec": {"sizeLimit": "1Gi", "medium": "Memory"}}],
                "service_ports": [{"port": 8080, "target_port": 80}],
            })
        );
    }

    #[test]
    fn every_broken_flag_is_named_at_once() {
        let flags = TaskFlags {
            envs: vec!["LR".to_owned()],
            tolerations: vec!["gpu".to_owned()],
            volumes: vec!["x".to_owned()],
            service_ports: vec!["99999".to_owned()],
            ..TaskFlags::default()
        };
        let error = overrides(&flags).unwrap_err();
        let paths: Vec<&str> = error.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths, ["--env", "--toleration", "--volume", "--service-port"]);
    }

    #[test]
    fn no_flag_is_no_value() {
        assert_eq!(overrides(&TaskFlags::default()).unwrap(), json!({}));
    }
}
