//! Decides what a run is made of: which layer each value comes from.
//!
//! An explicit value of the run wins; then the function, for its own fields; then task, profile, default.

use std::collections::BTreeMap;

use crate::{Amount, Env, FunctionSpec, Origin, Overrides, Quantity, Resources, RunSpec, Source, TaskSpec};

/// Processor time set aside where nobody said anything: a tenth of a core, as DigitalHub does.
pub const DEFAULT_CPU_REQUEST: &str = "100m";
/// Memory set aside where nobody said anything, as DigitalHub does.
pub const DEFAULT_MEMORY_REQUEST: &str = "256Mi";
/// Retries where nobody said anything: none.
pub const DEFAULT_BACKOFF_LIMIT: u32 = 0;
/// How long the cluster keeps the objects after the end where nobody said anything, in seconds: one day.
pub const DEFAULT_TTL_SECONDS: u32 = 86_400;
/// The longest that the cluster may keep the objects after the end, in seconds: seven days, so that nothing of ours lies
/// about for ever.
pub const TTL_LIMIT_SECONDS: u32 = 604_800;

/// Merges what was given with the run, the function, the task and the profile; says of each value where it came from.
///
/// A field of the highest layer that says it wins as a whole, but the environment is merged by name (in the order
/// profile, task, run; a later value takes the earlier one's place) and resources amount by amount. The command and the
/// arguments are separate fields: a command given with the run keeps the function's arguments. Code given with the run
/// replaces the function's code; a handler or language alone joins it. A default request is lowered to a lower limit.
#[must_use]
pub fn merge(
    function: &FunctionSpec,
    run: &Overrides,
    task: Option<&TaskSpec>,
    profile: Option<&TaskSpec>,
) -> (RunSpec, BTreeMap<String, Origin>) {
    let mut origins = BTreeMap::new();
    let function = merge_function(function, &run.function, &mut origins);
    let layers: Vec<(Origin, &TaskSpec)> =
        [(Origin::Run, Some(&run.task)), (Origin::Task, task), (Origin::Profile, profile)]
            .into_iter()
            .filter_map(|(origin, layer)| Some((origin, layer?)))
            .collect();
    let task = merge_task(&layers, &mut origins);
    (RunSpec { function, task }, origins)
}

type Origins = BTreeMap<String, Origin>;

fn merge_function(function: &FunctionSpec, run: &FunctionSpec, origins: &mut Origins) -> FunctionSpec {
    macro_rules! pick {
        ($field:ident) => {{
            let layers = [(Origin::Run, &run.$field), (Origin::Function, &function.$field)];
            first(stringify!($field), &layers, origins)
        }};
    }
    let mut extra = function.extra.clone();
    extra.extend(run.extra.clone());
    FunctionSpec {
        image: pick!(image),
        base_image: pick!(base_image),
        image_pull_policy: pick!(image_pull_policy),
        command: pick!(command),
        args: pick!(args),
        source: merge_source(function.source.as_ref(), run.source.as_ref(), origins),
        extra,
    }
}

fn first<Value: Clone>(path: &str, layers: &[(Origin, &Option<Value>)], origins: &mut Origins) -> Option<Value> {
    let (origin, value) = layers.iter().find_map(|(origin, value)| Some((*origin, value.as_ref()?)))?;
    origins.insert(path.to_owned(), origin);
    Some(value.clone())
}

fn merge_source(function: Option<&Source>, run: Option<&Source>, origins: &mut Origins) -> Option<Source> {
    let (function, run) = match (function, run) {
        (None, None) => return None,
        (function, Some(run)) if run.is_inline() || run.uri.is_some() => {
            // The code is another: only what describes it may still be the function's.
            let described = function.map(|source| Source { handler: None, ..source.clone() }).unwrap_or_default();
            let described = Source { uri: None, code: None, base64: None, ..described };
            (described, run.clone())
        }
        (function, run) => (function.cloned().unwrap_or_default(), run.cloned().unwrap_or_default()),
    };
    let mut pick = |name: &str, run: Option<String>, function: Option<String>| {
        first(&format!("source.{name}"), &[(Origin::Run, &run), (Origin::Function, &function)], origins)
    };
    Some(Source {
        uri: pick("uri", run.uri, function.uri),
        code: pick("code", run.code, function.code),
        base64: pick("base64", run.base64, function.base64),
        handler: pick("handler", run.handler, function.handler),
        lang: pick("lang", run.lang, function.lang),
    })
}

fn merge_task(layers: &[(Origin, &TaskSpec)], origins: &mut Origins) -> TaskSpec {
    // A value of the highest layer that says it; "said" is `Some` or not empty.
    macro_rules! optional {
        ($field:ident) => {{
            let layers: Vec<_> = layers.iter().map(|(origin, layer)| (*origin, &layer.$field)).collect();
            first(stringify!($field), &layers, origins)
        }};
    }
    macro_rules! several {
        ($field:ident) => {{
            let found = layers.iter().find(|(_, layer)| !layer.$field.is_empty());
            if let Some((origin, _)) = found {
                origins.insert(stringify!($field).to_owned(), *origin);
            }
            found.map(|(_, layer)| layer.$field.clone()).unwrap_or_default()
        }};
    }
    let mut extra = serde_json::Map::new();
    for (_, layer) in layers.iter().rev() {
        extra.extend(layer.extra.clone());
    }
    TaskSpec {
        node_selector: several!(node_selector),
        volumes: several!(volumes),
        resources: merge_resources(layers, origins),
        affinity: optional!(affinity),
        tolerations: several!(tolerations),
        envs: merge_envs(layers, origins),
        secrets: several!(secrets),
        profile: {
            let named: Vec<_> = layers
                .iter()
                .filter(|(origin, _)| *origin != Origin::Profile)
                .map(|(origin, layer)| (*origin, &layer.profile))
                .collect();
            first("profile", &named, origins)
        },
        backoff_limit: Some(default(optional!(backoff_limit), "backoff_limit", DEFAULT_BACKOFF_LIMIT, origins)),
        schedule: optional!(schedule),
        time_zone: optional!(time_zone),
        concurrency_policy: optional!(concurrency_policy),
        replicas: optional!(replicas),
        service_ports: several!(service_ports),
        service_type: optional!(service_type),
        service_name: optional!(service_name),
        readiness_probe: optional!(readiness_probe),
        liveness_probe: optional!(liveness_probe),
        instructions: several!(instructions),
        fs_group: optional!(fs_group),
        run_as_user: optional!(run_as_user),
        run_as_group: optional!(run_as_group),
        runtime_class: optional!(runtime_class),
        priority_class: optional!(priority_class),
        deadline: optional!(deadline),
        ttl: Some(default(optional!(ttl), "ttl", DEFAULT_TTL_SECONDS, origins)),
        security: optional!(security),
        env_from: several!(env_from),
        image_pull_secrets: several!(image_pull_secrets),
        service_account: optional!(service_account),
        pod_patch: optional!(pod_patch),
        extra,
    }
}

fn default<Value>(said: Option<Value>, path: &str, default: Value, origins: &mut Origins) -> Value {
    said.unwrap_or_else(|| {
        origins.insert(path.to_owned(), Origin::Default);
        default
    })
}

fn merge_envs(layers: &[(Origin, &TaskSpec)], origins: &mut Origins) -> Vec<Env> {
    let mut envs: Vec<Env> = Vec::new();
    for (origin, layer) in layers.iter().rev() {
        for env in &layer.envs {
            origins.insert(format!("envs.{}", env.name), *origin);
            match envs.iter_mut().find(|earlier| earlier.name == env.name) {
                // A name twice in one layer stays twice, for the check of the merged run to name.
                Some(earlier)
                    if !layer
                        .envs
                        .iter()
                        .take_while(|other| !std::ptr::eq(*other, env))
                        .any(|other| other.name == env.name) =>
                {
                    earlier.value.clone_from(&env.value);
                }
                _ => envs.push(env.clone()),
            }
        }
    }
    envs
}

fn merge_resources(layers: &[(Origin, &TaskSpec)], origins: &mut Origins) -> Resources {
    let mut amount = |name: &str, part: fn(&Resources) -> &Amount, default_request: Option<&str>| {
        let mut side = |side: &str, value: fn(&Amount) -> &Option<Quantity>| {
            let layers: Vec<_> =
                layers.iter().map(|(origin, layer)| (*origin, value(part(&layer.resources)))).collect();
            first(&format!("resources.{name}.{side}"), &layers, origins)
        };
        let limits = side("limits", |amount| &amount.limits);
        let mut requests = side("requests", |amount| &amount.requests);
        if requests.is_none()
            && let Some(request) = default_request.and_then(|text| Quantity::parse(text).ok())
        {
            origins.insert(format!("resources.{name}.requests"), Origin::Default);
            requests = Some(match &limits {
                Some(limit) if *limit < request => limit.clone(),
                _ => request,
            });
        }
        Amount { requests, limits }
    };
    let cpu = amount("cpu", |resources| &resources.cpu, Some(DEFAULT_CPU_REQUEST));
    let mem = amount("mem", |resources| &resources.mem, Some(DEFAULT_MEMORY_REQUEST));
    let gpu = amount("gpu", |resources| &resources.gpu, None);
    let gpu_keys: Vec<_> = layers.iter().map(|(origin, layer)| (*origin, &layer.resources.gpu_key)).collect();
    let disks: Vec<_> = layers.iter().map(|(origin, layer)| (*origin, &layer.resources.disk)).collect();
    Resources {
        cpu,
        mem,
        gpu,
        gpu_key: first("resources.gpu_key", &gpu_keys, origins),
        disk: first("resources.disk", &disks, origins),
    }
}

#[cfg(test)]
mod tests;
