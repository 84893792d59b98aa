//! B10: a durable launch, against `kubectl create` and against curl with an fsync.

use std::fs;

use anyhow::{Context, Result};
use serde_json::json;

use super::rival::{Rivals, wall};
use super::{Row, Target, median};
use crate::cluster;
use crate::process::{command, run as run_command};

/// Rounds; in each, every way once, in turn.
const ROUNDS: usize = 15;

pub fn run() -> Result<Vec<Row>> {
    let rivals = Rivals::meet()?;
    let function = rivals.function("submit", "true")?;
    let job = rivals.folder.join("job.json");
    fs::write(&job, a_job().to_string()).context("failed to write the peer's job")?;
    let job = job.display().to_string();
    let certificate = rivals.credential(".users[0].user.client-certificate-data", "client.crt")?;
    let key = rivals.credential(".users[0].user.client-key-data", "client.key")?;
    let authority = rivals.credential(".clusters[0].cluster.certificate-authority-data", "ca.crt")?;
    let address = format!("{}/apis/batch/v1/namespaces/default/jobs?fieldValidation=Strict", rivals.server()?);
    let reply = rivals.folder.join("reply").display().to_string();
    let line = format!(
        "curl --silent --fail --cacert {authority} --cert {certificate} --key {key} \
         -H 'Content-Type: application/json' --data-binary @{job} -o {reply} '{address}' && sync {reply}"
    );

    let (mut ours, mut kubectl, mut curl) = (Vec::new(), Vec::new(), Vec::new());
    // The first of each warms what both keep between runs: the database, kubectl's discovery cache.
    for round in 0..=ROUNDS {
        let measured = (
            wall(&mut rivals.berth(&["run", "-f", &function, "--action", "job"]))?,
            wall(&mut rivals.kubectl(&["create", "-f", &job]))?,
            wall(&mut command("sh", ["-c", &line]))?,
        );
        if round > 0 {
            ours.push(measured.0);
            kubectl.push(measured.1);
            curl.push(measured.2);
        }
    }
    run_command(&mut rivals.kubectl(&["delete", "jobs", "--all", "--wait=false"]))?;
    rivals.part()?;
    let row = |case: &str, peer: &[f64], target: Target| {
        let ratios: Vec<f64> = ours.iter().zip(peer).map(|(ours, peer)| ours / peer).collect();
        Row {
            case: case.to_owned(),
            ours: median(&ours),
            peer: median(peer),
            unit: "ms".to_owned(),
            ratio: median(&ratios),
            target,
            note: format!("{ROUNDS} rounds, whole processes"),
        }
    };
    Ok(vec![
        row("against kubectl create", &kubectl, Target::AtMost(1.0)),
        row("against curl POST + fsync", &curl, Target::Told),
    ])
}

/// The same work as a plain Job.
fn a_job() -> serde_json::Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"generateName": "submit-", "namespace": "default"},
        "spec": {"backoffLimit": 0, "template": {"spec": {
            "restartPolicy": "Never",
            "containers": [{"name": "main", "image": cluster::image("busybox"), "command": ["sh", "-c", "true"]}],
        }}},
    })
}
