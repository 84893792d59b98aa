//! Log streams: bytes as they come, followed, broken, silent.

use std::time::Duration;

use berth_k8s::{Class, LogSource};
use berth_testkit::contract::read_log;
use berth_testkit::{FakeApi, Fault, On, builders};
use futures::StreamExt;

fn source(pod: &str) -> LogSource {
    LogSource { pod: pod.to_owned(), container: "main".to_owned(), previous: false }
}

fn time(text: &str) -> jiff::Timestamp {
    format!("2026-01-01T00:00:{text}Z").parse().unwrap()
}

#[tokio::test]
async fn a_log_is_followed_to_its_end_and_resumed_from_the_second_of_a_line() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    pod.run();
    pod.write(time("01.9"), b"early");
    pod.write(time("02.1"), "a \u{1b}[31mcolour\u{1b}[0m, a \r return and \u{fffd}".as_bytes());
    pod.write(time("02.9"), &[0xff, 0x00, b'!']);
    let cluster = api.cluster("lab");
    let mut stream = cluster.open_log(&source(&pod.name), Some(time("02.8")), true).await.unwrap();
    let piece = stream.next().await.unwrap().unwrap();
    assert!(piece.starts_with(b"2026-01-01T00:00:02.100000000Z a \x1b[31m"), "all of the second: {piece:?}");
    assert!(piece.ends_with(b"\xff\x00!\n"), "bytes are not decoded: {piece:?}");
    pod.write(time("03"), b"late");
    assert!(stream.next().await.unwrap().unwrap().ends_with(b" late\n"));
    pod.finish(0);
    assert!(stream.next().await.is_none(), "the end of the log is the end of the stream");
}

#[tokio::test]
async fn a_stream_that_breaks_says_so_after_what_came() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    pod.run();
    pod.write(time("01"), b"a line that is cut");
    api.fault(On::log(), Fault::CutAfter(35), 1);
    let mut stream = api.cluster("lab").open_log(&source(&pod.name), None, true).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap(), "2026-01-01T00:00:01.000000000Z a li"[..35]);
    assert_eq!(stream.next().await.unwrap().unwrap_err().class, Class::Unreachable);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_says_nothing_for_a_day_is_waited_for() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    pod.run();
    // The API server answers nothing until there is something to say.
    api.fault(On::log(), Fault::Delay(Duration::from_secs(86_400)), 1);
    let mut stream = api.cluster("lab").open_log(&source(&pod.name), None, true).await.unwrap();
    pod.write(time("01"), b"at last");
    pod.finish(0);
    assert!(stream.next().await.unwrap().unwrap().ends_with(b"at last\n"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_late_is_the_first_item() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    api.fault(On::log(), Fault::Delay(Duration::from_secs(20)), 1);
    let mut stream = api.cluster("lab").open_log(&source(&pod.name), None, true).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap_err().class, Class::Invalid);
}

#[tokio::test]
async fn the_instance_before_a_restart_keeps_its_own_log() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    pod.run();
    pod.write(time("01"), b"first");
    pod.restart(1);
    pod.write(time("02"), b"second");
    pod.finish(0);
    let cluster = api.cluster("lab");
    let previous = LogSource { previous: true, ..source(&pod.name) };
    assert!(read_log(&cluster, &previous, None, false).await.ends_with(" first\n"));
    assert!(read_log(&cluster, &source(&pod.name), None, true).await.ends_with(" second\n"));
}

#[tokio::test]
async fn a_missing_right_to_logs_is_named() {
    let api = FakeApi::new();
    api.put("lab", builders::job("x", "r"));
    let pod = api.start_pod("lab", "x");
    api.deny("get", "pods/log");
    let error = api.cluster("lab").open_log(&source(&pod.name), None, true).await.map(|_| ()).unwrap_err();
    assert_eq!((error.class, error.denied.as_deref()), (Class::Forbidden, Some("get pods/log")));
}
