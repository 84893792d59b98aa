//! Decides at which addresses a service answers by itself, and whether its balancer has one yet.

use berth_model::{Phase, Reason};
use k8s_openapi::api::core::v1::{LoadBalancerIngress, Pod, Service, ServicePort};

use super::Standing;

/// The addresses: inside the cluster, on a node, through the balancer. Of protocols beside TCP without a scheme.
pub fn urls(services: &[Service], pods: &[&Pod]) -> Vec<String> {
    services.iter().flat_map(|service| of_one(service, pods)).collect()
}

fn of_one(service: &Service, pods: &[&Pod]) -> Vec<String> {
    let name = service.metadata.name.as_deref().unwrap_or_default();
    let namespace = service.metadata.namespace.as_deref().unwrap_or_default();
    let ports = service.spec.as_ref().and_then(|spec| spec.ports.as_deref()).unwrap_or_default();
    let inside = ports.iter().map(|port| url(&format!("{name}.{namespace}.svc"), port.port, port));
    let node = pods.iter().rev().find_map(|pod| pod.status.as_ref()?.host_ip.as_deref());
    let on_node = ports.iter().filter_map(|port| Some(url(node?, port.node_port?, port)));
    let balancer = ingress(service).and_then(|ingress| ingress.hostname.as_deref().or(ingress.ip.as_deref()));
    let outside = ports.iter().filter_map(|port| Some(url(balancer?, port.port, port)));
    outside.chain(on_node).chain(inside).collect()
}

fn url(host: &str, number: i32, port: &ServicePort) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    match port.protocol.as_deref() {
        None | Some("TCP") => format!("http://{host}:{number}"),
        Some(protocol) => format!("{host}:{number}/{}", protocol.to_ascii_lowercase()),
    }
}

fn ingress(service: &Service) -> Option<&LoadBalancerIngress> {
    service.status.as_ref()?.load_balancer.as_ref()?.ingress.as_ref()?.first()
}

/// Adds to a service that is otherwise well that its balancer has no address yet.
pub fn pending(standing: Standing, services: &[Service]) -> Standing {
    let is_pending = services.iter().any(|service| {
        let kind = service.spec.as_ref().and_then(|spec| spec.type_.as_deref());
        kind == Some("LoadBalancer") && ingress(service).is_none()
    });
    if !is_pending || standing.phase != Phase::Running || standing.reason.is_some() {
        return standing;
    }
    let message = "It answers inside the cluster; its balancer has not given it an address yet, and a cluster without \
                   balancers never will.";
    Standing::because(Phase::Running, Reason::AddressPending, message.to_owned())
}
