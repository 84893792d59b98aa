//! Puts the words of an admission refusal into plain ones, with the field that a person can change.
//!
//! Only words: that it *is* an admission refusal was decided by code and by asking for the right. The API gives
//! nothing but text to tell a quota from Pod Security, so a text of an unknown form is shown as it is.

use berth_model::Problem;

/// A refusal in plain words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// What is wrong, why, what to do.
    pub(super) sentence: String,
    /// The fields of the run that are concerned.
    pub(super) fields: Vec<Problem>,
}

/// Reads the message of a 403 that admission gave.
pub(super) fn explain(message: &str) -> Refusal {
    let said = strip_subject(message);
    quota(said)
        .or_else(|| quota_demands(said))
        .or_else(|| pod_security(said))
        .or_else(|| limit_range(said))
        .unwrap_or_else(|| Refusal {
            sentence: format!("the rules of the cluster refuse it: {said}"),
            fields: Vec::new(),
        })
}

/// Cuts `pods "x" is forbidden: `, which names an object that the person never sees.
fn strip_subject(message: &str) -> &str {
    message.split_once(" is forbidden: ").map_or(message, |(_, rest)| rest)
}

/// `exceeded quota: NAME, requested: a=1,b=2, used: a=3,b=4, limited: a=3,b=4`
fn quota(said: &str) -> Option<Refusal> {
    let rest = said.strip_prefix("exceeded quota: ")?;
    let (name, rest) = rest.split_once(", requested: ")?;
    let (requested, rest) = rest.split_once(", used: ")?;
    let (used, limited) = rest.split_once(", limited: ")?;
    let amount = |list: &str, key: &str| -> String {
        let found = list.split(',').filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == key);
        found.map_or_else(|| "?".to_owned(), |(_, value)| value.to_owned())
    };
    let mut parts = Vec::new();
    let mut fields = Vec::new();
    for (key, asked) in requested.split(',').filter_map(|pair| pair.trim().split_once('=')) {
        let part = format!("{key}: {asked} more asked, {} of {} in use", amount(used, key), amount(limited, key));
        if let Some(path) = field_of(key) {
            let sentence = format!(
                "The quota \"{name}\" of the namespace would be exceeded ({part}); ask for less or wait until others end."
            );
            fields.push(Problem::new(path, "quota", sentence));
        }
        parts.push(part);
    }
    let sentence = format!(
        "the quota \"{name}\" of the namespace would be exceeded ({}); ask for less, or wait until others end",
        parts.join("; ")
    );
    Some(Refusal { sentence, fields })
}

/// `failed quota: NAME: must specify limits.cpu for: main; requests.cpu for: main`
fn quota_demands(said: &str) -> Option<Refusal> {
    let (name, demands) = said.strip_prefix("failed quota: ")?.split_once(": must specify ")?;
    let keys: Vec<&str> = demands
        .split([';', ','])
        .map(|part| part.trim().split(' ').next().unwrap_or_default())
        .filter(|key| key.contains('.'))
        .collect();
    let fields = keys
        .iter()
        .filter_map(|key| {
            let sentence = format!("The quota \"{name}\" of the namespace demands a value here ({key}); give one.");
            field_of(key).map(|path| Problem::new(path, "quota", sentence))
        })
        .collect();
    let sentence =
        format!("the quota \"{name}\" of the namespace demands values that the run does not give: {demands}");
    Some(Refusal { sentence, fields })
}

/// `violates PodSecurity "restricted:latest": a (…), b (…)`
fn pod_security(said: &str) -> Option<Refusal> {
    let (profile, why) = said.strip_prefix("violates PodSecurity \"")?.split_once("\": ")?;
    let level = profile.split(':').next().unwrap_or(profile);
    let sentence = format!(
        "the namespace enforces Pod Security \"{level}\", which this run does not meet: {why}; choose the security level \
         \"restricted\", or another namespace"
    );
    let field = format!(
        "The namespace enforces Pod Security \"{level}\", which this run does not meet; choose the level restricted."
    );
    Some(Refusal { sentence, fields: vec![Problem::new("security", "pod_security", field)] })
}

/// `[maximum cpu usage per Container is 1, but limit is 2, …]` or one of these without brackets.
fn limit_range(said: &str) -> Option<Refusal> {
    let inner = said.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(said);
    let (bound, rest) = inner.split_once(' ')?;
    let (resource, after) = rest.split_once(' ')?;
    if !matches!(bound, "maximum" | "minimum") || !after.contains("usage per ") {
        return None;
    }
    let sentence = format!("the limits of the namespace refuse it: {inner}; ask for an amount within them");
    let field = format!("The limits of the namespace refuse this amount ({inner}).");
    Some(Refusal {
        sentence,
        fields: field_of(resource).map(|path| Problem::new(path, "limit_range", field)).into_iter().collect(),
    })
}

/// The field of a run that decides about a resource of a quota.
fn field_of(key: &str) -> Option<&'static str> {
    Some(match key {
        "cpu" | "requests.cpu" => "resources.cpu.requests",
        "limits.cpu" => "resources.cpu.limits",
        "memory" | "requests.memory" => "resources.mem.requests",
        "limits.memory" => "resources.mem.limits",
        "ephemeral-storage" | "requests.ephemeral-storage" | "limits.ephemeral-storage" => "resources.disk",
        _ if key.ends_with("/gpu") => "resources.gpu.requests",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, part: &str, paths: &[&str]) {
        let refusal = explain(message);
        assert!(refusal.sentence.contains(part), "{} should say {part}", refusal.sentence);
        let found: Vec<&str> = refusal.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(found, paths, "{message}");
    }

    #[test]
    fn refusals_are_told_in_plain_words_with_their_fields() {
        check(
            r#"pods "x" is forbidden: exceeded quota: q, requested: limits.memory=2Gi,requests.cpu=2, used: limits.memory=0,requests.cpu=500m, limited: limits.memory=1Gi,requests.cpu=1"#,
            "requests.cpu: 2 more asked, 500m of 1 in use",
            &["resources.mem.limits", "resources.cpu.requests"],
        );
        check(
            r#"jobs.batch "x" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=3, limited: count/jobs.batch=3"#,
            "count/jobs.batch: 1 more asked, 3 of 3 in use",
            &[],
        );
        check(
            r#"pods "x" is forbidden: failed quota: q: must specify limits.cpu for: main; limits.memory for: main"#,
            "demands values",
            &["resources.cpu.limits", "resources.mem.limits"],
        );
        check(
            r#"pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false)"#,
            "enforces Pod Security \"restricted\"",
            &["security"],
        );
        check(
            r#"pods "x" is forbidden: [maximum cpu usage per Container is 1, but limit is 2, maximum memory usage per Pod is 1Gi, but limit is 2Gi]"#,
            "the limits of the namespace refuse it: maximum cpu",
            &["resources.cpu.requests"],
        );
        check(
            r#"pods "x" is forbidden: error looking up service account a/b: serviceaccount "b" not found"#,
            "the rules of the cluster refuse it: error looking up service account",
            &[],
        );
    }
}
