//! Owns the way from a place that a person names to a cluster that can be asked, and which cluster that is.
//!
//! Keeps one client per (kubeconfig file, context, namespace) until a kubeconfig changes or it is dropped on request.
//! Never decides what to ask.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime};

use berth_k8s::{Cluster, ContextEntry, Contexts};
use berth_model::{ClusterId, Place, Project, Run, Target};
use tokio::sync::{Mutex, OnceCell};

use crate::app::Ports;
use crate::failure;
use crate::ports::ClusterRecord;
use crate::{Error, ErrorCode};

/// The namespace of a context that names none; the cluster's own word for it.
const FALLBACK_NAMESPACE: &str = "default";

/// The clusters of this process.
pub(crate) struct Clusters {
    files: RwLock<Vec<PathBuf>>,
    connected: Mutex<HashMap<Key, Arc<Connected>>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    kubeconfig: String,
    context: String,
    namespace: String,
}

struct Connected {
    cluster: Cluster,
    stamp: Vec<FileStamp>,
    id: OnceCell<ClusterId>,
}

/// Enough of a file to see that it was changed: path, time of change, length in bytes.
type FileStamp = (PathBuf, Option<SystemTime>, u64);

impl Clusters {
    /// Takes the kubeconfig files, in order.
    pub(crate) fn new(files: Vec<PathBuf>) -> Self {
        Self { files: RwLock::new(files), connected: Mutex::default() }
    }

    /// Reads the contexts as the files now are.
    pub(crate) fn contexts(&self) -> Contexts {
        berth_k8s::context::read(&self.files())
    }

    /// Reads one more file from now on; `false` where it is read already.
    pub(crate) fn add_file(&self, file: PathBuf) -> bool {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = !files.contains(&file);
        if is_new {
            files.push(file);
        }
        is_new
    }

    /// Reads a file no more.
    pub(crate) fn remove_file(&self, file: &Path) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).retain(|known| known != file);
    }

    /// The kubeconfig files, in order.
    fn files(&self) -> Vec<PathBuf> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Finds where a run goes: the place given, else the project's, else the current context; the namespace given,
    /// else the context's own, else `default`.
    ///
    /// # Errors
    /// `Kubeconfig` where there is no such context, several, or none at all.
    pub(crate) fn resolve(&self, place: Option<&Place>, project: &Project) -> Result<Target, Error> {
        let contexts = self.contexts();
        let place = place.or(project.default_target.as_ref());
        let entry = match place {
            Some(place) => self.find(&contexts, &place.context, None)?,
            None => contexts.current().map_err(|error| self.explain(&contexts, error))?,
        };
        Ok(target(entry, place.and_then(|place| place.namespace.clone())))
    }

    /// Finds a context by its name, with its own namespace.
    ///
    /// # Errors
    /// `Kubeconfig` where there is no such context or several.
    pub(crate) fn target_of(&self, context: &str) -> Result<Target, Error> {
        let contexts = self.contexts();
        Ok(target(self.find(&contexts, context, None)?, None))
    }

    /// Prepares a client for a target, or returns the one that is there; sends nothing.
    ///
    /// # Errors
    /// `Kubeconfig` where the context is not there any more or cannot be used.
    pub(crate) async fn cluster(&self, target: &Target) -> Result<Cluster, Error> {
        Ok(self.connected(target).await?.cluster.clone())
    }

    /// Asks which cluster a target leads to, and records it with its evidence; asked once per client.
    ///
    /// # Errors
    /// As the request or the history fails.
    pub(crate) async fn identify(&self, ports: &Ports, target: &Target) -> Result<ClusterId, Error> {
        let connected = self.connected(target).await?;
        let began = Instant::now();
        connected
            .id
            .get_or_try_init(|| async {
                let asked = connected.cluster.identity().await;
                let identity = asked.map_err(|error| failure::of_contact(error, target, began.elapsed()))?;
                let evidence = identity.system_uid.clone().unwrap_or_else(|| {
                    format!("{} {}", identity.authority.as_deref().unwrap_or_default(), identity.server)
                });
                let record = ClusterRecord {
                    // Derived, so that two programs that meet a cluster at once give it one identity.
                    id: ClusterId::derived(&evidence),
                    system_uid: identity.system_uid,
                    authority: identity.authority,
                    server: identity.server,
                };
                Ok(ports.history.cluster(&record).await?)
            })
            .await
            .copied()
    }

    /// Returns the cluster of a run, having made sure that its context still leads there.
    ///
    /// # Errors
    /// `Kubeconfig` where the context now leads to another cluster; else as `identify`.
    pub(crate) async fn cluster_of(&self, ports: &Ports, run: &Run) -> Result<Cluster, Error> {
        let id = self.identify(ports, &run.target).await?;
        if run.target.cluster.is_some_and(|known| known != id) {
            let context = &run.target.context;
            return Err(Error::new(
                ErrorCode::Kubeconfig,
                format!("context \"{context}\" now leads to another cluster than the one that run {} went to", run.id),
            )
            .hint("Nothing was asked or changed there. Point the context back to its cluster to look after the run."));
        }
        self.cluster(&run.target).await
    }

    /// Forgets the clients of a target's context, so that the next request connects anew.
    pub(crate) async fn forget(&self, target: &Target) {
        let mut connected = self.connected.lock().await;
        connected.retain(|key, _| key.kubeconfig != target.kubeconfig || key.context != target.context);
    }

    async fn connected(&self, target: &Target) -> Result<Arc<Connected>, Error> {
        let key = Key {
            kubeconfig: target.kubeconfig.clone(),
            context: target.context.clone(),
            namespace: target.namespace.clone(),
        };
        let file = PathBuf::from(&target.kubeconfig);
        let files = self.files();
        let stamp: Vec<FileStamp> = files.iter().chain([&file]).map(|path| stamp(path)).collect();
        let mut connected = self.connected.lock().await;
        if let Some(known) = connected.get(&key)
            && known.stamp == stamp
        {
            return Ok(Arc::clone(known));
        }
        let mut contexts = self.contexts();
        if !files.contains(&file) {
            contexts = berth_k8s::context::read(std::slice::from_ref(&file));
        }
        let entry = self.find(&contexts, &target.context, Some(&file))?;
        let cluster = Cluster::connect(entry, Some(&target.namespace)).await?;
        let made = Arc::new(Connected { cluster, stamp, id: OnceCell::new() });
        connected.insert(key, Arc::clone(&made));
        Ok(made)
    }

    fn find<'all>(
        &self,
        contexts: &'all Contexts,
        name: &str,
        file: Option<&Path>,
    ) -> Result<&'all ContextEntry, Error> {
        contexts.find(name, file).map_err(|error| self.explain(contexts, error))
    }

    /// Says that there is no kubeconfig at all, where that is why there is no context.
    fn explain(&self, contexts: &Contexts, error: berth_k8s::Error) -> Error {
        let files = self.files();
        if contexts.entries.is_empty() && !files.iter().any(|file| file.exists()) {
            return failure::no_kubeconfig(&files);
        }
        let problems: Vec<&str> = contexts.problems.iter().map(|problem| problem.message.as_str()).collect();
        let mut made = Error::from(error);
        if !problems.is_empty() {
            made.detail = Some(problems.join("\n"));
        }
        made
    }
}

fn target(entry: &ContextEntry, namespace: Option<String>) -> Target {
    let namespace = namespace.or_else(|| entry.namespace.clone()).unwrap_or_else(|| FALLBACK_NAMESPACE.to_owned());
    let kubeconfig = entry.file.to_string_lossy().into_owned();
    Target { kubeconfig, context: entry.name.clone(), namespace, cluster: None }
}

fn stamp(path: &Path) -> FileStamp {
    let metadata = std::fs::metadata(path).ok();
    let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
    (path.to_owned(), changed, metadata.map_or(0, |metadata| metadata.len()))
}
