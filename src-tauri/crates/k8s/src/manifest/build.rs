//! Decides how the pod of a build differs from any other: what runs in it is Buildah, as an ordinary user, with the
//! Dockerfile beside it and nothing of the cluster's in reach.

use std::collections::BTreeMap;

use berth_model::{BuildPlan, EnvObject, FunctionSpec, Registry, RunSpec, SecurityLevel, TaskSpec};
use k8s_openapi::api::core::v1::{
    Capabilities, ConfigMapVolumeSource, Container, EmptyDirVolumeSource, EnvVar, KeyToPath, PodSecurityContext,
    PodSpec, SeccompProfile, SecretVolumeSource, SecurityContext, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use serde_json::{Value, json};

use super::code::SHARED;
use super::pod::literal;
use super::{Rendering, registry};

/// The program of the container. It is part of the run, so that an older run can be understood.
const SCRIPT: &str = include_str!("build/build.sh");

/// Folder with the Dockerfile and the script.
const RECIPE: &str = "/berth/build";
/// Folder for layers and all else that a build writes.
const WORK: &str = "/berth/work";
/// Folder with what signs in to the registry.
const AUTH: &str = "/berth/auth";
/// The file with what signs in, in Docker's own form.
const CREDENTIALS: &str = "config.json";
/// Where Buildah reads further rules about registries, whichever image it comes in.
const REGISTRIES: &str = "/etc/containers/registries.conf.d/500-berth.conf";

/// User and group of the build: whom the images of Buildah give a range of further ids.
const ORDINARY: i64 = 1000;

/// Makes the pod of a run into one that builds. `name` is that of the run's objects.
pub fn into_builder(rendering: &Rendering, plan: &BuildPlan, name: &str, pod: &mut PodSpec) {
    // Nothing of a build that is stopped is worth the wait: a shell passes no signal on.
    pod.termination_grace_period_seconds = Some(1);
    pod.security_context = Some(of_pod(rendering.enforced));
    let size = rendering.spec.task.resources.disk.as_ref().map(|size| Quantity(size.to_string()));
    let volumes = pod.volumes.get_or_insert_default();
    volumes.push(Volume {
        name: "berth-build".to_owned(),
        config_map: Some(ConfigMapVolumeSource { name: recipe_name(name), ..ConfigMapVolumeSource::default() }),
        ..Volume::default()
    });
    volumes.push(Volume {
        name: "berth-work".to_owned(),
        empty_dir: Some(EmptyDirVolumeSource { medium: None, size_limit: size }),
        ..Volume::default()
    });
    let mut mounts = vec![
        mount("berth-build", RECIPE, None),
        mount("berth-work", WORK, None),
        mount("berth-build", REGISTRIES, Some("registries.conf")),
    ];
    if plan.registry.secret.is_some() {
        volumes.push(Volume {
            name: "berth-auth".to_owned(),
            secret: Some(SecretVolumeSource {
                secret_name: Some(registry::object_name(name)),
                items: Some(vec![KeyToPath {
                    key: registry::KEY.to_owned(),
                    path: CREDENTIALS.to_owned(),
                    mode: None,
                }]),
                ..SecretVolumeSource::default()
            }),
            ..Volume::default()
        });
        mounts.push(mount("berth-auth", AUTH, None));
    }
    for container in &mut pod.containers {
        builder(plan, &rendering.spec, container);
        container.volume_mounts.get_or_insert_default().append(&mut mounts);
    }
}

fn builder(plan: &BuildPlan, RunSpec { function, task }: &RunSpec, container: &mut Container) {
    container.image = Some(plan.builder.to_string());
    container.image_pull_policy = None;
    container.command = Some(vec!["sh".to_owned(), format!("{RECIPE}/build.sh")]);
    let options = options(task);
    container.args = (!options.is_empty()).then_some(options);
    container.working_dir = Some(SHARED.to_owned());
    // Only with these can the user hand out the ids that an image's files belong to.
    container.security_context = Some(SecurityContext {
        capabilities: Some(Capabilities {
            add: Some(vec!["SETUID".to_owned(), "SETGID".to_owned()]),
            drop: Some(vec!["ALL".to_owned()]),
        }),
        ..SecurityContext::default()
    });
    let auth = plan.registry.secret.is_some().then(|| format!("{AUTH}/{CREDENTIALS}"));
    let ours = [
        ("BERTH_IMAGE", Some(plan.image.to_string())),
        ("BERTH_CACHE", plan.cache()),
        ("BERTH_DOCKERFILE", dockerfile(function)),
        ("REGISTRY_AUTH_FILE", auth),
        // No runtime can be started in a pod, and without rights to overlays each layer is a copy.
        ("BUILDAH_ISOLATION", Some("chroot".to_owned())),
        ("STORAGE_DRIVER", Some("vfs".to_owned())),
    ];
    let environment = container.env.get_or_insert_default();
    environment.retain(|variable| !ours.iter().any(|(name, _)| *name == variable.name));
    environment.extend(
        ours.into_iter()
            .filter_map(|(name, value)| Some(EnvVar { name: name.to_owned(), value: Some(value?), value_from: None })),
    );
}

/// Where the Dockerfile lies within the code, where it brings one.
fn dockerfile(function: &FunctionSpec) -> Option<String> {
    Some(literal(&function.source.as_ref()?.dockerfile_within()?))
}

/// Variables are arguments of the recipe; secrets are offered to its steps by name and never become part of an image.
fn options(task: &TaskSpec) -> Vec<String> {
    let argument = |name: &str| ["--build-arg".to_owned(), name.to_owned()];
    let secret = |name: &str| ["--secret".to_owned(), format!("id={name},env={name}")];
    let envs = task.envs.iter().map(|env| argument(env.name.as_str()));
    let secrets = task.secrets.iter().map(|name| secret(name.as_str()));
    let objects = task.env_from.iter().map(|variable| match variable.object {
        EnvObject::ConfigMap(_) => argument(variable.name.as_str()),
        EnvObject::Secret(_) => secret(variable.name.as_str()),
    });
    envs.chain(secrets).chain(objects).flatten().collect()
}

/// A build makes namespaces of its own, which the usual filter of system calls forbids. Where the namespace does not let
/// that be said, it is left unsaid, which most nodes take for the same.
fn of_pod(enforced: Option<SecurityLevel>) -> PodSecurityContext {
    let unconfined = SeccompProfile { type_: "Unconfined".to_owned(), localhost_profile: None };
    PodSecurityContext {
        run_as_non_root: Some(true),
        run_as_user: Some(ORDINARY),
        run_as_group: Some(ORDINARY),
        seccomp_profile: enforced.is_none().then_some(unconfined),
        ..PodSecurityContext::default()
    }
}

fn mount(name: &str, path: &str, file: Option<&str>) -> VolumeMount {
    VolumeMount {
        name: name.to_owned(),
        mount_path: path.to_owned(),
        sub_path: file.map(str::to_owned),
        read_only: (name != "berth-work").then_some(true),
        ..VolumeMount::default()
    }
}

fn recipe_name(name: &str) -> String {
    format!("{name}-build")
}

/// Renders the object with the recipe of a build.
pub fn object(rendering: &Rendering, plan: &BuildPlan, name: &str, labels: &BTreeMap<String, String>) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": { "name": recipe_name(name), "namespace": rendering.namespace, "labels": labels },
        "immutable": true,
        "data": {
            "Dockerfile": plan.dockerfile, "build.sh": SCRIPT, "registries.conf": registries(&plan.registry),
        },
    })
}

/// Rules about registries, which join those of the image: short names mean Docker's registry, as on nodes.
fn registries(registry: &Registry) -> String {
    let mut text = "unqualified-search-registries = [\"docker.io\"]\n".to_owned();
    if registry.plain_http {
        // A checked address holds nothing that would need escaping.
        text.push_str(&format!("[[registry]]\nlocation = \"{}\"\ninsecure = true\n", registry.address.host()));
    }
    text
}
