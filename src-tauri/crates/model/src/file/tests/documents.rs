//! Tests of how text becomes documents.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{DOCUMENT_LIMIT_BYTES, parse_documents, print_documents};

#[test]
fn one_or_several_documents_of_either_language_are_read() {
    for (text, expected) in [
        ("kind: a\n---\nkind: b\n", vec![json!({"kind": "a"}), json!({"kind": "b"})]),
        ("---\nkind: a\n---\n", vec![json!({"kind": "a"})]),
        ("{\"kind\": \"a\"}", vec![json!({"kind": "a"})]),
        ("[{\"kind\": \"a\"}, 1]", vec![json!({"kind": "a"}), json!(1)]),
        ("", vec![]),
        ("# only a comment\n", vec![]),
    ] {
        assert_eq!(parse_documents(text), Ok(expected), "{text}");
    }
}

#[test]
fn words_stay_what_they_are() {
    for (written, value) in [
        ("1e3", json!("1e3")),
        ("0x10", json!("0x10")),
        ("0o17", json!("0o17")),
        ("007", json!("007")),
        ("1_000", json!("1_000")),
        ("yes", json!("yes")),
        ("NO", json!("NO")),
        ("2026-01-01T10:00:00Z", json!("2026-01-01T10:00:00Z")),
        ("2026-01-01", json!("2026-01-01")),
        ("12:30", json!("12:30")),
        (".inf", json!(".inf")),
        ("1.", json!("1.")),
        ("10", json!(10)),
        ("-3", json!(-3)),
        ("0.5", json!(0.5)),
        ("1.0e-05", json!(1.0e-05)),
        ("'10'", json!("10")),
        ("\"0.5\"", json!("0.5")),
        ("true", json!(true)),
        ("~", Value::Null),
        ("null", Value::Null),
        ("18446744073709551616", json!("18446744073709551616")),
    ] {
        assert_eq!(parse_documents(&format!("é: {written}")), Ok(vec![json!({"é": value})]), "{written}");
        assert_eq!(
            parse_documents(&format!("a: [x, {written}]")),
            Ok(vec![json!({"a": ["x", value]})]),
            "{written} in a list"
        );
    }
    let anchored = parse_documents("a: &x 1e3\nb: *x\n").unwrap();
    assert_eq!(anchored, vec![json!({"a": "1e3", "b": "1e3"})]);
}

#[test]
fn bad_text_is_one_problem_that_says_where() {
    for (text, part) in [("a: [1\n", "line"), ("a: 1\na: 2\n", "line 2"), ("a: {b: c\n", "line")] {
        let problem = parse_documents(text).unwrap_err();
        assert_eq!(problem.code, "document", "{text}");
        assert!(problem.message.contains(part), "{text}: {}", problem.message);
    }
    let large = "a".repeat(DOCUMENT_LIMIT_BYTES + 1);
    assert_eq!(parse_documents(&large).unwrap_err().code, "document_size");
    let deep = format!("{}1{}", "[".repeat(1_000), "]".repeat(1_000));
    assert!(parse_documents(&deep).is_err());
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let last = format!("*a{}, ", level - 1).repeat(9);
        bomb.push_str(&format!("a{level}: &a{level} [{last}]\n"));
    }
    assert!(parse_documents(&bomb).is_err());
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), like in r"[-a-c0-9:\[\]{}&*!|>'\x22 \n.,#]{0,60}") {
        let _ = (parse_documents(&text), parse_documents(&like));
    }

    #[test]
    fn texts_survive_writing_and_reading(texts in proptest::collection::vec(any::<String>(), 1..4)) {
        // A NUL byte has no form in YAML.
        prop_assume!(texts.iter().all(|text| !text.contains('\0')));
        let document = json!({"args": texts, "nested": {"key": texts}});
        let written = print_documents(&[document.clone(), document.clone()]).unwrap();
        prop_assert_eq!(parse_documents(&written).unwrap(), vec![document.clone(), document]);
    }
}
