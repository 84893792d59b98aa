//! Writes `docs/SPECIFICATION.md`: of each row what Berth does, what proves it, and what it becomes in the cluster.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::rows::{BEYOND, Row};
use super::{Case, Expect, Variant};
use crate::program::Program;

/// Variants that a test of its own proves. Naming the function keeps the table honest when it is renamed.
const PROVEN_APART: [(Variant, &str, fn()); 43] = {
    use crate::{builds, forwards, launch_crashes, schedules, secrets, services, sources, specification, words};
    const CLAIMS: (&str, fn()) = (
        "a_claim_outlives_its_run_unless_that_was_not_wanted",
        specification::a_claim_outlives_its_run_unless_that_was_not_wanted,
    );
    const STORED: (&str, fn()) = (
        "what_describes_a_function_is_stored_and_bad_values_are_refused",
        specification::what_describes_a_function_is_stored_and_bad_values_are_refused,
    );
    const SUGGESTED: (&str, fn()) = (
        "a_command_is_suggested_from_language_and_handler_and_never_filled_in",
        sources::a_command_is_suggested_from_language_and_handler_and_never_filled_in,
    );
    const TRANSFER: (&str, fn()) = (
        "a_project_is_exported_as_it_says_and_comes_back_whole",
        specification::a_project_is_exported_as_it_says_and_comes_back_whole,
    );
    const SCRIPT: (&str, fn()) = (
        "a_service_is_launched_scaled_opened_restarted_stopped_and_resumed_from_a_script",
        words::a_service_is_launched_scaled_opened_restarted_stopped_and_resumed_from_a_script,
    );
    const NIGHTLY: (&str, fn()) = (
        "the_example_nightly_is_scheduled_run_now_suspended_and_resumed_from_a_script",
        words::the_example_nightly_is_scheduled_run_now_suspended_and_resumed_from_a_script,
    );
    const STARTS: (&str, fn()) = (
        "each_start_of_a_schedule_is_a_run_with_its_log_and_the_schedule_can_be_suspended_resumed_and_deleted",
        schedules::each_start_of_a_schedule_is_a_run_with_its_log_and_the_schedule_can_be_suspended_resumed_and_deleted,
    );
    const CLOSED: (&str, fn()) = (
        "starts_while_no_berth_looked_are_taken_in_and_those_that_are_gone_are_rows_that_say_so",
        schedules::starts_while_no_berth_looked_are_taken_in_and_those_that_are_gone_are_rows_that_say_so,
    );
    const LIVES: (&str, fn()) = (
        "a_service_lives_through_scaling_stop_resume_restart_and_delete_and_every_copys_log_is_kept",
        services::a_service_lives_through_scaling_stop_resume_restart_and_delete_and_every_copys_log_is_kept,
    );
    const TYPES: (&str, fn()) = (
        "each_type_of_service_is_admitted_and_a_balancer_without_address_is_told",
        services::each_type_of_service_is_admitted_and_a_balancer_without_address_is_told,
    );
    const DEGRADED: (&str, fn()) = (
        "a_service_without_all_its_copies_is_ready_with_the_reason_beside_it",
        services::a_service_without_all_its_copies_is_ready_with_the_reason_beside_it,
    );
    const OPENED: (&str, fn()) = (
        "requests_go_on_through_one_local_port_while_the_pod_is_killed_twenty_times",
        forwards::requests_go_on_through_one_local_port_while_the_pod_is_killed_twenty_times,
    );
    [
        ((11, "a command is suggested, never filled in"), SUGGESTED.0, SUGGESTED.1),
        ((12, "a command is suggested, never filled in"), SUGGESTED.0, SUGGESTED.1),
        ((1, "an unknown project is refused"), STORED.0, STORED.1),
        ((2, "stored and versioned"), STORED.0, STORED.1),
        ((2, "a bad name is refused"), STORED.0, STORED.1),
        ((3, "a bad kind is refused"), STORED.0, STORED.1),
        ((4, "kept from a file"), STORED.0, STORED.1),
        ((4, "a bad one is refused"), STORED.0, STORED.1),
        ((5, "stored"), STORED.0, STORED.1),
        ((6, "stored"), STORED.0, STORED.1),
        ((7, "kept from a file"), STORED.0, STORED.1),
        (
            (13, "a build gives it to the function by digest, the next job runs it, undo takes it back"),
            "a_build_gives_its_function_the_image_by_digest_the_next_job_runs_it_and_undo_takes_it_back",
            builds::a_build_gives_its_function_the_image_by_digest_the_next_job_runs_it_and_undo_takes_it_back,
        ),
        ((19, "existing claim: what one run writes the next one reads"), CLAIMS.0, CLAIMS.1),
        ((19, "new claim: size, class, access mode"), CLAIMS.0, CLAIMS.1),
        ((19, "new claim: kept by default"), CLAIMS.0, CLAIMS.1),
        ((19, "new claim: deleted with the run where that was chosen"), CLAIMS.0, CLAIMS.1),
        (
            (24, "nowhere but in the Secret that the run owns"),
            "a_secrets_value_reaches_the_process_and_is_nowhere_else",
            secrets::a_secrets_value_reaches_the_process_and_is_nowhere_else,
        ),
        (
            (24, "without a keyring: for this session only"),
            "without_the_keyring_nothing_is_created_and_the_value_can_be_given_for_this_launch",
            secrets::without_the_keyring_nothing_is_created_and_the_value_can_be_given_for_this_launch,
        ),
        (
            (24, "removed between launch and start"),
            "a_secret_that_is_gone_between_launch_and_start_is_told_and_nothing_runs",
            launch_crashes::a_secret_that_is_gone_between_launch_and_start_is_told_and_nothing_runs,
        ),
        ((1, "exported and imported"), TRANSFER.0, TRANSFER.1),
        ((6, "found by a filter"), SCRIPT.0, SCRIPT.1),
        ((7, "decides at an export"), TRANSFER.0, TRANSFER.1),
        ((17, "serve"), LIVES.0, LIVES.1),
        ((17, "deploy"), DEGRADED.0, DEGRADED.1),
        ((27, "suspend and resume"), STARTS.0, STARTS.1),
        ((27, "suspend and resume"), NIGHTLY.0, NIGHTLY.1),
        ((27, "run now"), STARTS.0, STARTS.1),
        ((27, "run now"), NIGHTLY.0, NIGHTLY.1),
        ((27, "each fire is a child run"), STARTS.0, STARTS.1),
        ((27, "fires while Berth was closed"), CLOSED.0, CLOSED.1),
        (
            (27, "what Forbid leaves out and what Replace ends"),
            "a_start_while_the_one_before_goes_on_is_left_out_or_takes_its_place_as_the_policy_says",
            schedules::a_start_while_the_one_before_goes_on_is_left_out_or_takes_its_place_as_the_policy_says,
        ),
        ((28, "deploy"), DEGRADED.0, DEGRADED.1),
        ((28, "serve"), LIVES.0, LIVES.1),
        ((28, "scale up and down"), LIVES.0, LIVES.1),
        ((28, "to zero and back"), LIVES.0, LIVES.1),
        ((28, "ready n of m"), DEGRADED.0, DEGRADED.1),
        ((29, "both spellings"), LIVES.0, LIVES.1),
        ((29, "name and protocol"), LIVES.0, LIVES.1),
        ((29, "opens from the laptop"), OPENED.0, OPENED.1),
        ((30, "ClusterIP"), LIVES.0, LIVES.1),
        ((30, "NodePort"), TYPES.0, TYPES.1),
        ((30, "LoadBalancer"), TYPES.0, TYPES.1),
        (
            (31, "a Dockerfile within the code"),
            "code_that_is_fetched_brings_its_own_dockerfile",
            builds::code_that_is_fetched_brings_its_own_dockerfile,
        ),
    ]
};

/// What nothing proves yet. A variant that stands neither here nor in a case fails the page, and so does one in both.
const NOT_YET: &[Variant] = &[];

/// Writes the page.
pub async fn written(program: &Program, rows: &[Row], cases: &[Case]) -> String {
    every_name_is_a_variant(rows, cases);
    let mut body = String::new();
    let (mut complete, mut proven) = (0, 0);
    for row in rows {
        let proofs: Vec<(&str, Vec<String>)> =
            row.variants.iter().map(|variant| (*variant, proofs((row.number, variant), cases))).collect();
        let done = proofs.iter().filter(|(_, proofs)| !proofs.is_empty()).count();
        proven += done;
        complete += usize::from(is_numbered(row) && done == proofs.len());
        let number = if is_numbered(row) { row.number.to_string() } else { "+".to_owned() };
        let _ = writeln!(body, "\n## {number} · {} ({done} of {})\n\n{}\n", row.name, proofs.len(), row.does);
        for (variant, proofs) in proofs {
            let by = if proofs.is_empty() { "**not yet**".to_owned() } else { proofs.join(", ") };
            let _ = writeln!(body, "- {variant}: {by}");
        }
        if let Some(piece) = piece(program, row.number, cases).await {
            let _ = write!(body, "\n```yaml\n{piece}```\n");
        }
    }
    let numbered = rows.iter().filter(|row| is_numbered(row)).count();
    let variants: usize = rows.iter().map(|row| row.variants.len()).sum();
    format!(
        "# The specification, row by row\n\nMade by the test `the_page_of_the_specification_is_current_and_no_variant_is_forgotten`; do not edit.\n\n\
         **{complete} of {numbered} rows** have a test for every variant, **{proven} of {variants} variants** have one. In quotes\n\
         stand cases of `tests/cluster/specification/cases.rs`, which run on a real cluster and are judged by what the\n\
         process printed or what the API server admitted; the others are tests of their own in `tests/cluster`.\n{body}"
    )
}

/// Whether the specification numbers the row: not the run itself, nor what goes beyond it.
const fn is_numbered(row: &Row) -> bool {
    row.number > 0 && row.number < BEYOND
}

/// Names what proves a variant; empty where it is said that nothing does yet.
fn proofs(variant: Variant, cases: &[Case]) -> Vec<String> {
    let mut proofs: Vec<String> =
        cases.iter().filter(|case| case.proves.contains(&variant)).map(|case| format!("“{}”", case.name)).collect();
    proofs.extend(PROVEN_APART.iter().filter(|(known, ..)| *known == variant).map(|(_, name, _)| format!("`{name}`")));
    assert_ne!(
        proofs.is_empty(),
        !NOT_YET.contains(&variant),
        "row {}, \"{}\": proven by {proofs:?}; give it a case, or name it in NOT_YET, and not both",
        variant.0,
        variant.1
    );
    proofs
}

/// A proof of something that no row asks for is a slip of the pen.
fn every_name_is_a_variant(rows: &[Row], cases: &[Case]) {
    let named = cases.iter().flat_map(|case| case.proves).chain(PROVEN_APART.iter().map(|(variant, ..)| variant));
    for (number, variant) in named.chain(NOT_YET) {
        let is_known = rows.iter().any(|row| row.number == *number && row.variants.contains(variant));
        assert!(is_known, "row {number} has no variant \"{variant}\"");
    }
}

/// The piece of the manifest that a row becomes, from the first case that is above all about the row.
async fn piece(program: &Program, row: u8, cases: &[Case]) -> Option<String> {
    let is_about = |case: &&Case| case.proves.first().is_some_and(|(number, _)| *number == row);
    let case = cases.iter().filter(is_about).find(|case| !case.shows.is_empty())?;
    assert!(!matches!(case.expect, Expect::Refused(_)), "{}: what is refused renders nothing", case.name);
    let prepared = program.app.prepare(&case.request("team")).await.unwrap_or_else(|error| panic!("{error:?}"));
    let main = prepared.manifests.first()?;
    let mut shown = Value::Object(Map::new());
    for pointer in case.shows {
        put(&mut shown, pointer, main.pointer(pointer)?.clone());
    }
    Some(serde_saphyr::to_string(&shown).unwrap())
}

/// Puts a value where it stood in the whole; lists are written as their first item alone.
fn put(shown: &mut Value, pointer: &str, value: Value) {
    let mut at = shown;
    for key in pointer.trim_start_matches('/').split('/') {
        at = match key.parse::<usize>() {
            Ok(_) => {
                if !at.is_array() {
                    *at = json!([{}]);
                }
                &mut at[0]
            }
            Err(_) => {
                if at.is_null() {
                    *at = json!({});
                }
                &mut at[key]
            }
        };
    }
    *at = value;
}
