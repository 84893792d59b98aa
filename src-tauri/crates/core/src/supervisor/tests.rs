use super::*;

/// Plays inputs and keeps what was asked for.
struct Play {
    link: Link,
    now: Duration,
    asked: Vec<(u64, Action)>,
    /// When the probes that get no answer are given up.
    under_way: Vec<Duration>,
}

impl Play {
    fn new() -> Self {
        let link = Link::new(Duration::from_secs(40), Duration::ZERO);
        Self { link, now: Duration::ZERO, asked: Vec::new(), under_way: Vec::new() }
    }

    fn live(window: u64) -> Self {
        let link = Link::new(Duration::from_secs(window), Duration::ZERO);
        let mut play = Self { link, ..Self::new() };
        play.give(Input::Opened);
        play.give(Input::Listed);
        assert_eq!(play.link.state, ConnectionState::Live);
        play
    }

    fn give(&mut self, input: Input) -> Vec<Action> {
        let (link, actions) = next(self.link.clone(), input, self.now);
        self.link = link;
        self.asked.extend(actions.iter().map(|action| (self.now.as_secs(), *action)));
        actions
    }

    /// Lets seconds pass; `answer` says what becomes of a probe after its time.
    fn pass(&mut self, seconds: u64, mut answer: impl FnMut(u64) -> Option<Input>) -> Vec<(u64, Action)> {
        let from = self.asked.len();
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            let mut actions = self.give(Input::Tick);
            let due: Vec<Duration> = self.under_way.iter().copied().filter(|end| *end <= self.now).collect();
            let now = self.now;
            self.under_way.retain(|end| *end > now);
            for _ in due {
                actions.extend(self.give(Input::Unanswered(network())));
            }
            for action in actions {
                if let Action::Probe(limit) = action {
                    match answer(self.now.as_secs()) {
                        Some(input) => {
                            self.give(input);
                        }
                        None => self.under_way.push(self.now + limit),
                    }
                }
            }
        }
        self.asked[from..].to_vec()
    }
}

fn network() -> Trouble {
    Trouble { class: Class::Unreachable, answered: false, message: "no answer".into() }
}

fn refused(status: &str) -> Trouble {
    Trouble { class: Class::Expired, answered: true, message: status.into() }
}

#[test]
fn a_black_hole_is_shown_within_15_seconds_and_left_within_2() {
    let mut play = Play::live(40);
    let mut stale_at = None;
    for _ in 0..300 {
        play.pass(1, |_| None);
        if play.link.state == ConnectionState::Stale {
            stale_at.get_or_insert(play.now.as_secs());
        }
    }
    let stale_at = stale_at.expect("five minutes of silence are noticed");
    assert!(stale_at <= 15, "noticed after {stale_at} s");
    let mended = play.now.as_secs();
    let asked = play.pass(2, |_| Some(Input::Answered { taught: false }));
    assert!(asked.iter().any(|(at, action)| *action == Action::Reopen && at - mended <= 2), "{asked:?}");
    assert_eq!(play.link.state, ConnectionState::CatchingUp);
    play.give(Input::Listed);
    assert_eq!(play.link.state, ConnectionState::Live);
}

#[test]
fn while_stale_there_is_one_new_try_a_second_and_never_more_than_eleven_at_once() {
    let mut play = Play::live(40);
    play.pass(60, |_| None);
    assert_eq!(play.link.state, ConnectionState::Stale);
    let probes =
        |asked: &[(u64, Action)]| asked.iter().filter(|(_, action)| matches!(action, Action::Probe(_))).count();
    let asked = play.pass(30, |_| None);
    assert!((28..=30).contains(&probes(&asked)), "{asked:?}");
    assert!(play.link.probes <= PROBES_AT_ONCE);
    play.pass(600, |_| None);
    let asked = play.pass(60, |_| None);
    assert!(probes(&asked) <= 13, "after ten minutes one try in five seconds is enough: {}", probes(&asked));
}

#[test]
fn a_quiet_cluster_is_not_a_dead_one() {
    let mut play = Play::live(40);
    let asked = play.pass(600, |_| Some(Input::Answered { taught: false }));
    assert_eq!(play.link.state, ConnectionState::Live);
    assert!(asked.iter().all(|(_, action)| matches!(action, Action::Probe(_))), "{asked:?}");
    assert!(asked.len() <= 100, "one small read in six seconds: {}", asked.len());
    let mut unseen = Play::live(290);
    assert!(unseen.pass(600, |_| Some(Input::Answered { taught: false })).len() <= 10);
}

#[test]
fn a_refused_connection_is_shown_at_once_and_keeps_the_watcher() {
    let mut play = Play::live(40);
    play.now = Duration::from_secs(5);
    assert_eq!(play.give(Input::Broken(network())), [Action::Probe(PROBE_LIMIT)]);
    assert_eq!(play.give(Input::Unanswered(network())), [Action::Forget]);
    assert_eq!(play.link.state, ConnectionState::Stale);
    assert_eq!(play.link.message.as_deref(), Some("no answer"));
    let asked = play.pass(30, |_| Some(Input::Unanswered(network())));
    assert!(asked.iter().all(|(_, action)| matches!(action, Action::Probe(_))), "no list while it is down: {asked:?}");
    // The watcher itself comes back first: it goes on from its version, without a new list.
    play.give(Input::Heard);
    assert_eq!(play.link.state, ConnectionState::Live);
    let asked = play.pass(5, |_| Some(Input::Answered { taught: false }));
    assert!(!asked.iter().any(|(_, action)| *action == Action::Reopen), "{asked:?}");
}

#[test]
fn one_broken_watch_beside_a_living_connection_is_no_trouble() {
    let mut play = Play::live(40);
    play.now = Duration::from_secs(5);
    play.give(Input::Broken(network()));
    play.give(Input::Answered { taught: false });
    assert_eq!(play.link.state, ConnectionState::Live);
    assert!(play.asked.iter().all(|(_, action)| matches!(action, Action::Probe(_))));
}

#[test]
fn eighteen_refused_starts_throw_the_watch_away_and_a_server_that_goes_on_refusing_is_not_stormed() {
    let mut play = Play::live(40);
    for _ in 0..17 {
        assert_eq!(play.give(Input::Broken(refused("410"))), []);
    }
    assert_eq!(play.give(Input::Broken(refused("410"))), [Action::Reopen]);
    assert_eq!(play.link.state, ConnectionState::CatchingUp);
    let mut reopened = Vec::new();
    for second in 0..120 {
        play.now += Duration::from_secs(1);
        for _ in 0..10 {
            if play.give(Input::Broken(refused("504"))).contains(&Action::Reopen) {
                reopened.push(second);
            }
        }
    }
    assert!(reopened.len() <= 8, "pauses grow: {reopened:?}");
    play.give(Input::Listed);
    assert_eq!(play.link.state, ConnectionState::Live);
    for _ in 0..17 {
        assert_eq!(play.give(Input::Broken(refused("410"))), [], "a list forgives what was before");
    }
    assert_eq!(play.give(Input::Broken(refused("410"))), [Action::Reopen]);
}

#[test]
fn refused_starts_with_news_between_them_are_forgiven() {
    let mut play = Play::live(40);
    for _ in 0..10 {
        for _ in 0..17 {
            assert_eq!(play.give(Input::Broken(refused("410"))), []);
        }
        play.give(Input::Heard);
    }
    assert_eq!(play.link.state, ConnectionState::Live);
}

#[test]
fn a_watch_that_says_nothing_while_a_read_shows_news_is_deaf() {
    let mut play = Play::live(40);
    let asked = play.pass(13, |_| Some(Input::Answered { taught: true }));
    assert!(asked.contains(&(11, Action::Reopen)), "{asked:?}");
    let mut heard = Play::live(40);
    heard.pass(7, |_| Some(Input::Answered { taught: true }));
    heard.give(Input::Heard);
    let asked = heard.pass(8, |_| Some(Input::Answered { taught: false }));
    assert!(!asked.iter().any(|(_, action)| *action == Action::Reopen), "the watch came a little later: {asked:?}");
}

#[test]
fn a_first_list_that_does_not_come_is_asked_for_anew() {
    let mut play = Play::new();
    play.give(Input::Opened);
    let asked = play.pass(35, |_| Some(Input::Answered { taught: false }));
    assert!(asked.iter().any(|(_, action)| *action == Action::Reopen), "{asked:?}");
    assert_eq!(play.link.state, ConnectionState::CatchingUp, "never live without a whole list");
}

#[test]
fn a_sleep_makes_everything_anew_and_a_refusal_waits_for_a_person() {
    let mut play = Play::live(40);
    play.now = Duration::from_secs(100);
    assert_eq!(play.give(Input::Slept), [Action::Reconnect]);
    assert_eq!(play.link.state, ConnectionState::CatchingUp);

    let mut play = Play::new();
    play.give(Input::Opened);
    let right = Trouble { class: Class::Forbidden, answered: true, message: "cannot watch jobs".into() };
    assert_eq!(play.give(Input::Broken(right)), []);
    play.give(Input::Heard);
    assert_eq!(play.link.state, ConnectionState::Denied, "that pods may be watched does not help");
    let asked = play.pass(65, |_| None);
    assert_eq!(asked.len(), 2, "tried again twice a minute: {asked:?}");
    play.give(Input::Opened);
    play.give(Input::Listed);
    assert_eq!(play.link.state, ConnectionState::Live);
}

#[test]
fn a_read_that_is_forbidden_still_shows_that_the_way_there_is_alive() {
    let mut play = Play::live(40);
    let right = || Input::Unanswered(Trouble { class: Class::Forbidden, answered: true, message: "no".into() });
    play.pass(60, |_| Some(right()));
    assert_eq!(play.link.state, ConnectionState::Live);
    play.pass(60, |_| None);
    assert_eq!(play.link.state, ConnectionState::Stale);
    let asked = play.pass(2, |_| Some(right()));
    assert!(asked.iter().any(|(_, action)| *action == Action::Reopen), "{asked:?}");
}

#[test]
fn a_first_contact_that_fails_is_tried_each_second() {
    let mut play = Play::new();
    play.give(Input::NotOpened(network()));
    assert_eq!(play.link.state, ConnectionState::Stale);
    let mut tries = 0;
    for _ in 0..20 {
        play.now += Duration::from_secs(1);
        if play.give(Input::Tick).contains(&Action::Reconnect) {
            tries += 1;
            play.give(Input::NotOpened(network()));
        }
    }
    assert!((18..=20).contains(&tries), "{tries}");
    play.give(Input::Opened);
    play.give(Input::Listed);
    assert_eq!((play.link.state, play.link.message), (ConnectionState::Live, None));
}

#[test]
fn a_gone_namespace_stays_gone_until_its_runs_are_ended() {
    let mut play = Play::live(40);
    play.give(Input::NamespaceGone);
    assert_eq!(play.pass(120, |_| None), []);
    assert_eq!(play.link.state, ConnectionState::Gone);
}

#[test]
fn a_right_that_runs_can_be_shown_without_is_told_and_denies_nothing() {
    let right = || Trouble { class: Class::Forbidden, answered: true, message: "cannot watch events".into() };
    let mut play = Play::live(40);
    play.now = Duration::from_secs(100);
    assert_eq!(play.give(Input::Broken(right())), [Action::Probe(PROBE_LIMIT)]);
    play.give(Input::Answered { taught: false });
    play.give(Input::Heard);
    assert_eq!(play.link.state, ConnectionState::Live);
    assert_eq!(play.link.message.as_deref(), Some("cannot watch events"));
    play.give(Input::Broken(right()));
    play.give(Input::Unanswered(right()));
    assert_eq!(play.link.state, ConnectionState::Denied, "the rights are gone altogether");
}
