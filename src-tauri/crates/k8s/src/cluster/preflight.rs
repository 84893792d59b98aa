//! Asks the cluster beforehand whether it would take a run. Decides whether a 403 means a missing right or a rule.

use berth_model::{Action, Problem};
use futures::future::join_all;
use k8s_openapi::api::core::v1::ResourceQuota;
use serde_json::{Value, json};

use super::answer::Attempt;
use super::refusal::{Refusal, explain};
use super::request::Plan;
use super::resource::{CRON_JOB, POD, QUOTA, Resource, SERVICE};
use super::{Cluster, text};
use crate::manifest::is_alias;
use crate::{Class, Error, labels};

impl Cluster {
    /// Tries every object, and the pod that the main object's template would make, as a strict server dry run.
    ///
    /// The pod is tried too because quota, limit range and Pod Security refuse pods, not the Jobs that would make
    /// them. Where we may not create pods ourselves, nothing can be said of it beforehand and the run is let through:
    /// a refusal then shows in the events of the Job.
    ///
    /// # Errors
    /// The first refusal: quota, Pod Security, rights (verb and resource named), limit range, missing namespace.
    pub async fn preflight(&self, manifests: &[Value]) -> Result<(), Error> {
        let objects: Vec<Value> = manifests.iter().map(without_owner).collect();
        let pod = manifests.first().and_then(pod_of);
        let tried = join_all(objects.iter().map(|object| self.create(object, true)));
        let (tried, pod) = tokio::join!(tried, async {
            match &pod {
                None => Ok(()),
                Some(pod) => self.create(pod, true).await.map(|_| ()),
            }
        });
        for (object, result) in objects.iter().zip(tried) {
            match result {
                // An alias of before is pointed here; a Service of another was told at its field.
                Err(error) if error.class == Class::AlreadyExists && is_alias(object) => {}
                result => drop(result.map_err(|error| at_fields(object, error))?),
            }
        }
        match pod {
            Err(error) if error.class == Class::Forbidden => {
                tracing::info!(right = error.denied, "the pod cannot be tried beforehand; a right is missing");
                self.full_quota().await
            }
            // The name is made up here; a pod of that name says nothing about ours.
            Err(error) if error.class == Class::AlreadyExists => Ok(()),
            Err(error) => Err(of_build(manifests.first(), error)),
            Ok(()) => Ok(()),
        }
    }

    /// Decides what a 403 was. RBAC and admission answer with the same code and the same words, so the right itself is
    /// asked for; where even that fails, the missing right is the better guess.
    pub(super) async fn why_forbidden(&self, error: Error, attempt: &Attempt, resource: &Resource) -> Error {
        let told = error.told.clone().unwrap_or_default();
        if error.is_namespace_ending {
            let message = format!(
                "failed to {}: the namespace \"{}\" is being deleted; choose another",
                attempt.what, self.namespace
            );
            return Error { class: Class::Invalid, message, denied: None, ..error };
        }
        match self.may(attempt.verb, &resource.dotted()).await {
            Ok(true) => {
                let Refusal { sentence, fields } = explain(&told);
                Error {
                    class: Class::Invalid,
                    message: format!("failed to {}: {sentence}", attempt.what),
                    denied: None,
                    fields,
                    ..error
                }
            }
            Ok(false) => error,
            Err(unknown) => {
                tracing::debug!(%unknown, "our rights could not be asked for");
                error
            }
        }
    }

    /// Without the right to try a pod: a quota on the number of pods that is used up is known to refuse the next one.
    async fn full_quota(&self) -> Result<(), Error> {
        let attempt = Attempt::on("list", &QUOTA, &self.namespace, None);
        let Ok(listing) = self.pages(&QUOTA.all(&self.namespace), "", &attempt).await else { return Ok(()) };
        for quota in listing.items.iter().filter_map(|raw| serde_json::from_str::<ResourceQuota>(raw.get()).ok()) {
            let name = quota.metadata.name.unwrap_or_default();
            let status = quota.status.unwrap_or_default();
            let count = |amounts: Option<&std::collections::BTreeMap<String, _>>, key: &str| -> Option<u64> {
                let amount: &k8s_openapi::apimachinery::pkg::api::resource::Quantity = amounts?.get(key)?;
                amount.0.parse().ok()
            };
            for key in ["pods", "count/pods"] {
                let (used, hard) = (count(status.used.as_ref(), key), count(status.hard.as_ref(), key));
                if let (Some(used), Some(hard)) = (used, hard)
                    && used >= hard
                {
                    let why = format!("the quota \"{name}\" of the namespace is used up ({key}: {used} of {hard})");
                    return Err(Error::new(Class::Invalid, format!("{why}; wait until others end")));
                }
            }
        }
        Ok(())
    }

    /// Tells which Pod Security level the namespace enforces; `None` where it enforces none or that may not be read.
    ///
    /// # Errors
    /// As the request fails; a refusal is not one. `NotFound` where the namespace does not exist.
    pub async fn enforced_security(&self) -> Result<Option<String>, Error> {
        let attempt = self.namespaces_attempt("get", Some(&self.namespace));
        let path = format!("/api/v1/namespaces/{}", super::resource::escaped(&self.namespace));
        match self.fetch::<Value>(&Plan::get(path), &attempt).await {
            Ok(namespace) => {
                let label = text(&namespace, "/metadata/labels/pod-security.kubernetes.io~1enforce");
                Ok(Some(label).filter(|level| !level.is_empty()))
            }
            Err(error) if error.class == Class::Forbidden => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A build cannot be confined further, so that the advice is another than for a program.
fn of_build(main: Option<&Value>, mut error: Error) -> Error {
    let action = main.and_then(|main| main.pointer("/metadata/labels")).and_then(|labels| labels.get(labels::ACTION));
    let is_build = action.and_then(Value::as_str) == Some(Action::Build.word());
    let is_confined = error.fields.iter().any(|field| field.code == "pod_security");
    if is_build && is_confined {
        error.message = "the namespace enforces a level of Pod Security under which nothing can be built: a build needs to change user ids (SETUID, SETGID) and to make namespaces of its own; build in a namespace that enforces \"baseline\" or nothing, and run the image here".to_owned();
        error.fields = vec![Problem::new(
            "action",
            "pod_security",
            "The Pod Security of this namespace forbids builds: build in a namespace that enforces \"baseline\" or nothing.",
        )];
    }
    error
}

/// Puts problems of a Service and of a CronJob at the fields of the run that they come from.
fn at_fields(object: &Value, mut error: Error) -> Error {
    if object.get("kind").and_then(Value::as_str) == Some(SERVICE.kind) {
        for field in &mut error.fields {
            let path = field.path.strip_prefix("spec.").unwrap_or(&field.path);
            field.path = match path.strip_prefix("ports") {
                Some(rest) => {
                    format!(
                        "service_ports{}",
                        rest.replace("nodePort", "node_port").replace("targetPort", "target_port")
                    )
                }
                None if path == "type" => "service_type".to_owned(),
                None => field.path.clone(),
            };
        }
    }
    if object.get("kind").and_then(Value::as_str) == Some(CRON_JOB.kind) {
        for field in &mut error.fields {
            field.path = match field.path.as_str() {
                "spec.timeZone" => "time_zone".to_owned(),
                "spec.schedule" => "schedule".to_owned(),
                "spec.concurrencyPolicy" => "concurrency_policy".to_owned(),
                other => other.to_owned(),
            };
        }
    }
    error
}

/// The owner does not exist in a dry run, and an unknown UID of an owner would be refused.
fn without_owner(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("ownerReferences");
    }
    object
}

/// The pod that a main object's template would make, under a name that nobody has.
fn pod_of(main: &Value) -> Option<Value> {
    let template = main.pointer("/spec/template").or_else(|| main.pointer("/spec/jobTemplate/spec/template"))?;
    let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
    let suffix = uuid::Uuid::new_v4().simple().to_string();
    let name = format!("{}-{}", text(main, "/metadata/name"), suffix.get(..5)?);
    metadata.as_object_mut()?.insert("name".to_owned(), json!(name));
    Some(json!({"apiVersion": "v1", "kind": POD.kind, "metadata": metadata, "spec": template.get("spec")?}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pod_of_a_job_and_of_a_schedule_is_found() {
        let template = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"restartPolicy": "Never"}});
        let job = json!({"kind": "Job", "metadata": {"name": "x"}, "spec": {"template": template}});
        let pod = pod_of(&job).unwrap();
        assert_eq!(pod["metadata"]["labels"]["a"], "b");
        assert!(pod["metadata"]["name"].as_str().unwrap().starts_with("x-"));
        assert_eq!(pod["spec"]["restartPolicy"], "Never");
        let schedule = json!({"metadata": {"name": "x"}, "spec": {"jobTemplate": {"spec": {"template": template}}}});
        assert!(pod_of(&schedule).is_some());
        assert!(pod_of(&json!({"kind": "ConfigMap", "metadata": {"name": "x"}})).is_none());
    }
}
