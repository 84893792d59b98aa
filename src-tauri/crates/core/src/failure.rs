//! Owns the sentences with which a cluster's failures reach people: what, where, how long, what to do.

use std::path::PathBuf;
use std::time::Duration;

use berth_k8s::Class;
use berth_model::Target;

use crate::{Error, ErrorCode};

/// Explains a failed first contact or read: `waited` is how long the answer was waited for.
pub(crate) fn of_contact(error: berth_k8s::Error, target: &Target, waited: Duration) -> Error {
    let Target { context, namespace, .. } = target;
    match error.class {
        Class::Unreachable | Class::Unclear => {
            // What is refused at once was not waited for.
            let message = if waited < Duration::from_secs(1) {
                format!("context \"{context}\" cannot be reached")
            } else {
                format!("context \"{context}\" did not answer: gave up after {:.1} s", waited.as_secs_f64())
            };
            let mut made = Error::new(ErrorCode::Unreachable, message)
                .hint("Check the network or VPN, and that the cluster of this context is running.");
            made.detail = Some(error.told.unwrap_or(error.message));
            made
        }
        Class::Unauthenticated => {
            let mut made = Error::new(
                ErrorCode::Unauthenticated,
                format!("the cluster of context \"{context}\" does not accept your credentials"),
            )
            .hint("Sign in again as you do for kubectl, then repeat.");
            made.detail = Some(error.told.unwrap_or(error.message));
            made
        }
        Class::Forbidden => forbidden(error, namespace),
        _ => error.into(),
    }
}

/// Explains a refused launch; nothing exists in the cluster.
pub(crate) fn of_launch(error: berth_k8s::Error, target: &Target, waited: Duration) -> Error {
    let Target { context, namespace, .. } = target;
    match error.class {
        Class::NotFound => {
            let mut made = Error::new(
                ErrorCode::NotFound,
                format!("namespace \"{namespace}\" does not exist in context \"{context}\""),
            )
            .hint("Choose another namespace, or have it made; nothing was created.");
            made.detail = Some(error.told.unwrap_or(error.message));
            made
        }
        Class::Invalid => {
            let mut made = Error::from(error);
            made.code = ErrorCode::Refused;
            made.hint.get_or_insert_with(|| "Nothing was created.".to_owned());
            made
        }
        _ => of_contact(error, target, waited),
    }
}

/// Explains that there is no kubeconfig file at all.
pub(crate) fn no_kubeconfig(files: &[PathBuf]) -> Error {
    let looked: Vec<String> = files.iter().map(|file| format!("\"{}\"", file.display())).collect();
    let where_to =
        if looked.is_empty() { "nowhere to look".to_owned() } else { format!("looked for {}", looked.join(", ")) };
    Error::new(ErrorCode::Kubeconfig, format!("there is no kubeconfig: {where_to}"))
        .hint("Put the kubeconfig of your cluster there, or name it in the environment variable KUBECONFIG.")
}

fn forbidden(error: berth_k8s::Error, namespace: &str) -> Error {
    let Some(denied) = error.denied.clone() else { return error.into() };
    let mut made = Error::new(ErrorCode::Forbidden, format!("you may not {denied} in namespace \"{namespace}\""));
    made.hint = Some(format!("Ask whoever runs the cluster for a role that allows: {denied}."));
    made.detail = Some(error.told.unwrap_or(error.message));
    made
}
