//! Forwards on the real cluster: one local port, whatever becomes of the pods and of the way there.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use berth_core::{ForwardState, ForwardView};
use berth_model::{Action, Place, RunId};
use berth_testkit::Relay;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::own::OwnCluster;
use crate::program::{Program, kubeconfig, server, until};
use crate::sandbox::Sandbox;
use crate::services::{Scene, answering, launch};

/// No request may take longer: neither an answer nor a refusal.
const AT_ONCE: Duration = Duration::from_secs(5);

/// What became of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// The name of the pod that answered.
    Pod(String),
    Refused,
}

/// Sends one request through a local port, in a connection of its own; returns the name of the pod that answered.
async fn ask(port: u16) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.ok()?;
    stream.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    body.strip_suffix(" /x").map(str::to_owned)
}

/// The same, and no request may take longer than [`AT_ONCE`].
async fn request(port: u16) -> Answer {
    let answer = tokio::time::timeout(AT_ONCE, ask(port)).await;
    answer.expect("no request hangs").map_or(Answer::Refused, Answer::Pod)
}

async fn stands(view: &mut watch::Receiver<ForwardView>, state: ForwardState, seconds: u64) -> ForwardView {
    let waiting = view.wait_for(|view| view.state == state);
    let found = tokio::time::timeout(Duration::from_secs(seconds), waiting).await;
    let is_late = found.is_err();
    drop(found);
    let now = view.borrow().clone();
    assert!(!is_late, "not {state:?} within {seconds} s: {now:?}");
    now
}

async fn service(scene: &Scene, copies: u32) -> RunId {
    let values = json!({
        "replicas": copies, "service_ports": [{"port": 8080}], "service_type": "ClusterIP",
        "readiness_probe": {"port": 8080, "period_seconds": 1},
    });
    scene.launch(Action::Serve, answering(8080), values).await
}

/// F54: the pod behind it dies, again and again.
#[tokio::test(flavor = "multi_thread")]
pub async fn requests_go_on_through_one_local_port_while_the_pod_is_killed_twenty_times() {
    let scene = Scene::new("forward").await;
    let run = service(&scene, 1).await;
    let mut view = scene.program.app.forward(run, None, None).await.unwrap();
    let port = view.borrow().local_port;
    let ready = stands(&mut view, ForwardState::Ready, 60).await;
    assert_eq!(ready.url, format!("http://127.0.0.1:{port}"));
    assert!(matches!(request(port).await, Answer::Pod(_)), "called ready, it answers");

    let is_over = Arc::new(AtomicBool::new(false));
    let (answered, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (is_over, answered, refused) = (Arc::clone(&is_over), Arc::clone(&answered), Arc::clone(&refused));
            tokio::spawn(async move {
                let mut slowest = Duration::ZERO;
                while !is_over.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    let counter = if request(port).await == Answer::Refused { &refused } else { &answered };
                    counter.fetch_add(1, Ordering::Relaxed);
                    slowest = slowest.max(began.elapsed());
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                slowest
            })
        })
        .collect();
    let mut pods = std::collections::BTreeSet::new();
    for number in 1..=20 {
        // The next pod answers before it is killed in its turn, now gently, now without a word.
        let mut name = String::new();
        let began = Instant::now();
        while name.is_empty() || pods.contains(&name) {
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "no new pod answers after kill {number}: {:?}",
                view.borrow()
            );
            if let Answer::Pod(pod) = request(port).await {
                name = pod;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let grace = if number % 2 == 0 { 0 } else { 1 };
        let path = scene.sandbox.core(&format!("/pods/{name}"));
        scene.sandbox.api.delete(&path, &format!("propagationPolicy=Background&gracePeriodSeconds={grace}")).await;
        pods.insert(name);
    }
    stands(&mut view, ForwardState::Ready, 60).await;
    is_over.store(true, Ordering::Relaxed);
    let mut slowest = Duration::ZERO;
    for client in clients {
        slowest = slowest.max(client.await.unwrap());
    }
    let (answered, refused) = (answered.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    println!("{answered} requests answered, {refused} refused, the slowest took {slowest:?}; {} pods", pods.len());
    assert!(answered > 100, "{answered} answered, {refused} refused");
    assert!(slowest < AT_ONCE);
    assert_eq!(view.borrow().local_port, port, "the port stays");
    assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.is_err(), "and was never let go");
    scene.program.app.close_forward(run, 8080);
    stands(&mut view, ForwardState::Closed, 5).await;
    until(5, "the port is free", || async { TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.is_ok() }).await;
}

/// F54: too many connections, a peer that closes its half, a port that is taken.
#[tokio::test(flavor = "multi_thread")]
async fn a_forward_says_when_nothing_answers_keeps_its_port_over_a_stop_and_bounds_its_connections() {
    let scene = Scene::new("forwards").await;
    let run = service(&scene, 1).await;
    let app = &scene.program.app;
    let mut view = app.forward(run, None, None).await.unwrap();
    let port = view.borrow().local_port;
    stands(&mut view, ForwardState::Ready, 60).await;
    let again = app.forward(run, Some(8080), None).await.unwrap();
    assert_eq!(again.borrow().local_port, port, "the same port again is the same forward");
    assert_eq!(app.forwards().len(), 1);

    // More connections than are let in: those beyond are ended at once, the others live.
    let mut open = Vec::new();
    for _ in 0..200 {
        open.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
    }
    until(10, "some were ended", || async { view.borrow().connections == 64 }).await;
    drop(open);
    until(20, "the slots are free again", || async { view.borrow().connections == 0 }).await;
    assert!(matches!(request(port).await, Answer::Pod(_)));

    // A client that closes its half before the answer is answered.
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    stream.write_all(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    app.stop(run).await.unwrap();
    let waiting = stands(&mut view, ForwardState::Waiting, 40).await;
    assert!(waiting.message.is_some());
    let began = Instant::now();
    assert_eq!(request(port).await, Answer::Refused);
    assert!(began.elapsed() < Duration::from_secs(1), "refused at once");
    app.resume(run).await.unwrap();
    assert_eq!(stands(&mut view, ForwardState::Ready, 60).await.local_port, port);
    assert!(matches!(request(port).await, Answer::Pod(_)));

    // A port at which nothing listens is never called ready.
    let mut deaf = app.forward(run, Some(9999), None).await.unwrap();
    let told = deaf.wait_for(|view| view.message.is_some()).await.unwrap().clone();
    assert_eq!(told.state, ForwardState::Connecting, "{told:?}");
    assert!(told.message.unwrap().contains("Nothing answers at port 9999"));
    assert_eq!(request(told.local_port).await, Answer::Refused);

    // A taken port is answered with another.
    app.close_forward(run, 8080);
    stands(&mut view, ForwardState::Closed, 5).await;
    let blocker = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let taken = blocker.local_addr().unwrap().port();
    let other = app.forward(run, None, Some(taken)).await.unwrap();
    assert_ne!(other.borrow().local_port, taken);
    let error = app.forward(run, Some(0), None).await.unwrap_err();
    assert_eq!(error.fields[0].path, "port");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forward_refuses_while_the_cluster_is_away_and_is_back_on_the_same_port() {
    let sandbox = Sandbox::new("away").await;
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::to(server(&kubeconfig())).await;
    let through = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &through).unwrap();
    let program = Program::start(&folder.path().join("data"), &through);
    let values = json!({"service_ports": [{"port": 8080}], "readiness_probe": {"port": 8080, "period_seconds": 1}});
    let run = launch(&program, &sandbox, Action::Serve, answering(8080), values).await;
    let mut view = program.app.forward(run, None, None).await.unwrap();
    let port = view.borrow().local_port;
    stands(&mut view, ForwardState::Ready, 60).await;

    relay.refuse(true);
    relay.cut();
    stands(&mut view, ForwardState::Offline, 10).await;
    let began = Instant::now();
    assert_eq!(request(port).await, Answer::Refused);
    assert!(began.elapsed() < Duration::from_secs(1), "refused at once: {:?}", began.elapsed());
    relay.refuse(false);
    stands(&mut view, ForwardState::Ready, 10).await;
    assert!(matches!(request(port).await, Answer::Pod(_)));

    // Nothing answers and nothing closes: a request that is under way ends too.
    relay.silence(true);
    assert_eq!(request(port).await, Answer::Refused);
    stands(&mut view, ForwardState::Offline, 15).await;
    relay.silence(false);
    stands(&mut view, ForwardState::Ready, 15).await;
    assert!(matches!(request(port).await, Answer::Pod(_)));
    assert_eq!(view.borrow().local_port, port, "the port stays");
}

/// F54: the way into a whole cluster is taken away and given back, once with connections that are reset and once with ones that
/// only fall silent, while requests go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_forward_keeps_its_port_while_its_cluster_is_cut_off_and_answers_again_when_it_is_mended() {
    let cluster = Arc::new(tokio::task::spawn_blocking(|| OwnCluster::up("forwards")).await.unwrap());
    let on_cluster = async |line: &'static [&'static str]| {
        let cluster = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || cluster.xtask(line)).await.unwrap();
    };
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &cluster.kubeconfig());
    let mut request = Program::request("default", answering(8080));
    request.place = Some(Place { context: cluster.context(), namespace: None });
    request.action = Action::Serve;
    request.overrides =
        json!({"service_ports": [{"port": 8080}], "readiness_probe": {"port": 8080, "period_seconds": 1}});
    let run = program.app.launch(&request).await.unwrap_or_else(|error| panic!("{error:?}")).run.id;
    let mut view = program.app.forward(run, None, None).await.unwrap();
    let port = view.borrow().local_port;
    stands(&mut view, ForwardState::Ready, 60).await;

    let is_over = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&is_over);
    let client = tokio::spawn(async move {
        let (mut answered, mut refused, mut slowest) = (0, 0, Duration::ZERO);
        while !over.load(Ordering::Relaxed) {
            let began = Instant::now();
            *(if request_of(port).await { &mut answered } else { &mut refused }) += 1;
            slowest = slowest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        (answered, refused, slowest)
    });
    for cut in CUTS {
        on_cluster(cut).await;
        stands(&mut view, ForwardState::Offline, 15).await;
        let began = Instant::now();
        assert!(!request_of(port).await, "nothing can answer");
        assert!(began.elapsed() < Duration::from_secs(1), "refused at once: {:?}", began.elapsed());
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.is_err(), "the port is never let go");
        on_cluster(&["mend"]).await;
        stands(&mut view, ForwardState::Ready, 15).await;
        assert!(request_of(port).await, "called ready, it answers");
        assert_eq!(view.borrow().local_port, port, "the port stays");
    }
    is_over.store(true, Ordering::Relaxed);
    let (answered, refused, slowest) = client.await.unwrap();
    println!("{answered} requests answered, {refused} refused, the slowest took {slowest:?}");
    assert!(answered > 0 && refused > 0 && slowest < NOTICED, "{answered} {refused} {slowest:?}");
    drop(program);
    tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
}

/// The ways in which the way into a cluster is taken: connections are reset and refused, or only fall silent.
const CUTS: [&[&str]; 2] = [&["cut"], &["cut", "--silent"]];

/// One that is under way when the cluster falls silent may be a slow one: it ends when two reads of the forward's own were
/// not answered either.
const NOTICED: Duration = Duration::from_secs(15);

/// Whether a request is answered.
async fn request_of(port: u16) -> bool {
    tokio::time::timeout(NOTICED, ask(port)).await.expect("no request hangs").is_some()
}
