//! The page and the program are of one piece: the TypeScript that the page compiles against is the one that the Rust
//! says, and the version that the page tells is the program's.

use std::path::Path;

#[test]
fn the_committed_bindings_are_current() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/ipc/bindings.ts");
    if std::env::var_os("UPDATE_BINDINGS").is_some_and(|value| value == "1") {
        berth_shell::export_bindings(&committed).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let fresh = folder.path().join("bindings.ts");
    berth_shell::export_bindings(&fresh).unwrap();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        read(&committed) == read(&fresh),
        "ui/src/ipc/bindings.ts is stale: run UPDATE_BINDINGS=1 cargo test --test it bindings"
    );
}

#[test]
fn the_page_tells_the_version_of_the_program() {
    let package: serde_json::Value = serde_json::from_str(include_str!("../../ui/package.json")).unwrap();
    assert_eq!(package.get("version"), Some(&serde_json::json!(env!("CARGO_PKG_VERSION"))));
}
