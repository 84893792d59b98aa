//! Decides how processor, memory, accelerators and scratch space are read: nested, flat, or our own.

use serde_json::Value;

use super::fields::{At, Fields, Findings, quantity};
use crate::{Amount, Quantity, Resources};

/// Reads `resources` in the nested shape of 0.7 (`cpu: {requests, limits}`) and in the flat one (`cpu: 500m`).
pub(super) fn read_resources(value: &Value, at: At, findings: &mut Findings) -> Resources {
    let Some(mut fields) = Fields::open(value, at, findings) else { return Resources::default() };
    let resources = Resources {
        cpu: amount(&mut fields, &["cpu"], findings),
        mem: amount(&mut fields, &["mem", "memory"], findings),
        gpu: amount(&mut fields, &["gpu"], findings),
        gpu_key: fields.text(&["gpu_key"], findings),
        disk: disk(&mut fields, findings),
    };
    fields.close(findings);
    resources
}

/// Reads one amount; a single value is what is asked for.
fn amount(fields: &mut Fields<'_>, spellings: &[&'static str], findings: &mut Findings) -> Amount {
    let Some((at, value)) = fields.take(spellings, findings) else { return Amount::default() };
    if !value.is_object() {
        return Amount { requests: quantity(value, &at, findings), limits: None };
    }
    let Some(mut nested) = Fields::open(value, at, findings) else { return Amount::default() };
    let amount = Amount {
        requests: nested.quantity(&["requests", "request"], findings),
        limits: nested.quantity(&["limits", "limit"], findings),
    };
    nested.close(findings);
    amount
}

/// Reads scratch space: one amount, also where it is written as a request and a limit.
fn disk(fields: &mut Fields<'_>, findings: &mut Findings) -> Option<Quantity> {
    let at = fields.at().key("disk");
    let Amount { requests, limits } = amount(fields, &["disk"], findings);
    if let (Some(request), Some(limit)) = (&requests, &limits)
        && request != limit
    {
        let message =
            format!("Scratch space is set aside in full, so the limit {limit} must be the request {request}.");
        findings.problem(&at, "disk", message);
    }
    limits.or(requests)
}
