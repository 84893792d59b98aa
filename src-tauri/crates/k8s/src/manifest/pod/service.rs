//! Decides what the container of a service has beside a job's: the ports that it listens on, and its probes.

use berth_model::{Probe as Asked, ProbeCheck, ServicePort, TaskSpec};
use k8s_openapi::api::core::v1::{ContainerPort, ExecAction, HTTPGetAction, Probe, TCPSocketAction};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::manifest::service::protocol;

/// The ports that the container is said to listen on; for people and tools, since Kubernetes closes none that is not said.
pub fn ports(task: &TaskSpec) -> Option<Vec<ContainerPort>> {
    let mut ports: Vec<ContainerPort> = Vec::new();
    for port in &task.service_ports {
        let one = container_port(port);
        if !ports.iter().any(|known| known.container_port == one.container_port && known.protocol == one.protocol) {
            ports.push(one);
        }
    }
    (!ports.is_empty()).then_some(ports)
}

fn container_port(port: &ServicePort) -> ContainerPort {
    ContainerPort {
        container_port: i32::from(port.target_port),
        protocol: Some(protocol(port).to_owned()),
        ..ContainerPort::default()
    }
}

/// A probe in Kubernetes' words. A port that was not said is the container port of the first service port; that there is
/// one was checked before.
pub fn probe(asked: Option<&Asked>, task: &TaskSpec) -> Option<Probe> {
    let asked = asked?;
    let first = task.service_ports.first().map_or(0, |port| port.target_port);
    let port = |port: Option<u16>| IntOrString::Int(i32::from(port.unwrap_or(first)));
    // More than Kubernetes can count was refused before.
    let number = |value: Option<u32>| value.map(|value| i32::try_from(value).unwrap_or(i32::MAX));
    let mut probe = Probe {
        initial_delay_seconds: number(asked.initial_delay_seconds),
        period_seconds: number(asked.period_seconds),
        timeout_seconds: number(asked.timeout_seconds),
        failure_threshold: number(asked.failure_threshold),
        ..Probe::default()
    };
    match &asked.check {
        ProbeCheck::Http { path, port: at } => {
            probe.http_get =
                Some(HTTPGetAction { path: Some(path.clone()), port: port(*at), ..HTTPGetAction::default() });
        }
        ProbeCheck::Tcp { port: at } => {
            probe.tcp_socket = Some(TCPSocketAction { port: port(*at), ..TCPSocketAction::default() });
        }
        ProbeCheck::Exec { command } => probe.exec = Some(ExecAction { command: Some(command.clone()) }),
    }
    Some(probe)
}
