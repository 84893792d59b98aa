//! The use cases of contexts: which there are, and whether one answers.

use std::time::Instant;

use berth_k8s::Class;
use berth_k8s::context::FileProblem;
use berth_model::Target;

use crate::app::{App, ContextCheck, ContextList, ContextView};
use crate::{Error, failure};

impl App {
    /// Lists the contexts of all kubeconfig files; reads files only.
    #[must_use]
    pub fn contexts(&self) -> ContextList {
        let found = self.clusters.contexts();
        let is_alone = found.entries.is_empty();
        let contexts = found.entries.into_iter().map(|entry| ContextView {
            name: entry.name,
            kubeconfig: entry.file.to_string_lossy().into_owned(),
            cluster: entry.cluster,
            user: entry.user,
            namespace: entry.namespace,
            server: entry.server,
            is_current: entry.is_current,
            problem: entry.problem,
        });
        // As for kubectl, a file that is not there is no trouble while another one names contexts.
        let is_trouble = |problem: &FileProblem| is_alone || problem.file.exists();
        let problems = found.problems.into_iter().filter(is_trouble).map(|problem| problem.message).collect();
        ContextList { contexts: contexts.collect(), problems }
    }

    /// Asks a context: version, rights, namespaces.
    ///
    /// # Errors
    /// `Kubeconfig` where there is no such context; a cluster's failure is in the result.
    pub async fn check_context(&self, name: &str) -> Result<ContextCheck, Error> {
        let target = self.clusters.target_of(name)?;
        let mut check = ContextCheck { context: name.to_owned(), version: None, error: None, namespaces: Vec::new() };
        // Asked anew each time: what was true of an old connection is not the question.
        self.clusters.forget(&target).await;
        match self.ask(&target).await {
            Ok((version, namespaces)) => (check.version, check.namespaces) = (version, namespaces),
            Err(error) => check.error = Some(error),
        }
        Ok(check)
    }

    async fn ask(&self, target: &Target) -> Result<(Option<String>, Vec<String>), Error> {
        let cluster = self.clusters.cluster(target).await?;
        let began = Instant::now();
        let identity = cluster.identity().await.map_err(|error| failure::of_contact(error, target, began.elapsed()))?;
        let namespaces = match cluster.namespaces().await {
            Ok(namespaces) => namespaces,
            // Rights in one namespace only are enough for everything else.
            Err(error) if error.class == Class::Forbidden => Vec::new(),
            Err(error) => return Err(failure::of_contact(error, target, began.elapsed())),
        };
        Ok((identity.version, namespaces))
    }
}
