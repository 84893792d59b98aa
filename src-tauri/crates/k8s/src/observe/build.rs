//! Decides what the last words of a build mean: the digest of what was pushed, or what failed and why.
//!
//! The words are those of our own script (`manifest/build/build.sh`): the digest alone, or the name of the part that
//! failed and the end of what Buildah said. A step of the build may write there too, so nothing of it is believed beyond
//! its form.

use berth_model::{Action, Reason};
use k8s_openapi::api::core::v1::{ContainerStateTerminated, Pod};

use super::exit::Failure;
use super::{container, label, quoted};
use crate::labels;

/// Whether the pod is one of a build.
fn is_build(pod: &Pod) -> bool {
    label(&pod.metadata, labels::ACTION) == Some(Action::Build.word())
}

/// The digest of the image that was made, once the registry took it.
pub fn digest(pod: &Pod) -> Option<String> {
    let ended = container::main(pod).and_then(container::terminated)?;
    let said = ended.message.as_deref()?.trim();
    let hexadecimal = said.strip_prefix("sha256:")?;
    let is_digest = hexadecimal.len() == 64
        && hexadecimal.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    (is_build(pod) && ended.exit_code == 0 && is_digest).then(|| said.to_owned())
}

/// Why a build failed; `None` where its container is none of a build or left no words of ours.
pub fn failure(pod: &Pod, ended: &ContainerStateTerminated) -> Option<Failure> {
    let (part, said) = ended.message.as_deref()?.split_once('\n')?;
    if !is_build(pod) {
        return None;
    }
    let last = last_words(said);
    let (reason, message) = match part {
        "push" if is_denial(last) => (
            Reason::RegistryDenied,
            format!(
                "The registry did not let the build in ({}). Set the secret that the project's registry names to what may push there.",
                quoted(cause(last))
            ),
        ),
        "push" => (
            Reason::PushFailed,
            format!(
                "The image was built, and the registry did not take it ({}). Check the project's registry with `berth registry check`.",
                quoted(cause(last))
            ),
        ),
        "dockerfile" => (
            Reason::BuildFailed,
            format!(
                "The code holds no file \"{}\" to build from: name its Dockerfile as \"handler\", such as docker/Dockerfile.",
                quoted(last)
            ),
        ),
        "build" if is_about_the_base(last) => {
            let advice = if is_denial(last) {
                "Its registry asks for a sign-in: let the secret of the project's registry name it"
            } else {
                "Check its name and tag"
            };
            (
                Reason::BaseImage,
                format!("The image to start from could not be had ({}). {advice}.", quoted(cause(last))),
            )
        }
        "build" => (
            Reason::BuildFailed,
            format!("A step of the build failed ({}). The end of the log says why.", quoted(cause(last))),
        ),
        _ => return None,
    };
    Some(Failure { reason, message, exit_code: Some(ended.exit_code) })
}

/// The line that says what went wrong: Buildah's own, else the last one.
fn last_words(said: &str) -> &str {
    let lines = || said.lines().rev().map(str::trim).filter(|line| !line.is_empty());
    lines().find(|line| line.starts_with("Error: ")).or_else(|| lines().next()).unwrap_or("it said nothing")
}

/// What is left of a line without what everybody knows: which image was to be pushed where.
fn cause(line: &str) -> &str {
    let line = line.strip_prefix("Error: ").unwrap_or(line);
    let pushing = line.strip_prefix("pushing image \"").and_then(|rest| rest.split_once("\": "));
    let line = pushing.map_or(line, |(_, rest)| rest);
    line.strip_prefix("building at ").unwrap_or(line)
}

fn is_denial(line: &str) -> bool {
    let line = line.to_ascii_lowercase();
    ["unauthorized", "authentication required", "denied", "invalid username", "incorrect username", "forbidden"]
        .iter()
        .any(|word| line.contains(word))
}

/// Before any step runs, all that is done is to get the image to start from.
fn is_about_the_base(line: &str) -> bool {
    ["creating build container", "initializing source", "determining starting point", "pinging container registry"]
        .iter()
        .any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(action: &str, code: i32, message: &Value) -> Pod {
        serde_json::from_value(json!({
            "metadata": {"labels": {"berth.dev/action": action}},
            "status": {"containerStatuses": [{
                "name": "main", "image": "b", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"terminated": {"exitCode": code, "message": message}},
            }]},
        }))
        .unwrap()
    }

    fn told(message: &str) -> Option<Failure> {
        let pod = pod("build", 125, &json!(message));
        let ended = container::main(&pod).and_then(container::terminated).unwrap();
        failure(&pod, ended)
    }

    #[test]
    fn only_a_whole_digest_of_a_build_that_ended_well_is_believed() {
        let good = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(digest(&pod("build", 0, &json!(format!("{good}\n")))).as_deref(), Some(good.as_str()));
        for (action, code, said) in [
            ("job", 0, json!(good)),
            ("build", 1, json!(good)),
            ("build", 0, json!(format!("{good}0"))),
            ("build", 0, json!(good.to_uppercase())),
            ("build", 0, json!(format!("sha256:{}", "é".repeat(32)))),
            ("build", 0, json!(null)),
        ] {
            assert_eq!(digest(&pod(action, code, &said)), None, "{action} {code} {said}");
        }
    }

    #[test]
    fn a_failure_is_told_by_the_part_and_what_buildah_said() {
        let push = "push\nGetting image\nError: pushing image \"r:5/a:t\" to \"docker://r:5/a:t\": ";
        for (said, reason, part) in [
            (
                format!("{push}pinging container registry r:5: dial tcp 1.2.3.4:5: connect: connection refused\n"),
                Reason::PushFailed,
                "did not take it (pinging container registry r:5: dial tcp 1.2.3.4:5: connect: connection refused)",
            ),
            (
                format!("{push}checking whether a blob exists: unauthorized: authentication required"),
                Reason::RegistryDenied,
                "did not let the build in (checking whether",
            ),
            (
                "build\nSTEP 1/2: FROM r/x\nError: creating build container: initializing source docker://r/x: reading manifest latest in r/x: manifest unknown".to_owned(),
                Reason::BaseImage,
                "could not be had (creating build container: initializing source docker://r/x",
            ),
            (
                "build\nSTEP 2/2: RUN false\nError: building at STEP \"RUN false\": exit status 1\n".to_owned(),
                Reason::BuildFailed,
                "failed (STEP \"RUN false\": exit status 1)",
            ),
            ("build\nsh: buildah: not found\n\n".to_owned(), Reason::BuildFailed, "(sh: buildah: not found)"),
        ] {
            let failure = told(&said).unwrap();
            assert_eq!((failure.reason, failure.exit_code), (reason, Some(125)), "{said}");
            assert!(failure.message.contains(part), "{}", failure.message);
        }
        assert_eq!(told("anything"), None);
        assert_eq!(told("else\nx"), None);
        let missing = told("dockerfile\ndocker/Dockerfile\n").unwrap();
        assert!(missing.message.contains("no file \"docker/Dockerfile\" to build from"), "{}", missing.message);
        assert!(told("push\n").unwrap().message.contains("it said nothing"));
    }
}
