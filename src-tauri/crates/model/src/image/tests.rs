//! Tests of image references.

use proptest::prelude::*;

use super::ImageReference;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

#[test]
fn a_reference_has_its_parts() {
    let pinned = format!("registry:5000/a/b__c:v1@{DIGEST}");
    for (text, registry, repository, tag, digest, normalised) in [
        ("python", "docker.io", "library/python", None, None, "docker.io/library/python:latest".to_owned()),
        (
            "python:3.12-slim",
            "docker.io",
            "library/python",
            Some("3.12-slim"),
            None,
            "docker.io/library/python:3.12-slim".to_owned(),
        ),
        ("me/tool", "docker.io", "me/tool", None, None, "docker.io/me/tool:latest".to_owned()),
        ("docker.io/python", "docker.io", "library/python", None, None, "docker.io/library/python:latest".to_owned()),
        ("localhost/x", "localhost", "x", None, None, "localhost/x:latest".to_owned()),
        ("localhost:5000/x:y", "localhost:5000", "x", Some("y"), None, "localhost:5000/x:y".to_owned()),
        ("[::1]:5000/x", "[::1]:5000", "x", None, None, "[::1]:5000/x:latest".to_owned()),
        ("ghcr.io/a/b/c:1", "ghcr.io", "a/b/c", Some("1"), None, "ghcr.io/a/b/c:1".to_owned()),
        (&pinned, "registry:5000", "a/b__c", Some("v1"), Some(DIGEST), pinned.clone()),
        (
            &format!("python@{DIGEST}"),
            "docker.io",
            "library/python",
            None,
            Some(DIGEST),
            format!("docker.io/library/python@{DIGEST}"),
        ),
    ] {
        let image = ImageReference::parse(text).unwrap();
        assert_eq!(
            (image.registry(), image.repository().as_str(), image.tag(), image.digest(), image.normalised()),
            (registry, repository, tag, digest, normalised),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_reference_is_refused_with_the_reason() {
    for (text, part) in [
        ("", "empty"),
        (" python", "white space"),
        ("https://ghcr.io/a", "scheme"),
        ("Python", "lower case"),
        ("python:", "tag"),
        ("python:a b", "white space"),
        ("python:-x", "tag"),
        ("a//b", "name may hold"),
        ("a/", "name may hold"),
        ("/a", "name may hold"),
        ("a..b", "name may hold"),
        ("a___b", "name may hold"),
        ("-a", "name may hold"),
        ("host:port/a", "port"),
        ("host:/a", "port"),
        ("ghcr.io/", "missing after the registry"),
        ("ghcr..io/a", "host name"),
        ("python@sha256:abc", "digits"),
        ("python@sha256", "no algorithm"),
        ("python@", "no algorithm"),
        ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "image's id"),
        ("[::1:5000/x", "open bracket"),
    ] {
        let error = ImageReference::parse(text).unwrap_err();
        assert!(error.sentence.contains(part), "{text}: {}", error.sentence);
    }
    assert!(ImageReference::parse(&"a".repeat(256)).is_err());
    assert!(ImageReference::parse(&format!("a:{}", "b".repeat(129))).is_err());
}

#[test]
fn another_tag_keeps_the_registry_with_its_port() {
    let image = ImageReference::parse(&format!("registry:5000/x:1@{DIGEST}")).unwrap();
    assert_eq!(image.with_tag("abc").unwrap().as_str(), "registry:5000/x:abc");
    assert!(image.with_tag("no good").is_err());
}

proptest! {
    #[test]
    fn printing_gives_back_what_was_typed(
        text in r"(([a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?\.[a-z]{2,4}|localhost)(:[0-9]{1,5})?/)?[a-z0-9]{1,9}((_|__|-{1,3})[a-z0-9]{1,9}){0,3}(/[a-z0-9]{1,9}((\.|_|__|-{1,3})[a-z0-9]{1,9}){0,2}){0,3}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,20})?(@sha256:[0-9a-f]{64})?"
    ) {
        let image = ImageReference::parse(&text).unwrap();
        prop_assert_eq!(image.as_str(), &text);
        let normalised = ImageReference::parse(&image.normalised()).unwrap();
        prop_assert_eq!(normalised.normalised(), image.normalised(), "normalising twice changes nothing");
        prop_assert_eq!((normalised.registry(), normalised.repository()), (image.registry(), image.repository()));
    }

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        let _ = ImageReference::parse(&text);
    }

    #[test]
    fn no_reference_like_text_makes_it_panic(text in r"[a-zA-Z0-9./:@_\[\]-]{0,40}") {
        if let Ok(image) = ImageReference::parse(&text) {
            let _ = (image.registry(), image.repository(), image.tag(), image.digest(), image.normalised());
        }
    }
}
