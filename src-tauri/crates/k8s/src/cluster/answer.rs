//! Decides what an answer, or the lack of one, means: by status code, reason word and the place of the failure.

use berth_model::Problem;
use kube::core::Status;

use super::resource::Resource;
use crate::client::deepest;
use crate::{Class, Error};

/// What was attempted, as far as an error needs it.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    /// In words, after "failed to", as in `create the Job "x"`.
    pub(crate) what: String,
    /// The verb of access rights, such as `create`.
    pub(crate) verb: &'static str,
    /// The resource of access rights, such as `jobs.batch` or `pods/log`; empty where rights are not by resource.
    pub(crate) resource: String,
    /// Namespace asked, where there is one.
    pub(crate) namespace: String,
    /// Whether something may have been stored when no answer came.
    pub(crate) changes: bool,
}

impl Attempt {
    pub(crate) fn on(verb: &'static str, resource: &Resource, namespace: &str, name: Option<&str>) -> Self {
        let object = name.map(|name| format!(" \"{name}\"")).unwrap_or_default();
        let plural = if name.is_some() { "the" } else { "objects of the kind" };
        Self {
            what: format!("{verb} {plural} {}{object}", resource.kind),
            verb,
            resource: resource.dotted(),
            namespace: namespace.to_owned(),
            changes: matches!(verb, "create" | "patch" | "delete"),
        }
    }

    /// The right that is needed, as in `create jobs.batch`.
    pub(crate) fn right(&self) -> String {
        format!("{} {}", self.verb, self.resource)
    }

    fn fail(&self, class: Class, why: &str) -> Error {
        Error::new(class, format!("failed to {}: {why}", self.what))
    }

    /// No answer within the limit.
    pub(crate) fn late(&self, server: &str, seconds: u64) -> Error {
        let class = if self.changes { Class::Unclear } else { Class::Unreachable };
        self.fail(class, &format!("the cluster{} did not answer within {seconds} s", at(server)))
    }

    /// The way broke, before or after the request was sent.
    pub(crate) fn broken(&self, server: &str, error: &(dyn std::error::Error + 'static)) -> Error {
        if let Some(ours) = find::<Error>(error) {
            return ours.clone();
        }
        if find::<kube::client::AuthError>(error).is_some() {
            return self.fail(Class::Unauthenticated, &format!("signing in failed: {}", deepest(error)));
        }
        let connecting = find::<hyper_util::client::legacy::Error>(error).is_some_and(|error| error.is_connect());
        let class = if self.changes && !connecting { Class::Unclear } else { Class::Unreachable };
        let why = if connecting { "cannot be reached" } else { "broke the connection off" };
        self.fail(class, &format!("the cluster{} {why} ({})", at(server), deepest(error)))
    }

    /// An answer that is no success.
    pub(crate) fn refused(&self, code: u16, body: &[u8]) -> Error {
        let status = serde_json::from_slice::<serde_json::Value>(body)
            .ok()
            .filter(|value| value.get("kind").and_then(serde_json::Value::as_str) == Some("Status"))
            .and_then(|value| serde_json::from_value::<Status>(value).ok());
        let mut error = match &status {
            Some(status) => self.by_status(code, status),
            None => self.without_status(code),
        };
        error.status = Some(code);
        error
    }

    fn by_status(&self, code: u16, status: &Status) -> Error {
        let details = status.details.as_ref();
        let is_about = |kind: &str| details.is_some_and(|details| details.kind == kind);
        let class = match code {
            401 => Class::Unauthenticated,
            403 => Class::Forbidden,
            404 => Class::NotFound,
            409 if status.reason == "AlreadyExists" => Class::AlreadyExists,
            409 => Class::Conflict,
            410 => Class::Expired,
            429 => Class::Busy,
            408 | 500..=599 if self.changes => Class::Unclear,
            503 => Class::Busy,
            408 | 500..=599 => Class::Unreachable,
            _ => Class::Invalid,
        };
        let why = match class {
            Class::Unauthenticated => "the cluster does not accept who you are; sign in again".to_owned(),
            Class::Forbidden if !self.resource.is_empty() => self.missing_right(),
            Class::NotFound if is_about("namespaces") => self.missing_namespace(),
            Class::NotFound if details.is_none_or(|details| details.name.is_empty()) => {
                "the API server does not know this kind of object".to_owned()
            }
            Class::NotFound => "it does not exist".to_owned(),
            Class::Busy => format!("the cluster is busy: {}", status.message),
            _ => status.message.clone(),
        };
        // Without a name it is the kind that is unknown, which says nothing about an object.
        let class = match class {
            Class::NotFound if details.is_none_or(|details| details.name.is_empty()) => Class::Configuration,
            other => other,
        };
        let mut error = self.fail(class, &why);
        if class == Class::Forbidden && !self.resource.is_empty() {
            error.denied = Some(self.right());
        }
        error.told = Some(status.message.clone()).filter(|message| !message.is_empty());
        error.is_namespace_ending =
            details.is_some_and(|details| details.causes.iter().any(|cause| cause.reason == "NamespaceTerminating"));
        error.fields = details
            .map(|details| details.causes.iter().filter(|cause| !cause.field.is_empty()))
            .into_iter()
            .flatten()
            .map(|cause| Problem::new(cause.field.clone(), cause.reason.clone(), cause.message.clone()))
            .collect();
        error
    }

    fn without_status(&self, code: u16) -> Error {
        match code {
            401 => self.fail(Class::Unauthenticated, "the cluster does not accept who you are; sign in again"),
            429 => self.fail(Class::Busy, "the cluster is busy (429)"),
            408 | 500..=599 => {
                let class = if self.changes { Class::Unclear } else { Class::Unreachable };
                self.fail(class, &format!("something on the way to the cluster answered with the code {code}"))
            }
            _ => self.fail(Class::Configuration, &format!("what answered (code {code}) is not a Kubernetes API")),
        }
    }

    /// A success whose body is not what was asked for.
    pub(crate) fn unreadable(&self) -> Error {
        self.fail(Class::Configuration, "what answered is not a Kubernetes API: its answer cannot be read")
    }

    pub(crate) fn missing_right(&self) -> String {
        let place =
            if self.namespace.is_empty() { String::new() } else { format!(" in the namespace \"{}\"", self.namespace) };
        format!("you may not \"{}\"{place}; ask who runs the cluster for this right", self.right())
    }

    fn missing_namespace(&self) -> String {
        format!("the namespace \"{}\" does not exist; create it or choose another", self.namespace)
    }
}

fn at(server: &str) -> String {
    if server.is_empty() { String::new() } else { format!(" at {server}") }
}

/// Finds an error of a type in a chain of causes.
fn find<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut current = Some(error);
    for _ in 0..16 {
        let error = current?;
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        current = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::resource::{JOB, POD};
    use super::*;

    fn check(attempt: &Attempt, code: u16, body: &str, class: Class, part: &str) {
        let error = attempt.refused(code, body.as_bytes());
        assert_eq!(error.class, class, "{code} {body}");
        assert!(error.message.contains(part), "{} should say {part}", error.message);
    }

    #[test]
    fn a_code_means_what_the_request_makes_of_it() {
        let create = Attempt::on("create", &JOB, "lab", Some("x"));
        let list = Attempt::on("list", &POD, "lab", None);
        let status = |reason: &str, details: serde_json::Value| {
            json!({"kind": "Status", "status": "Failure", "reason": reason, "message": "said so", "details": details})
                .to_string()
        };
        check(
            &create,
            409,
            &status("AlreadyExists", json!({"name": "x", "kind": "jobs"})),
            Class::AlreadyExists,
            "said so",
        );
        check(&create, 409, &status("Conflict", json!({"name": "x"})), Class::Conflict, "said so");
        check(
            &create,
            404,
            &status("NotFound", json!({"name": "lab", "kind": "namespaces"})),
            Class::NotFound,
            "namespace \"lab\" does not exist",
        );
        check(&create, 404, &status("NotFound", json!({})), Class::Configuration, "does not know this kind");
        check(&create, 503, &status("ServiceUnavailable", json!({})), Class::Unclear, "said so");
        check(&list, 503, &status("ServiceUnavailable", json!({})), Class::Busy, "busy");
        check(&create, 504, "<html>gateway</html>", Class::Unclear, "code 504");
        check(&list, 504, "", Class::Unreachable, "code 504");
        check(&create, 429, "", Class::Busy, "busy");
        check(&list, 410, &status("Expired", json!({})), Class::Expired, "said so");
        check(
            &list,
            403,
            &status("Forbidden", json!({"kind": "pods"})),
            Class::Forbidden,
            "you may not \"list pods\" in the namespace \"lab\"",
        );
        check(&list, 404, "404 page not found", Class::Configuration, "not a Kubernetes API");
        check(&list, 302, "", Class::Configuration, "not a Kubernetes API");
        check(&create, 401, "", Class::Unauthenticated, "sign in again");
    }

    #[test]
    fn fields_and_rights_are_kept_apart_from_the_sentence() {
        let create = Attempt::on("create", &JOB, "lab", Some("x"));
        let body = json!({"kind": "Status", "reason": "Invalid", "message": "Job \"x\" is invalid", "details": {"name": "x", "causes": [
            {"reason": "FieldValueInvalid", "message": "Invalid value: \"?\"", "field": "spec.template.spec.containers[0].image"}]}});
        let error = create.refused(422, body.to_string().as_bytes());
        assert_eq!((error.class, error.status, error.fields.len()), (Class::Invalid, Some(422), 1));
        assert_eq!(error.fields[0].path, "spec.template.spec.containers[0].image");
        let denied = create.refused(403, br#"{"kind":"Status","reason":"Forbidden","message":"no"}"#).denied;
        assert_eq!(denied.as_deref(), Some("create jobs.batch"));
    }
}
