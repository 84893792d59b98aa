#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::*;

fn script(folder: &Path, body: &str) -> PathBuf {
    let path = folder.join("plugin");
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn plugin(path: &Path) -> ExecConfig {
    ExecConfig {
        api_version: Some("client.authentication.k8s.io/v1".to_owned()),
        command: Some(path.to_str().unwrap().to_owned()),
        ..ExecConfig::default()
    }
}

fn printing(token: &str, expires: &str) -> String {
    format!(
        r#"echo '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"{token}"{expires}}}}}'"#
    )
}

#[tokio::test]
async fn a_credential_is_kept_until_it_expires_or_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("echo run >> {}/runs\n{}", folder.path().display(), printing("secret", ""));
    let sign_in = SignIn::new(plugin(&script(folder.path(), &body))).unwrap();
    let first = sign_in.credential().await.unwrap();
    assert_eq!(first.token.as_ref().unwrap(), "Bearer secret");
    assert!(first.token.as_ref().unwrap().is_sensitive());
    let again = sign_in.credential().await.unwrap();
    assert_eq!(again.generation, first.generation, "the program runs once");
    sign_in.forget(first.generation).await;
    assert_eq!(sign_in.credential().await.unwrap().generation, first.generation + 1);
    sign_in.forget(first.generation).await;
    assert_eq!(
        sign_in.credential().await.unwrap().generation,
        first.generation + 1,
        "a late refusal forgets no newer one"
    );
    assert_eq!(std::fs::read_to_string(folder.path().join("runs")).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn an_expired_credential_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let body = printing("secret", r#","expirationTimestamp":"2020-01-01T00:00:00Z""#);
    let sign_in = SignIn::new(plugin(&script(folder.path(), &body))).unwrap();
    let first = sign_in.credential().await.unwrap().generation;
    assert_eq!(sign_in.credential().await.unwrap().generation, first + 1);
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_everything_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let body = format!("sleep 300 &\necho $! > {}/child\nwait", folder.path().display());
    let path = script(folder.path(), &body);
    let error = run(&plugin(&path), Duration::from_secs(3), 1).await.map(|_| ()).unwrap_err();
    assert_eq!(error.class, Class::Unauthenticated);
    assert!(error.message.contains("did not end"), "{error}");
    let child = std::fs::read_to_string(folder.path().join("child")).unwrap();
    let state = || std::fs::read_to_string(format!("/proc/{}/stat", child.trim())).ok();
    for _ in 0..1500 {
        if state().is_none_or(|stat| stat.contains(") Z")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the child of the program is still alive: {:?}", state());
}

#[tokio::test]
async fn what_it_prints_is_in_no_error_and_its_complaint_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = script(folder.path(), "echo canary-token; printf 'log in again\\033[31m\\n' >&2; exit 3");
    let error = SignIn::new(plugin(&path)).unwrap().credential().await.map(|_| ()).unwrap_err();
    assert!(!error.message.contains("canary"), "{error}");
    assert!(error.message.ends_with("log in again[31m"), "{error}");
    let path = script(folder.path(), "echo canary-token");
    let error = SignIn::new(plugin(&path)).unwrap().credential().await.map(|_| ()).unwrap_err();
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
}

#[tokio::test]
async fn it_is_told_that_nobody_can_answer_and_gets_its_environment() {
    let folder = tempfile::tempdir().unwrap();
    let body =
        format!("echo \"$KUBERNETES_EXEC_INFO $MINE\" > {}/info\n{}", folder.path().display(), printing("t", ""));
    let mut config = plugin(&script(folder.path(), &body));
    config.env = Some(vec![
        [("name".to_owned(), "MINE".to_owned()), ("value".to_owned(), "here".to_owned())].into_iter().collect(),
    ]);
    SignIn::new(config).unwrap().credential().await.map(|_| ()).unwrap();
    let info = std::fs::read_to_string(folder.path().join("info")).unwrap();
    assert!(info.contains(r#""interactive":false"#) && info.ends_with("here\n"), "{info}");
}

#[tokio::test]
async fn an_absent_program_is_named_with_the_hint_of_the_file() {
    let mut config = plugin(Path::new("/nowhere/aws"));
    config.install_hint = Some("install it from the cloud's site".to_owned());
    let error = SignIn::new(config).unwrap().credential().await.map(|_| ()).unwrap_err();
    assert!(error.message.contains("\"/nowhere/aws\" was not found: install it"), "{error}");
}

#[test]
fn a_program_that_must_have_a_terminal_is_refused() {
    let mut config = plugin(Path::new("/bin/true"));
    config.interactive_mode = Some(ExecInteractiveMode::Always);
    assert_eq!(SignIn::new(config).map(|_| ()).unwrap_err().class, Class::Configuration);
}
