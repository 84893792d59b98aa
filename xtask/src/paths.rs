//! Where things lie: the clone that xtask works on, and the cache outside it that survives clones.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of the clone: the one that cargo runs xtask for.
pub fn repository() -> PathBuf {
    let package =
        env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map_or_else(|| package.clone(), Path::to_path_buf)
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
