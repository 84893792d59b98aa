//! What can go wrong with a request, and with which.

use std::time::Duration;

/// Which requests a fault is for. Empty parts match all.
#[derive(Clone, Debug, Default)]
pub struct On {
    method: Option<String>,
    path: String,
    query: String,
    without: String,
}

impl On {
    /// Requests of a method.
    #[must_use]
    pub fn method(method: &str) -> Self {
        Self { method: Some(method.to_owned()), ..Self::default() }
    }

    /// Watches of a resource, such as `jobs`.
    #[must_use]
    pub fn watch(resource: &str) -> Self {
        Self { path: format!("/{resource}"), query: "watch=true".to_owned(), ..Self::method("GET") }
    }

    /// Lists and reads of a resource.
    #[must_use]
    pub fn read(resource: &str) -> Self {
        Self { path: format!("/{resource}"), without: "watch=true".to_owned(), ..Self::method("GET") }
    }

    /// Pages of a list of a resource after the first.
    #[must_use]
    pub fn page_after_first(resource: &str) -> Self {
        Self { path: format!("/{resource}"), query: "continue=".to_owned(), ..Self::method("GET") }
    }

    /// Log streams.
    #[must_use]
    pub fn log() -> Self {
        Self { path: "/log".to_owned(), ..Self::method("GET") }
    }

    /// Creations in earnest of a resource, such as `jobs`.
    #[must_use]
    pub fn create(resource: &str) -> Self {
        Self { path: format!("/{resource}"), without: "dryRun".to_owned(), ..Self::method("POST") }
    }

    /// Dry runs of a creation of a resource, such as `pods`.
    #[must_use]
    pub fn dry_run(resource: &str) -> Self {
        Self { path: format!("/{resource}"), query: "dryRun".to_owned(), ..Self::method("POST") }
    }

    /// With this text in the path.
    #[must_use]
    pub fn path(mut self, part: &str) -> Self {
        part.clone_into(&mut self.path);
        self
    }

    pub(crate) fn matches(&self, method: &str, path: &str, query: &str) -> bool {
        self.method.as_deref().is_none_or(|expected| expected == method)
            && path.contains(&self.path)
            && query.contains(&self.query)
            && (self.without.is_empty() || !query.contains(&self.without))
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Fault {
    /// The request is carried out, then this code is answered, as a gateway would that lost patience.
    StoreThen(u16),
    /// The request is carried out, then the connection breaks without an answer.
    StoreThenReset,
    /// The connection breaks before anything is done.
    Reset,
    /// The request is carried out after a while.
    Delay(Duration),
    /// The request is carried out at once and answered after a while.
    AnswerLate(Duration),
    /// Nothing is answered; the request is carried out after a while, also where the client has gone by then.
    StoreLate(Duration),
    /// An object of somebody else's takes the name first, then the request is carried out.
    TakenFirst,
    /// Nothing is done; a Status with this code and reason is answered.
    Refuse(u16, &'static str),
    /// Nothing is done; a page for people is answered with this code.
    Html(u16),
    /// A watch begins and then says nothing and does not end.
    Silent,
    /// A watch says 410 as an event and ends.
    GoneEvent,
    /// The stream (of a watch or a log) breaks after so many bytes.
    CutAfter(usize),
}

pub(crate) struct Rule {
    pub(crate) on: On,
    pub(crate) fault: Fault,
    pub(crate) left: usize,
}

/// Takes the first fault that is due for a request.
pub(crate) fn due(rules: &mut Vec<Rule>, method: &str, path: &str, query: &str) -> Option<Fault> {
    let index = rules.iter().position(|rule| rule.left > 0 && rule.on.matches(method, path, query))?;
    let rule = rules.get_mut(index)?;
    rule.left -= 1;
    let fault = rule.fault.clone();
    rules.retain(|rule| rule.left > 0);
    Some(fault)
}
