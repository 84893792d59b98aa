//! Owns what the code of a function says about itself: where it lies, what its file is called, its bytes.

use serde::{Deserialize, Serialize};

use crate::validate::decode_base64;
use crate::{Source, ValueError};

mod entry;

/// The most that inline code may have, decoded: 900 KiB. A ConfigMap holds 1,048,576 bytes in all, and a share of it is
/// left for names and for the rest of the object.
pub const CODE_LIMIT_BYTES: usize = 921_600;

/// Where code lies, by the scheme of its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UriKind {
    /// A file or folder of this machine (no scheme). Beside inline code: its path in the container.
    LocalPath,
    /// `git+https://…`, with `#ref`: a branch, a tag or a commit.
    Git,
    /// `http://…` or `https://…`.
    Http,
    /// `s3://bucket/key`.
    S3,
    /// `zip+…`: an archive that lies there.
    Zip(Box<Self>),
    /// `store://…`: an entity of DigitalHub, which only DigitalHub can resolve.
    Store,
    /// Any other scheme, verbatim.
    Other(String),
}

impl UriKind {
    /// Reads the scheme of an address.
    #[must_use]
    pub fn of(uri: &str) -> Self {
        let Some((scheme, rest)) = uri.split_once("://") else { return Self::LocalPath };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Self::Http,
            "s3" | "s3a" | "s3n" => Self::S3,
            "store" => Self::Store,
            "git" => Self::Git,
            scheme if scheme.starts_with("git+") => Self::Git,
            scheme => match scheme.strip_prefix("zip+") {
                // Only one layer of archive has a meaning; "zip+zip+…" ends as an unknown scheme.
                Some(inner) if !inner.starts_with("zip+") => {
                    Self::Zip(Box::new(Self::of(&format!("{inner}://{rest}"))))
                }
                _ => Self::Other(scheme.to_owned()),
            },
        }
    }
}

impl Source {
    /// Tells where the code lies; `None` where only inline code is given.
    #[must_use]
    pub fn uri_kind(&self) -> Option<UriKind> {
        self.uri.as_deref().filter(|uri| !uri.is_empty()).map(UriKind::of)
    }

    /// Tells whether the code itself is here, as text or base64.
    #[must_use]
    pub const fn is_inline(&self) -> bool {
        self.code.is_some() || self.base64.is_some()
    }

    /// Tells whether what is here is an archive (zip) to be unpacked: a local path that ends with `/` (a folder, packed) or
    /// `.zip`, with bytes beside it.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        let is_path = self.uri_kind() == Some(UriKind::LocalPath);
        let uri = self.uri.as_deref().unwrap_or_default().to_ascii_lowercase();
        is_path && self.base64.is_some() && (uri.ends_with('/') || uri.ends_with(".zip"))
    }

    /// The address from which the code is fetched before the program starts; `None` where the code itself is here.
    #[must_use]
    pub fn fetched_from(&self) -> Option<&str> {
        match self.uri_kind()? {
            UriKind::LocalPath => None,
            _ => self.uri.as_deref(),
        }
    }

    /// The path of the Dockerfile within code that is fetched or unpacked and whose language is `dockerfile`: what
    /// `handler` names, else `Dockerfile`; of code that is one file, that file. `None` for any other code.
    #[must_use]
    pub fn dockerfile_within(&self) -> Option<String> {
        let is_one = self.lang.as_deref().is_some_and(|lang| ending(Some(lang)) == DOCKERFILE);
        if !is_one || !(self.is_archive() || self.fetched_from().is_some()) {
            return None;
        }
        if self.is_one_file() {
            return Some(self.file_name());
        }
        Some(self.handler.as_deref().and_then(inner_path).unwrap_or_else(|| DOCKERFILE.to_owned()))
    }

    /// Tells whether the code becomes one file, whose path is [`file_name`](Self::file_name), rather than a folder.
    #[must_use]
    pub fn is_one_file(&self) -> bool {
        let is_folder = || self.uri.as_deref().is_some_and(|uri| uri.ends_with('/'));
        match self.uri_kind() {
            None => true,
            Some(UriKind::LocalPath) => !self.is_archive() && !is_folder(),
            Some(UriKind::Http) => true,
            Some(UriKind::S3) => !is_folder(),
            Some(_) => false,
        }
    }

    /// Returns the code itself, decoded; `None` where it lies elsewhere.
    ///
    /// # Errors
    /// `base64` where it does not decode.
    pub fn bytes(&self) -> Result<Option<Vec<u8>>, ValueError> {
        match (&self.code, &self.base64) {
            (Some(code), _) => Ok(Some(code.clone().into_bytes())),
            (None, Some(text)) => decode_base64(text).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// Returns the path of the code's file below the folder of the code, never absolute and never leaving it.
    ///
    /// From a local `uri` (its own path where it is relative, else its last part), else the last part of a remote one
    /// that names a file, else from `handler` (`train.py`, `train.py:main`, or `train.main` with the language's ending),
    /// else `main` with the language's ending.
    #[must_use]
    pub fn file_name(&self) -> String {
        let from_uri = self.uri.as_deref().and_then(|uri| match UriKind::of(uri) {
            UriKind::LocalPath => inner_path(uri),
            UriKind::Http | UriKind::S3 => last_part(uri.split(['?', '#']).next().unwrap_or_default()),
            _ => None,
        });
        from_uri.or_else(|| self.handler_file()).unwrap_or_else(|| self.with_ending("main"))
    }

    pub(crate) fn handler_file(&self) -> Option<String> {
        let handler = self.handler.as_deref()?.trim();
        let file = handler.split(':').next().unwrap_or_default();
        let ending = ending(self.lang.as_deref());
        let has_ending = ENDINGS.iter().any(|(_, known)| !known.is_empty() && file.ends_with(known));
        if has_ending || file.contains('/') {
            return inner_path(file);
        }
        // `train.main` is a function in a module: the file is the module's.
        let module = file.split('.').next().unwrap_or_default();
        let is_word =
            !module.is_empty() && module.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter));
        (is_word && ending != DOCKERFILE).then(|| self.with_ending(module))
    }

    fn with_ending(&self, stem: &str) -> String {
        match ending(self.lang.as_deref()) {
            DOCKERFILE => DOCKERFILE.to_owned(),
            ending => format!("{stem}{ending}"),
        }
    }
}

const DOCKERFILE: &str = "Dockerfile";

/// Endings by language: DigitalHub's words first, then common others.
const ENDINGS: [(&str, &str); 22] = [
    ("python", ".py"),
    ("java", ".java"),
    ("javascript", ".js"),
    ("typescript", ".ts"),
    ("dockerfile", DOCKERFILE),
    ("markdown", ".md"),
    ("html", ".html"),
    ("json", ".json"),
    ("sql", ".sql"),
    ("css", ".css"),
    ("yaml", ".yaml"),
    ("text", ".txt"),
    ("sh", ".sh"),
    ("bash", ".sh"),
    ("shell", ".sh"),
    ("r", ".R"),
    ("julia", ".jl"),
    ("go", ".go"),
    ("rust", ".rs"),
    ("ruby", ".rb"),
    ("perl", ".pl"),
    ("scala", ".scala"),
];

fn ending(lang: Option<&str>) -> &'static str {
    let lang = lang.unwrap_or_default().to_ascii_lowercase();
    ENDINGS.iter().find(|(word, _)| *word == lang).map_or("", |(_, ending)| ending)
}

/// Keeps a relative path that stays inside its folder; of any other, the last part.
fn inner_path(path: &str) -> Option<String> {
    let path = path.trim().trim_start_matches("./");
    let is_inside = !path.is_empty()
        && !path.starts_with(['/', '~'])
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".");
    if is_inside { Some(path.to_owned()) } else { last_part(path) }
}

fn last_part(path: &str) -> Option<String> {
    let part = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_name = !part.is_empty() && part != "." && part != ".." && !part.contains([':', '\0']);
    is_name.then(|| part.to_owned())
}

/// The language that the ending of a file stands for, in the words of `ENDINGS`.
fn lang_of(file: &str) -> Option<&'static str> {
    let (_, ending) = file.rsplit_once('.')?;
    let is_ending = |known: &str| known.strip_prefix('.').is_some_and(|known| known.eq_ignore_ascii_case(ending));
    ENDINGS.iter().find(|(_, known)| is_ending(known)).map(|(lang, _)| *lang)
}

#[cfg(test)]
mod tests;
