//! Decides what is wrong with an address that code is fetched from.

use crate::{UriKind, ValueError};

/// Letters that git gives a meaning of its own within a reference.
const NOT_IN_REFERENCES: [char; 8] = ['~', '^', ':', '?', '*', '[', '\\', ' '];

/// Checks the form of an address. Where nothing is wrong with it, it may still be one that no run can follow.
///
/// # Errors
/// The sentence of the rule that it breaks. No sentence repeats a password.
pub(super) fn check(uri: &str) -> Result<(), ValueError> {
    let refuse = |code, sentence: String| Err(ValueError::new(code, sentence));
    let Some((scheme, rest)) = uri.split_once("://") else { return Ok(()) };
    let (rest, reference) = rest.split_once('#').map_or((rest, None), |(rest, reference)| (rest, Some(reference)));
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let path = rest.get(authority.len()..).unwrap_or_default().split('?').next().unwrap_or_default();
    // An address is stored, shown and sent to the cluster: nothing secret may stand in it.
    if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
        return refuse(
            "source_password",
            format!(
                "The address {scheme}://… holds a password, and addresses are stored and shown: take it out, and give it as a secret {}.",
                if scheme.starts_with("git") { "GIT_TOKEN, or GIT_USER and GIT_PASSWORD" } else { "of the run" }
            ),
        );
    }
    if uri.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return refuse("source_address", format!("{uri:?} is not an address: write spaces in it as %20."));
    }
    match UriKind::of(uri) {
        UriKind::LocalPath | UriKind::Store => Ok(()),
        UriKind::Git if authority.is_empty() || path.trim_matches('/').is_empty() => refuse(
            "source_address",
            format!("\"{uri}\" names no repository: write it as git+https://host/owner/repository#branch."),
        ),
        UriKind::Git => match reference {
            Some(reference) if !is_reference(reference) => refuse(
                "source_reference",
                format!("\"{reference}\" is not a branch, a tag or a commit: write one of them after the #."),
            ),
            _ => Ok(()),
        },
        UriKind::Http if authority.is_empty() => {
            refuse("source_address", format!("\"{uri}\" names no host: write it as https://host/path/file.py."))
        }
        UriKind::Http => Ok(()),
        UriKind::S3 => check_bucket(uri, authority, path),
        UriKind::Zip(inner) => match *inner {
            UriKind::Http if !path.trim_matches('/').is_empty() && !authority.is_empty() => Ok(()),
            UriKind::S3 if path.ends_with('/') => {
                refuse("source_address", format!("\"{uri}\" names a folder, not an archive: name the zip file in it."))
            }
            UriKind::S3 => check_bucket(uri, authority, path),
            UriKind::Http => refuse(
                "source_address",
                format!("\"{uri}\" names no archive: write it as zip+https://host/path/code.zip."),
            ),
            _ => refuse(
                "source_scheme",
                format!("An archive cannot be fetched from \"{uri}\": use zip+https:// or zip+s3://."),
            ),
        },
        UriKind::Other(scheme) => refuse(
            "source_scheme",
            format!(
                "Code cannot be fetched by \"{scheme}://\": use git+https://, https://, s3://, zip+https:// or zip+s3://, or a file or folder of this machine."
            ),
        ),
    }
}

fn check_bucket(uri: &str, bucket: &str, path: &str) -> Result<(), ValueError> {
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || ".-_".contains(letter);
    let is_bucket = (3..=63).contains(&bucket.len()) && bucket.chars().all(is_word);
    if is_bucket && !path.trim_matches('/').is_empty() {
        return Ok(());
    }
    let sentence = format!("\"{uri}\" names no object: write it as s3://bucket/path/file.py, or s3://bucket/folder/.");
    Err(ValueError::new("source_address", sentence))
}

/// Git's own rules for names, as far as they keep a name from being read as something else.
fn is_reference(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && !text.starts_with(['-', '/', '.'])
        && !text.ends_with(['/', '.'])
        && !text.contains("..")
        && !text.contains("//")
        && !text.contains("@{")
        && !text.chars().any(|letter| NOT_IN_REFERENCES.contains(&letter) || letter.is_control())
}

/// Whether a git address is one that a run can follow without keys.
pub(super) fn is_git_over_http(uri: &str) -> bool {
    let scheme = uri.split("://").next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "git+https" | "git+http")
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn good_addresses_pass() {
        for uri in [
            "main.py",
            "git+https://example.org/team/code.git",
            "git+https://example.org/team/code#feature/x",
            "git+https://user@example.org/team/code#v1.2",
            "git+ssh://git@example.org/team/code",
            "https://example.org/a.py?raw=1",
            "s3://bucket/a.py",
            "s3a://my.bucket/folder/",
            "zip+https://example.org/a.zip",
            "zip+s3://bucket/a.zip",
            "store://project/artifact/x",
        ] {
            assert_eq!(check(uri), Ok(()), "{uri}");
        }
    }

    #[test]
    fn bad_addresses_are_refused_with_a_sentence() {
        for (uri, code) in [
            ("ftp://example.org/a", "source_scheme"),
            ("zip+git+https://example.org/a", "source_scheme"),
            ("zip+zip+s3://bucket/a", "source_scheme"),
            ("git+https://", "source_address"),
            ("git+https://example.org/", "source_address"),
            ("git+https://example.org/a#", "source_reference"),
            ("git+https://example.org/a#-x", "source_reference"),
            ("git+https://example.org/a#a..b", "source_reference"),
            ("git+https://example.org/a#a:b", "source_reference"),
            ("https:///a.py", "source_address"),
            ("https://example.org/a b.py", "source_address"),
            ("s3://bucket", "source_address"),
            ("s3://Bucket/a", "source_address"),
            ("zip+s3://bucket/folder/", "source_address"),
            ("zip+https://example.org", "source_address"),
        ] {
            let error = check(uri).unwrap_err();
            assert_eq!(error.code, code, "{uri}: {}", error.sentence);
            assert!(error.sentence.ends_with('.'), "{}", error.sentence);
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        for uri in ["git+https://me:hunter2@example.org/a", "https://me:hunter2@example.org/a.py"] {
            let error = check(uri).unwrap_err();
            assert_eq!(error.code, "source_password");
            assert!(!error.sentence.contains("hunter2"), "{}", error.sentence);
        }
    }
}
