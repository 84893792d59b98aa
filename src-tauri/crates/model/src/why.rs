//! The sentence that stands for a reason where nobody saw more: what it means, and what to do about it.

use crate::{Reason, RunStatus};

impl RunStatus {
    /// Why it stands as it does, in a sentence: what was observed, else what the reason means.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.message.as_deref().or_else(|| self.reason.as_ref()?.sentence())
    }
}

impl Reason {
    /// What the reason means; `None` for a word of the cluster's own.
    #[must_use]
    pub const fn sentence(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unschedulable => {
                "No node has what the run asks for: ask for less, loosen the node labels, tolerate a taint, or wait until there is room."
            }
            Self::ImagePull => {
                "The node could not get the image: check its name and tag, and whether its registry asks for a sign-in."
            }
            Self::InvalidImageName => "The image's name is not one that a node understands: correct it and run again.",
            Self::Configuration => {
                "Something that the container needs is missing: make it in the namespace, or take it out of the run."
            }
            Self::Mount => {
                "A volume could not be mounted: check that it exists in the namespace and is not in use elsewhere."
            }
            Self::CodeNotFetched => {
                "The code of the function could not be fetched: check its address, and the secrets that it is read with."
            }
            Self::QuotaExceeded => {
                "The quota of the namespace is used up: end other work there, ask for less, or ask for more quota."
            }
            Self::PodSecurity => {
                "The namespace forbids pods like this one: choose the security level \"restricted\", or another namespace."
            }
            Self::AdmissionRefused => "A rule of the cluster refused the run: whoever keeps the cluster knows why.",
            Self::ExitCode => "The program ended with an error of its own: the end of its log usually says which.",
            Self::BuildFailed => "A step of the build failed: the end of its log says which, and with what words.",
            Self::BaseImage => {
                "The image to start from could not be had: check its name and tag, and whether its registry asks for a sign-in."
            }
            Self::PushFailed => {
                "The registry did not take the image: check the project's registry with `berth registry check`."
            }
            Self::RegistryDenied => {
                "The registry did not let the build in: check the secret that the project's registry names."
            }
            Self::OutOfMemory => {
                "The program used more memory than its limit and was killed: allow it more, or let it use less."
            }
            Self::RetriesExhausted => "Every attempt failed: the log of the last one says most.",
            Self::DeadlineExceeded => "The run took longer than its time limit: raise the limit, or let it do less.",
            Self::Evicted => "The node took its place back: another run may find another node.",
            Self::CannotRun => {
                "The command could not be started in this image: check that the program is there and may be executed."
            }
            Self::CrashLoop => {
                "The program keeps ending and is started again and again: the end of its log usually says why."
            }
            Self::NotReady => {
                "The program runs and does not answer its readiness probe yet: wait, or look into its log."
            }
            Self::ProgressDeadline => {
                "Not all copies became ready in time: the cluster goes on trying, and what keeps them shows beside it."
            }
            Self::AddressPending => {
                "The balancer has not given an address yet: a cluster without balancers never will."
            }
            Self::DeletedOutside => {
                "Someone deleted the run in the cluster: what was seen of it until then is kept here."
            }
            Self::NamespaceDeleted => {
                "The namespace was deleted with everything in it: what was seen of the run until then is kept here."
            }
            Self::Vanished => {
                "The run was gone before its end was seen, so nobody knows how it ended: its log may tell."
            }
            Self::Replaced => "Another object took the run's name: what was seen of the run until then is kept here.",
            Self::StoppedByUser => "The run was stopped from Berth.",
            Self::Paused => "Someone suspended the run in the cluster: it goes on when it is resumed there.",
            Self::Rejected => "The cluster refused the run: nothing of it was made.",
            Self::NameTaken => {
                "The name belongs to something else in the namespace: running it again makes another name."
            }
            Self::OutcomeUnknown => {
                "The cluster's answer was lost: Berth goes on asking and shows what became of the run."
            }
            Self::Discarded => "The launch was given up: nothing of it ran.",
            Self::Other(_) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_of_ours_has_a_sentence_and_a_word_of_the_clusters_has_none() {
        for (reason, word) in Reason::WORDS {
            let sentence = reason.sentence().unwrap_or_default();
            let begins = sentence.chars().next().is_some_and(char::is_uppercase);
            assert!(begins && sentence.ends_with('.') && sentence.len() <= 130, "{word}: {sentence:?}");
        }
        assert_eq!(Reason::from_word("SomethingNew").sentence(), None);
    }

    #[test]
    fn what_was_observed_comes_before_what_the_reason_means() {
        let mut status = RunStatus { reason: Some(Reason::OutOfMemory), ..RunStatus::created() };
        assert_eq!(status.why(), Reason::OutOfMemory.sentence());
        status.message = Some("more than 512Mi".to_owned());
        assert_eq!(status.why(), Some("more than 512Mi"));
        assert_eq!(RunStatus::created().why(), None);
    }
}
