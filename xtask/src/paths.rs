//! Where things lie: the clone that xtask works on, and the cache outside it that survives clones.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the clone: the one that cargo runs xtask for; where something else runs it (a test, for which cargo
/// names that test's package), the one that the current folder lies in; else the one that it was built in.
pub fn repository() -> PathBuf {
    let named = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let current = env::current_dir().ok();
    clone_of(named.as_deref(), current.as_deref()).unwrap_or_else(|| {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        package.parent().unwrap_or(package).to_path_buf()
    })
}

fn clone_of(package: Option<&Path>, current: Option<&Path>) -> Option<PathBuf> {
    let is_clone = |folder: &&Path| folder.join("xtask").join("Cargo.toml").is_file();
    package.into_iter().chain(current).flat_map(Path::ancestors).find(is_clone).map(Path::to_path_buf)
}

/// The cache that all clones of a user share: `BERTH_CACHE_DIR`, else `berth-xtask` in the user's cache folder.
///
/// # Errors
/// When neither that variable nor `HOME` is set.
pub fn cache() -> Result<PathBuf> {
    if let Some(folder) = env::var_os("BERTH_CACHE_DIR") {
        return std::path::absolute(folder).context("failed to read BERTH_CACHE_DIR");
    }
    let home =
        env::var_os("HOME").context("neither BERTH_CACHE_DIR nor HOME is set: unable to choose a cache folder")?;
    Ok(PathBuf::from(home).join(".cache").join("berth-xtask"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clone_is_found_whoever_runs_xtask() {
        let clone = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let check = |package: Option<&Path>, current: Option<&Path>| {
            assert_eq!(clone_of(package, current).as_deref(), Some(clone), "{package:?} {current:?}");
        };
        check(Some(&clone.join("xtask")), None);
        // The root package's tests, from their own folder.
        check(Some(clone), Some(clone));
        check(Some(&clone.join("src-tauri").join("crates").join("core")), Some(Path::new("/")));
        check(None, Some(&clone.join("tests")));
        assert_eq!(clone_of(Some(Path::new("/")), None), None);
    }
}
