//! Tests on a real gnome-keyring, each in a session bus and a home folder of its own: the test program runs itself again
//! there.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use berth_core::ports::{SecretValue, SecretVault, StoreError};
use berth_model::{InstallationId, ProjectId, SecretId};
use uuid::Uuid;

use crate::{KeyringVault, account};

/// Tells a copy of this program that it is within the session.
const INSIDE: &str = "BERTH_TEST_INSIDE";

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Where the session's keyring comes from.
enum Session {
    /// No bus at all.
    NoBus,
    /// A bus on which nothing offers a keyring.
    NoService,
    /// After these shell lines; `$@` is the test.
    Keyring(&'static str),
}

/// An unlocked keyring with a throw-away password.
const UNLOCKED: &str = "printf throw-away | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \"$@\"";

/// A bus that knows no service which it could start.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs the test named within a session.
fn run_in(session: &Session, test: &str) {
    let home = tempfile::tempdir().unwrap();
    let output = run_once(session, test, home.path());
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && text.contains("1 passed"), "in its session:\n{text}");
}

fn run_once(session: &Session, test: &str, home: &Path) -> Output {
    let program = std::env::current_exe().unwrap();
    let mut command = match session {
        Session::NoBus => Command::new(&program),
        Session::NoService => {
            let bus = home.join("bus.conf");
            std::fs::write(&bus, BARE_BUS).unwrap();
            let mut command = Command::new("dbus-run-session");
            command.arg("--config-file").arg(&bus).arg("--").arg(&program);
            command
        }
        Session::Keyring(lines) => {
            let mut command = Command::new("dbus-run-session");
            command.args(["--", "sh", "-c", lines, "sh"]).arg(&program);
            command
        }
    };
    let runtime = home.join("runtime");
    std::fs::create_dir_all(&runtime).unwrap();
    std::fs::set_permissions(&runtime, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    command
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(INSIDE, "1")
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", &runtime)
        .env("XDG_DATA_HOME", home.join("share"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .output()
        .unwrap_or_else(|cause| panic!("this test needs dbus-run-session and gnome-keyring-daemon: {cause}"))
}

async fn text(vault: &KeyringVault, account: &str) -> Option<String> {
    vault.read(account).await.unwrap().map(|value| value.expose().to_owned())
}

#[test]
fn an_account_names_folder_project_and_secret_by_id() {
    let name = account(
        InstallationId::from_uuid(Uuid::from_u128(1)),
        ProjectId::from_uuid(Uuid::from_u128(2)),
        SecretId::from_uuid(Uuid::from_u128(3)),
    );
    assert_eq!(
        name,
        "00000000-0000-0000-0000-000000000001/00000000-0000-0000-0000-000000000002/00000000-0000-0000-0000-000000000003"
    );
}

#[tokio::test]
async fn a_value_is_kept_changed_and_forgotten() {
    if !inside() {
        run_in(&Session::Keyring(UNLOCKED), "tests::a_value_is_kept_changed_and_forgotten");
        return;
    }
    let vault = KeyringVault::new();
    assert_eq!(text(&vault, "a/b/c").await, None);
    for value in ["s3cret", "pässwörd \u{1f511} with spaces\nand lines", "", &"x".repeat(60_000)] {
        vault.store("a/b/c", &SecretValue::new(value.to_owned())).await.unwrap();
        assert_eq!(text(&vault, "a/b/c").await.as_deref(), Some(value));
        assert_eq!(text(&KeyringVault::new(), "a/b/c").await.as_deref(), Some(value), "another process sees it");
    }
    assert_eq!(text(&vault, "a/b/d").await, None, "accounts are apart");
    vault.store("a/b/d", &SecretValue::new("other".to_owned())).await.unwrap();
    vault.delete("a/b/c").await.unwrap();
    assert_eq!(text(&vault, "a/b/c").await, None);
    assert_eq!(text(&vault, "a/b/d").await.as_deref(), Some("other"));
    vault.delete("a/b/c").await.unwrap();
}

#[tokio::test]
async fn without_a_bus_the_keyring_is_unavailable() {
    if !inside() {
        run_in(&Session::NoBus, "tests::without_a_bus_the_keyring_is_unavailable");
        return;
    }
    unavailable().await;
}

#[tokio::test]
async fn without_a_keyring_on_the_bus_it_is_unavailable() {
    if !inside() {
        run_in(&Session::NoService, "tests::without_a_keyring_on_the_bus_it_is_unavailable");
        return;
    }
    unavailable().await;
}

async fn unavailable() {
    let vault = KeyringVault::patient(Duration::from_secs(20));
    let start = Instant::now();
    let value = SecretValue::new("canary-5f2e".to_owned());
    for error in [vault.store("a/b/c", &value).await.unwrap_err(), vault.read("a/b/c").await.err().unwrap()] {
        assert!(matches!(&error, StoreError::KeyringUnavailable(_)), "{error:?}");
        assert!(!format!("{error:?} {error}").contains("canary"), "{error:?}");
    }
    assert!(start.elapsed() < Duration::from_secs(15), "said at once, not after the patience");
}

#[tokio::test]
async fn a_keyring_without_a_collection_and_nobody_to_make_one_keeps_nothing_and_says_so() {
    if !inside() {
        let test = "tests::a_keyring_without_a_collection_and_nobody_to_make_one_keeps_nothing_and_says_so";
        run_in(&Session::Keyring("\"$@\""), test);
        return;
    }
    let vault = KeyringVault::patient(Duration::from_secs(20));
    let error = vault.store("a/b/c", &SecretValue::new("canary-5f2e".to_owned())).await.unwrap_err();
    assert!(matches!(&error, StoreError::KeyringUnavailable(_)), "{error:?}");
    assert_eq!(text(&vault, "a/b/c").await, None, "there is none, and that is an answer");
}

#[tokio::test]
async fn a_locked_keyring_with_nobody_to_unlock_it_is_unavailable_after_the_patience() {
    if !inside() {
        // The first daemon makes the keyring; the second, of a later session, finds it locked.
        let test = "tests::a_locked_keyring_with_nobody_to_unlock_it_is_unavailable_after_the_patience";
        let home = tempfile::tempdir().unwrap();
        let made = run_once(&Session::Keyring(UNLOCKED), "tests::a_value_is_kept_changed_and_forgotten", home.path());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let locked = Session::Keyring("gnome-keyring-daemon --start --components=secrets >/dev/null && \"$@\"");
        let output = run_once(&locked, test, home.path());
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && text.contains("1 passed"), "in its session:\n{text}");
        return;
    }
    let vault = KeyringVault::patient(Duration::from_millis(1500));
    for _ in 0..2 {
        let start = Instant::now();
        let error = vault.read("a/b/d").await.err().unwrap();
        assert!(matches!(&error, StoreError::KeyringUnavailable(_)), "{error:?}");
        assert!(start.elapsed() < Duration::from_secs(10), "the patience bounds it");
    }
}
