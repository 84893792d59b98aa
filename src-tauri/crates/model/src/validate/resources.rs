//! Decides what is wrong with processor, memory, accelerators and scratch space.

use super::scheduling::is_qualified_name;
use crate::{Problem, Quantity, Resources};

/// Checks signs, wholeness, and that no limit is below its request.
pub(super) fn check(resources: &Resources, problems: &mut Vec<Problem>) {
    let amounts = [("cpu", &resources.cpu), ("mem", &resources.mem), ("gpu", &resources.gpu)];
    for (name, amount) in amounts {
        for (side, value) in [("requests", &amount.requests), ("limits", &amount.limits)] {
            let Some(value) = value else { continue };
            check_amount(&format!("resources.{name}.{side}"), name, value, problems);
        }
        if let (Some(request), Some(limit)) = (&amount.requests, &amount.limits)
            && limit < request
        {
            let message =
                format!("The limit {limit} is below the request {request}: raise the limit or lower the request.");
            problems.push(Problem::new(format!("resources.{name}.limits"), "limit_below_request", message));
        }
    }
    if let (Some(request), Some(limit)) = (&resources.gpu.requests, &resources.gpu.limits)
        && limit > request
    {
        let message =
            format!("Accelerators cannot be shared, so the limit {limit} must be the same as the request {request}.");
        problems.push(Problem::new("resources.gpu.limits", "gpu", message));
    }
    if let Some(key) = &resources.gpu_key
        && (!key.contains('/') || !is_qualified_name(key))
    {
        let message =
            format!("\"{key}\" is not a resource of nodes: write it with its domain, such as nvidia.com/gpu.");
        problems.push(Problem::new("resources.gpu_key", "gpu_key", message));
    }
    if let Some(disk) = &resources.disk {
        check_amount("resources.disk", "disk", disk, problems);
        if disk.value() == 0 {
            let message = "Scratch space of size 0 holds nothing: leave \"disk\" out, or name a size such as 10Gi.";
            problems.push(Problem::new("resources.disk", "size", message));
        }
    }
}

fn check_amount(path: &str, name: &str, value: &Quantity, problems: &mut Vec<Problem>) {
    if value.value() < 0 {
        problems.push(Problem::new(path, "negative", format!("{value} is below zero: an amount cannot be negative.")));
    } else if name == "gpu" && !value.is_whole() {
        let message = format!("{value} is a part of an accelerator: ask for whole ones.");
        problems.push(Problem::new(path, "gpu", message));
    } else if matches!(name, "mem" | "disk") && !value.is_whole() {
        let message =
            format!("{value} is a part of a byte: the suffix \"m\" means thousandths, write Mi for mebibytes.");
        problems.push(Problem::new(path, "bytes", message));
    }
}
