//! Decides how the connection to one namespace of one cluster stands, and what to do about it. Pure: signals and the
//! time go in, a state and actions come out. Never decides anything about a run: losing contact changes no run.
//!
//! A watch keeps itself alive, but it cannot notice a connection that is silently dead before its own time limit, and
//! knows nothing of a server that answers and sends no changes. These are the rules above it:
//!
//! * silence of the watch is filled with cheap reads (*probes*), so that a dead way there is known within 15 s while
//!   someone looks;
//! * while stale, a new probe starts each second beside those under way, so that contact is back within 2 s however
//!   long one connection attempt hangs;
//! * starts that are refused again and again, a first list that does not come, or a probe that knew more than the watch
//!   and stays alone in it, throw the watch away;
//! * a plain network failure does not: the watch goes on from the version that it had, without a new list.

use std::time::Duration;

use berth_k8s::Class;

use crate::ports::ConnectionState;

/// Watch windows up to this length mean that someone looks at the screen.
const SHORT_WINDOW: Duration = Duration::from_secs(60);
/// Silence after which a probe is sent while someone looks; with `PROBE_LIMIT` it stays under the 15 s that a dead
/// connection may go unnoticed.
const QUIET: Duration = Duration::from_secs(6);
/// The same while nobody looks.
const QUIET_UNSEEN: Duration = Duration::from_secs(60);
/// How long a probe may take before it counts as failed, in contact and while stale.
const PROBE_LIMIT: Duration = Duration::from_secs(5);
const PROBE_LIMIT_STALE: Duration = Duration::from_secs(10);
/// Probes under way at once while stale: one a second, each given 10 s, and one that is being given up.
const PROBES_AT_ONCE: u32 = 11;
/// After this long without contact one probe in 5 s is enough.
const LONG_STALE: Duration = Duration::from_secs(600);
/// How often a refused sign-in or right is tried again by itself.
const DENIED_RETRY: Duration = Duration::from_secs(30);
/// Refused starts of a watch in a row after which the watch is thrown away: three of each of the six kinds that it
/// watches. It makes new lists by itself too; this is for when that does not help.
const REFUSED_STARTS: u32 = 18;
/// A server that answers but has not sent the first whole list after this long gets asked anew.
const FIRST_LIST: Duration = Duration::from_secs(30);
/// A probe knew more than the watch, and the watch said nothing for this long since: it is deaf.
const DEAF: Duration = Duration::from_secs(5);
/// Longest pause between two watchers thrown away without a list in between.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How a connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// For people.
    pub state: ConnectionState,
    /// One sentence where there is trouble.
    pub message: Option<String>,
    /// When something was last heard, on the caller's monotonic clock.
    pub heard: Duration,
    entered: Duration,
    probed: Duration,
    probes: u32,
    opened: Duration,
    has_list: bool,
    is_open: bool,
    is_troubled: bool,
    /// A right is missing that runs can be shown without, or the watch itself was refused: the probe will tell.
    limited: Option<String>,
    refused_starts: u32,
    reopenings: u32,
    deaf_since: Option<Duration>,
    short: bool,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A second passed.
    Tick,
    /// A client is there and a watch was opened with it.
    Opened,
    /// No client can be made (kubeconfig, sign-in), or the cluster did not say who it is.
    NotOpened(Trouble),
    /// The first whole list of a watch came.
    Listed,
    /// The watch said something.
    Heard,
    /// The watch is broken and being retried by its watcher.
    Broken(Trouble),
    /// A probe was answered; `taught` where it told what the watch had not.
    Answered {
        /// Whether it told what the watch had not.
        taught: bool,
    },
    /// A probe failed or took too long.
    Unanswered(Trouble),
    /// The namespace is gone.
    NamespaceGone,
    /// The machine slept.
    Slept,
}

/// A failure, as far as it decides anything here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it means.
    pub class: Class,
    /// Whether the server itself answered.
    pub answered: bool,
    /// One sentence.
    pub message: String,
}

impl From<&berth_k8s::Error> for Trouble {
    fn from(error: &berth_k8s::Error) -> Self {
        Self { class: error.class, answered: error.status.is_some(), message: error.message.clone() }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read something small; give it this long.
    Probe(Duration),
    /// Throw the watcher away and make another with the same client.
    Reopen,
    /// Forget the client with all its connections, make another, and open a watch with it.
    Reconnect,
    /// Forget the client's connections, so that the next probe makes a new one; the watcher stays for the moment.
    Forget,
}

impl Link {
    /// A connection that was never there. The first action is for the caller: open it.
    ///
    /// `window` is the time limit of each watch request: a short one means that someone looks.
    #[must_use]
    pub fn new(window: Duration, now: Duration) -> Self {
        Self {
            state: ConnectionState::CatchingUp,
            message: None,
            heard: now,
            entered: now,
            probed: now,
            probes: 0,
            opened: now,
            has_list: false,
            is_open: false,
            is_troubled: false,
            limited: None,
            refused_starts: 0,
            reopenings: 0,
            deaf_since: None,
            short: window <= SHORT_WINDOW,
        }
    }

    const fn quiet(&self) -> Duration {
        if self.short { QUIET } else { QUIET_UNSEEN }
    }

    fn enter(&mut self, state: ConnectionState, message: Option<String>, now: Duration) {
        if self.state != state {
            self.state = state;
            self.entered = now;
        }
        self.message = message;
    }

    fn heard(&mut self, now: Duration) {
        self.heard = now;
        self.is_troubled = false;
        if self.state == ConnectionState::Denied && !self.has_list {
            // Another of the kinds that are watched spoke; what is denied stays denied until the list comes.
            return;
        }
        let state = if self.has_list { ConnectionState::Live } else { ConnectionState::CatchingUp };
        let message = self.limited.clone();
        self.enter(state, message, now);
    }

    fn reopen(&mut self, now: Duration) {
        self.opened = now;
        self.has_list = false;
        self.refused_starts = 0;
        self.deaf_since = None;
        self.limited = None;
        self.reopenings = self.reopenings.saturating_add(1);
        if self.state == ConnectionState::Live {
            self.enter(ConnectionState::CatchingUp, None, now);
        }
    }

    fn pause(&self) -> Duration {
        // Nothing before the first, then 1, 2, 4 … s: a server that refuses every start is not stormed with lists.
        match self.reopenings {
            0 => Duration::ZERO,
            count => Duration::from_secs(1 << (count - 1).min(5)).min(LONGEST_PAUSE),
        }
    }

    fn lost(&mut self, trouble: Trouble, now: Duration, actions: &mut Vec<Action>) {
        match trouble.class {
            Class::Unauthenticated | Class::Configuration | Class::Forbidden => {
                self.enter(ConnectionState::Denied, Some(trouble.message), now);
            }
            _ => {
                if self.state != ConnectionState::Stale {
                    actions.push(Action::Forget);
                }
                self.enter(ConnectionState::Stale, Some(trouble.message), now);
            }
        }
    }
}

/// Decides what an input changes. `now` is a monotonic clock that the caller keeps.
#[must_use]
pub fn next(mut link: Link, input: Input, now: Duration) -> (Link, Vec<Action>) {
    let mut actions = Vec::new();
    match input {
        Input::Tick => tick(&mut link, now, &mut actions),
        Input::Opened => {
            link.is_open = true;
            link.opened = now;
            link.has_list = false;
        }
        Input::NotOpened(trouble) => {
            link.is_open = false;
            link.lost(trouble, now, &mut actions);
        }
        Input::Listed => {
            link.has_list = true;
            link.refused_starts = 0;
            link.reopenings = 0;
            link.deaf_since = None;
            link.heard(now);
        }
        Input::Heard => {
            link.refused_starts = 0;
            link.deaf_since = None;
            link.heard(now);
        }
        Input::Broken(trouble) => broken(&mut link, trouble, now, &mut actions),
        Input::Answered { taught } => {
            link.probes = link.probes.saturating_sub(1);
            match link.state {
                ConnectionState::Stale if link.is_open => {
                    link.reopenings = 0;
                    link.reopen(now);
                    link.heard(now);
                    actions.push(Action::Reopen);
                }
                ConnectionState::Stale => actions.push(Action::Reconnect),
                // What is denied is the watch; that a read works changes nothing about it.
                ConnectionState::Denied | ConnectionState::Gone => {}
                ConnectionState::Live | ConnectionState::CatchingUp => {
                    if taught {
                        link.deaf_since.get_or_insert(now);
                    }
                    link.heard(now);
                }
            }
        }
        Input::Unanswered(trouble) => {
            link.probes = link.probes.saturating_sub(1);
            unanswered(&mut link, trouble, now, &mut actions);
        }
        Input::NamespaceGone => {
            link.enter(ConnectionState::Gone, Some("the namespace is gone".to_owned()), now);
        }
        Input::Slept => {
            link.reopenings = 0;
            link.reopen(now);
            link.heard = now;
            link.probes = 0;
            link.enter(ConnectionState::CatchingUp, None, now);
            actions.push(Action::Reconnect);
        }
    }
    for action in &actions {
        if let Action::Probe(_) = action {
            link.probes += 1;
            link.probed = now;
        }
    }
    (link, actions)
}

fn broken(link: &mut Link, trouble: Trouble, now: Duration, actions: &mut Vec<Action>) {
    match trouble.class {
        Class::Forbidden if link.has_list => {
            link.limited = Some(trouble.message);
            link.heard(now);
            if link.probes == 0 {
                actions.push(Action::Probe(PROBE_LIMIT));
            }
        }
        Class::Unauthenticated | Class::Forbidden => link.lost(trouble, now, actions),
        _ if trouble.answered => {
            // The server is there and refuses to go on from where we were.
            link.heard = now;
            link.refused_starts += 1;
            if link.refused_starts >= REFUSED_STARTS && now.saturating_sub(link.opened) >= link.pause() {
                link.reopen(now);
                actions.push(Action::Reopen);
            }
        }
        _ => {
            link.is_troubled = true;
            if link.probes == 0 && link.state != ConnectionState::Stale {
                actions.push(Action::Probe(PROBE_LIMIT));
            }
        }
    }
}

fn unanswered(link: &mut Link, trouble: Trouble, now: Duration, actions: &mut Vec<Action>) {
    match (trouble.class, link.state) {
        (_, ConnectionState::Gone) => {}
        // The right to watch need not come with the right to read; the way there is alive.
        (Class::Forbidden, ConnectionState::Stale) => {
            link.reopen(now);
            link.heard(now);
            actions.push(Action::Reopen);
        }
        // Neither watch nor read: what was allowed is not any more.
        (Class::Forbidden, _) if link.limited.is_some() => link.lost(trouble, now, actions),
        (Class::Forbidden, _) => link.heard(now),
        (Class::Busy, state) if state != ConnectionState::Stale => link.heard = now,
        (Class::Unauthenticated | Class::Configuration, _) => link.lost(trouble, now, actions),
        _ if link.is_troubled || now.saturating_sub(link.heard) >= link.quiet() => link.lost(trouble, now, actions),
        // Something was heard while the probe was under way.
        _ => {}
    }
}

fn tick(link: &mut Link, now: Duration, actions: &mut Vec<Action>) {
    let silent = now.saturating_sub(link.heard);
    let since_probe = now.saturating_sub(link.probed);
    match link.state {
        ConnectionState::Live | ConnectionState::CatchingUp => {
            if link.deaf_since.is_some_and(|since| now.saturating_sub(since) >= DEAF)
                || (link.is_open
                    && !link.has_list
                    && link.probes == 0
                    && now.saturating_sub(link.opened) >= FIRST_LIST.max(link.pause()))
            {
                link.reopen(now);
                actions.push(Action::Reopen);
            } else if link.is_open && silent >= link.quiet() && link.probes == 0 && since_probe >= link.quiet() {
                actions.push(Action::Probe(PROBE_LIMIT));
            }
        }
        ConnectionState::Stale if !link.is_open => {
            if now.saturating_sub(link.opened) >= Duration::from_secs(1) {
                link.opened = now;
                actions.push(Action::Reconnect);
            }
        }
        ConnectionState::Stale => {
            let is_long = now.saturating_sub(link.entered) >= LONG_STALE;
            let cadence = Duration::from_secs(if is_long { 5 } else { 1 });
            if since_probe >= cadence && link.probes < PROBES_AT_ONCE {
                actions.push(Action::Probe(PROBE_LIMIT_STALE));
            }
        }
        ConnectionState::Denied => {
            if now.saturating_sub(link.opened) >= DENIED_RETRY {
                link.opened = now;
                actions.push(Action::Reconnect);
            }
        }
        ConnectionState::Gone => {}
    }
}

#[cfg(test)]
mod tests;
