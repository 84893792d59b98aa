//! Decides what the time of an attempt was spent on, from the events that are kept with the run. Pure.
//!
//! The cluster tells most moments to the second and forgets its events after an hour; what Berth has kept of them is
//! enough, and where a moment is missing its step is counted to the next one that is known, so that the steps of an
//! attempt always add up.

use berth_model::Attempt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::RunEvent;

/// What an attempt does, in the order in which it does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Waiting for the cluster to make its pod.
    Queued,
    /// Waiting for a node.
    Scheduling,
    /// The node prepares volumes and network.
    Preparing,
    /// The node pulls an image.
    Pulling,
    /// Code is fetched by containers that run before the program's.
    Fetching,
    /// The container is made and started.
    Starting,
    /// The program runs.
    Running,
}

/// A step with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What was done.
    pub step: Step,
    /// When it began.
    pub from: Timestamp,
    /// When it ended; `None` while it goes on.
    pub to: Option<Timestamp>,
    /// Size of the image that was pulled, in bytes, where the node told it.
    pub bytes: Option<u64>,
}

/// What one attempt spent its time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptSpans {
    /// Number of the attempt; 1 for the wait before there is one.
    pub number: u32,
    /// Its pod; empty before there is one.
    pub pod: String,
    /// Its steps, each beginning where the one before ends.
    pub spans: Vec<Span>,
}

/// Works out the steps of a run that was made at `created`. `is_over` where nothing goes on any more.
#[must_use]
pub fn startup(created: Timestamp, attempts: &[Attempt], events: &[RunEvent], is_over: bool) -> Vec<AttemptSpans> {
    if attempts.is_empty() {
        let spans = vec![Span { step: Step::Queued, from: created, to: None, bytes: None }];
        return if is_over { Vec::new() } else { vec![AttemptSpans { number: 1, pod: String::new(), spans }] };
    }
    let mut begin = created;
    let mut all = Vec::new();
    for attempt in attempts {
        let spans = spans(begin, attempt, events, is_over);
        // The next attempt waits from here on.
        begin = spans.last().map_or(begin, |span| span.to.unwrap_or(span.from)).max(begin);
        all.push(AttemptSpans { number: attempt.number, pod: attempt.pod.clone(), spans });
    }
    all
}

fn spans(begin: Timestamp, attempt: &Attempt, events: &[RunEvent], is_over: bool) -> Vec<Span> {
    let about = format!("Pod/{}", attempt.pod);
    let made = format!("Created pod: {}", attempt.pod);
    let made = events.iter().find(|event| event.reason == "SuccessfulCreate" && event.message == made);
    let of_pod = || events.iter().filter(|event| event.about == about);
    let is_first = |event: &RunEvent| {
        let named = |name: &String| attempt.containers.iter().any(|one| one.init && one.name == *name);
        event.container.as_ref().is_some_and(named)
    };
    let scheduled = of_pod().find(|event| event.reason == "Scheduled");
    let before = image(of_pod().filter(|event| is_first(event)));
    let main = image(of_pod().filter(|event| !is_first(event)));
    let at = |event: Option<&RunEvent>| event.map(|event| event.first);
    let mut steps = vec![(Step::Queued, at(made), None), (Step::Scheduling, at(scheduled), None)];
    if attempt.containers.iter().any(|container| container.init) {
        steps.push((Step::Preparing, at(before.pulling.or(before.pulled)), None));
        steps.extend(before.step());
        steps.push((Step::Fetching, at(main.pulling.or(main.pulled)), None));
    } else {
        steps.push((Step::Preparing, at(main.pulling.or(main.pulled)), None));
    }
    steps.extend(main.step());
    steps.extend([(Step::Starting, attempt.started, None), (Step::Running, attempt.finished, None)]);

    let mut spans = Vec::new();
    let mut from = begin;
    let mut next = Step::Queued;
    for (number, (step, end, bytes)) in steps.iter().enumerate() {
        let Some(end) = end else { continue };
        let to = from.max(*end);
        spans.push(Span { step: *step, from, to: Some(to), bytes: *bytes });
        from = to;
        next = steps.get(number + 1).map_or(Step::Running, |(step, ..)| *step);
    }
    if attempt.finished.is_none() && !is_over {
        spans.push(Span { step: next, from, to: None, bytes: None });
    }
    spans
}

/// What was told of the first image of some containers.
struct Image<'a> {
    pulling: Option<&'a RunEvent>,
    pulled: Option<&'a RunEvent>,
}

fn image<'a>(events: impl Iterator<Item = &'a RunEvent> + Clone) -> Image<'a> {
    let first = |reason: &str| events.clone().find(|event| event.reason == reason);
    Image { pulling: first("Pulling"), pulled: first("Pulled") }
}

impl Image<'_> {
    /// The step of pulling it, with its end and its size; an image that is there already is not pulled.
    fn step(&self) -> Option<(Step, Option<Timestamp>, Option<u64>)> {
        self.pulling?;
        let size = self.pulled.and_then(|event| image_size(&event.message));
        Some((Step::Pulling, self.pulled.map(|event| event.first), size))
    }
}

/// Reads `… Image size: 67488775 bytes.`
fn image_size(message: &str) -> Option<u64> {
    message.split_once("Image size: ")?.1.split_once(' ')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use berth_model::{AttemptState, ContainerView};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn event(about: &str, reason: &str, message: &str, second: i64) -> RunEvent {
        RunEvent {
            uid: reason.to_owned(),
            about: about.to_owned(),
            container: None,
            kind: "Normal".to_owned(),
            reason: reason.to_owned(),
            message: message.to_owned(),
            count: 1,
            first: at(second),
            last: at(second),
        }
    }

    fn attempt(started: Option<i64>, finished: Option<i64>) -> Attempt {
        Attempt {
            number: 1,
            pod: "train-x".to_owned(),
            pod_uid: "uid".to_owned(),
            node: None,
            state: AttemptState::Running,
            reason: None,
            exit_code: None,
            started: started.map(at),
            finished: finished.map(at),
            containers: Vec::new(),
        }
    }

    fn told() -> Vec<RunEvent> {
        let size = "Successfully pulled image \"python\" in 45ms (45ms including waiting). Image size: 67488775 bytes.";
        vec![
            event("Job/train", "SuccessfulCreate", "Created pod: train-x", 1),
            event("Pod/train-x", "Scheduled", "assigned", 2),
            event("Pod/train-x", "Pulling", "Pulling image", 4),
            event("Pod/train-x", "Pulled", size, 12),
        ]
    }

    fn check(all: &[AttemptSpans], expected: &[(Step, i64, Option<i64>)]) {
        let found: Vec<_> = all.iter().flat_map(|one| &one.spans).map(|span| (span.step, span.from, span.to)).collect();
        let expected: Vec<_> = expected.iter().map(|(step, from, to)| (*step, at(*from), to.map(at))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn steps_follow_one_another_and_add_up() {
        let all = startup(at(0), &[attempt(Some(13), Some(20))], &told(), true);
        let expected = [
            (Step::Queued, 0, Some(1)),
            (Step::Scheduling, 1, Some(2)),
            (Step::Preparing, 2, Some(4)),
            (Step::Pulling, 4, Some(12)),
            (Step::Starting, 12, Some(13)),
            (Step::Running, 13, Some(20)),
        ];
        check(&all, &expected);
        let sizes: Vec<_> = all.iter().flat_map(|one| &one.spans).filter_map(|span| span.bytes).collect();
        assert_eq!(sizes, [67_488_775]);
    }

    fn of(container: &str, event: RunEvent) -> RunEvent {
        RunEvent { container: Some(container.to_owned()), ..event }
    }

    #[test]
    fn fetching_code_is_a_step_of_its_own_between_two_images() {
        let view = |name: &str, init: bool| ContainerView {
            name: name.to_owned(),
            init,
            restarts: 0,
            has_started: true,
            is_running: false,
            is_ready: false,
        };
        let with_code = |started, finished| Attempt {
            containers: vec![view("fetch", true), view("main", false)],
            ..attempt(started, finished)
        };
        let size = |bytes: u64| format!("Successfully pulled image. Image size: {bytes} bytes.");
        let events = vec![
            event("Job/train", "SuccessfulCreate", "Created pod: train-x", 1),
            event("Pod/train-x", "Scheduled", "assigned", 2),
            of("fetch", event("Pod/train-x", "Pulling", "Pulling image", 3)),
            of("fetch", event("Pod/train-x", "Pulled", &size(5), 4)),
            of("fetch", event("Pod/train-x", "Started", "Started container", 4)),
            of("main", event("Pod/train-x", "Pulling", "Pulling image", 9)),
            of("main", event("Pod/train-x", "Pulled", &size(7), 12)),
        ];
        let all = startup(at(0), &[with_code(Some(13), Some(20))], &events, true);
        let begin = [
            (Step::Queued, 0, Some(1)),
            (Step::Scheduling, 1, Some(2)),
            (Step::Preparing, 2, Some(3)),
            (Step::Pulling, 3, Some(4)),
        ];
        let rest = [
            (Step::Fetching, 4, Some(9)),
            (Step::Pulling, 9, Some(12)),
            (Step::Starting, 12, Some(13)),
            (Step::Running, 13, Some(20)),
        ];
        check(&all, &[&begin[..], &rest[..]].concat());
        let sizes: Vec<_> = all.iter().flat_map(|one| &one.spans).filter_map(|span| span.bytes).collect();
        assert_eq!(sizes, [5, 7]);
        let fetching = startup(at(0), &[with_code(None, None)], events.get(..5).unwrap(), false);
        check(&fetching, &[&begin[..], &[(Step::Fetching, 4, None)]].concat());
    }

    #[test]
    fn what_goes_on_has_no_end() {
        check(&startup(at(0), &[], &[], false), &[(Step::Queued, 0, None)]);
        let pulling: Vec<_> = told().into_iter().filter(|event| event.reason != "Pulled").collect();
        let expected = [
            (Step::Queued, 0, Some(1)),
            (Step::Scheduling, 1, Some(2)),
            (Step::Preparing, 2, Some(4)),
            (Step::Pulling, 4, None),
        ];
        check(&startup(at(0), &[attempt(None, None)], &pulling, false), &expected);
    }

    #[test]
    fn a_missing_moment_belongs_to_the_next_step_that_is_known() {
        let expected = [(Step::Starting, 0, Some(13)), (Step::Running, 13, Some(20))];
        check(&startup(at(0), &[attempt(Some(13), Some(20))], &[], true), &expected);
        // An image that was there, and a cluster whose events were never seen in order.
        let there = vec![event("Pod/train-x", "Pulled", "Container image already present on machine", 3)];
        let expected = [(Step::Preparing, 0, Some(3)), (Step::Starting, 3, None)];
        check(&startup(at(0), &[attempt(None, None)], &there, false), &expected);
    }

    #[test]
    fn a_further_attempt_begins_where_the_one_before_ended() {
        let second = Attempt { number: 2, pod: "train-y".to_owned(), ..attempt(Some(30), Some(31)) };
        let all = startup(at(0), &[attempt(Some(13), Some(20)), second], &[], true);
        check(
            &all,
            &[
                (Step::Starting, 0, Some(13)),
                (Step::Running, 13, Some(20)),
                (Step::Starting, 20, Some(30)),
                (Step::Running, 30, Some(31)),
            ],
        );
        assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2]);
    }
}
