//! Decides where the data folder lies: one answer for the window and for `berth`.

use std::ffi::OsString;
use std::path::PathBuf;

use berth_core::ports::StoreError;
use etcetera::BaseStrategy;

/// The variable that names another data folder.
const VARIABLE: &str = "BERTH_DATA_DIR";

/// Returns the data folder: `BERTH_DATA_DIR` where set and not empty, else `berth` in the platform's folder for data
/// (`~/.local/share/berth` on Linux). Does not make it.
///
/// # Errors
/// `Failed` where the variable is not set and the person has no home folder.
pub fn default_folder() -> Result<PathBuf, StoreError> {
    folder(std::env::var_os(VARIABLE), || etcetera::choose_base_strategy().map(|base| base.data_dir()).ok())
}

fn folder(chosen: Option<OsString>, platform: impl FnOnce() -> Option<PathBuf>) -> Result<PathBuf, StoreError> {
    if let Some(chosen) = chosen.filter(|chosen| !chosen.is_empty()) {
        return Ok(PathBuf::from(chosen));
    }
    platform().map(|data| data.join("berth")).ok_or_else(|| {
        StoreError::Failed(format!(
            "there is no home folder to keep data in: set {VARIABLE} to a folder of your choice"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_wins_and_an_empty_one_does_not_count() {
        let home = || Some(PathBuf::from("/home/ada/.local/share"));
        let check = |chosen: Option<&str>, expected: &str| {
            let found = folder(chosen.map(OsString::from), home).unwrap();
            assert_eq!(found, PathBuf::from(expected), "chosen: {chosen:?}");
        };
        check(Some("/elsewhere"), "/elsewhere");
        check(Some(""), "/home/ada/.local/share/berth");
        check(None, "/home/ada/.local/share/berth");
        let error = folder(None, || None).unwrap_err();
        assert!(error.to_string().contains(VARIABLE), "says what to do: {error}");
    }
}
