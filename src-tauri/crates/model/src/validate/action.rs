//! Decides which parameters an action can have.

use crate::{Action, Problem, TaskSpec};

/// Names every parameter that has no meaning for the action.
pub(super) fn check(task: &TaskSpec, action: Action, problems: &mut Vec<Problem>) {
    use Action::{Build, Deploy, Job, Serve};
    let rules: [(&str, bool, &[Action]); 9] = [
        ("schedule", task.schedule.is_some(), &[Job]),
        ("time_zone", task.time_zone.is_some(), &[Job]),
        // No retries is what every action does, so only a real number of them is a mistake.
        ("backoff_limit", task.backoff_limit.is_some_and(|limit| limit > 0), &[Job, Build]),
        ("deadline", task.deadline.is_some(), &[Job, Build]),
        ("replicas", task.replicas.is_some(), &[Deploy, Serve]),
        ("service_ports", !task.service_ports.is_empty(), &[Serve]),
        ("service_type", task.service_type.is_some(), &[Serve]),
        ("service_name", task.service_name.is_some(), &[Serve]),
        ("instructions", !task.instructions.is_empty(), &[Build]),
    ];
    for (path, _, allowed) in rules.into_iter().filter(|(_, is_said, allowed)| *is_said && !allowed.contains(&action)) {
        let allowed: Vec<&str> = allowed.iter().map(|action| action.word()).collect();
        let message = format!(
            "\"{path}\" has no meaning for the action \"{}\", only for {}: remove it.",
            action.word(),
            allowed.join(" and ")
        );
        problems.push(Problem::new(path, "not_for_action", message));
    }
    if action == Serve {
        check_ports(task, problems);
    }
    if action == Build && task.instructions.iter().all(|line| line.trim().is_empty()) && !task.instructions.is_empty() {
        problems.push(Problem::new("instructions", "required", "All instructions are empty: write at least one."));
    }
}

fn check_ports(task: &TaskSpec, problems: &mut Vec<Problem>) {
    if task.service_ports.is_empty() {
        let message = "A service needs at least one port, such as 8080:80.";
        problems.push(Problem::new("service_ports", "required", message));
    }
    for (index, port) in task.service_ports.iter().enumerate() {
        let path = format!("service_ports[{index}]");
        for (key, number) in [("port", port.port), ("target_port", port.target_port)] {
            if number == 0 {
                problems.push(Problem::new(format!("{path}.{key}"), "range", "A port is a number from 1 to 65535."));
            }
        }
        if let Some(protocol) = port.protocol.as_deref().filter(|word| !["TCP", "UDP", "SCTP"].contains(word)) {
            let message = format!("\"{protocol}\" is not a protocol: use TCP, UDP or SCTP.");
            problems.push(Problem::new(format!("{path}.protocol"), "protocol", message));
        }
        let is_double = |other: &crate::ServicePort| {
            other.port == port.port
                && other.protocol.as_deref().unwrap_or("TCP") == port.protocol.as_deref().unwrap_or("TCP")
        };
        if task.service_ports.iter().take(index).any(is_double) {
            let message = format!("The port {} is published twice: keep one of them.", port.port);
            problems.push(Problem::new(format!("{path}.port"), "given_twice", message));
        }
        // Kubernetes: a DNS label of at most 15 characters with a letter in it.
        if let Some(name) = port.name.as_deref() {
            let good = (1..=15).contains(&name.len())
                && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
                && name.chars().any(|letter| letter.is_ascii_lowercase())
                && !name.starts_with('-')
                && !name.ends_with('-')
                && !name.contains("--");
            if !good {
                let message = format!(
                    "\"{name}\" is not a port name: use at most 15 lower-case letters, digits and single dashes, with a letter among them."
                );
                problems.push(Problem::new(format!("{path}.name"), "port_name", message));
            }
        }
    }
}
