//! The HTTP stack over real sockets: connecting, resets, sign-in, and that a request leaves once.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use berth_k8s::{Class, Cluster, context};
use berth_testkit::{FakeApi, Fault, On, Relay, builders};

async fn connect(kubeconfig: &Path) -> Cluster {
    let contexts = context::read(&[kubeconfig.to_path_buf()]);
    Cluster::connect(contexts.current().unwrap(), None).await.unwrap()
}

fn kubeconfig(folder: &Path, server: &str, user: &str) -> PathBuf {
    let path = folder.join("config");
    let text = format!(
        "current-context: it\nclusters:\n- {{name: c, cluster: {{server: '{server}'}}}}\ncontexts:\n- {{name: it, context: \
         {{cluster: c, user: me, namespace: lab}}}}\nusers:\n- {{name: me, user: {user}}}\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn a_served_cluster_is_reached_through_its_kubeconfig() {
    let api = FakeApi::new();
    let served = api.serve().await;
    let cluster = connect(&served.kubeconfig()).await;
    assert_eq!(cluster.namespace(), "lab");
    let identity = cluster.identity().await.unwrap();
    assert_eq!(identity.server, format!("http://{}", served.address()));
    let made = cluster.create(&builders::job("x", "r"), false).await.unwrap();
    assert_eq!(made.body["spec"]["suspend"], true);
}

#[tokio::test]
async fn a_context_that_does_not_answer_is_unreachable_within_seconds_and_nothing_is_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    // Port 9 of this machine refuses; an address of TEST-NET-1 swallows; F16: a name that nobody has.
    for (server, limit) in
        [("http://127.0.0.1:9", 8), ("http://192.0.2.1:6443", 20), ("http://no-such-host.invalid:6443", 20)]
    {
        let cluster = connect(&kubeconfig(folder.path(), server, "{}")).await;
        let began = Instant::now();
        let error = cluster.create(&builders::job("x", "r"), false).await.map(|_| ()).unwrap_err();
        assert_eq!(error.class, Class::Unreachable, "nothing was sent, so nothing is unclear: {error}");
        assert!(error.message.contains(server) && error.message.contains("cannot be reached"), "{error}");
        assert!(began.elapsed() < Duration::from_secs(limit), "{server}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn a_reset_after_the_request_is_unclear_and_the_request_left_once() {
    let api = FakeApi::new();
    let served = api.serve().await;
    let cluster = connect(&served.kubeconfig()).await;
    cluster.version().await.unwrap();
    // The connection is pooled and dies at the moment of use: the case in which hyper would send again by itself.
    for fault in [Fault::StoreThenReset, Fault::Reset] {
        api.fault(On::create("jobs"), fault, 1);
        let before = api.count("POST", "/jobs");
        let error = cluster.create(&builders::job("x", "r"), false).await.map(|_| ()).unwrap_err();
        assert_eq!(error.class, Class::Unclear, "{error}");
        assert_eq!(api.count("POST", "/jobs") - before, 1);
    }
}

/// F16: a gate of a hotel that sends one elsewhere. The token is for the cluster alone.
#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_token_along() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gate = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (there, server) = (elsewhere.local_addr().unwrap(), gate.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        let (mut stream, _) = gate.accept().await.unwrap();
        let mut asked = [0; 4096];
        let count = stream.read(&mut asked).await.unwrap();
        let answer = format!("HTTP/1.1 302 Found\r\nlocation: http://{there}/version\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        (String::from_utf8_lossy(&asked[..count]).into_owned(), stream)
    });
    let folder = tempfile::tempdir().unwrap();
    let user = "{token: canary-4711}";
    let cluster = connect(&kubeconfig(folder.path(), &format!("http://{server}"), user)).await;
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.class, Class::Configuration, "{error}");
    assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    let (asked, _stream) = answering.await.unwrap();
    assert!(asked.contains("Bearer canary-4711"), "the cluster of the kubeconfig gets it: {asked}");
    let followed = tokio::time::timeout(Duration::from_millis(200), elsewhere.accept()).await;
    assert!(followed.is_err(), "and nobody else is spoken to");
}

#[tokio::test]
async fn requests_go_on_after_every_connection_was_broken() {
    let api = FakeApi::new();
    let served = api.serve().await;
    let relay = Relay::to(served.address()).await;
    let folder = tempfile::tempdir().unwrap();
    let cluster = connect(&kubeconfig(folder.path(), &format!("http://{}", relay.address()), "{}")).await;
    for _ in 0..5 {
        cluster.version().await.unwrap();
        relay.cut();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(relay.cuts(), 5);
    relay.refuse(true);
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.class, Class::Unreachable, "{error}");
    relay.refuse(false);
    cluster.version().await.unwrap();
}

#[tokio::test]
async fn a_black_hole_is_noticed_after_ten_seconds() {
    let api = FakeApi::new();
    let served = api.serve().await;
    let relay = Relay::to(served.address()).await;
    let folder = tempfile::tempdir().unwrap();
    let cluster = connect(&kubeconfig(folder.path(), &format!("http://{}", relay.address()), "{}")).await;
    relay.silence(true);
    let began = Instant::now();
    let job = builders::job("x", "r");
    let (created, asked) = tokio::join!(cluster.create(&job, false), cluster.version());
    assert_eq!(created.map(|_| ()).unwrap_err().class, Class::Unclear);
    assert_eq!(asked.unwrap_err().class, Class::Unreachable);
    assert!((9..20).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    relay.silence(false);
    cluster.version().await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_sign_in_that_the_cluster_does_not_accept_is_renewed_once() {
    use std::os::unix::fs::PermissionsExt;
    let api = FakeApi::new();
    let served = api.serve().await;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("plugin");
    let runs = folder.path().join("runs");
    std::fs::write(
        &program,
        format!(
            "#!/bin/sh\necho run >> {}\necho '{{\"kind\":\"ExecCredential\",\"status\":{{\"token\":\"canary\"}}}}'\n",
            runs.display()
        ),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let user = format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: '{}'}}}}",
        program.display()
    );
    let cluster = connect(&kubeconfig(folder.path(), &format!("http://{}", served.address()), &user)).await;
    assert!(!runs.exists(), "connecting runs nothing");
    let count = || std::fs::read_to_string(&runs).unwrap().lines().count();
    cluster.version().await.unwrap();
    cluster.version().await.unwrap();
    assert_eq!(count(), 1);
    api.fault(On::method("GET").path("/version"), Fault::Refuse(401, "Unauthorized"), 1);
    cluster.version().await.unwrap();
    assert_eq!(count(), 2, "the token was withdrawn: sign in again and repeat, since a 401 did nothing");
    api.fault(On::method("GET").path("/version"), Fault::Refuse(401, "Unauthorized"), 2);
    let error = cluster.version().await.unwrap_err();
    assert_eq!(error.class, Class::Unauthenticated);
    assert_eq!(count(), 3, "once, not for ever");
    assert!(!format!("{error:?}").contains("canary"));
}
