//! Decides the next step of a launch from what is written and what was just learned. Pure: no clock, no requests.
//!
//! The order that keeps "one object or none": the intent is durable before anything is sent; the main object is made
//! held, so that a crash leaves nothing running; its identity is durable before anything is made that it owns; it is
//! released last. A lost reply is never a verdict: the cluster is asked, and the same name is sent again only after it
//! said that there is none. A refusal is a verdict only once the cluster says that there is nothing under the name:
//! an earlier request, or another program's, may have got through where this one did not.

use berth_model::{ObjectRef, Reason, Run, Submission};

/// What was just learned, beyond what is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// Nothing: the row may be old, and anything may have happened since.
    Nothing,
    /// The intent was written by this very launch a moment ago: nothing was ever sent.
    Fresh,
    /// What is written is what the last effect made it.
    Recorded,
    /// The cluster made the main object at our request.
    Made(ObjectRef),
    /// The name exists already.
    NameExists,
    /// The cluster read the request to make the main object and refused it.
    Refused(Refusal),
    /// The same, and there is nothing under the name.
    RefusedAndAbsent(Refusal),
    /// Something is there under the name.
    Found(Found),
    /// There is nothing under the name.
    Absent,
    /// A reply was lost: the sentence says of what.
    Lost(String),
    /// Everything that belongs to the main object exists.
    ChildrenMade(Vec<ObjectRef>),
    /// The cluster refused one of the objects that belong to the main object, or its release.
    StepRefused(Refusal),
    /// A name that one of them needs is taken by something that is not ours.
    ChildTaken(ObjectRef),
    /// The cluster confirmed the release; the version of the object since then.
    Released(u64),
    /// The main object was gone when it was to be released.
    Gone,
    /// The main object, or nothing of that identity, is left: the removal was accepted.
    Removed,
}

/// Why the cluster refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Why, as a word.
    pub reason: Reason,
    /// One sentence.
    pub message: String,
}

/// What is there under the name of a run's main object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is.
    pub object: ObjectRef,
    /// Whether it carries the id of the run.
    pub is_same_run: bool,
    /// Whether it was made from the same specification.
    pub is_same_spec: bool,
    /// Its version.
    pub version: u64,
    /// Whether it is being deleted.
    pub is_deleting: bool,
    /// Whether it is held back.
    pub is_held: bool,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Ask what is there under the name.
    Look,
    /// Ask for the main object.
    Send,
    /// Ask for what belongs to it, owned by it.
    MakeChildren(ObjectRef),
    /// Ask for its release.
    Release(ObjectRef),
    /// Ask for its removal, by identity.
    Remove(ObjectRef),
    /// Write down what is now known.
    Record(Mark),
    /// Nothing more to do.
    Done,
}

/// What is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// The fate is unknown; the sentence says why.
    Unknown(String),
    /// The main object exists, held.
    Created(ObjectRef),
    /// Everything that belongs to it exists.
    Complete(Vec<ObjectRef>),
    /// It was released; the version since then makes what is seen of it from before be passed over.
    Released(ObjectRef, u64),
    /// The cluster refused.
    Rejected(Refusal),
    /// The name is taken by something that is not ours.
    Conflict(String),
    /// The main object went away, or was replaced, before its release.
    Lost(Reason, String),
    /// The launch was given up; the object is what exists of it, as far as known.
    Discarded(Option<ObjectRef>),
    /// What existed of a launch that came to nothing is gone.
    Removed,
}

/// Decides the next step.
pub(crate) fn next_step(run: &Run, evidence: &Evidence) -> Step {
    let main = run.status.objects.first();
    match run.status.submission {
        Submission::Draft | Submission::Released => Step::Done,
        Submission::Intent | Submission::Unknown | Submission::Created | Submission::Complete => {
            open_step(run, main, evidence)
        }
        Submission::Rejected | Submission::Conflict | Submission::Discarded => closed_step(run, main, evidence),
    }
}

/// The launch may still succeed.
fn open_step(run: &Run, main: Option<&ObjectRef>, evidence: &Evidence) -> Step {
    let is_given_up = run.status.wish.is_some();
    match evidence {
        Evidence::Nothing | Evidence::NameExists | Evidence::Refused(_) => Step::Look,
        Evidence::Fresh if is_given_up => Step::Record(Mark::Discarded(None)),
        Evidence::Fresh => Step::Send,
        Evidence::Made(object) | Evidence::Found(Found { object, .. })
            if main.is_some_and(|known| known.uid != object.uid) =>
        {
            Step::Record(Mark::Lost(
                Reason::Replaced,
                format!("{} was deleted by someone and made again", label(object)),
            ))
        }
        Evidence::Made(object) if is_given_up => Step::Record(Mark::Discarded(Some(object.clone()))),
        Evidence::Made(object) => Step::Record(Mark::Created(object.clone())),
        Evidence::Found(found) => found_step(run, found, is_given_up),
        Evidence::Absent if is_given_up => Step::Record(Mark::Discarded(None)),
        Evidence::Absent => match main {
            Some(known) => gone(known),
            None => Step::Send,
        },
        Evidence::RefusedAndAbsent(refusal) if main.is_none() => Step::Record(Mark::Rejected(refusal.clone())),
        Evidence::RefusedAndAbsent(_) => main.map_or(Step::Look, gone),
        Evidence::Lost(why) => Step::Record(Mark::Unknown(why.clone())),
        Evidence::ChildrenMade(all) => Step::Record(Mark::Complete(all.clone())),
        Evidence::StepRefused(refusal) => Step::Record(Mark::Rejected(refusal.clone())),
        Evidence::ChildTaken(object) => Step::Record(Mark::Conflict(taken(object))),
        Evidence::Released(version) => {
            main.map_or(Step::Look, |object| Step::Record(Mark::Released(object.clone(), *version)))
        }
        Evidence::Gone => main.map_or(Step::Look, gone),
        Evidence::Recorded | Evidence::Removed => match (run.status.submission, main) {
            (Submission::Created | Submission::Complete, Some(_)) if is_given_up => Step::Record(Mark::Discarded(None)),
            (Submission::Created | Submission::Complete, Some(object)) => towards_release(run, object.clone()),
            _ => Step::Look,
        },
    }
}

/// Something exists under the name, and it is not another object than the one known before.
fn found_step(run: &Run, found: &Found, is_given_up: bool) -> Step {
    let object = found.object.clone();
    if !found.is_same_run || !found.is_same_spec {
        return Step::Record(Mark::Conflict(taken(&object)));
    }
    if found.is_deleting {
        let sentence = format!("{} is being deleted by someone", label(&object));
        return Step::Record(Mark::Lost(Reason::DeletedOutside, sentence));
    }
    if !found.is_held {
        return Step::Record(Mark::Released(object, found.version));
    }
    if is_given_up {
        return Step::Record(Mark::Discarded(Some(object)));
    }
    match run.status.submission {
        Submission::Created | Submission::Complete => towards_release(run, object),
        _ => Step::Record(Mark::Created(object)),
    }
}

/// A main object that is written down as existing: what it owns comes before its release, where it owns anything.
fn towards_release(run: &Run, object: ObjectRef) -> Step {
    let is_whole = run.status.submission == Submission::Complete || run.manifests.len() <= 1;
    if is_whole { Step::Release(object) } else { Step::MakeChildren(object) }
}

/// The launch came to nothing: what exists of it goes.
fn closed_step(run: &Run, main: Option<&ObjectRef>, evidence: &Evidence) -> Step {
    let owed = main.filter(|_| !run.status.only_in_history);
    match evidence {
        Evidence::Made(object) => Step::Remove(object.clone()),
        // A request sent before the launch was given up may land after it: found by its name, removed by identity.
        Evidence::Found(found) if found.is_same_run && !found.is_deleting => Step::Remove(found.object.clone()),
        Evidence::Removed | Evidence::Found(_) | Evidence::Absent if !run.status.only_in_history => {
            Step::Record(Mark::Removed)
        }
        Evidence::Lost(_) | Evidence::StepRefused(_) => Step::Done,
        Evidence::Nothing if run.status.submission == Submission::Discarded && run.status.wish.is_some() => Step::Look,
        Evidence::Nothing | Evidence::Recorded => owed.map_or(Step::Done, |object| Step::Remove(object.clone())),
        _ => Step::Done,
    }
}

fn gone(object: &ObjectRef) -> Step {
    let sentence = format!("{} was deleted by someone before it was released", label(object));
    Step::Record(Mark::Lost(Reason::DeletedOutside, sentence))
}

fn taken(object: &ObjectRef) -> String {
    format!("the name is taken by {} (uid {}), which this run did not make", label(object), object.uid)
}

fn label(object: &ObjectRef) -> String {
    format!("{} \"{}\"", object.kind, object.name)
}
