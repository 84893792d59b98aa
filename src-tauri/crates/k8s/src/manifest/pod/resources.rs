//! Decides what the container asks of a node and the most it may use.

use std::collections::BTreeMap;

use berth_model::{Amount, Resources};
use k8s_openapi::api::core::v1::ResourceRequirements;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// Resource name of accelerators where the run names none.
const DEFAULT_ACCELERATOR: &str = "nvidia.com/gpu";

/// Resource name of the node's disk.
const SCRATCH: &str = "ephemeral-storage";

/// Renders requests and limits.
pub fn render(resources: &Resources) -> Option<ResourceRequirements> {
    let accelerators = accelerators(&resources.gpu);
    let accelerator_key = resources.gpu_key.as_deref().unwrap_or(DEFAULT_ACCELERATOR);
    let named = [("cpu", &resources.cpu), ("memory", &resources.mem), (accelerator_key, &accelerators)];
    let mut requests = amounts(&named, |amount| amount.requests.as_ref());
    if let Some(disk) = &resources.disk {
        // Set aside on the node; the limit is the volume's own, so that logs and image layers do not count against it.
        requests.get_or_insert_default().insert(SCRATCH.to_owned(), Quantity(disk.to_string()));
    }
    let limits = amounts(&named, |amount| amount.limits.as_ref());
    (requests.is_some() || limits.is_some()).then_some(ResourceRequirements { claims: None, limits, requests })
}

/// Accelerators cannot be shared out, so what is set aside is what may be used.
fn accelerators(amount: &Amount) -> Amount {
    let both = amount.limits.clone().or_else(|| amount.requests.clone());
    Amount { requests: both.clone(), limits: both }
}

fn amounts(
    named: &[(&str, &Amount)],
    pick: fn(&Amount) -> Option<&berth_model::Quantity>,
) -> Option<BTreeMap<String, Quantity>> {
    let amounts: BTreeMap<_, _> = named
        .iter()
        .filter_map(|(name, amount)| Some(((*name).to_owned(), Quantity(pick(amount)?.to_string()))))
        .collect();
    (!amounts.is_empty()).then_some(amounts)
}
