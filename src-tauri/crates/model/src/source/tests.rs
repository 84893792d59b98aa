//! Tests of what the code of a function says about itself.

use proptest::prelude::*;

use super::UriKind;
use crate::Source;

#[test]
fn an_address_has_its_kind() {
    for (uri, kind) in [
        ("main.py", UriKind::LocalPath),
        ("./folder/", UriKind::LocalPath),
        ("C:\\code\\main.py", UriKind::LocalPath),
        ("git+https://example.org/a.git#v1", UriKind::Git),
        ("GIT+SSH://git@example.org/a", UriKind::Git),
        ("http://example.org/a.py", UriKind::Http),
        ("https://example.org/a.py", UriKind::Http),
        ("s3://bucket/key", UriKind::S3),
        ("zip+s3://bucket/a.zip", UriKind::Zip(Box::new(UriKind::S3))),
        ("zip+https://example.org/a.zip", UriKind::Zip(Box::new(UriKind::Http))),
        ("store://p/artifact/x", UriKind::Store),
        ("ftp://example.org/a", UriKind::Other("ftp".to_owned())),
        ("zip+zip+s3://b/a", UriKind::Other("zip+zip+s3".to_owned())),
    ] {
        assert_eq!(UriKind::of(uri), kind, "{uri}");
    }
    assert_eq!(Source::default().uri_kind(), None);
}

#[test]
fn the_file_of_code_gets_a_sensible_name() {
    for (uri, handler, lang, name) in [
        (Some("src/train.py"), None, None, "src/train.py"),
        (Some("./train.py"), None, None, "train.py"),
        (Some("/home/me/train.py"), None, None, "train.py"),
        (Some("../train.py"), None, None, "train.py"),
        (Some("~/x/train.py"), None, None, "train.py"),
        (Some("C:\\code\\train.py"), None, None, "train.py"),
        (Some("https://example.org/x/a.py?raw=1#L3"), None, None, "a.py"),
        (Some("https://example.org/"), None, Some("python"), "main.py"),
        (Some("git+https://example.org/a.git"), None, Some("python"), "main.py"),
        (None, Some("train.py"), None, "train.py"),
        (None, Some("train.py:main"), Some("python"), "train.py"),
        (None, Some("pkg/train.py"), None, "pkg/train.py"),
        (None, Some("train.main"), Some("python"), "train.py"),
        (None, Some("handler"), Some("javascript"), "handler.js"),
        (None, Some("../../etc/passwd.sh"), Some("sh"), "passwd.sh"),
        (None, None, Some("Python"), "main.py"),
        (None, None, Some("dockerfile"), "Dockerfile"),
        (None, Some("x"), Some("dockerfile"), "Dockerfile"),
        (None, None, Some("klingon"), "main"),
        (None, None, None, "main"),
    ] {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let source = Source { uri: text(uri), handler: text(handler), lang: text(lang), ..Source::default() };
        assert_eq!(source.file_name(), name, "{uri:?} {handler:?} {lang:?}");
    }
}

#[test]
fn the_bytes_of_code_are_decoded() {
    let base64 = |text: &str| Source { base64: Some(text.to_owned()), ..Source::default() };
    assert_eq!(base64("cHJpbnQoMSkK").bytes(), Ok(Some(b"print(1)\n".to_vec())));
    assert_eq!(base64("/+8").bytes(), Ok(Some(vec![0xff, 0xef])));
    assert_eq!(base64("_-8").bytes().unwrap_err().code, "base64", "the alphabet of web addresses is another one");
    assert_eq!(Source::default().bytes(), Ok(None));
    let code = Source { code: Some("é".to_owned()), ..Source::default() };
    assert_eq!(code.bytes(), Ok(Some("é".as_bytes().to_vec())));
}

proptest! {
    #[test]
    fn a_file_name_never_leaves_its_folder(uri in r"[./~\\:a-z]{0,20}|\PC{0,20}", handler in r"[./a-z:]{0,12}", is_handler in any::<bool>()) {
        let source = if is_handler {
            Source { handler: Some(handler), lang: Some("python".to_owned()), ..Source::default() }
        } else {
            Source { uri: Some(uri), ..Source::default() }
        };
        let name = source.file_name();
        prop_assert!(!name.is_empty() && !name.starts_with('/') && !name.contains('\0'), "{name}");
        prop_assert!(name.split('/').all(|part| !part.is_empty() && part != ".." && part != "."), "{name}");
    }
}
