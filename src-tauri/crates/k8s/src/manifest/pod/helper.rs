//! Decides the container that fetches the code before the program starts: what it is told, what it may see of the run's
//! environment, what it may use.

use berth_model::{Quantity, TaskSpec};
use k8s_openapi::api::core::v1::{Container, EnvVar, ResourceRequirements, VolumeMount};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Amount;

use super::security;
use crate::manifest::Rendering;
use crate::manifest::code::{Code, PROGRAM, SHARED};

/// Name of the container that fetches the code.
pub const FETCH: &str = "fetch";

/// Where the helper finds its program, and the archive where one travels.
pub const PLACE: &str = "/berth";

/// The most that is fetched and unpacked where the run asks for no disk of its own, in bytes: 1 GiB.
const LIMIT_BYTES: i128 = 1 << 30;

/// Memory that unpacking and git need, whatever little the program is allowed.
const LEAST_MEMORY: &str = "256Mi";
/// Processor time with which fetching does not take minutes.
const LEAST_CPU: &str = "500m";

/// Beginnings of the names of variables that fetching has a use for: credentials, proxies, certificates.
const SEEN: [&str; 5] = ["GIT_", "AWS_", "S3_", "SSL_CERT_", "REQUESTS_CA_"];
/// Names that it has a use for, in either case.
const PROXIES: [&str; 4] = ["http_proxy", "https_proxy", "no_proxy", "all_proxy"];

/// Renders the container; `environment` is the program's, `mounts` are where the code and scratch space are seen.
pub fn render(rendering: &Rendering, code: &Code, environment: &[EnvVar], mounts: Vec<VolumeMount>) -> Container {
    let task = &rendering.spec.task;
    Container {
        name: FETCH.to_owned(),
        image: Some(rendering.helpers.fetch.to_string()),
        command: Some(["python3", "-u"].into_iter().map(str::to_owned).chain([format!("{PLACE}/{PROGRAM}")]).collect()),
        env: Some(told(task, code).into_iter().chain(environment.iter().filter(|one| is_seen(one)).cloned()).collect()),
        volume_mounts: Some(mounts),
        resources: resources(task),
        security_context: Some(security::of_container(rendering.security())),
        termination_message_policy: Some("FallbackToLogsOnError".to_owned()),
        ..Container::default()
    }
}

fn told(task: &TaskSpec, code: &Code) -> Vec<EnvVar> {
    let limit = task.resources.disk.as_ref().map_or(LIMIT_BYTES, Quantity::units);
    let mut told = vec![("BERTH_CODE_FOLDER", SHARED.to_owned()), ("BERTH_CODE_LIMIT", limit.to_string())];
    match code {
        Code::File { .. } => {}
        Code::Archive { from, .. } => {
            told.push(("BERTH_CODE_FROM", from.clone()));
            told.push(("BERTH_CODE_ARCHIVE", format!("{PLACE}/{}", Code::key())));
        }
        Code::Elsewhere { from, file } => {
            told.push(("BERTH_CODE_FROM", from.clone()));
            told.push(("BERTH_CODE_FILE", file.clone()));
        }
    }
    let variable = |(name, value): (&str, String)| EnvVar {
        name: name.to_owned(),
        value: Some(super::environment::literal(&value)),
        value_from: None,
    };
    told.into_iter().map(variable).collect()
}

fn is_seen(variable: &EnvVar) -> bool {
    let name = &variable.name;
    SEEN.iter().any(|beginning| name.starts_with(beginning)) || PROXIES.contains(&name.to_ascii_lowercase().as_str())
}

/// As much as the program asks for, which costs nothing since they do not run at once; at least what fetching needs.
fn resources(task: &TaskSpec) -> Option<ResourceRequirements> {
    let parts = [("cpu", &task.resources.cpu, LEAST_CPU), ("memory", &task.resources.mem, LEAST_MEMORY)];
    let (mut requests, mut limits) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    for (name, amount, least) in parts {
        if let Some(request) = &amount.requests {
            requests.insert(name.to_owned(), Amount(request.to_string()));
        }
        if let Some(limit) = &amount.limits {
            let least = Quantity::parse(least).ok().filter(|least| limit < least);
            limits.insert(name.to_owned(), Amount(least.as_ref().unwrap_or(limit).to_string()));
        }
    }
    let said = |map: std::collections::BTreeMap<String, Amount>| (!map.is_empty()).then_some(map);
    let (requests, limits) = (said(requests), said(limits));
    (requests.is_some() || limits.is_some()).then_some(ResourceRequirements { claims: None, limits, requests })
}
