//! Tests of recipes: what is bare, what is whole, what is refused.

use proptest::prelude::*;
use serde_json::json;

use super::recipe;
use crate::{Problem, RunSpec, Source};

fn spec(base: Option<&str>, instructions: &[&str]) -> RunSpec {
    let mut spec = RunSpec::default();
    spec.function.base_image = base.map(|base| base.parse().unwrap());
    spec.task.instructions = instructions.iter().map(|line| (*line).to_owned()).collect();
    spec
}

fn on_base(instructions: &[&str]) -> String {
    let text = recipe(&spec(Some("python:3.12"), instructions)).unwrap();
    text.strip_prefix("FROM docker.io/library/python:3.12\nWORKDIR /shared\n").unwrap().to_owned()
}

fn whole(instructions: &[&str]) -> String {
    recipe(&spec(None, instructions)).unwrap()
}

fn refused(spec: &RunSpec) -> Vec<(String, String)> {
    let problems = recipe(spec).unwrap_err();
    problems.into_iter().map(|Problem { path, code, .. }| (path, code)).collect()
}

#[test]
fn bare_text_becomes_run_and_full_lines_stay() {
    for (given, line) in [
        ("pip install numpy", "RUN pip install numpy\n"),
        ("  apt install git -y", "RUN apt install git -y\n"),
        ("RUN pip install  'a  b'", "RUN pip install  'a  b'\n"),
        ("ENV A=1", "ENV A=1\n"),
        ("env A=1 python x.py", "RUN env A=1 python x.py\n"),
        ("R CMD INSTALL x", "RUN R CMD INSTALL x\n"),
        ("add-apt-repository x", "RUN add-apt-repository x\n"),
        ("RUNNER x", "RUN RUNNER x\n"),
        ("COPY --chown=1:1 a  b", "COPY --chown=1:1 a  b\n"),
        ("ENTRYPOINT [\"python\", \"a b.py\"]", "ENTRYPOINT [\"python\", \"a b.py\"]\n"),
        ("# a remark", "# a remark\n"),
        ("RUN\tx", "RUN\tx\n"),
    ] {
        assert_eq!(on_base(&[given]), line, "{given:?}");
    }
    assert_eq!(on_base(&["a\nRUN b\n\n# c\nd\n"]), "RUN a\nRUN b\n\n# c\nRUN d\n", "each line for itself");
    assert_eq!(on_base(&["a", "USER 1000", "b"]), "RUN a\nUSER 1000\nRUN b\n");
    assert_eq!(on_base(&[]), "");
}

#[test]
fn a_line_goes_on_after_a_backslash_and_with_what_it_takes_in() {
    for text in [
        "RUN apt-get update \\\n && apt-get install -y git",
        "RUN a \\  \n\n# in between\n  b \\\n  c",
        "RUN <<EOF\nset -e\nFROM nothing\nEOF",
        "RUN <<'END' python3\nprint(\"two  words\")\n  END\nEND",
        "COPY <<-\"A\" <<B /x/\n\tone\n\tA\ntwo\nB",
        "RUN cat 3<<EOF <&3\nx\nEOF",
    ] {
        assert_eq!(on_base(&[text]), format!("{text}\n"), "{text:?}");
    }
    let bare = "apt-get update && \\\n  apt-get install git\nls";
    assert_eq!(on_base(&[bare]), "RUN apt-get update && \\\n  apt-get install git\nRUN ls\n");
    assert_eq!(on_base(&["cat <<EOF > /x\nls\nEOF\nls"]), "RUN cat <<EOF > /x\nls\nEOF\nRUN ls\n");
    for no_document in
        ["echo '<<EOF'", "echo \"a <<EOF\"", "cat <<<EOF", "echo a<<EOF", "echo \\<<EOF", "echo $((1<<2))"]
    {
        assert_eq!(on_base(&[&format!("{no_document}\nls")]), format!("RUN {no_document}\nRUN ls\n"), "{no_document}");
    }
}

#[test]
fn a_whole_dockerfile_stays_byte_for_byte() {
    let text = "# syntax: none\nARG BASE=python\nFROM ${BASE}:3 AS one\n\nrun pip  install \"a  b\" \\\n  c\nRUN <<EOF\npip x\nEOF\nfrom one\nCOPY --from=one /a /b\nenv A 1\n";
    assert_eq!(whole(&[text]), text);
    assert_eq!(whole(&["FROM a", "RUN b", "c"]), "FROM a\nRUN b\nRUN c\n", "line by line, bare text among them");
}

#[test]
fn code_that_is_a_dockerfile_is_taken_as_it_is_and_may_go_on() {
    let mut given = spec(None, &["ls"]);
    given.function.source = Some(Source {
        code: Some("FROM a\nrun x  y".to_owned()),
        lang: Some("dockerfile".to_owned()),
        ..Source::default()
    });
    assert_eq!(recipe(&given).unwrap(), "FROM a\nrun x  y\nRUN ls\n");
    given.function.source.as_mut().unwrap().code = Some("RUN x".to_owned());
    assert_eq!(refused(&given), [("source.code".to_owned(), "dockerfile".to_owned())]);
    given.function.source =
        Some(Source { base64: Some("/w==".to_owned()), lang: Some("Dockerfile".to_owned()), ..Source::default() });
    assert_eq!(refused(&given), [("source.base64".to_owned(), "dockerfile".to_owned())]);
}

#[test]
fn code_goes_into_the_image_and_variables_are_arguments() {
    let mut given = spec(
        Some("example.org:5000/a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        &["python3 train.py"],
    );
    given.function.source = Some(Source { code: Some("print(1)".to_owned()), ..Source::default() });
    given.task.envs = serde_json::from_value(json!([{"name": "LR", "value": "0.1"}])).unwrap();
    assert_eq!(
        recipe(&given).unwrap(),
        "FROM example.org:5000/a/b@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\nARG LR\nCOPY . /shared\nWORKDIR /shared\nRUN python3 train.py\n"
    );
}

#[test]
fn code_that_is_fetched_or_unpacked_may_bring_its_dockerfile() {
    let of = |uri: &str, base64: Option<&str>, handler: Option<&str>| {
        let mut given = spec(None, &["true", "run echo x"]);
        given.function.source = Some(Source {
            uri: Some(uri.to_owned()),
            base64: base64.map(str::to_owned),
            handler: handler.map(str::to_owned),
            lang: Some("Dockerfile".to_owned()),
            ..Source::default()
        });
        given
    };
    let folder = of("model/", Some("UEs="), None);
    assert!(!super::is_dockerfile(&folder.function), "an archive is no text");
    for (given, file) in [
        (folder, "Dockerfile"),
        (of("model.zip", Some("UEs="), Some("./build/Dockerfile")), "build/Dockerfile"),
        (of("git+https://example.org/a.git#v1", None, None), "Dockerfile"),
        (of("git+https://example.org/a.git", None, Some("Dockerfile.gpu")), "Dockerfile.gpu"),
        (of("git+https://example.org/a.git", None, Some("../../etc/passwd")), "passwd"),
        (of("zip+s3://bucket/a.zip", None, Some("docker/Dockerfile")), "docker/Dockerfile"),
        (of("https://example.org/x/Dockerfile.cpu?raw=1", None, None), "Dockerfile.cpu"),
    ] {
        let source = given.function.source.clone().unwrap();
        assert_eq!(source.dockerfile_within().as_deref(), Some(file), "{source:?}");
        let text = recipe(&given).unwrap();
        let uri = source.uri.unwrap();
        assert_eq!(text, format!("# Before this comes {file} of {uri}\nRUN true\nrun echo x\n"), "{uri}");
        let mut twice = given;
        twice.function.base_image = Some("python:3.12".parse().unwrap());
        assert_eq!(refused(&twice), [("base_image".to_owned(), "given_twice".to_owned())], "{uri}");
    }
    let mut other = of("git+https://example.org/a.git", None, None);
    other.function.source.as_mut().unwrap().lang = Some("python".to_owned());
    other.task.instructions.pop();
    assert_eq!(refused(&other), [("base_image".to_owned(), "required".to_owned())]);
    let problems = recipe(&other).unwrap_err();
    assert!(problems[0].message.contains("or within it, with \"lang: dockerfile\""), "{}", problems[0].message);
}

#[test]
fn what_cannot_be_a_recipe_is_refused_at_its_place() {
    let at = |index: usize, code: &str| (format!("instructions[{index}]"), code.to_owned());
    for (given, code) in [
        ("", "required"),
        ("  \n ", "required"),
        ("a\0b", "nul"),
        ("RUN a \\", "continuation"),
        ("a \\\n# only this", "continuation"),
        ("RUN <<EOF\nno end", "heredoc"),
        ("RUN <<EOF", "heredoc"),
        ("copy a b", "instruction"),
        ("Run x", "instruction"),
        ("WORKDIR", "instruction"),
        ("RUN  ", "instruction"),
    ] {
        assert_eq!(refused(&spec(Some("a"), &["ls", given])), [at(1, code)], "{given:?}");
    }
    assert_eq!(refused(&spec(Some("a"), &["", "RUN <<A"])), [at(0, "required"), at(1, "heredoc")], "all at once");
    assert_eq!(refused(&spec(None, &["ls"])), [("base_image".to_owned(), "required".to_owned())]);
    assert_eq!(refused(&spec(None, &["ARG A", "ls"])), [("base_image".to_owned(), "required".to_owned())]);
    assert_eq!(refused(&spec(Some("a"), &["FROM b"])), [("base_image".to_owned(), "given_twice".to_owned())]);
    let large = "x".repeat(crate::CODE_LIMIT_BYTES);
    assert_eq!(refused(&spec(Some("a"), &[&large])), [("instructions".to_owned(), "too_large".to_owned())]);
}

proptest! {
    #[test]
    fn no_text_makes_it_stumble_and_what_is_whole_stays(
        texts in prop::collection::vec("(RUN |FROM |copy |#|<<-?[\"']?E[\"']?|\\\\|\n|\t| |E|é|\"|'){0,20}", 0..4)
    ) {
        let entries: Vec<&str> = texts.iter().map(String::as_str).collect();
        let _ = recipe(&spec(Some("a"), &entries));
        if let Ok(text) = recipe(&spec(None, &entries)) {
            prop_assert!(text.ends_with('\n'));
            let again = recipe(&spec(None, &[&text]));
            prop_assert_eq!(again, Ok(text), "a recipe is a whole Dockerfile");
        }
    }
}
