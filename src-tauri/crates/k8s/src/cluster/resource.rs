//! Owns where the API keeps each kind that Berth makes or reads. Everything lies in a namespace.

use crate::{Class, Error};

/// A kind and where the API keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Kind, as in a manifest.
    pub(crate) kind: &'static str,
    /// API group; empty for the core.
    pub(crate) group: &'static str,
    /// Path of group and version.
    root: &'static str,
    /// Name in paths and rights.
    pub(crate) plural: &'static str,
}

pub(crate) const JOB: Resource = Resource { kind: "Job", group: "batch", root: "/apis/batch/v1", plural: "jobs" };
pub(crate) const CRON_JOB: Resource =
    Resource { kind: "CronJob", group: "batch", root: "/apis/batch/v1", plural: "cronjobs" };
pub(crate) const DEPLOYMENT: Resource =
    Resource { kind: "Deployment", group: "apps", root: "/apis/apps/v1", plural: "deployments" };
pub(crate) const SERVICE: Resource = Resource { kind: "Service", group: "", root: "/api/v1", plural: "services" };
pub(crate) const POD: Resource = Resource { kind: "Pod", group: "", root: "/api/v1", plural: "pods" };
pub(crate) const EVENT: Resource = Resource { kind: "Event", group: "", root: "/api/v1", plural: "events" };
pub(crate) const QUOTA: Resource =
    Resource { kind: "ResourceQuota", group: "", root: "/api/v1", plural: "resourcequotas" };

const KNOWN: [Resource; 10] = [
    JOB,
    POD,
    EVENT,
    QUOTA,
    CRON_JOB,
    DEPLOYMENT,
    SERVICE,
    Resource { kind: "ConfigMap", group: "", root: "/api/v1", plural: "configmaps" },
    Resource { kind: "Secret", group: "", root: "/api/v1", plural: "secrets" },
    Resource { kind: "PersistentVolumeClaim", group: "", root: "/api/v1", plural: "persistentvolumeclaims" },
];

impl Resource {
    /// Finds a kind.
    pub(crate) fn of(kind: &str) -> Result<Self, Error> {
        KNOWN.iter().find(|resource| resource.kind == kind).copied().ok_or_else(|| {
            Error::new(Class::Invalid, format!("Berth does not know how to handle objects of the kind \"{kind}\""))
        })
    }

    /// Path of all in a namespace.
    pub(crate) fn all(&self, namespace: &str) -> String {
        format!("{}/namespaces/{}/{}", self.root, escaped(namespace), self.plural)
    }

    /// Path of one.
    pub(crate) fn one(&self, namespace: &str, name: &str) -> String {
        format!("{}/{}", self.all(namespace), escaped(name))
    }

    /// As people write it in roles, such as `jobs.batch`.
    pub(crate) fn dotted(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// Escapes everything that could leave its place in a path or a query.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    // A segment of dots alone would climb out of its folder.
    if !escaped.is_empty() && escaped.bytes().all(|byte| byte == b'.') { escaped.replace('.', "%2E") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place_in_a_path() {
        assert_eq!(JOB.one("a b", "../x?y"), "/apis/batch/v1/namespaces/a%20b/jobs/..%2Fx%3Fy");
        assert_eq!(POD.one("a", ".."), "/api/v1/namespaces/a/pods/%2E%2E");
        assert_eq!(Resource::of("Deployment").unwrap().dotted(), "deployments.apps");
        assert_eq!(Resource::of("Node").unwrap_err().class, Class::Invalid);
    }
}
