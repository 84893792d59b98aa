//! Owns the labels, annotations and names by which Berth knows its own objects.
//!
//! Labels are for selectors and for people with kubectl: short, in lower case, made from names. Annotations hold the
//! exact values. Nothing here reads or writes an object.

use std::collections::BTreeMap;

use berth_model::{Action, FunctionName, InstallationId, ProjectName, RunId};

/// Label whose value [`MANAGER`] marks every object that Berth makes.
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Value of [`MANAGED_BY`].
pub const MANAGER: &str = "berth";
/// Label with the function's slug, where other tools look for a name.
pub const NAME: &str = "app.kubernetes.io/name";
/// Label with the project's slug.
pub const PROJECT: &str = "berth.dev/project";
/// Label with the function's slug.
pub const FUNCTION: &str = "berth.dev/function";
/// Label with the id of the run. Selectors use this one alone.
pub const RUN: &str = "berth.dev/run";
/// Label with the action's word.
pub const ACTION: &str = "berth.dev/action";
/// Label with the id of the data folder that launched it.
pub const INSTALLATION: &str = "berth.dev/installation";
/// Annotation with the project's exact name.
pub const PROJECT_NAME: &str = "berth.dev/project-name";
/// Annotation with the function's exact name.
pub const FUNCTION_NAME: &str = "berth.dev/function-name";
/// Annotation with the function's version number.
pub const FUNCTION_VERSION: &str = "berth.dev/function-version";
/// Annotation with the SHA-256 of the main object without our annotations.
pub const SPEC_HASH: &str = "berth.dev/spec-hash";
/// Annotation with the frozen run (zstd, base64), without code, manifests and secret values.
pub const RUN_SPEC: &str = "berth.dev/run-spec";
/// Annotation with the name of the owned configuration object that holds the frozen run when it is too large for
/// [`RUN_SPEC`].
pub const RUN_SPEC_IN: &str = "berth.dev/run-spec-in";

/// Annotation of a Secret that is rendered without its values: where they come from.
pub const VALUES: &str = "berth.dev/values";

/// Annotation of the Jobs of a schedule with the id of its run, whose labels they carry: each is a run of its own.
pub const FIRE_OF: &str = "berth.dev/fire-of";
/// Annotation of a Job that the cluster made of a schedule: when it was due.
pub const DUE: &str = "batch.kubernetes.io/cronjob-scheduled-timestamp";
/// Annotation of a Job that a person had made of a schedule; its value is `manual`.
pub const INSTANTIATE: &str = "cronjob.kubernetes.io/instantiate";

/// Annotation of a Secret that is rendered without what it signs in to a registry with: where that comes from.
pub const CREDENTIALS: &str = "berth.dev/credentials";

/// Annotation of an object of a run that is not to go with it.
pub const KEEP: &str = "berth.dev/keep";

/// Annotation of a Service that leads to the run that claimed its name last.
pub const ALIAS: &str = "berth.dev/alias";

/// Annotation of a service's pods: they belong to a Deployment that was released.
pub const RELEASED: &str = "berth.dev/released";
/// Annotation of a service's pods with the time at which they were last asked to start anew.
pub const RESTARTED_AT: &str = "berth.dev/restarted-at";

/// Beginning of every label and annotation that is ours alone.
pub const PREFIX: &str = "berth.dev/";

/// Longest slug. With a dash and 13 characters of the id an object's name has at most 46 characters, so that a
/// CronJob (52, since its children get 11 more), a Job's pod (63) and a Deployment's pod (63) all fit.
const SLUG_LENGTH: usize = 32;

/// Characters of the id in a name: 13 times 5 bits are the first 65 bits of the UUID.
const ID_LENGTH: u32 = 13;

/// Names a run's objects: `<slug>-<13 base32 characters of the id>`, at most 46 characters.
///
/// A DNS label that begins with a letter, as Services and pods need it. The same run always gets the same name, so a
/// repeated launch meets its own object instead of making a second one.
#[must_use]
pub fn object_name(function: &FunctionName, run: RunId) -> String {
    format!("{}-{}", slug(function.as_str()), short_id(run))
}

/// Turns a name into what a label, an object's name and a DNS label all accept: lower case, `[a-z0-9-]`, first a
/// letter, last no dash, at most 32 characters. What is left of a name without any usable character is `f`.
#[must_use]
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(SLUG_LENGTH);
    for letter in name.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            if slug.is_empty() && letter.is_ascii_digit() {
                slug.push_str("f-");
            }
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(SLUG_LENGTH);
    let kept = slug.trim_end_matches('-').len();
    slug.truncate(kept);
    if slug.is_empty() { "f".to_owned() } else { slug }
}

/// The labels of every object and pod of a run.
#[must_use]
pub fn of(
    project: &ProjectName,
    function: &FunctionName,
    run: RunId,
    action: Action,
    installation: InstallationId,
) -> BTreeMap<String, String> {
    let function = slug(function.as_str());
    [
        (MANAGED_BY, MANAGER.to_owned()),
        (NAME, function.clone()),
        (PROJECT, slug(project.as_str())),
        (FUNCTION, function),
        (RUN, run.to_string()),
        (ACTION, action.word().to_owned()),
        (INSTALLATION, installation.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// Returns the first 65 bits of the id in the base32 alphabet of RFC 4648, lower case.
#[must_use]
pub fn short_id(run: RunId) -> String {
    let bits = run.uuid().as_u128();
    (1..=ID_LENGTH).map(|place| base32_digit((bits >> (u128::BITS - 5 * place)) as u8 & 31)).collect()
}

const fn base32_digit(value: u8) -> char {
    if value < 26 { (b'a' + value) as char } else { (b'2' + value - 26) as char }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slug_is_a_dns_label_that_keeps_what_it_can() {
        for (name, expected) in [
            ("train", "train"),
            ("Train_Model.v2", "train-model-v2"),
            ("__a++b__", "a-b"),
            ("42", "f-42"),
            ("...", "f"),
            ("-", "f"),
            ("a.very.long.function.name.that.goes.on", "a-very-long-function-name-that-g"),
            ("exactly-thirty-one-characters-x-tail", "exactly-thirty-one-characters-x"),
        ] {
            assert_eq!(slug(name), expected, "slug of {name:?}");
        }
    }

    #[test]
    fn a_name_ends_in_the_first_65_bits_of_the_id() {
        let function = FunctionName::parse("train").unwrap();
        let id: RunId = "00000000-0000-0000-0000-000000000000".parse().unwrap();
        assert_eq!(object_name(&function, id), "train-aaaaaaaaaaaaa");
        let id: RunId = "ffffffff-ffff-ffff-ffff-ffffffffffff".parse().unwrap();
        assert_eq!(object_name(&function, id), "train-7777777777777");
        // `printf '\x66\x6f\x6f\x62\x61\x72' | base32` is MZXW6YTBOI======
        let id: RunId = "666f6f62-6172-0000-0000-000000000000".parse().unwrap();
        assert_eq!(object_name(&function, id), "train-mzxw6ytboiaaa");
    }

    proptest! {
        #[test]
        fn every_name_gives_a_valid_object_name(name in "[a-zA-Z0-9._+-]{1,256}", id in any::<u128>()) {
            let function = FunctionName::parse(&name).unwrap();
            let object = object_name(&function, RunId::from_uuid(uuid::Uuid::from_u128(id)));
            prop_assert!(object.len() <= 46, "{object} has {} characters", object.len());
            prop_assert!(object.starts_with(|letter: char| letter.is_ascii_lowercase()));
            prop_assert!(object.ends_with(|letter: char| letter.is_ascii_alphanumeric()));
            prop_assert!(object.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'));
        }

        #[test]
        fn every_project_gives_a_valid_label(name in "[a-z0-9-]{2,38}") {
            berth_model::LabelValue::parse(&slug(&name)).unwrap();
        }
    }
}
