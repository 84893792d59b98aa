//! The code of the form's function: which kind of source is chosen, what its controls hold, and the document that it makes.

use std::path::Path;

use berth_core::{LocalCode, read_local_code};
use berth_model::{Problem, Source, UriKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{RunForm, put, text};

/// Where the code of a function comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CodeFrom {
    /// It is typed in the form.
    #[default]
    Text,
    /// There is none: the image has all.
    None,
    /// A file, a folder or an archive of this machine.
    Local,
    /// A git repository.
    Git,
    /// A web address.
    Http,
    /// A bucket.
    S3,
    /// What the form was filled with, which no other control shows.
    Kept,
}

/// What the controls of the code hold.
#[derive(Default)]
pub(super) struct CodeParts {
    pub(super) code_from: CodeFrom,
    pub(super) address: String,
    pub(super) reference: String,
    pub(super) is_archive: bool,
    pub(super) code: String,
    pub(super) lang: String,
    pub(super) handler: String,
    /// What no control shows.
    pub(super) kept: Option<Value>,
}

impl CodeParts {
    /// Fills the controls; what they could not say again is kept.
    pub(super) fn of(source: Option<&Source>) -> Self {
        let Some(source) = source else { return Self::default() };
        let found = match (&source.code, &source.base64, source.uri_kind()) {
            (Some(code), None, None | Some(UriKind::LocalPath)) => {
                Self { code: code.clone(), address: source.uri.clone().unwrap_or_default(), ..Self::default() }
            }
            (None, None, Some(kind)) => {
                Self::remote(&kind, source.uri.as_deref().unwrap_or_default()).unwrap_or_else(|| Self::kept(source))
            }
            _ => Self::kept(source),
        };
        Self {
            lang: source.lang.clone().unwrap_or_default(),
            handler: source.handler.clone().unwrap_or_default(),
            ..found
        }
    }

    fn remote(kind: &UriKind, uri: &str) -> Option<Self> {
        let (code_from, is_archive) = match kind {
            UriKind::Git => (CodeFrom::Git, false),
            UriKind::Http => (CodeFrom::Http, false),
            UriKind::S3 => (CodeFrom::S3, false),
            UriKind::Zip(inner) => match **inner {
                UriKind::Http => (CodeFrom::Http, true),
                UriKind::S3 => (CodeFrom::S3, true),
                _ => return None,
            },
            _ => return None,
        };
        let typed = uri.strip_prefix("git+").or_else(|| uri.strip_prefix("zip+")).unwrap_or(uri);
        let (address, reference) = match typed.split_once('#') {
            Some((address, reference)) if code_from == CodeFrom::Git => (address, reference),
            _ => (typed, ""),
        };
        let (address, reference) = (address.to_owned(), reference.to_owned());
        let parts = Self { code_from, is_archive, address, reference, ..Self::default() };
        (address_of(parts.code_from, &parts.address, &parts.reference, is_archive) == uri).then_some(parts)
    }

    fn kept(source: &Source) -> Self {
        let content = Source { lang: None, handler: None, ..source.clone() };
        // A path of this machine can be read anew.
        let path = source.uri.clone().filter(|_| source.uri_kind() == Some(UriKind::LocalPath));
        Self {
            code_from: CodeFrom::Kept,
            address: path.unwrap_or_default(),
            kept: Some(json!(content)),
            ..Self::default()
        }
    }
}

/// An address as documents write it, of what was typed.
fn address_of(from: CodeFrom, typed: &str, reference: &str, is_archive: bool) -> String {
    let (typed, reference) = (typed.trim(), reference.trim());
    let address = match (from, typed.split_once("://")) {
        (CodeFrom::Git, Some((scheme, _))) if scheme.to_ascii_lowercase().starts_with("git") => typed.to_owned(),
        (CodeFrom::Git, Some(_)) => format!("git+{typed}"),
        (CodeFrom::Git, None) => match typed.split_once(':') {
            // As git itself writes what it reaches by ssh: the rules say that a run cannot.
            Some((host, path)) if host.contains('@') => format!("git+ssh://{host}/{path}"),
            _ => format!("git+https://{typed}"),
        },
        (CodeFrom::S3, None) => format!("s3://{typed}"),
        (_, None) => format!("https://{typed}"),
        (_, Some(_)) => typed.to_owned(),
    };
    match from {
        CodeFrom::Git if !reference.is_empty() => format!("{address}#{reference}"),
        CodeFrom::Http | CodeFrom::S3 if is_archive && !address.starts_with("zip+") => format!("zip+{address}"),
        _ => address,
    }
}

impl RunForm {
    /// The code as a document's `source`; `None` where there is none. `read` is what was read of this machine.
    pub(super) fn source(&self, read: Option<&LocalCode>) -> Option<Value> {
        let mut source = Map::new();
        match self.code_from {
            CodeFrom::None => return None,
            CodeFrom::Text if self.code.is_empty() => return None,
            CodeFrom::Text => {
                // Where the container finds it.
                put(&mut source, "source", text(&self.address).filter(|path| !path.contains("://")));
                source.insert("code".to_owned(), json!(self.code));
            }
            CodeFrom::Local => {
                let read = read?;
                source.insert("source".to_owned(), json!(read.uri));
                source.insert(read.field.to_owned(), json!(read.content));
            }
            CodeFrom::Git | CodeFrom::Http | CodeFrom::S3 => {
                let address = address_of(self.code_from, &self.address, &self.reference, self.is_archive);
                source.insert("source".to_owned(), json!(address));
            }
            CodeFrom::Kept => {
                source = self.kept_function.0.get("source").and_then(Value::as_object).cloned().unwrap_or_default();
            }
        }
        put(&mut source, "lang", text(&self.lang));
        put(&mut source, "handler", text(&self.handler));
        Some(Value::Object(source))
    }

    /// Reads the code of this machine that the form names; `None` where it names none. Blocks. A path is meant from the
    /// folder of the user, `home`.
    ///
    /// # Errors
    /// What is wrong with it, at its field.
    pub fn read_code(&self, home: Option<&Path>) -> Result<Option<LocalCode>, Problem> {
        if self.code_from != CodeFrom::Local {
            return Ok(None);
        }
        let Some(typed) = text(&self.address) else {
            let message = "Say which file or folder of this machine holds the code.";
            return Err(Problem::new("source.uri", "code_file", message));
        };
        let below = typed.strip_prefix("~/").unwrap_or(if typed == "~" { "" } else { &typed });
        let read = read_local_code(below, home.unwrap_or_else(|| Path::new("")))
            .map_err(|error| Problem::new("source.uri", error.code, error.sentence))?;
        // As it was typed: where the user's folder lies is nobody else's matter.
        let is_folder = read.uri.ends_with('/') && !typed.ends_with('/');
        Ok(Some(LocalCode { uri: if is_folder { format!("{typed}/") } else { typed }, ..read }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(code_from: CodeFrom, address: &str) -> RunForm {
        RunForm { code_from, address: address.to_owned(), ..RunForm::default() }
    }

    fn source(value: &Value) -> Source {
        serde_json::from_value(value.clone()).unwrap()
    }

    /// The form that is filled from a source, as a document says it again.
    fn again(value: &Value) -> (CodeFrom, Value) {
        let parts = CodeParts::of(Some(&source(value)));
        let mut kept = Map::new();
        kept.extend(parts.kept.map(|kept| ("source".to_owned(), kept)));
        let form = RunForm {
            code_from: parts.code_from,
            address: parts.address,
            reference: parts.reference,
            is_archive: parts.is_archive,
            code: parts.code,
            lang: parts.lang,
            handler: parts.handler,
            kept_function: crate::views::Json(Value::Object(kept)),
            ..RunForm::default()
        };
        (parts.code_from, form.source(None).unwrap_or_default())
    }

    #[test]
    fn code_of_every_kind_is_shown_and_said_again() {
        for (from, value) in [
            (CodeFrom::Text, json!({"code": "print(1)\n", "lang": "python", "handler": "a.py"})),
            (CodeFrom::Text, json!({"uri": "src/a.py", "code": "print(1)\n"})),
            (CodeFrom::Git, json!({"uri": "git+https://example.org/a/b.git#feature/x", "handler": "a.py:main"})),
            (CodeFrom::Git, json!({"uri": "git+http://example.org/a"})),
            (CodeFrom::Http, json!({"uri": "https://example.org/a.py?raw=1#part", "lang": "python"})),
            (CodeFrom::Http, json!({"uri": "zip+https://example.org/a.zip", "handler": "a.py"})),
            (CodeFrom::S3, json!({"uri": "s3://bucket/folder/"})),
            (CodeFrom::S3, json!({"uri": "zip+s3://bucket/a.zip"})),
            (CodeFrom::Kept, json!({"uri": "src/", "base64": "UEs=", "handler": "a.py"})),
            (CodeFrom::Kept, json!({"uri": "store://p/artifact/x"})),
            (CodeFrom::Kept, json!({"uri": "zip+git+https://example.org/a"})),
            (CodeFrom::Kept, json!({"lang": "python", "handler": "in/the/image.py"})),
        ] {
            let (shown, said) = again(&value);
            let mut said = said.as_object().unwrap().clone();
            if let Some(uri) = said.remove("source") {
                said.insert("uri".to_owned(), uri);
            }
            assert_eq!((shown, source(&Value::Object(said))), (from, source(&value)), "{value}");
        }
    }

    #[test]
    fn an_address_is_taken_as_people_have_it() {
        for (from, typed, reference, is_archive, uri) in [
            (CodeFrom::Git, " https://example.org/a/b ", "v1", false, "git+https://example.org/a/b#v1"),
            (CodeFrom::Git, "example.org/a/b", "", true, "git+https://example.org/a/b"),
            (CodeFrom::Git, "git+http://example.org/a", "", false, "git+http://example.org/a"),
            (CodeFrom::Git, "git@example.org:a/b.git", "", false, "git+ssh://git@example.org/a/b.git"),
            (CodeFrom::Git, "", "", false, "git+https://"),
            (CodeFrom::Http, "example.org/a.py", "v1", false, "https://example.org/a.py"),
            (CodeFrom::Http, "https://example.org/a.zip", "", true, "zip+https://example.org/a.zip"),
            (CodeFrom::S3, "bucket/a.py", "", false, "s3://bucket/a.py"),
            (CodeFrom::S3, "zip+s3://bucket/a.zip", "", true, "zip+s3://bucket/a.zip"),
        ] {
            let form = RunForm { reference: reference.to_owned(), is_archive, ..form(from, typed) };
            assert_eq!(form.source(None), Some(json!({"source": uri})), "{typed}");
        }
    }

    #[test]
    fn code_of_this_machine_is_read_from_the_users_folder_and_keeps_the_path_that_was_typed() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("src")).unwrap();
        std::fs::write(home.path().join("src/main.py"), "print(1)\n").unwrap();
        let read = |typed: &str| form(CodeFrom::Local, typed).read_code(Some(home.path()));
        let whole = home.path().join("src/main.py").to_str().unwrap().to_owned();
        for typed in ["~/src/main.py", "src/main.py", whole.as_str()] {
            let code = read(typed).unwrap().unwrap();
            assert_eq!((code.uri.as_str(), code.content.as_str()), (typed, "print(1)\n"));
            let said = form(CodeFrom::Local, typed).source(Some(&code)).unwrap();
            assert_eq!(said, json!({"source": typed, "code": "print(1)\n"}));
        }
        let folder = read("~/src").unwrap().unwrap();
        assert_eq!((folder.uri.as_str(), folder.field), ("~/src/", "base64"));
        for (typed, told) in [(" ", "Say which file or folder"), ("~/none.py", "cannot be read")] {
            let problem = read(typed).unwrap_err();
            assert_eq!(problem.path, "source.uri");
            assert!(problem.message.contains(told), "{}", problem.message);
        }
        assert_eq!(form(CodeFrom::Git, "~/src").read_code(Some(home.path())), Ok(None));
    }

    #[test]
    fn what_another_kind_of_source_was_told_is_not_said() {
        let typed = RunForm {
            code: "print(1)\n".to_owned(),
            reference: "v1".to_owned(),
            is_archive: true,
            lang: "python".to_owned(),
            ..form(CodeFrom::None, "https://example.org/a")
        };
        assert_eq!(typed.source(None), None);
        let text = RunForm { code_from: CodeFrom::Text, ..typed };
        assert_eq!(text.source(None), Some(json!({"code": "print(1)\n", "lang": "python"})));
    }
}
