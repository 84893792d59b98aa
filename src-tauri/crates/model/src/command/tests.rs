//! Tests of commands.

use proptest::prelude::*;

use super::Command;

fn words(line: &str) -> Option<Vec<String>> {
    Command::Line(line.to_owned()).words().ok()
}

#[test]
fn a_line_is_split_as_a_posix_shell_would() {
    for (line, expected) in [
        ("python train.py", &["python", "train.py"][..]),
        ("  a   b  ", &["a", "b"]),
        ("sh -c 'echo \"$HOME\" && ls'", &["sh", "-c", "echo \"$HOME\" && ls"]),
        (r#"a "b c" 'd e' f\ g"#, &["a", "b c", "d e", "f g"]),
        (r#"a"b"'c'"#, &["abc"]),
        (r#"x "" ''"#, &["x", "", ""]),
        (r#""a\"b" 'a\b'"#, &[r#"a"b"#, r"a\b"]),
        ("a\nb\tc", &["a", "b", "c"]),
        ("", &[]),
    ] {
        assert_eq!(words(line), Some(expected.iter().map(|word| (*word).to_owned()).collect()), "{line}");
    }
}

#[test]
fn an_open_quote_is_told() {
    for line in ["echo 'a", "echo \"a", "'"] {
        let error = Command::Line(line.to_owned()).words().unwrap_err();
        assert_eq!(error.code, "command", "{line}");
    }
}

#[test]
fn one_word_and_a_list_are_taken_as_they_are() {
    let one = Command::OneWord { one_word: "my program 'x".to_owned() };
    assert_eq!(one.words().unwrap(), ["my program 'x"]);
    let list = Command::Words(vec!["a b".to_owned(), String::new()]);
    assert_eq!(list.words().unwrap(), ["a b", ""]);
    for command in [one, list, Command::Line("a b".to_owned())] {
        let json = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&json).unwrap(), command);
    }
}

proptest! {
    #[test]
    fn words_joined_by_shell_rules_come_back(expected in proptest::collection::vec("[^\0]{0,8}", 0..5)) {
        prop_assert_eq!(words(&shell_words::join(&expected)), Some(expected));
    }

    #[test]
    fn no_line_makes_it_panic(line in any::<String>(), like in r#"[ab '"\\#$\n]{0,20}"#) {
        let _ = (words(&line), words(&like));
    }
}
