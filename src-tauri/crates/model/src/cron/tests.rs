//! Tests of schedules. What is accepted and refused was seen on a Kubernetes 1.34 API server.

use proptest::prelude::*;

use super::Cron;

#[test]
fn what_a_cluster_accepts_is_accepted() {
    for text in [
        "* * * * *",
        "0 0 1 1 0",
        "*/15 * * * *",
        "0 9-17/2 * * MON-FRI",
        "0,30 4 ? * SUN",
        "5 4 31 DEC sat",
        "0 0 * jan-mar *",
        "@hourly",
        "@daily",
        "@midnight",
        "@weekly",
        "@monthly",
        "@yearly",
        "@annually",
        "@every 1h30m",
        "@every 90s",
        "  1  2  3  4  5  ",
        "10/5 * * * *",
    ] {
        assert!(Cron::parse(text).is_ok(), "{text}: {:?}", Cron::parse(text));
    }
}

#[test]
fn what_a_cluster_refuses_is_refused_with_the_reason() {
    for (text, part) in [
        ("", "0 fields"),
        ("* * * *", "4 fields"),
        ("0 0 0 1 1 *", "6 fields"),
        ("60 * * * *", "in the minute, 60 is not between 0 and 59"),
        ("* 24 * * *", "in the hour"),
        ("* * 0 * *", "in the day of the month"),
        ("* * * 13 *", "in the month"),
        ("* * * * 7", "7 is not between 0 and 6"),
        ("* * L * *", "\"L\" is not a number"),
        ("*/0 * * * *", "step"),
        ("*/x * * * *", "step"),
        ("5-1 * * * *", "backwards"),
        ("1,,2 * * * *", "not a number"),
        ("-1 * * * *", "not a number"),
        ("1-2-3 * * * *", "not a number"),
        ("@reboot", "macro"),
        ("@Hourly", "macro"),
        ("@every", "macro"),
        ("@every 1x", "span of time"),
        ("@every 0s", "span of time"),
        ("TZ=Europe/Rome 0 0 * * *", "field of its own"),
        ("CRON_TZ=UTC 0 0 * * *", "field of its own"),
    ] {
        let error = Cron::parse(text).unwrap_err();
        assert!(error.sentence.contains(part), "{text}: {}", error.sentence);
    }
}

proptest! {
    #[test]
    fn printing_gives_back_what_was_typed(
        minute in 0_u32..60, hour in 0_u32..24, day in 1_u32..32, month in 1_u32..13, weekday in 0_u32..7, step in 1_u32..60
    ) {
        let text = format!("{minute} {hour}-23/{step} {day},1 {month} {weekday}");
        let schedule = Cron::parse(&text).unwrap();
        prop_assert_eq!(schedule.to_string(), text);
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), like in r"[-@*?/,0-9a-zµ. ]{0,30}") {
        let _ = (Cron::parse(&text), Cron::parse(&like), Cron::parse(&format!("@every {like}")));
    }
}

/// The next times, in UTC, as a cluster's own parser (robfig/cron v3) has them.
fn times(cron: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
    let zone = jiff::tz::TimeZone::get(zone).unwrap();
    let cron = Cron::parse(cron).unwrap();
    cron.fires(&zone, after.parse().unwrap()).take(count).map(|time| time.to_string()).collect()
}

#[test]
fn the_times_of_a_schedule_are_the_minutes_that_match() {
    for (cron, expected) in [
        ("*/15 * * * *", vec!["2026-11-24T10:15:00Z", "2026-11-24T10:30:00Z", "2026-11-24T10:45:00Z"]),
        ("0 9-17/4 * * MON-FRI", vec!["2026-11-24T13:00:00Z", "2026-11-24T17:00:00Z", "2026-11-25T09:00:00Z"]),
        ("50/5 23 * * *", vec!["2026-11-24T23:50:00Z", "2026-11-24T23:55:00Z", "2026-11-25T23:50:00Z"]),
        ("0 0 1 * *", vec!["2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"]),
        ("@weekly", vec!["2026-11-29T00:00:00Z", "2026-12-06T00:00:00Z"]),
        ("@yearly", vec!["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
        ("@hourly", vec!["2026-11-24T11:00:00Z"]),
        // Either the day of the month or the weekday, where both are named; `*/2` names days too.
        ("0 0 30 * FRI", vec!["2026-11-27T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-04T00:00:00Z"]),
        ("0 0 */10 * FRI", vec!["2026-11-27T00:00:00Z", "2026-12-01T00:00:00Z", "2026-12-04T00:00:00Z"]),
        ("0 0 ? * FRI", vec!["2026-11-27T00:00:00Z", "2026-12-04T00:00:00Z"]),
        ("0 0 29 2 *", vec!["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]),
        ("@every 1h30m", vec!["2026-11-24T11:33:20Z", "2026-11-24T13:03:20Z"]),
        ("@every 500ms", vec!["2026-11-24T10:03:21Z"]),
    ] {
        assert_eq!(times(cron, "UTC", "2026-11-24T10:03:20.5Z", expected.len()), expected, "{cron}");
    }
    assert_eq!(times("0 0 30 2 *", "UTC", "2026-11-24T10:00:00Z", 1), Vec::<String>::new(), "it never comes");
}

#[test]
fn a_time_zone_moves_the_times_with_its_clock() {
    let rome = times("30 2 * * *", "Europe/Rome", "2026-10-23T12:00:00Z", 4);
    // On 25 October 02:30 comes twice.
    let both = ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"];
    assert_eq!(rome, both);
    // On 28 March 02:30 does not come.
    let spring = times("30 2 * * *", "Europe/Rome", "2027-03-26T12:00:00Z", 2);
    assert_eq!(spring, ["2027-03-27T01:30:00Z", "2027-03-29T00:30:00Z"]);
    assert_eq!(times("0 9 * * *", "Asia/Kolkata", "2026-11-24T00:00:00Z", 1), ["2026-11-24T03:30:00Z"]);
}

#[test]
fn the_next_times_of_every_are_counted_from_the_last() {
    let cron = Cron::parse("@every 10m").unwrap();
    let at = |text: &str| -> jiff::Timestamp { text.parse().unwrap() };
    let zone = jiff::tz::TimeZone::UTC;
    let next = cron.next_fires(&zone, Some(at("2026-11-24T10:05:00Z")), at("2026-11-24T10:27:00Z"), 2);
    assert_eq!(next, [at("2026-11-24T10:35:00Z"), at("2026-11-24T10:45:00Z")]);
    let made = cron.next_fires(&zone, None, at("2026-11-24T10:27:00Z"), 1);
    assert_eq!(made, [at("2026-11-24T10:37:00Z")]);
    let daily = Cron::parse("@daily").unwrap();
    let last = Some(at("2026-11-20T00:00:00Z"));
    assert_eq!(daily.next_fires(&zone, last, at("2026-11-24T10:27:00Z"), 1), [at("2026-11-25T00:00:00Z")]);
}

proptest! {
    #[test]
    fn times_come_in_order_and_after_the_moment(
        minute in 0..60u32, hour in 0..24u32, after in 0..4_000_000_000_i64, zone in prop::sample::select(vec!["UTC", "America/New_York", "Australia/Lord_Howe"])
    ) {
        let zone = jiff::tz::TimeZone::get(zone).unwrap();
        let after = jiff::Timestamp::from_second(after).unwrap();
        let cron = Cron::parse(&format!("{minute} {hour} * * *")).unwrap();
        let found: Vec<_> = cron.fires(&zone, after).take(5).collect();
        prop_assert_eq!(found.len(), 5);
        prop_assert!(found[0] > after);
        prop_assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        let local = found[0].to_zoned(zone);
        prop_assert_eq!((local.minute() as u32, local.hour() as u32), (minute, hour));
    }
}
