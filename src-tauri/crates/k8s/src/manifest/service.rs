//! Decides the Service of a run: its ports, and how far they reach.

use std::collections::BTreeMap;

use berth_model::{Problem, ServicePort, ServiceType};
use k8s_openapi::api::core::v1::{Service, ServicePort as Published, ServiceSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::Value;

use super::deployment::selector;
use super::{Rendering, written};
use crate::labels;

/// Renders the Service.
pub fn render(
    rendering: &Rendering,
    name: &str,
    labels: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) -> Value {
    let task = &rendering.spec.task;
    let service = Service {
        metadata: ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some(rendering.namespace.clone()),
            labels: Some(labels.clone()),
            ..ObjectMeta::default()
        },
        spec: Some(ServiceSpec {
            type_: Some(word(task.service_type).to_owned()),
            selector: Some(selector(rendering)),
            ports: Some(task.service_ports.iter().map(port).collect()),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    written(&service, problems)
}

/// Renders the alias: a name within the cluster that stays when another run takes it over; `None` where none is wished.
pub fn alias(rendering: &Rendering, labels: &BTreeMap<String, String>, problems: &mut Vec<Problem>) -> Option<Value> {
    let task = &rendering.spec.task;
    let name = task.service_name.as_ref()?;
    let annotations = [(labels::ALIAS, "leads to the run that took the name last"), (labels::KEEP, "outlives the run")];
    let service = Service {
        metadata: ObjectMeta {
            name: Some(name.clone()),
            namespace: Some(rendering.namespace.clone()),
            labels: Some(labels.clone()),
            annotations: Some(annotations.map(|(key, value)| (key.to_owned(), value.to_owned())).into()),
            ..ObjectMeta::default()
        },
        spec: Some(ServiceSpec {
            type_: Some("ClusterIP".to_owned()),
            selector: Some(selector(rendering)),
            ports: Some(task.service_ports.iter().map(|one| Published { node_port: None, ..port(one) }).collect()),
            ..ServiceSpec::default()
        }),
        status: None,
    };
    Some(written(&service, problems))
}

/// The specification's own default is a port on every node.
const fn word(kind: Option<ServiceType>) -> &'static str {
    match kind {
        Some(ServiceType::ClusterIP) => "ClusterIP",
        Some(ServiceType::LoadBalancer) => "LoadBalancer",
        // Refused before it comes here.
        Some(ServiceType::ExternalName) => "ExternalName",
        Some(ServiceType::NodePort) | None => "NodePort",
    }
}

fn port(port: &ServicePort) -> Published {
    Published {
        name: Some(name(port)),
        port: i32::from(port.port),
        target_port: Some(IntOrString::Int(i32::from(port.target_port))),
        protocol: Some(protocol(port).to_owned()),
        node_port: port.node_port.map(i32::from),
        ..Published::default()
    }
}

/// `TCP` where nothing was said.
pub fn protocol(port: &ServicePort) -> &str {
    port.protocol.as_deref().unwrap_or("TCP")
}

/// The name that was given, else one that tells several ports apart: `port8080`, `port53-udp`.
pub fn name(port: &ServicePort) -> String {
    port.name.clone().unwrap_or_else(|| match protocol(port) {
        "TCP" => format!("port{}", port.port),
        other => format!("port{}-{}", port.port, other.to_ascii_lowercase()),
    })
}
