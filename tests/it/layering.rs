//! The layers of docs/ARCHITECTURE.md, kept by looking at every crate's direct dependencies.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

/// A row of the table: which of our crates a crate may stand on, and what it must never name.
struct Layer {
    name: &'static str,
    /// Our own crates beneath it.
    beneath: &'static [&'static str],
    /// Groups of packages that it must not use.
    never: &'static [&'static [&'static str]],
}

/// Names of packages; a star stands for any letters.
const KUBE: &[&str] = &["kube", "kube-*", "k8s-openapi", "k8s-pb"];
const SQL: &[&str] = &["rusqlite", "libsqlite3-sys", "sqlx", "sqlx-*", "diesel", "sqlite", "turso", "limbo"];
const KEYRING: &[&str] = &["keyring", "keyring-*", "*-keyring-store", "secret-service", "dbus-secret-service"];
const TAURI: &[&str] = &["tauri", "tauri-*", "wry", "tao", "specta-typescript"];
/// What reaches the outside: files, network, processes, the clock.
const OUTSIDE: &[&str] = &[
    "tokio",
    "tokio-*",
    "async-std",
    "smol",
    "hyper",
    "hyper-*",
    "reqwest",
    "ureq",
    "rustix",
    "libc",
    "nix",
    "tempfile",
    "etcetera",
    "notify",
    "chrono",
    "time",
];

const LAYERS: &[Layer] = &[
    Layer { name: "berth-model", beneath: &[], never: &[OUTSIDE, KUBE, SQL, KEYRING, TAURI] },
    Layer { name: "berth-k8s", beneath: &["berth-model"], never: &[SQL, KEYRING, TAURI] },
    Layer { name: "berth-core", beneath: &["berth-model", "berth-k8s"], never: &[SQL, KEYRING, TAURI] },
    Layer { name: "berth-history", beneath: &["berth-model", "berth-core"], never: &[KUBE, KEYRING, TAURI] },
    Layer { name: "berth-vault", beneath: &["berth-model", "berth-core"], never: &[KUBE, SQL, TAURI] },
    Layer {
        name: "berth-cli",
        beneath: &["berth-model", "berth-core", "berth-history", "berth-vault"],
        never: &[KUBE, SQL, KEYRING, TAURI],
    },
    Layer {
        name: "berth-desktop",
        beneath: &["berth-model", "berth-core", "berth-history", "berth-vault"],
        never: &[KUBE, SQL, KEYRING],
    },
    Layer {
        name: "berth-testkit",
        beneath: &["berth-model", "berth-k8s", "berth-core", "berth-history", "berth-vault"],
        never: &[TAURI],
    },
    Layer { name: "berth-webdriver", beneath: &[], never: &[KUBE, SQL, KEYRING, TAURI] },
    Layer { name: "berth-blank", beneath: &[], never: &[KUBE, SQL, KEYRING] },
    Layer { name: "xtask", beneath: &["berth-webdriver"], never: &[KUBE, SQL, KEYRING, TAURI] },
];

fn matches(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => name.ends_with(end),
        (_, Some(beginning)) => name.starts_with(beginning),
        _ => name == pattern,
    }
}

/// Names every dependency that points up or that its crate's row forbids. What only tests use is free: they stand above
/// all layers.
fn violations(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().unwrap();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package["name"].as_str().unwrap()).collect();
    let mut found = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let Some(layer) = LAYERS.iter().find(|layer| layer.name == name) else {
            found.push(format!("{name} has no row in the table of layers"));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            if dependency["kind"] == "dev" {
                continue;
            }
            let used = dependency["name"].as_str().unwrap();
            if ours.contains(used) && !layer.beneath.contains(&used) {
                found.push(format!("{name} must not stand on {used}"));
            }
            if layer.never.iter().copied().flatten().any(|pattern| matches(pattern, used)) {
                found.push(format!("{name} must not use {used}"));
            }
        }
    }
    found
}

#[test]
fn every_arrow_points_down_and_no_crate_uses_what_its_row_forbids() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(violations(&metadata), Vec::<String>::new());
    let names: BTreeSet<&str> =
        metadata["packages"].as_array().unwrap().iter().map(|package| package["name"].as_str().unwrap()).collect();
    assert_eq!(names, LAYERS.iter().map(|layer| layer.name).collect(), "each row is a crate and each crate a row");
}

#[test]
fn an_arrow_up_a_forbidden_package_and_a_crate_without_a_row_are_named() {
    let crate_with = |name: &str, dependencies: &[(&str, Option<&str>)]| {
        let dependencies: Vec<Value> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        json!({"name": name, "dependencies": dependencies})
    };
    let metadata = json!({"packages": [
        crate_with("berth-model", &[("serde", None), ("tokio-util", None), ("tempfile", Some("dev"))]),
        crate_with("berth-k8s", &[("berth-model", None), ("berth-core", None), ("kube", None)]),
        crate_with("berth-core", &[("berth-k8s", None), ("rusqlite", None), ("berth-testkit", None)]),
        crate_with("berth-history", &[("rusqlite", None), ("kube-runtime", Some("build"))]),
        crate_with("berth-vault", &[("zbus-secret-service-keyring-store", None), ("berth-history", None)]),
        crate_with("berth-cli", &[("berth-k8s", None), ("tauri-plugin-store", None)]),
        crate_with("berth-desktop", &[("tauri", None), ("keyring-core", None)]),
        crate_with("berth-testkit", &[("berth-history", None), ("tauri", None)]),
        crate_with("berth-extra", &[]),
    ]});
    assert_eq!(
        violations(&metadata),
        [
            "berth-model must not use tokio-util",
            "berth-k8s must not stand on berth-core",
            "berth-core must not use rusqlite",
            "berth-core must not stand on berth-testkit",
            "berth-history must not use kube-runtime",
            "berth-vault must not stand on berth-history",
            "berth-cli must not stand on berth-k8s",
            "berth-cli must not use tauri-plugin-store",
            "berth-desktop must not use keyring-core",
            "berth-testkit must not use tauri",
            "berth-extra has no row in the table of layers",
        ]
    );
}
