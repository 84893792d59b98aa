//! Decides what is wrong with what only services have: copies, ports, how they are published, probes.

use crate::{Action, Probe, ProbeCheck, Problem, ServicePort, ServiceType, TaskSpec};

/// Checks a service; of other actions nothing.
pub(super) fn check(task: &TaskSpec, action: Action, problems: &mut Vec<Problem>) {
    if !action.is_service() {
        return;
    }
    match task.replicas {
        Some(0) => {
            let message = "A service starts with at least one copy: give 1 or more, and stop it when it is to rest.";
            problems.push(Problem::new("replicas", "range", message));
        }
        // Kubernetes counts copies in 32 signed bits.
        Some(copies) if copies > i32::MAX.unsigned_abs() => {
            let message = format!("{copies} copies are more than Kubernetes can count: use at most {}.", i32::MAX);
            problems.push(Problem::new("replicas", "range", message));
        }
        _ => {}
    }
    if action == Action::Serve {
        check_ports(task, problems);
        check_type(task, problems);
    }
    for (path, probe) in [("readiness_probe", &task.readiness_probe), ("liveness_probe", &task.liveness_probe)] {
        if let Some(probe) = probe {
            check_probe(probe, path, task, problems);
        }
    }
}

fn check_ports(task: &TaskSpec, problems: &mut Vec<Problem>) {
    if task.service_ports.is_empty() {
        let message = "A service needs at least one port, such as 8080:80.";
        problems.push(Problem::new("service_ports", "required", message));
    }
    for (index, port) in task.service_ports.iter().enumerate() {
        let earlier = task.service_ports.get(..index).unwrap_or_default();
        check_port(port, earlier, &format!("service_ports[{index}]"), problems);
    }
}

fn check_port(port: &ServicePort, earlier: &[ServicePort], path: &str, problems: &mut Vec<Problem>) {
    let node_port = port.node_port.unwrap_or(1);
    for (key, number) in [("port", port.port), ("target_port", port.target_port), ("node_port", node_port)] {
        if number == 0 {
            problems.push(Problem::new(format!("{path}.{key}"), "range", "A port is a number from 1 to 65535."));
        }
    }
    if let Some(protocol) = port.protocol.as_deref().filter(|word| !["TCP", "UDP", "SCTP"].contains(word)) {
        let message = format!("\"{protocol}\" is not a protocol: use TCP, UDP or SCTP.");
        problems.push(Problem::new(format!("{path}.protocol"), "protocol", message));
    }
    let protocol = |port: &ServicePort| port.protocol.clone().unwrap_or_else(|| "TCP".to_owned());
    if earlier.iter().any(|other| other.port == port.port && protocol(other) == protocol(port)) {
        let message = format!("The port {} is published twice: keep one of them.", port.port);
        problems.push(Problem::new(format!("{path}.port"), "given_twice", message));
    }
    if port.node_port.is_some()
        && earlier.iter().any(|other| other.node_port == port.node_port && protocol(other) == protocol(port))
    {
        let message = format!("The node port {node_port} is given twice: a node has each port once.");
        problems.push(Problem::new(format!("{path}.node_port"), "given_twice", message));
    }
    if let Some(name) = port.name.as_deref() {
        if !is_port_name(name) {
            let message = format!(
                "\"{name}\" is not a port name: use at most 15 lower-case letters, digits and single dashes, with a letter among them."
            );
            problems.push(Problem::new(format!("{path}.name"), "port_name", message));
        } else if earlier.iter().any(|other| other.name.as_deref() == Some(name)) {
            let message = format!("Two ports are named \"{name}\": name them apart.");
            problems.push(Problem::new(format!("{path}.name"), "given_twice", message));
        }
    }
}

/// Kubernetes: a DNS label of at most 15 characters with a letter in it.
fn is_port_name(name: &str) -> bool {
    (1..=15).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
        && name.chars().any(|letter| letter.is_ascii_lowercase())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

fn check_type(task: &TaskSpec, problems: &mut Vec<Problem>) {
    match task.service_type {
        Some(ServiceType::ExternalName) => {
            let message = "ExternalName is another name for a host elsewhere, and this service runs here: use ClusterIP, \
                           NodePort or LoadBalancer.";
            problems.push(Problem::new("service_type", "service_type", message));
        }
        Some(ServiceType::ClusterIP) => {
            for (index, _) in task.service_ports.iter().enumerate().filter(|(_, port)| port.node_port.is_some()) {
                let message =
                    "A node port has no meaning inside the cluster alone: remove it, or use the type NodePort.";
                problems.push(Problem::new(format!("service_ports[{index}].node_port"), "service_type", message));
            }
        }
        _ => {}
    }
}

fn check_probe(probe: &Probe, path: &str, task: &TaskSpec, problems: &mut Vec<Problem>) {
    let mut problem = |key: &str, code: &str, message: String| {
        problems.push(Problem::new(format!("{path}.{key}"), code, message));
    };
    match &probe.check {
        ProbeCheck::Http { path, .. } if !path.starts_with('/') || path.contains(char::is_whitespace) => {
            problem("path", "path", format!("\"{path}\" is not a path: begin it with a slash, as in /health."));
        }
        ProbeCheck::Exec { command } if command.first().is_none_or(|program| program.trim().is_empty()) => {
            problem("command", "required", "The probe's command is empty: name a program of the image.".to_owned());
        }
        ProbeCheck::Exec { command } if command.iter().any(|word| word.contains('\0')) => {
            problem("command", "nul", "An argument cannot hold a NUL byte: no program could receive it.".to_owned());
        }
        _ => {}
    }
    match probe.check {
        ProbeCheck::Http { port: Some(0), .. } | ProbeCheck::Tcp { port: Some(0) } => {
            problem("port", "range", "A port is a number from 1 to 65535.".to_owned());
        }
        ProbeCheck::Http { port: None, .. } | ProbeCheck::Tcp { port: None } if task.service_ports.is_empty() => {
            problem("port", "required", "Say at which port of the container the probe asks.".to_owned());
        }
        _ => {}
    }
    // Kubernetes counts them in 32 signed bits; only the delay may be nothing at all.
    for (key, value, least) in [
        ("initial_delay_seconds", probe.initial_delay_seconds, 0),
        ("period_seconds", probe.period_seconds, 1),
        ("timeout_seconds", probe.timeout_seconds, 1),
        ("failure_threshold", probe.failure_threshold, 1),
    ] {
        if let Some(value) = value.filter(|value| *value < least || *value > i32::MAX.unsigned_abs()) {
            problem(key, "range", format!("\"{key}\" cannot be {value}: use {least} to {}.", i32::MAX));
        }
    }
}
