//! A small model of a Job and its pods makes the histories that a cluster can produce; the way to us loses, repeats and
//! re-orders them.

use proptest::prelude::*;

use super::{attempt, present, released, time};
use crate::lifecycle::{Observation, Outcome, Present, Sight, advance};
use crate::{Action, Attempt, AttemptState, Phase, Reason, RunState, RunStatus};

/// What one pod does.
#[derive(Clone, Copy, Debug)]
struct Fate {
    exit_code: i32,
    is_seen_running: bool,
}

/// A Job with its retries, what its pods do, and whether its time ran out.
#[derive(Clone, Debug)]
struct World {
    retries: usize,
    fates: Vec<Fate>,
    time_runs_out: bool,
}

impl World {
    /// Everything that could be seen, in order. The Job's own version grows when the Job changes; pods change between.
    fn history(&self) -> Vec<Present> {
        let mut version = 10;
        let mut history = vec![Present { is_held: true, ..present(version, Phase::Held) }];
        version += 3;
        history.push(present(version, Phase::Queued));
        let mut pods: Vec<Attempt> = Vec::new();
        for (number, fate) in (1_u32..).zip(self.fates.iter().take(self.retries + 1)) {
            version += 2;
            pods.push(attempt(number, AttemptState::Pending, None));
            history.extend([Phase::Scheduling, Phase::Pulling, Phase::Starting].map(|phase| at(version, phase, &pods)));
            if fate.is_seen_running {
                set(&mut pods, attempt(number, AttemptState::Running, None));
                version += 1;
                history.push(at(version, Phase::Running, &pods));
            }
            let is_last = fate.exit_code == 0 || number as usize > self.retries;
            if is_last && self.time_runs_out {
                break;
            }
            // The Job may be seen at its end before its last pod is.
            let before = pods.clone();
            let state = if fate.exit_code == 0 { AttemptState::Succeeded } else { AttemptState::Failed };
            set(&mut pods, attempt(number, state, Some(fate.exit_code)));
            if is_last {
                version += 4;
                let lagging = Outcome { exit_code: None, reason: self.reason(fate, true), ..self.outcome(fate) };
                // Its last pod may even be unknown yet, where pods are watched apart from Jobs.
                let earlier: Vec<Attempt> = before.iter().filter(|pod| pod.number < number).cloned().collect();
                history.push(Present { outcome: Some(lagging.clone()), ..at(version, Phase::Finished, &earlier) });
                history.push(Present { outcome: Some(lagging), ..at(version, Phase::Finished, &before) });
                history.push(Present { outcome: Some(self.outcome(fate)), ..at(version, Phase::Finished, &pods) });
                return history;
            }
            history.push(at(version, Phase::Retrying, &pods));
        }
        let outcome = Outcome {
            succeeded: false,
            reason: Some(Reason::DeadlineExceeded),
            message: None,
            exit_code: None,
            finished: Some(time(99)),
        };
        // The Job's own time limit deletes its pods.
        history.push(Present { outcome: Some(outcome), ..present(version + 5, Phase::Finished) });
        history
    }

    fn reason(&self, fate: &Fate, is_lagging: bool) -> Option<Reason> {
        match fate.exit_code {
            0 => None,
            _ if is_lagging => Some(Reason::RetriesExhausted),
            137 => Some(Reason::OutOfMemory),
            _ if self.retries > 0 => Some(Reason::RetriesExhausted),
            _ => Some(Reason::ExitCode),
        }
    }

    fn outcome(&self, fate: &Fate) -> Outcome {
        Outcome {
            succeeded: fate.exit_code == 0,
            reason: self.reason(fate, false),
            message: None,
            exit_code: Some(fate.exit_code),
            finished: Some(time(90)),
        }
    }
}

fn at(version: u64, phase: Phase, pods: &[Attempt]) -> Present {
    Present { attempts: pods.to_vec(), ..present(version, phase) }
}

fn set(pods: &mut [Attempt], pod: Attempt) {
    if let Some(last) = pods.last_mut() {
        *last = pod;
    }
}

fn worlds() -> impl Strategy<Value = World> {
    let fate = (prop_oneof![Just(0), Just(1), Just(42), Just(137)], any::<bool>())
        .prop_map(|(exit_code, is_seen_running)| Fate { exit_code, is_seen_running });
    (0_usize..4, proptest::collection::vec(fate, 4), proptest::bool::weighted(0.2))
        .prop_map(|(retries, fates, time_runs_out)| World { retries, fates, time_runs_out })
}

/// Feeds a history, checking what must hold at every step.
fn feed(history: &[Present]) -> RunStatus {
    let mut status = released();
    for (second, sight) in (0..).zip(history) {
        let observation = Observation { at: time(second), sight: Sight::Present(sight.clone()) };
        let Some(transition) = advance(Action::Job, &status, &observation) else { continue };
        let next = transition.to;
        assert_eq!(transition.from, status.state);
        assert_eq!(next.revision, status.revision + 1, "each change has a number");
        assert!(sight.version >= status.seen_version, "an older version changes nothing");
        if status.is_over(Action::Job) {
            assert_eq!(next.state, status.state, "a final state never changes");
        }
        if status.state == RunState::Running {
            assert_ne!(next.state, RunState::Pending, "what ran is not pending again");
        }
        for known in &status.attempts {
            let still = next.attempts.iter().find(|attempt| attempt.pod_uid == known.pod_uid).unwrap();
            assert_eq!(still.number, known.number, "an attempt keeps its number");
            if matches!(known.state, AttemptState::Succeeded | AttemptState::Failed) {
                assert_eq!((still.state, still.exit_code), (known.state, known.exit_code), "an end is not unlearned");
            }
        }
        status = next;
    }
    status
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_happens_on_the_way_the_end_is_the_same(
        world in worlds(),
        way in proptest::collection::vec((any::<prop::sample::Index>(), proptest::bool::weighted(0.6)), 0..40),
    ) {
        let history = world.history();
        let whole = feed(&history);
        prop_assert!(whole.is_over(Action::Job));

        // Any choice of sights, in any order, any of them twice or not at all; then the end.
        let mut arrived: Vec<Present> =
            way.iter().filter(|(_, arrives)| *arrives).map(|(index, _)| index.get(&history).clone()).collect();
        arrived.push(history.last().unwrap().clone());
        let seen = feed(&arrived);
        prop_assert_eq!(
            (seen.state, seen.reason, seen.exit_code, seen.finished),
            (whole.state, whole.reason, whole.exit_code, whole.finished)
        );
    }

    #[test]
    fn what_arrives_after_the_end_changes_neither_state_nor_reason_nor_exit_code(
        world in worlds(),
        late in proptest::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let history = world.history();
        let whole = feed(&history);
        let mut arrived = history.clone();
        arrived.extend(late.iter().map(|index| index.get(&history).clone()));
        let seen = feed(&arrived);
        prop_assert_eq!((seen.state, seen.reason, seen.exit_code), (whole.state, whole.reason, whole.exit_code));
    }

    #[test]
    fn losing_contact_changes_nothing(world in worlds(), cut in any::<prop::sample::Index>(), pause in 1_usize..10) {
        // Contact lost is no sight at all: what is missed in the pause leaves no trace once the rest is seen.
        let history = world.history();
        let from = cut.index(history.len());
        let upto = (from + pause).min(history.len() - 1).max(from);
        let arrived: Vec<Present> = history[..from].iter().chain(&history[upto..]).cloned().collect();
        let (seen, whole) = (feed(&arrived), feed(&history));
        prop_assert_eq!((seen.state, seen.reason, seen.exit_code), (whole.state, whole.reason, whole.exit_code));
    }
}
