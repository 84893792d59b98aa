//! Reads the cluster's events about a run's objects.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;
use serde::{Deserialize, Serialize};

/// An event of a run's objects, folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEvent {
    /// Identity of the event object: the same event, repeated, keeps it.
    pub uid: String,
    /// Kind and name of what it is about, as in `Pod/train-…`.
    pub about: String,
    /// The container of the pod that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// `Normal` or `Warning`.
    pub kind: String,
    /// The cluster's word.
    pub reason: String,
    /// The cluster's sentence, verbatim.
    pub message: String,
    /// How often.
    pub count: u32,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

/// Folds events: one row per event object, in its newest form, oldest first.
pub fn fold(events: &[Event]) -> Vec<RunEvent> {
    let mut rows: Vec<RunEvent> = Vec::new();
    for row in events.iter().map(row) {
        match rows.iter_mut().find(|known| known.uid == row.uid) {
            Some(known) if (known.count, known.last) < (row.count, row.last) => *known = row,
            Some(_) => {}
            None => rows.push(row),
        }
    }
    rows.sort_by(|left, right| (left.first, left.last, &left.uid).cmp(&(right.first, right.last, &right.uid)));
    rows
}

fn row(event: &Event) -> RunEvent {
    let about = &event.involved_object;
    let word = |text: Option<&String>| text.cloned().unwrap_or_default();
    RunEvent {
        uid: event.metadata.uid.clone().or_else(|| event.metadata.name.clone()).unwrap_or_default(),
        about: format!("{}/{}", word(about.kind.as_ref()), word(about.name.as_ref())),
        container: about.field_path.as_deref().and_then(container),
        kind: word(event.type_.as_ref()),
        reason: word(event.reason.as_ref()),
        message: word(event.message.as_ref()),
        count: count(event),
        first: first(event),
        last: last(event),
    }
}

/// Reads `spec.containers{main}` and `spec.initContainers{fetch}`.
fn container(field: &str) -> Option<String> {
    let (list, name) = field.split_once('{')?;
    let is_known = ["spec.containers", "spec.initContainers"].contains(&list);
    is_known.then(|| name.trim_end_matches('}').to_owned())
}

/// Newer sources count in a series, older ones in the event itself.
fn count(event: &Event) -> u32 {
    let series = event.series.as_ref().and_then(|series| series.count);
    series.or(event.count).and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1)
}

/// When it happened first; the beginning of 1970 where the event has no time at all.
fn first(event: &Event) -> Timestamp {
    let first = event.first_timestamp.as_ref().map(|time| time.0);
    let once = || event.event_time.as_ref().map(|time| time.0);
    let made = || event.metadata.creation_timestamp.as_ref().map(|time| time.0);
    first.or_else(once).or_else(made).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// When it happened last.
pub fn last(event: &Event) -> Timestamp {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref()).map(|time| time.0);
    let plain = event.last_timestamp.as_ref().map(|time| time.0);
    series.into_iter().chain(plain).max().unwrap_or_else(|| first(event))
}

/// The newest event about an object among those whose reason is wanted. Of two in the same second (older sources count
/// no finer) the one that was written later.
pub fn newest_about<'a>(events: &'a [Event], uid: &str, wanted: impl Fn(&str) -> bool) -> Option<&'a Event> {
    events
        .iter()
        .filter(|event| event.involved_object.uid.as_deref() == Some(uid) && !uid.is_empty())
        .filter(|event| event.reason.as_deref().is_some_and(&wanted))
        .max_by_key(|event| {
            let written = event.metadata.resource_version.as_deref().and_then(|text| text.parse::<u64>().ok());
            (last(event), written)
        })
}
