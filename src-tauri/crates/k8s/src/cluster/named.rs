//! Asks the cluster for the objects that a run names, so that no run waits for what is not there.

use berth_model::{EnvObject, Problem, TaskSpec, VolumeKind};
use futures::future::join_all;
use serde_json::Value;

use super::Cluster;
use crate::manifest::is_alias;

/// An object that a field names.
struct Named<'task> {
    path: String,
    kind: &'static str,
    name: &'task str,
    /// What people call it.
    word: &'static str,
}

impl Cluster {
    /// Returns a problem at each field that names what the namespace does not hold, or a volume of a type that the
    /// cluster does not offer. Where it cannot be known (a missing right, a silent cluster), the field is let through:
    /// what is wrong with it then shows in the run's events.
    pub async fn missing(&self, task: &TaskSpec, main: &Value) -> Vec<Problem> {
        let asked = named(task);
        let (objects, alias, images) = tokio::join!(
            join_all(asked.iter().map(|one| self.missing_object(one))),
            self.taken_alias(task),
            self.refused_image_volumes(task, main),
        );
        objects.into_iter().flatten().chain(alias).chain(images).collect()
    }

    /// A second name that a Service of another has already.
    async fn taken_alias(&self, task: &TaskSpec) -> Option<Problem> {
        let name = task.service_name.as_ref()?;
        let there = self.read("Service", name).await.ok().flatten()?;
        let namespace = &self.namespace;
        let message = format!(
            "There is a Service \"{name}\" in namespace \"{namespace}\" that Berth did not make: choose another name."
        );
        (!is_alias(&there)).then(|| Problem::new("service_name", "taken", message))
    }

    async fn missing_object(&self, named: &Named<'_>) -> Option<Problem> {
        let Named { path, kind, name, word } = named;
        match self.read(kind, name).await {
            Ok(None) => {
                let namespace = &self.namespace;
                let message =
                    format!("There is no {word} \"{name}\" in namespace \"{namespace}\": name one that exists.");
                Some(Problem::new(path.as_str(), "not_found", message))
            }
            Ok(Some(_)) => None,
            Err(error) => {
                tracing::debug!(%error, path, "what is named could not be looked at");
                None
            }
        }
    }

    /// Tries the main object as a dry run: a cluster without the feature takes it, and drops such volumes in silence.
    async fn refused_image_volumes(&self, task: &TaskSpec, main: &Value) -> Vec<Problem> {
        let wanted: Vec<_> = task
            .volumes
            .iter()
            .enumerate()
            .filter(|(_, volume)| matches!(volume.kind, VolumeKind::Image { .. }))
            .collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        // What else is wrong with it is told by the check of the whole run.
        let Ok(made) = self.create(main, true).await else { return Vec::new() };
        let volumes = ["/spec/template/spec/volumes", "/spec/jobTemplate/spec/template/spec/volumes"];
        let kept = volumes.into_iter().find_map(|pointer| made.body.pointer(pointer)?.as_array().cloned());
        let kept = kept.unwrap_or_default();
        let is_dropped = |name: &str| {
            !kept
                .iter()
                .any(|volume| volume.get("name").and_then(Value::as_str) == Some(name) && volume.get("image").is_some())
        };
        wanted
            .into_iter()
            .filter(|(_, volume)| is_dropped(&volume.name))
            .map(|(index, _)| {
                let message = "This cluster does not offer volumes made from images (its feature ImageVolume is off): put the files into a claim, or into the image of the run.";
                Problem::new(format!("volumes[{index}]"), "image_volume", message)
            })
            .collect()
    }
}

fn named(task: &TaskSpec) -> Vec<Named<'_>> {
    const CONFIGURATION: (&str, &str) = ("ConfigMap", "configuration");
    const SECRET: (&str, &str) = ("Secret", "secret object");
    let volumes = task.volumes.iter().enumerate().filter_map(|(index, volume)| {
        let ((kind, word), name, field) = match &volume.kind {
            VolumeKind::Claim { claim } => (("PersistentVolumeClaim", "claim"), claim, "claim"),
            VolumeKind::ConfigMap { config } => (CONFIGURATION, config, "config"),
            VolumeKind::Secret { secret } => (SECRET, secret, "secret"),
            _ => return None,
        };
        Some(Named { path: format!("volumes[{index}].{field}"), kind, name, word })
    });
    let variables = task.env_from.iter().enumerate().map(|(index, variable)| {
        let ((kind, word), name) = match &variable.object {
            EnvObject::ConfigMap(name) => (CONFIGURATION, name),
            EnvObject::Secret(name) => (SECRET, name),
        };
        Named { path: format!("env_from[{index}]"), kind, name, word }
    });
    let pulling = task.image_pull_secrets.iter().enumerate().map(|(index, name)| {
        let (kind, word) = SECRET;
        Named { path: format!("image_pull_secrets[{index}]"), kind, name, word }
    });
    volumes.chain(variables).chain(pulling).collect()
}
