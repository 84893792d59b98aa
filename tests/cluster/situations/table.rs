//! The table of situations.

use berth_k8s::Rendering;
use berth_model::{Amount, Command, Quantity, SecurityLevel, Source};
use serde_json::{Value, json};

use super::{Situation, Step};

const PLAIN: Situation = Situation {
    name: "",
    what: "",
    enforced: None,
    quota: None,
    run: |_| {},
    tampered: |_| {},
    steps: &[],
    passing: &[],
    missed: None,
};

/// Name of the image that a listener which never answers pretends to have.
pub const SLOW_IMAGE: &str = "slow";

/// Every situation; the order is that of a run's life.
pub const SITUATIONS: &[Situation] = &[
    Situation {
        name: "held",
        what: "created, and not released yet",
        steps: &[Step::Until(|seen| seen.job_is("Suspended", "JobSuspended"))],
        ..PLAIN
    },
    Situation {
        name: "unschedulable-selector",
        what: "no node has the labels that the run wants",
        run: |rendering| {
            rendering.spec.task.node_selector = [("accelerator".to_owned(), "h100".to_owned())].into();
        },
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.pod_is("PodScheduled", "False", "Unschedulable") && seen.tells("FailedScheduling")),
        ],
        ..PLAIN
    },
    Situation {
        name: "unschedulable-memory",
        what: "no node has the memory that the run wants",
        run: |rendering| rendering.spec.task.resources.mem = amount("900Gi", None),
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.pod_is("PodScheduled", "False", "Unschedulable") && seen.tells("FailedScheduling")),
        ],
        ..PLAIN
    },
    Situation {
        name: "pulling",
        what: "the image is being pulled from a registry that takes its time",
        run: |rendering| {
            rendering.spec.function.image = Some(format!("registry.invalid/{SLOW_IMAGE}:1").parse().unwrap())
        },
        steps: &[Step::Release, Step::Until(|seen| seen.tells("Pulling") && seen.waits("ContainerCreating"))],
        ..PLAIN
    },
    Situation {
        name: "err-image-pull",
        what: "the registry has no such image; the node has just been told",
        run: no_such_image,
        steps: &[Step::Release, Step::Until(|seen| seen.waits("ErrImagePull"))],
        ..PLAIN
    },
    Situation {
        name: "image-pull-back-off",
        what: "the registry has no such image; the node waits before it asks again",
        run: no_such_image,
        steps: &[Step::Release, Step::Until(|seen| seen.waits("ImagePullBackOff"))],
        ..PLAIN
    },
    Situation {
        name: "image-never-pull",
        what: "the node lacks the image and may not pull it",
        run: |rendering| {
            no_such_image(rendering);
            rendering.spec.function.image_pull_policy = Some(berth_model::ImagePullPolicy::Never);
        },
        steps: &[Step::Release, Step::Until(|seen| seen.waits("ErrImageNeverPull"))],
        ..PLAIN
    },
    Situation {
        name: "invalid-image-name",
        what: "the image is not named as images can be",
        tampered: |job| container(job)["image"] = json!("Not/An/Image:latest"),
        steps: &[Step::Release, Step::Until(|seen| seen.waits("InvalidImageName"))],
        ..PLAIN
    },
    Situation {
        name: "missing-secret",
        what: "the container refers to a secret that is not there",
        tampered: |job| container(job)["envFrom"] = json!([{"secretRef": {"name": "nobody-made-this"}}]),
        steps: &[Step::Release, Step::Until(|seen| seen.waits("CreateContainerConfigError"))],
        ..PLAIN
    },
    Situation {
        name: "root-image",
        what: "the image runs as root where that is not allowed",
        run: |rendering| rendering.spec.task.security = Some(SecurityLevel::Restricted),
        tampered: |job| {
            for field in ["runAsUser", "runAsGroup", "fsGroup"] {
                pod(job)["securityContext"].as_object_mut().unwrap().remove(field);
            }
        },
        steps: &[Step::Release, Step::Until(|seen| seen.waits("CreateContainerConfigError"))],
        ..PLAIN
    },
    Situation {
        name: "failed-mount",
        what: "the configuration object with the code was never made",
        run: |rendering| {
            rendering.spec.function.source =
                Some(Source { code: Some("true\n".to_owned()), lang: Some("sh".to_owned()), ..Source::default() });
        },
        steps: &[Step::Release, Step::Until(|seen| seen.tells("FailedMount"))],
        ..PLAIN
    },
    Situation {
        name: "running",
        what: "the program runs",
        run: |rendering| shell(rendering, "sleep 600"),
        steps: &[Step::Release, Step::Until(|seen| seen.runs() && seen.job["status"]["ready"] == 1)],
        ..PLAIN
    },
    Situation {
        name: "paused",
        what: "someone suspended the run while it ran",
        run: |rendering| {
            shell(rendering, "exec sleep 600");
            // Without retries, the failure policy may see the pod that is ended for the pause, and fail the run.
            rendering.spec.task.backoff_limit = Some(2);
        },
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::Suspend,
            Step::Until(|seen| seen.job_is("Suspended", "JobSuspended") && seen.pods.is_empty()),
        ],
        ..PLAIN
    },
    Situation {
        name: "retrying",
        what: "the first of three attempts failed, the second is to come",
        run: |rendering| {
            shell(rendering, "exit 3");
            rendering.spec.task.backoff_limit = Some(2);
        },
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.job["status"]["failed"] == 1 && seen.active() == 0 && seen.pods.len() == 1),
        ],
        ..PLAIN
    },
    Situation {
        name: "complete",
        what: "the program ended well",
        run: |rendering| {
            rendering.spec.function.source = Some(Source {
                code: Some("echo \"hello from $PROJECT_NAME in $(pwd)\"\n".to_owned()),
                lang: Some("sh".to_owned()),
                ..Source::default()
            });
            rendering.spec.function.command = Some(Command::Line("sh main.sh".to_owned()));
        },
        steps: &[Step::Complete, Step::Release, Step::Until(|seen| seen.is_over("Complete"))],
        passing: &["FailedMount", "Warning"],
        ..PLAIN
    },
    Situation {
        name: "exit-code",
        what: "the program ended with exit code 42",
        run: |rendering| shell(rendering, "echo no such column: petal >&2; exit 42"),
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.job_is("Failed", "PodFailurePolicy") && seen.is_over("Failed")),
        ],
        ..PLAIN
    },
    Situation {
        name: "exit-code-pod-gone",
        what: "the program ended with exit code 42, and its pod is gone since",
        run: |rendering| shell(rendering, "exit 42"),
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.job_is("Failed", "PodFailurePolicy") && seen.is_over("Failed")),
            Step::DeletePods,
            Step::Until(|seen| seen.pods.is_empty()),
        ],
        ..PLAIN
    },
    Situation {
        name: "backoff-limit-exceeded",
        what: "both attempts failed",
        run: |rendering| {
            shell(rendering, "exit 3");
            rendering.spec.task.backoff_limit = Some(1);
        },
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.job_is("Failed", "BackoffLimitExceeded") && seen.is_over("Failed")),
        ],
        ..PLAIN
    },
    Situation {
        name: "command-not-found",
        what: "a shell did not find the command: exit code 127",
        run: |rendering| shell(rendering, "trian --epochs 3"),
        steps: FAILED,
        ..PLAIN
    },
    Situation {
        name: "command-not-executable",
        what: "a shell may not execute the command: exit code 126",
        run: |rendering| shell(rendering, "/proc/version"),
        steps: FAILED,
        ..PLAIN
    },
    Situation {
        name: "start-error",
        what: "the container's own command is not in the image",
        run: |rendering| rendering.spec.function.command = Some(Command::Words(vec!["/nowhere/train".to_owned()])),
        steps: FAILED,
        ..PLAIN
    },
    Situation {
        name: "out-of-memory",
        what: "the program used more memory than its limit",
        run: |rendering| {
            rendering.spec.task.resources.mem = amount("30Mi", Some("30Mi"));
            rendering.spec.function.command = Some(Command::Line("dd if=/dev/zero of=/dev/null bs=300M".to_owned()));
        },
        steps: FAILED,
        missed: Some("the container runtime may see the end before the kernel's word of why, and says `Error`"),
        ..PLAIN
    },
    Situation {
        name: "killed",
        what: "the program ended with exit code 137, and nothing says why",
        run: |rendering| shell(rendering, "exit 137"),
        steps: FAILED,
        ..PLAIN
    },
    Situation {
        name: "deadline-of-attempt",
        what: "the time limit of the attempt passed",
        run: |rendering| {
            shell(rendering, "exec sleep 600");
            rendering.spec.task.deadline = Some(4);
        },
        steps: FAILED,
        ..PLAIN
    },
    Situation {
        name: "deadline-of-job",
        what: "the wider limit of the whole run passed",
        run: |rendering| shell(rendering, "trap 'exit 0' TERM; sleep 600 & wait"),
        tampered: |job| job["spec"]["activeDeadlineSeconds"] = json!(4),
        steps: &[
            Step::Release,
            Step::Until(|seen| {
                seen.job_is("Failed", "DeadlineExceeded") && seen.is_over("Failed") && seen.pods.is_empty()
            }),
        ],
        ..PLAIN
    },
    Situation {
        name: "evicted-by-node",
        what: "the program wrote more than its scratch space may hold, and the node pushed it out",
        run: |rendering| {
            rendering.spec.task.security = Some(SecurityLevel::Restricted);
            shell(rendering, "sleep 5; dd if=/dev/zero of=/shared/much bs=1M count=20; exec sleep 600");
        },
        tampered: |job| pod(job)["volumes"][0]["emptyDir"] = json!({"sizeLimit": "1Mi"}),
        steps: &[Step::Release, Step::Until(super::Seen::runs), Step::Until(|seen| seen.is_over("Failed"))],
        // The node may have thrown the container away before it looked how it ended; then the exit code is unknown.
        passing: &[".pods[].status.containerStatuses[]", "outcome: "],
        ..PLAIN
    },
    Situation {
        name: "evicted-by-someone",
        what: "someone empties the node that the run is on",
        run: |rendering| shell(rendering, "trap '' TERM; sleep 600 & wait; sleep 600"),
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::EvictPods,
            Step::Until(|seen| seen.pod_is("DisruptionTarget", "True", "") && seen.is_ending()),
        ],
        passing: &["Killing"],
        ..PLAIN
    },
    Situation {
        name: "pod-deleted",
        what: "someone deleted the pod, and the run failed with it",
        run: |rendering| shell(rendering, "exec sleep 600"),
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::DeletePods,
            Step::Until(|seen| seen.is_over("Failed")),
        ],
        ..PLAIN
    },
    Situation {
        name: "being-deleted",
        what: "someone deletes the run, and its program takes its time to end",
        run: |rendering| shell(rendering, "trap '' TERM; sleep 600 & wait; sleep 600"),
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::Delete,
            Step::Until(|seen| seen.job["metadata"]["deletionTimestamp"].is_string() && seen.is_ending()),
        ],
        passing: &["Killing"],
        ..PLAIN
    },
    Situation {
        name: "ended-by-deletion",
        what: "someone deletes the run, which ends of it and is called failed before it is gone",
        run: |rendering| shell(rendering, "trap 'exit 9' TERM; sleep 600 & wait"),
        // Without somebody who holds on to its pod, the run is mostly gone before it says so.
        tampered: |job| {
            job["spec"]["template"]["metadata"]["finalizers"] = json!(["berth.dev/seen-to-its-end"]);
        },
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::Delete,
            Step::Until(|seen| seen.job_is("Failed", "")),
            Step::LetGoOfPods,
        ],
        passing: &["Killing"],
        ..PLAIN
    },
    Situation {
        name: "deleted",
        what: "someone deleted the run",
        run: |rendering| shell(rendering, "exec sleep 600"),
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::Delete,
            Step::DeletePods,
            Step::Until(|seen| seen.job.is_null() && seen.pods.is_empty()),
        ],
        passing: &["Killing", "PodFailurePolicy", "Warning"],
        ..PLAIN
    },
    Situation {
        name: "namespace-going",
        what: "someone deletes the whole namespace while the run runs",
        run: |rendering| shell(rendering, "trap '' TERM; sleep 600 & wait; sleep 600"),
        steps: &[
            Step::Release,
            Step::Until(super::Seen::runs),
            Step::DeleteNamespace,
            Step::Until(|seen| seen.namespace["status"]["phase"] == "Terminating" && seen.is_ending()),
        ],
        passing: &["Killing"],
        ..PLAIN
    },
    Situation {
        name: "namespace-gone",
        what: "someone deleted the whole namespace",
        run: |rendering| shell(rendering, "true"),
        steps: &[
            Step::Release,
            Step::Until(|seen| seen.is_over("Complete")),
            Step::DeleteNamespace,
            Step::Until(|seen| seen.namespace.is_null()),
        ],
        ..PLAIN
    },
    Situation {
        name: "quota-exceeded",
        what: "the namespace's quota has no room for the pod",
        quota: Some(("requests.cpu", "5m")),
        steps: REFUSED,
        ..PLAIN
    },
    Situation {
        name: "quota-wants-limits",
        what: "the namespace's quota wants a limit to be stated",
        quota: Some(("limits.memory", "1Gi")),
        steps: REFUSED,
        ..PLAIN
    },
    Situation {
        name: "pod-security",
        what: "the namespace enforces restricted, and the run is not",
        enforced: Some("restricted"),
        steps: REFUSED,
        ..PLAIN
    },
    Situation {
        name: "no-service-account",
        what: "the pod names a service account that is not there",
        tampered: |job| pod(job)["serviceAccountName"] = json!("nobody-made-this"),
        steps: REFUSED,
        ..PLAIN
    },
];

const FAILED: &[Step] = &[Step::Release, Step::Until(|seen| seen.is_over("Failed"))];
const REFUSED: &[Step] = &[Step::Release, Step::Until(|seen| seen.tells("FailedCreate"))];

fn shell(rendering: &mut Rendering, script: &str) {
    rendering.spec.function.command = Some(Command::Words(["sh", "-c", script].map(str::to_owned).to_vec()));
}

fn no_such_image(rendering: &mut Rendering) {
    rendering.spec.function.image = Some(crate::sandbox::image("nobody-made-this").parse().unwrap());
}

fn amount(requests: &str, limits: Option<&str>) -> Amount {
    let quantity = |text: &str| Quantity::parse(text).unwrap();
    Amount { requests: Some(quantity(requests)), limits: limits.map(quantity) }
}

fn pod(job: &mut Value) -> &mut Value {
    &mut job["spec"]["template"]["spec"]
}

fn container(job: &mut Value) -> &mut Value {
    &mut pod(job)["containers"][0]
}
