//! Decides what objects of a cluster mean in the model's words. Pure.

use berth_model::{InstallationId, ObjectRef, Observation, Run, RunId};
use jiff::Timestamp;
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Event, Pod};
use serde::{Deserialize, Serialize};

/// Everything of one run that was seen together.
#[derive(Clone, Debug, PartialEq)]
pub struct RunObjects {
    /// The main object.
    pub job: Job,
    /// Its pods.
    pub pods: Vec<Pod>,
    /// Events of the main object and its pods.
    pub events: Vec<Event>,
}

/// An event of a run's objects, folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEvent {
    /// Identity of the event object: the same event, repeated, keeps it.
    pub uid: String,
    /// Kind and name of what it is about, as in `Pod/train-…`.
    pub about: String,
    /// `Normal` or `Warning`.
    pub kind: String,
    /// The cluster's word.
    pub reason: String,
    /// The cluster's sentence, verbatim.
    pub message: String,
    /// How often.
    pub count: u32,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

impl RunObjects {
    /// The run, from the label.
    #[must_use]
    pub fn run_id(&self) -> Option<RunId> {
        None
    }

    /// Who launched it, from the label.
    #[must_use]
    pub fn installation(&self) -> Option<InstallationId> {
        None
    }

    /// The main object's identity.
    #[must_use]
    pub fn main(&self) -> ObjectRef {
        ObjectRef { kind: String::new(), name: String::new(), uid: String::new() }
    }

    /// The spec hash, from the annotation.
    #[must_use]
    pub fn spec_hash(&self) -> Option<&str> {
        None
    }

    /// The frozen run, from the annotation, without code and manifests; `None` where it is absent or unreadable.
    #[must_use]
    pub fn frozen_run(&self) -> Option<Run> {
        None
    }

    /// What they mean now.
    #[must_use]
    pub fn observe(&self, now: Timestamp) -> Observation {
        let _ = now;
        unimplemented!()
    }

    /// Their events, folded, oldest first.
    #[must_use]
    pub fn run_events(&self) -> Vec<RunEvent> {
        Vec::new()
    }
}
