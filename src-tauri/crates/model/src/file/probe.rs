//! Decides how the probes of a service are read: Berth's own flat shape, and Kubernetes' in both spellings.

use serde_json::Value;

use super::fields::{At, Fields, Findings, text};
use crate::{Probe, ProbeCheck};

/// Takes a probe out of a mapping.
pub(super) fn take_probe(
    fields: &mut Fields<'_>,
    spellings: &[&'static str],
    findings: &mut Findings,
) -> Option<Probe> {
    fields.take(spellings, findings).and_then(|(at, value)| read_probe(value, &at, findings))
}

fn read_probe(value: &Value, at: &At, findings: &mut Findings) -> Option<Probe> {
    let mut fields = Fields::open(value, at.clone(), findings)?;
    let check = read_check(&mut fields, at, findings);
    let probe = Probe {
        initial_delay_seconds: fields.whole(&["initial_delay_seconds", "initialDelaySeconds"], findings),
        period_seconds: fields.whole(&["period_seconds", "periodSeconds"], findings),
        timeout_seconds: fields.whole(&["timeout_seconds", "timeoutSeconds"], findings),
        failure_threshold: fields.whole(&["failure_threshold", "failureThreshold"], findings),
        check: check?,
    };
    fields.close(findings);
    Some(probe)
}

fn read_check(fields: &mut Fields<'_>, at: &At, findings: &mut Findings) -> Option<ProbeCheck> {
    if let Some((at, value)) = fields.take(&["http_get", "httpGet"], findings) {
        let mut inner = Fields::open(value, at, findings)?;
        let path = inner.text(&["path"], findings).unwrap_or_else(|| "/".to_owned());
        let port = inner.whole(&["port"], findings);
        inner.close(findings);
        return Some(ProbeCheck::Http { path, port });
    }
    if let Some((at, value)) = fields.take(&["tcp_socket", "tcpSocket"], findings) {
        let mut inner = Fields::open(value, at, findings)?;
        let port = inner.whole(&["port"], findings);
        inner.close(findings);
        return Some(ProbeCheck::Tcp { port });
    }
    if let Some((at, value)) = fields.take(&["exec"], findings) {
        let mut inner = Fields::open(value, at, findings)?;
        let command = inner.list(&["command"], findings, text).unwrap_or_default();
        inner.close(findings);
        return Some(ProbeCheck::Exec { command });
    }
    let kind = fields.text(&["type"], findings);
    let path = fields.text(&["path"], findings);
    let port = fields.whole(&["port"], findings);
    let command = fields.list(&["command"], findings, text);
    match (kind.as_deref(), path, port, command) {
        (None | Some("http"), Some(path), port, None) => Some(ProbeCheck::Http { path, port }),
        (None, None, Some(port), None) => Some(ProbeCheck::Tcp { port: Some(port) }),
        (Some("tcp"), None, port, None) => Some(ProbeCheck::Tcp { port }),
        (None | Some("exec"), None, None, Some(command)) => Some(ProbeCheck::Exec { command }),
        _ => {
            let message = "A probe asks one thing: a \"path\" (HTTP, with a \"port\"), a \"port\" alone (TCP), or a \
                           \"command\" in the container.";
            findings.problem(at, "probe", message);
            None
        }
    }
}
