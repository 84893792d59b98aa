//! Decides which command would run the code of a function. A suggestion to be shown, never a value that is filled in
//! unasked: without a command, the image's own program starts.

use super::lang_of;
use crate::{FunctionSpec, Source, UriKind};

impl FunctionSpec {
    /// The command that would run the code, where there is code and neither a command nor arguments say what to do with it;
    /// empty where nothing can be suggested. `None` where nothing needs to be said.
    #[must_use]
    pub fn unused_code(&self) -> Option<Vec<String>> {
        let source = self.source.as_ref().filter(|source| source.is_inline() || source.fetched_from().is_some())?;
        let is_said = self.command.is_some() || self.args.as_ref().is_some_and(|args| !args.is_empty());
        (!is_said).then(|| source.suggested_command().unwrap_or_default())
    }
}

impl Source {
    /// The command that would run the code, as words; `None` where its language is not known to have one, or where the code
    /// is a folder and no `handler` names the file in it.
    ///
    /// A handler `file.py:function` or `module.function` in Python is called as a function; any other handler names a
    /// file.
    #[must_use]
    pub fn suggested_command(&self) -> Option<Vec<String>> {
        let file = if self.is_one_file() && !self.names_nothing() { self.file_name() } else { self.handler_file()? };
        let said = self.lang.as_deref().map(str::to_ascii_lowercase).filter(|lang| !lang.is_empty());
        let lang = said.as_deref().or_else(|| lang_of(&file))?;
        let words: &[&str] = match lang {
            "python" => match self.handler_function() {
                Some(function) => return called(&file, function),
                None => &["python3"],
            },
            "sh" | "shell" => &["sh"],
            "bash" => &["bash"],
            "r" => &["Rscript"],
            "julia" => &["julia"],
            "javascript" => &["node"],
            "go" => &["go", "run"],
            "java" => &["java"],
            "ruby" => &["ruby"],
            "perl" => &["perl"],
            "scala" => &["scala"],
            _ => return None,
        };
        Some(words.iter().map(|word| (*word).to_owned()).chain([file]).collect())
    }

    /// No code and no address: only words about code that is elsewhere, such as in the image.
    fn names_nothing(&self) -> bool {
        !self.is_inline() && self.uri_kind().is_none_or(|kind| kind == UriKind::LocalPath)
    }

    /// The function that the handler names beside its file.
    fn handler_function(&self) -> Option<&str> {
        let handler = self.handler.as_deref()?.trim();
        let function = match handler.split_once(':') {
            Some((_, function)) => function,
            None if handler.contains('/') || lang_of(handler).is_some() => return None,
            None => handler.rsplit_once('.')?.1,
        };
        let is_word = !function.is_empty()
            && function.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !function.starts_with(|letter: char| letter.is_ascii_digit());
        is_word.then_some(function)
    }
}

/// A call of a Python function, by the module that its file is.
fn called(file: &str, function: &str) -> Option<Vec<String>> {
    let module = file.strip_suffix(".py")?.replace('/', ".");
    let call = format!("from {module} import {function}; {function}()");
    Some(vec!["python3".to_owned(), "-c".to_owned(), call])
}

#[cfg(test)]
mod tests {
    use crate::Source;

    #[test]
    fn a_command_is_suggested_from_language_file_and_handler() {
        let (code, remote) = (Some("x"), None);
        for (uri, code, handler, lang, command) in [
            (None, code, None, Some("python"), "python3 main.py"),
            (Some("src/train.py"), code, None, None, "python3 src/train.py"),
            (Some("train.py"), code, Some("train.py:main"), None, "python3 -c from train import main; main()"),
            (None, code, Some("train.main"), Some("python"), "python3 -c from train import main; main()"),
            (None, code, Some("run.sh"), None, "sh run.sh"),
            (None, code, None, Some("bash"), "bash main.sh"),
            (None, code, None, Some("R"), "Rscript main.R"),
            (None, code, None, Some("dockerfile"), ""),
            (None, code, None, None, ""),
            (None, None, None, Some("python"), ""),
            (Some("git+https://example.org/a.git"), remote, Some("src/train.py"), None, "python3 src/train.py"),
            (Some("git+https://example.org/a.git"), remote, None, Some("python"), ""),
            (Some("https://example.org/a.py"), remote, None, None, "python3 a.py"),
            (Some("s3://bucket/jobs/a.jl"), remote, None, None, "julia a.jl"),
            (Some("zip+s3://bucket/a.zip"), remote, Some("app/main.js"), None, "node app/main.js"),
        ] {
            let text = |text: Option<&str>| text.map(str::to_owned);
            let source =
                Source { uri: text(uri), code: text(code), handler: text(handler), lang: text(lang), base64: None };
            let suggested = source.suggested_command().unwrap_or_default().join(" ");
            assert_eq!(suggested, command, "{uri:?} {handler:?} {lang:?}");
        }
    }

    #[test]
    fn a_packed_folder_needs_a_handler() {
        let mut source = Source { uri: Some("src/".to_owned()), base64: Some("UEs=".to_owned()), ..Source::default() };
        assert!(source.is_archive() && !source.is_one_file());
        assert_eq!(source.suggested_command(), None);
        source.handler = Some("train.py".to_owned());
        assert_eq!(source.suggested_command().unwrap(), ["python3", "train.py"]);
    }
}
