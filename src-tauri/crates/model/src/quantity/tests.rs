//! Tests of quantities.

use proptest::prelude::*;

use super::Quantity;

#[test]
fn every_form_has_its_exact_value() {
    for (text, billionths) in [
        ("0", 0),
        ("1", 1_000_000_000),
        ("+1", 1_000_000_000),
        ("-1.5", -1_500_000_000),
        ("500m", 500_000_000),
        ("0.5", 500_000_000),
        (".5", 500_000_000),
        ("1.", 1_000_000_000),
        ("1.k", 1_000_000_000_000),
        ("1e3", 1_000_000_000_000),
        ("1E3", 1_000_000_000_000),
        ("1E", 1_000_000_000_000_000_000_000_000_000),
        ("12e-3", 12_000_000),
        ("1e+2", 100_000_000_000),
        ("1Ki", 1_024_000_000_000),
        ("1.5Gi", 1_610_612_736_000_000_000),
        ("0.1Ki", 102_400_000_000),
        ("1n", 1),
        ("1u", 1_000),
        ("0.1n", 1),
        ("-0.1n", -1),
        ("0.0000000001", 1),
        ("1e-20", 1),
        ("0e-20", 0),
        ("000001.50", 1_500_000_000),
    ] {
        assert_eq!(Quantity::parse(text).map(|quantity| quantity.value()), Ok(billionths), "{text}");
    }
}

#[test]
fn beyond_the_largest_amount_it_stays_there() {
    let largest = i128::from(i64::MAX) * 1_000_000_000;
    for text in [
        "9223372036854775807",
        "9223372036854775808",
        "8Ei",
        "100E",
        "1e400",
        "99999999999999999999999999999999999999999Ki",
    ] {
        assert_eq!(Quantity::parse(text).unwrap().value(), largest, "{text}");
    }
    assert_eq!(Quantity::parse("-1e9999999999").unwrap().value(), -largest);
}

#[test]
fn what_is_no_amount_gets_a_sentence_that_helps() {
    for (text, part) in [
        ("1.5Gb", "write 1.5Gi (powers of 1,024) or 1.5G"),
        ("512MB", "write 512Mi"),
        ("3kb", "write 3Ki (powers of 1,024) or 3k"),
        ("64 Gi", "write 64Gi"),
        ("100 bytes", "write 100."),
        ("1core", "\"core\" is not a unit"),
        ("", "write a number with a unit"),
        ("two", "write a number with a unit"),
        ("1.2.3", "write a number with a unit"),
        ("+", "write a number with a unit"),
        (".", "write a number with a unit"),
        ("1K", "write 1Ki (powers of 1,024) or 1k"),
        ("1e", "write 1Ei"),
        ("1e1.5", "not a unit"),
        ("1ee3", "not a unit"),
    ] {
        let error = Quantity::parse(text).unwrap_err();
        assert!(error.sentence.contains(part), "{text}: {}", error.sentence);
        assert_eq!(error.code, "quantity");
    }
}

#[test]
fn order_goes_by_value() {
    let parse = |text| Quantity::parse(text).unwrap();
    assert!(parse("999m") < parse("1"));
    assert!(parse("1G") < parse("1Gi"));
    assert!(parse("-1") < parse("0"));
    assert_eq!(parse("0.5"), parse("500m"));
    assert_eq!(parse("1.0001").thousandths(), 1_001);
    assert_eq!(parse("1.5Ki").units(), 1_536);
    assert!(parse("2k").is_whole() && !parse("1500m").is_whole());
}

proptest! {
    #[test]
    fn printing_gives_back_what_was_typed(text in r"[+-]?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,12})(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]{1,3})?") {
        let quantity = Quantity::parse(&text).unwrap();
        prop_assert_eq!(quantity.to_string(), text);
        let json = serde_json::to_string(&quantity).unwrap();
        prop_assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap().value(), quantity.value());
    }

    #[test]
    fn whole_numbers_count_exactly(number in 0_i64..1_000_000_000_000, power in 0_u32..3) {
        let suffix = ["", "Ki", "Mi"][power as usize];
        let quantity = Quantity::parse(&format!("{number}{suffix}")).unwrap();
        let exact = i128::from(number) * 1_024_i128.pow(power) * 1_000_000_000;
        prop_assert_eq!(quantity.value(), exact.min(i128::from(i64::MAX) * 1_000_000_000));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = Quantity::parse(&text);
    }

    #[test]
    fn no_number_like_text_makes_it_panic(text in r"[-+.0-9eEinumkKMGTP ]{0,30}") {
        let _ = Quantity::parse(&text);
    }
}
