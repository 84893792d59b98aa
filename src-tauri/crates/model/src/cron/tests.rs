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
