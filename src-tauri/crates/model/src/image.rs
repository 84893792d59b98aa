//! Owns the grammar of image references, as the registries' own parser has it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::ValueError;
use crate::name::text_type;

/// Registry of references that name none.
const DEFAULT_REGISTRY: &str = "docker.io";
/// Folder of the default registry for references without one.
const DEFAULT_FOLDER: &str = "library";

text_type!(
    /// Reference to an image, as it was typed: `[registry[:port]/]path[:tag][@digest]`.
    ///
    /// Limits: a path of at most 255 characters, a tag of 128 (the distribution project's grammar).
    ImageReference,
    |text| match Parts::split(text) {
        Ok(_) => Ok(()),
        Err(why) => {
            let shown: String = text.chars().take(80).collect();
            Err(ValueError::new(
                "image",
                format!("\"{shown}\" is not an image: {why}; write it as registry/name:tag, such as python:3.12-slim."),
            ))
        }
    }
);

/// The parts of a reference as they were typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'text> {
    registry: Option<&'text str>,
    path: &'text str,
    tag: Option<&'text str>,
    digest: Option<&'text str>,
}

impl<'text> Parts<'text> {
    fn split(text: &'text str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if text.chars().any(char::is_whitespace) {
            return Err("it holds white space");
        }
        if text.contains("://") {
            return Err("it begins with a scheme, which references do not have");
        }
        let (named, digest) = text.split_once('@').map_or((text, None), |(named, digest)| (named, Some(digest)));
        // A colon after the last slash begins a tag; one before it belongs to a port.
        let last_part = named.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match named.get(last_part..).and_then(|part| part.split_once(':')) {
            Some((end, tag)) => (named.get(..last_part + end.len()).unwrap_or_default(), Some(tag)),
            None => (named, None),
        };
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (Some(first), rest),
            _ => (None, name),
        };
        if path.len() > 255 {
            return Err("its name has more than 255 characters");
        }
        if let Some(registry) = registry {
            check_registry(registry)?;
        }
        check_path(path, registry.is_some())?;
        tag.map_or(Ok(()), check_tag)?;
        digest.map_or(Ok(()), check_digest)?;
        Ok(Self { registry, path, tag, digest })
    }
}

impl ImageReference {
    /// A reference that this program names itself.
    pub(crate) fn fixed(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The parts; a checked text always has them.
    fn parts(&self) -> Parts<'_> {
        let nothing = Parts { registry: None, path: self.as_str(), tag: None, digest: None };
        Parts::split(self.as_str()).unwrap_or(nothing)
    }

    /// Returns the registry with its port; `docker.io` where none is named.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.parts().registry.unwrap_or(DEFAULT_REGISTRY)
    }

    /// Returns the path within the registry, with `library/` where the default registry would put it.
    #[must_use]
    pub fn repository(&self) -> String {
        let Parts { registry, path, .. } = self.parts();
        let is_default = registry.is_none_or(is_default_registry);
        if is_default && !path.contains('/') { format!("{DEFAULT_FOLDER}/{path}") } else { path.to_owned() }
    }

    /// Returns the tag, where one is named.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.parts().tag
    }

    /// Returns the digest with its algorithm, where one is named.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.parts().digest
    }

    /// Returns the whole reference as nodes understand it: with registry, folder, and tag `latest` where neither tag nor
    /// digest is named.
    #[must_use]
    pub fn normalised(&self) -> String {
        let registry = if is_default_registry(self.registry()) { DEFAULT_REGISTRY } else { self.registry() };
        let mut name = format!("{registry}/{}", self.repository());
        match (self.tag(), self.digest()) {
            (None, None) => name.push_str(":latest"),
            (Some(tag), _) => {
                name.push(':');
                name.push_str(tag);
            }
            (None, Some(_)) => {}
        }
        if let Some(digest) = self.digest() {
            name.push('@');
            name.push_str(digest);
        }
        name
    }

    /// Tells whether it names its registry.
    #[must_use]
    pub fn names_registry(&self) -> bool {
        self.parts().registry.is_some()
    }

    /// Returns the same image by its digest and without a tag.
    ///
    /// # Errors
    /// `image` where the digest breaks its grammar.
    pub fn with_digest(&self, digest: &str) -> Result<Self, ValueError> {
        let Parts { registry, path, .. } = self.parts();
        let registry = registry.map(|registry| format!("{registry}/")).unwrap_or_default();
        Self::parse(&format!("{registry}{path}@{digest}"))
    }

    /// Returns the same image with another tag and without a digest.
    ///
    /// # Errors
    /// `image` where the tag breaks its grammar.
    pub fn with_tag(&self, tag: &str) -> Result<Self, ValueError> {
        let Parts { registry, path, .. } = self.parts();
        let registry = registry.map(|registry| format!("{registry}/")).unwrap_or_default();
        Self::parse(&format!("{registry}{path}:{tag}"))
    }
}

fn is_default_registry(registry: &str) -> bool {
    matches!(registry, "docker.io" | "index.docker.io")
}

/// The rule by which the first part of a name is a registry and not a folder of the default one.
fn is_registry(first: &str) -> bool {
    first.contains(['.', ':']) || first == "localhost" || first.chars().any(|letter| letter.is_ascii_uppercase())
}

fn check_registry(registry: &str) -> Result<(), &'static str> {
    let (host, port) = if registry.starts_with('[') {
        let end = registry.find(']').ok_or("its registry is an address with an open bracket")?;
        let (host, rest) = registry.split_at_checked(end + 1).ok_or("its registry is not a host")?;
        (host, rest.strip_prefix(':').or_else(|| (!rest.is_empty()).then_some("x")))
    } else {
        registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)))
    };
    if port.is_some_and(|port| port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err("the port of its registry is not a number");
    }
    if let Some(address) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let is_address = !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
        return if is_address { Ok(()) } else { Err("its registry is not an address") };
    }
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    if host.split('.').all(is_part) { Ok(()) } else { Err("its registry is not a host name") }
}

fn check_path(path: &str, has_registry: bool) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err(if has_registry { "a name is missing after the registry" } else { "its name is missing" });
    }
    if path.chars().any(|letter| letter.is_ascii_uppercase()) {
        return Err("names of images are lower case");
    }
    // 64 hexadecimal digits alone are an image's id, which a registry cannot look up.
    if !has_registry && path.len() == 64 && path.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("64 hexadecimal digits are an image's id, not a name");
    }
    if path.split('/').all(is_path_part) {
        Ok(())
    } else {
        Err(
            "its name may hold lower-case letters and digits, with single dots, one or two underscores or dashes between them",
        )
    }
}

fn is_path_part(part: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let is_separator = |run: &str| matches!(run, "." | "_" | "__") || run.bytes().all(|byte| byte == b'-');
    part.chars().next().is_some_and(is_word)
        && part.chars().next_back().is_some_and(is_word)
        && part.split(is_word).filter(|run| !run.is_empty()).all(is_separator)
}

fn check_tag(tag: &str) -> Result<(), &'static str> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let good = (1..=128).contains(&tag.len())
        && tag.chars().next().is_some_and(is_word)
        && tag.chars().all(|letter| is_word(letter) || ".-".contains(letter));
    if good { Ok(()) } else { Err("its tag must have 1 to 128 letters, digits, underscores, dots or dashes") }
}

fn check_digest(digest: &str) -> Result<(), &'static str> {
    let (algorithm, hexadecimal) = digest.split_once(':').ok_or("its digest has no algorithm")?;
    let is_part = |part: &str| {
        part.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic())
            && part.chars().all(|letter| letter.is_ascii_alphanumeric())
    };
    if !algorithm.split(['-', '_', '+', '.']).all(is_part) {
        return Err("the algorithm of its digest is not a word");
    }
    let length = match algorithm {
        "sha256" => Some(64),
        "sha384" => Some(96),
        "sha512" => Some(128),
        _ => None,
    };
    let is_hexadecimal = hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit())
        // Registries compare digests of these algorithms as texts, in lower case.
        && (length.is_none() || !hexadecimal.bytes().any(|byte| byte.is_ascii_uppercase()));
    if !is_hexadecimal || hexadecimal.len() < 32 || length.is_some_and(|length| hexadecimal.len() != length) {
        return Err("its digest has the wrong number of hexadecimal digits");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
