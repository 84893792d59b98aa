//! What a form may suggest: what the cluster has, and what runs of the project used. Never in the way of typing: an
//! answer comes soon or not at all, and where it does not, a sentence says why.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use berth_k8s::{Class, Listed, Lists, Suggestion};
use berth_model::{Place, ProjectName, Target};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::ports::RunQuery;
use crate::{Error, ErrorCode, failure};

/// How long the cluster is waited for: longer, and the person has typed it.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an answer counts as new.
const FRESH: Duration = Duration::from_secs(30);
/// Runs that are looked through for images, the newest.
const RUNS: u32 = 500;

/// What may be suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// Images of the project's runs, the most used first.
    Images,
    /// What the cluster is asked for.
    #[serde(untagged)]
    Listed(Listed),
}

/// What is suggested, and why there is less than there could be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Suggestions {
    /// The things.
    pub items: Vec<Suggestion>,
    /// One sentence where they could not be asked for just now; `items` are then of an earlier time, or none.
    pub notice: Option<String>,
}

/// Answers of clusters, kept by context and namespace.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<Target, HashMap<Listed, Answer>>>);

#[derive(Clone)]
struct Answer {
    items: Vec<Suggestion>,
    at: Instant,
}

impl Known {
    fn find(&self, target: &Target, what: Listed) -> Option<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(target)?.get(&what).cloned()
    }

    fn keep(&self, target: &Target, lists: Lists) {
        let at = Instant::now();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .entry(target.clone())
            .or_default()
            .extend(lists.into_iter().map(|(what, items)| (what, Answer { items, at })));
    }
}

impl App {
    /// Suggests what a control may hold; answers within 3 s.
    ///
    /// A cluster that forbids or fails is a notice, not an error: the person types what they mean.
    ///
    /// # Errors
    /// `Storage`; `NotFound` for an unknown project; `Kubeconfig` where the place is none.
    pub async fn suggestions(
        &self,
        project: &ProjectName,
        place: Option<&Place>,
        kind: SuggestionKind,
    ) -> Result<Suggestions, Error> {
        let what = match kind {
            SuggestionKind::Images => return self.images(project).await,
            SuggestionKind::Listed(what) => what,
        };
        let project = self.project(project).await?;
        let target = self.clusters.resolve(place, &project)?;
        let known = self.suggested.find(&target, what);
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < FRESH) {
            return Ok(Suggestions { items: known.items.clone(), notice: None });
        }
        match tokio::time::timeout(PATIENCE, self.ask_for(&target, what)).await {
            Ok(Ok(lists)) => {
                let items = lists.get(&what).cloned().unwrap_or_default();
                self.suggested.keep(&target, lists);
                Ok(Suggestions { items, notice: None })
            }
            Ok(Err(error)) => Ok(stale(known, &why_not(&error, words(what)))),
            Err(_) => {
                let (context, words, seconds) = (&target.context, words(what), PATIENCE.as_secs());
                Ok(stale(known, &format!("{context} did not tell its {words} within {seconds} s")))
            }
        }
    }

    async fn ask_for(&self, target: &Target, what: Listed) -> Result<Lists, Error> {
        let cluster = self.clusters.cluster(target).await?;
        let began = Instant::now();
        cluster.suggest(what).await.map_err(|error| match error.class {
            // Which kind may not be listed is said by the words of the kind.
            Class::Forbidden => Error::from(error),
            _ => failure::of_contact(error, target, began.elapsed()),
        })
    }

    async fn images(&self, project: &ProjectName) -> Result<Suggestions, Error> {
        let query = RunQuery { project: Some(project.clone()), archived: true, limit: RUNS, ..RunQuery::default() };
        let page = self.runs(&query).await?;
        let mut used: Vec<(String, usize)> = Vec::new();
        for image in page.rows.iter().filter_map(|row| row.run.spec.function.image.as_ref()) {
            let image = image.to_string();
            match used.iter_mut().find(|(known, _)| *known == image) {
                Some((_, times)) => *times += 1,
                None => used.push((image, 1)),
            }
        }
        // Stable: of those used as often, the one used last comes first.
        used.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        let items = used.into_iter().map(|(name, times)| Suggestion {
            name,
            note: if times == 1 { "1 run".to_owned() } else { format!("{times} runs") },
            ..Suggestion::default()
        });
        Ok(Suggestions { items: items.collect(), notice: None })
    }
}

/// How people call what is listed.
const fn words(what: Listed) -> &'static str {
    match what {
        Listed::NodeLabels | Listed::Taints | Listed::Accelerators => "nodes",
        Listed::Claims => "claims",
        Listed::StorageClasses => "storage classes",
        Listed::ConfigMaps => "configuration objects",
        Listed::Secrets => "secrets",
        Listed::ServiceAccounts => "service accounts",
        Listed::PriorityClasses => "priority classes",
        Listed::RuntimeClasses => "runtime classes",
    }
}

fn why_not(error: &Error, words: &str) -> String {
    match error.code {
        ErrorCode::Forbidden => format!("You may not list the {words} of this cluster"),
        _ => error.message.trim_end_matches('.').to_owned(),
    }
}

/// What is known from before, with the reason why it is not newer.
fn stale(known: Option<Answer>, why: &str) -> Suggestions {
    match known {
        Some(Answer { items, at }) => {
            let minutes = at.elapsed().as_secs() / 60;
            let age = match minutes {
                0 => "less than a minute".to_owned(),
                1 => "a minute".to_owned(),
                _ => format!("{minutes} minutes"),
            };
            Suggestions { items, notice: Some(format!("{why}; what is suggested is {age} old.")) }
        }
        None => Suggestions {
            items: Vec::new(),
            notice: Some(format!("{why}, so nothing is suggested; any text can be typed.")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_from_before_is_suggested_with_its_age() {
        let items = vec![Suggestion { name: "disk".to_owned(), ..Suggestion::default() }];
        let at = Instant::now().checked_sub(Duration::from_secs(130)).expect("the machine is up for so long");
        let found = stale(Some(Answer { items: items.clone(), at }), "lab did not answer");
        assert_eq!(found.items, items);
        assert_eq!(found.notice.as_deref(), Some("lab did not answer; what is suggested is 2 minutes old."));
    }
}
