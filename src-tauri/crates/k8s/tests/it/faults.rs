//! What a lost, late or wrong answer is taken for, and that nothing is ever sent twice.

use std::time::Duration;

use berth_k8s::{Class, Cluster};
use berth_testkit::{FakeApi, Fault, On, builders};

async fn check(fault: Fault, expected: Class, stored: bool) {
    let api = FakeApi::new();
    let cluster = api.cluster("lab");
    api.fault(On::create("jobs"), fault.clone(), 1);
    let error = cluster.create(&builders::job("x", "r"), false).await.map(|_| ()).unwrap_err();
    assert_eq!(error.class, expected, "{fault:?}: {error}");
    assert_eq!(api.count("POST", "/jobs"), 1, "{fault:?}: exactly one attempt");
    assert_eq!(api.object("lab", "Job", "x").is_some(), stored, "{fault:?}");
}

#[tokio::test]
async fn a_create_whose_reply_is_lost_is_unclear_and_not_repeated() {
    check(Fault::StoreThen(504), Class::Unclear, true).await;
    check(Fault::StoreThen(503), Class::Unclear, true).await;
    check(Fault::StoreThenReset, Class::Unclear, true).await;
    check(Fault::Reset, Class::Unclear, false).await;
    check(Fault::Refuse(500, "InternalError"), Class::Unclear, false).await;
}

#[tokio::test]
async fn a_create_that_was_refused_is_told_by_its_code() {
    check(Fault::Refuse(429, "TooManyRequests"), Class::Busy, false).await;
    check(Fault::Refuse(401, "Unauthorized"), Class::Unauthenticated, false).await;
    check(Fault::Refuse(422, "Invalid"), Class::Invalid, false).await;
    check(Fault::Refuse(409, "Conflict"), Class::Conflict, false).await;
    check(Fault::Html(302), Class::Configuration, false).await;
    check(Fault::Html(200), Class::Configuration, false).await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_ten_seconds_is_too_late() {
    check(Fault::AnswerLate(Duration::from_secs(11)), Class::Unclear, true).await;
    let api = FakeApi::new();
    api.fault(On::read("jobs"), Fault::Delay(Duration::from_secs(11)), 1);
    let error = api.cluster("lab").read("Job", "x").await.unwrap_err();
    assert_eq!(error.class, Class::Unreachable, "reading stores nothing: {error}");
    assert!(error.message.contains("within 10 s"), "{error}");
}

#[tokio::test]
async fn a_page_of_a_hotel_is_not_a_kubernetes_and_an_absence_is_not_guessed() {
    let api = FakeApi::new();
    let cluster = api.cluster("lab");
    for code in [200, 302, 404] {
        api.fault(On::read("jobs"), Fault::Html(code), 1);
        let error = cluster.read("Job", "x").await.unwrap_err();
        assert_eq!(error.class, Class::Configuration, "{code}: {error}");
    }
    api.fault(On::read("jobs"), Fault::Html(502), 1);
    assert_eq!(cluster.read("Job", "x").await.unwrap_err().class, Class::Unreachable);
    assert!(cluster.read("Job", "x").await.unwrap().is_none());
}

#[tokio::test]
async fn a_list_of_many_pages_that_expires_midway_is_read_again() {
    let api = FakeApi::new();
    for number in 0..1100 {
        api.put("lab", builders::job(&format!("job-{number:04}"), &uuid::Uuid::new_v4().to_string()));
    }
    let cluster: Cluster = api.cluster("lab");
    assert_eq!(cluster.all_runs().await.unwrap().len(), 1100);
    let before = api.count("GET", "/jobs");
    assert_eq!(before, 3, "pages of 500");
    api.fault(On::page_after_first("jobs"), Fault::Refuse(410, "Expired"), 1);
    assert_eq!(cluster.all_runs().await.unwrap().len(), 1100);
    assert_eq!(api.count("GET", "/jobs") - before, 5, "the refused page, then all three again");
}
