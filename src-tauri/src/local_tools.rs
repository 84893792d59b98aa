//! Programs of this machine that make a local cluster: found on PATH, never run.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The programs in the order in which they are offered, with what makes a cluster.
const KNOWN: [(&str, &str); 3] =
    [("kind", "kind create cluster"), ("k3d", "k3d cluster create"), ("minikube", "minikube start")];

/// A program that makes a local cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LocalTool {
    /// Name.
    pub name: String,
    /// Where it was found; `None` where it was not.
    pub path: Option<String>,
    /// The command line that makes a cluster and a context for it.
    pub command: String,
}

/// Looks for the known programs in the folders of a PATH.
pub(crate) fn find(path: Option<&OsStr>) -> Vec<LocalTool> {
    let folders: Vec<PathBuf> = path.map(|path| std::env::split_paths(path).collect()).unwrap_or_default();
    let found = |name: &str| folders.iter().map(|folder| folder.join(name)).find(|file| is_program(file));
    let tool = |(name, command): (&str, &str)| LocalTool {
        name: name.to_owned(),
        path: found(name).map(|file| file.display().to_string()),
        command: command.to_owned(),
    };
    KNOWN.into_iter().map(tool).collect()
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.with_extension("exe").is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_what_can_be_run_is_found() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mode) in [("kind", 0o755), ("minikube", 0o644)] {
            let file = folder.path().join(name);
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let path = std::env::join_paths([Path::new("/nowhere"), folder.path()]).unwrap();
        let found = find(Some(&path));
        assert_eq!(found[0].path.as_deref(), folder.path().join("kind").to_str());
        assert_eq!((&found[1].path, &found[2].path), (&None, &None), "k3d is absent, minikube is no program");
        assert_eq!(find(None).len(), 3, "all are named, found or not");
    }
}
