//! Decides the claims that a run makes: which outlive it, and by what name later runs find them.

use std::collections::BTreeMap;

use berth_model::{AccessMode, Quantity, VolumeKind};
use k8s_openapi::api::core::v1::{PersistentVolumeClaimSpec, VolumeResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Amount;
use serde_json::{Value, json};

use super::Rendering;
use crate::labels;

/// Value of [`labels::KEEP`] on what outlives its run.
const KEPT: &str = "outlives the run";

/// Name of the claim that a run makes for a volume.
pub fn object_name(name: &str, volume: &str) -> String {
    format!("{name}-{volume}")
}

/// Renders the claims, those that go with the run first: what is kept is made last, when nothing else can be refused.
pub fn objects(rendering: &Rendering, name: &str, labels: &BTreeMap<String, String>) -> Vec<Value> {
    let mut claims: Vec<(bool, Value)> = Vec::new();
    for volume in &rendering.spec.task.volumes {
        let VolumeKind::NewClaim { size, storage_class, access_mode, keep } = &volume.kind else { continue };
        let keep = keep.unwrap_or(true);
        let mut claim = json!({
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {
                "name": object_name(name, &volume.name), "namespace": rendering.namespace, "labels": labels,
            },
            "spec": spec(size.as_ref(), storage_class.as_deref(), *access_mode),
        });
        if keep {
            super::annotate(&mut claim, labels::KEEP, KEPT);
        }
        claims.push((keep, claim));
    }
    claims.sort_by_key(|(keep, _)| *keep);
    claims.into_iter().map(|(_, claim)| claim).collect()
}

/// Renders what is claimed.
pub fn spec(
    size: Option<&Quantity>,
    storage_class: Option<&str>,
    access_mode: Option<AccessMode>,
) -> PersistentVolumeClaimSpec {
    let mode = access_mode.unwrap_or(AccessMode::ReadWriteOnce);
    let requests = size.map(|size| BTreeMap::from([("storage".to_owned(), Amount(size.to_string()))]));
    PersistentVolumeClaimSpec {
        access_modes: Some(vec![mode.word().to_owned()]),
        resources: Some(VolumeResourceRequirements { limits: None, requests }),
        storage_class_name: storage_class.map(str::to_owned),
        ..PersistentVolumeClaimSpec::default()
    }
}
