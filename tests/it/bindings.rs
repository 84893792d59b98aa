//! The TypeScript that the page compiles against is the one that the Rust says.

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
