//! Decides what a build's Dockerfile says: what is whole stays as it is, bare text becomes `RUN`.
//!
//! Lines are told apart as a Dockerfile's own reader does: a backslash at its end continues a line, and `<<WORD` takes
//! what follows up to a line that is that word.

use crate::{CODE_LIMIT_BYTES, Env, FunctionSpec, Problem, RunSpec, ValueError};

/// Folder of the image in which a recipe made by Berth puts the code of the function, and in which its steps run.
const CODE_FOLDER: &str = "/shared";

/// The first words of a Dockerfile's lines.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Small letters make this one a program of every shell, and a usual beginning of a command.
const ALSO_A_PROGRAM: &str = "ENV";

/// Tells whether the code of a function is a whole Dockerfile of its own.
#[must_use]
pub fn is_dockerfile(function: &FunctionSpec) -> bool {
    let source = function.source.as_ref();
    source.is_some_and(|source| {
        source.is_inline()
            && !source.is_archive()
            && source.lang.as_deref().is_some_and(|lang| lang.eq_ignore_ascii_case("dockerfile"))
    })
}

/// Writes the Dockerfile of a build.
///
/// - Code whose language is `dockerfile` is the Dockerfile, byte for byte; instructions follow it.
/// - Code that is fetched or unpacked and whose language is `dockerfile` brings its Dockerfile
///   ([`Source::dockerfile_within`](crate::Source::dockerfile_within)); what is written here is what follows it.
/// - Instructions that begin with FROM are a whole Dockerfile and stay as they are.
/// - Else it begins with the base image, takes the run's variables as arguments and the code (where there is some) into
///   `/shared`, where the instructions run.
///
/// Within instructions, a line that begins with a word of Dockerfiles in capitals stays as it is, and any other text is a
/// command for `RUN`.
///
/// # Errors
/// Everything that is wrong with it: a base image that is missing or superfluous, instructions without an end.
pub fn recipe(spec: &RunSpec) -> Result<String, Vec<Problem>> {
    let mut problems = Vec::new();
    let RunSpec { function, task } = spec;
    let entries = entries(&task.instructions, &mut problems);
    let begins_whole = begins_with_from(&entries);
    let within = function.source.as_ref().and_then(|source| Some((source, source.dockerfile_within()?)));
    let mut text = if is_dockerfile(function) {
        own(function, &mut problems)
    } else if let Some((source, file)) = &within {
        if let Some(base) = &function.base_image {
            let message = format!(
                "The code brings a Dockerfile of its own (its language is dockerfile), and \"base_image\" names {base} as well: keep one of them."
            );
            problems.push(Problem::new("base_image", "given_twice", message));
        }
        let from = source.uri.as_deref().unwrap_or_default();
        format!("# Before this comes {file} of {from}").replace(['\r', '\n'], " ") + "\n"
    } else {
        match (&function.base_image, begins_whole) {
            (Some(base), true) => {
                let message = format!(
                    "The instructions begin with FROM, and \"base_image\" names {base} as well: keep one of them."
                );
                problems.push(Problem::new("base_image", "given_twice", message));
                String::new()
            }
            (None, true) => String::new(),
            (Some(base), false) => beginning(&base.normalised(), function.source.is_some(), &task.envs),
            (None, false) => {
                let message = "A build needs \"base_image\", the image to start from (or a whole Dockerfile: as code, or within it, with \"lang: dockerfile\", or as instructions that begin with FROM).";
                problems.push(Problem::new("base_image", "required", message));
                String::new()
            }
        }
    };
    let is_whole = begins_whole || is_dockerfile(function) || within.is_some();
    for (index, steps) in &entries {
        for step in steps {
            match written(step, is_whole) {
                Ok(line) => {
                    text.push_str(&line);
                    text.push('\n');
                }
                Err(error) => {
                    problems.push(Problem::new(format!("instructions[{index}]"), error.code, error.sentence));
                }
            }
        }
    }
    if text.len() > CODE_LIMIT_BYTES {
        let message = format!(
            "The Dockerfile has {} bytes; more than {CODE_LIMIT_BYTES} (900 KiB) do not fit into an object of the cluster: put its files into the code of the function.",
            text.len()
        );
        problems.push(Problem::new("instructions", "too_large", message));
    }
    if problems.is_empty() { Ok(text) } else { Err(problems) }
}

/// The Dockerfile that the code is, ending with a line break.
fn own(function: &FunctionSpec, problems: &mut Vec<Problem>) -> String {
    let source = function.source.as_ref();
    let field = if source.is_some_and(|source| source.code.is_some()) { "source.code" } else { "source.base64" };
    // What cannot be decoded is told by the rules of code.
    let bytes = source.and_then(|source| source.bytes().ok().flatten()).unwrap_or_default();
    let Ok(mut text) = String::from_utf8(bytes) else {
        problems.push(Problem::new(field, "dockerfile", "The Dockerfile is not text in UTF-8: save it as such."));
        return String::new();
    };
    let names_an_image = text.lines().any(|line| first_word(line).eq_ignore_ascii_case("FROM"));
    if !names_an_image {
        let message = "The Dockerfile has no line FROM, so there is no image to start from: add one.";
        problems.push(Problem::new(field, "dockerfile", message));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn beginning(base: &str, has_code: bool, envs: &[Env]) -> String {
    let mut text = format!("FROM {base}\n");
    for env in envs {
        text.push_str(&format!("ARG {}\n", env.name));
    }
    if has_code {
        text.push_str(&format!("COPY . {CODE_FOLDER}\n"));
    }
    text.push_str(&format!("WORKDIR {CODE_FOLDER}\n"));
    text
}

/// The steps of each instruction as it was given, with its place in the list.
fn entries<'text>(instructions: &'text [String], problems: &mut Vec<Problem>) -> Vec<(usize, Vec<&'text str>)> {
    let mut entries = Vec::new();
    for (index, text) in instructions.iter().enumerate() {
        let mut refuse = |error: ValueError| {
            problems.push(Problem::new(format!("instructions[{index}]"), error.code, error.sentence));
        };
        if text.trim().is_empty() {
            refuse(ValueError::new("required", "This instruction is empty: write a command, or remove it."));
        } else if text.contains('\0') {
            refuse(ValueError::new("nul", "An instruction cannot hold a NUL byte: remove it."));
        } else {
            match steps(text) {
                Ok(steps) => entries.push((index, steps)),
                Err(error) => refuse(error),
            }
        }
    }
    entries
}

/// Whether the first thing said is an image to start from; arguments may come before it.
fn begins_with_from(entries: &[(usize, Vec<&str>)]) -> bool {
    let words =
        entries.iter().flat_map(|(_, steps)| steps).filter(|step| !is_remark(step)).map(|step| first_word(step));
    let mut rest = words.skip_while(|word| word.eq_ignore_ascii_case("ARG"));
    rest.next().is_some_and(|word| word.eq_ignore_ascii_case("FROM"))
}

fn is_remark(step: &str) -> bool {
    step.trim_start().is_empty() || step.trim_start().starts_with('#')
}

fn first_word(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

fn instruction(word: &str) -> Option<&'static str> {
    INSTRUCTIONS.into_iter().find(|known| known.eq_ignore_ascii_case(word))
}

/// Writes a step as the Dockerfile has it. In a whole Dockerfile, as in any, the words may be of either case.
fn written(step: &str, is_whole: bool) -> Result<String, ValueError> {
    if is_remark(step) {
        return Ok(step.to_owned());
    }
    let word = first_word(step);
    let Some(known) = instruction(word) else { return Ok(format!("RUN {}", step.trim_start())) };
    if !is_whole && word != known {
        if known == ALSO_A_PROGRAM {
            return Ok(format!("RUN {}", step.trim_start()));
        }
        let sentence = format!(
            "\"{word}\" may be Docker's {known} or a program of that name: write {known} in capitals, or RUN before the command."
        );
        return Err(ValueError::new("instruction", sentence));
    }
    if step.trim() == word {
        let sentence = format!("Nothing follows {word}: write what it is to do, or remove it.");
        return Err(ValueError::new("instruction", sentence));
    }
    Ok(step.to_owned())
}

/// Cuts a text into the lines of a Dockerfile, each with those that continue it and what it takes in.
fn steps(text: &str) -> Result<Vec<&str>, ValueError> {
    let mut steps = Vec::new();
    let mut rest = text.strip_suffix('\n').unwrap_or(text);
    loop {
        let mut end = line_end(rest, 0);
        if !is_remark(&rest[..end]) {
            end = continued(rest, end)?;
            for word in documents(&rest[..end]) {
                end = document_end(rest, end, &word)?;
            }
        }
        steps.push(&rest[..end]);
        match rest.get(end + 1..) {
            Some(more) => rest = more,
            None => return Ok(steps),
        }
    }
}

fn line_end(text: &str, from: usize) -> usize {
    text[from..].find('\n').map_or(text.len(), |found| from + found)
}

/// The end of a line whose lines end with backslashes. Remarks and empty lines between them are passed over.
fn continued(text: &str, mut end: usize) -> Result<usize, ValueError> {
    let mut last = text[..end].trim_end();
    while last.ends_with('\\') {
        if end >= text.len() {
            let sentence = "The instruction ends with a backslash, and nothing follows it: write the rest, or remove the backslash.";
            return Err(ValueError::new("continuation", sentence));
        }
        let start = end + 1;
        end = line_end(text, start);
        let line = text[start..end].trim_end();
        if !is_remark(line) {
            last = line;
        }
    }
    Ok(end)
}

/// The words that end what a line takes in (`<<WORD`, `<<-WORD`, `<<"WORD"`), and whether tabs before them count.
fn documents(step: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for word in words(step) {
        let Some((descriptor, rest)) = word.split_once("<<") else { continue };
        if !descriptor.chars().all(|letter| letter.is_ascii_digit()) {
            continue;
        }
        let (rest, strips_tabs) = rest.strip_prefix('-').map_or((rest, false), |rest| (rest, true));
        let quoted = |quote: char| rest.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        let name = quoted('"').or_else(|| quoted('\'')).unwrap_or(rest);
        let is_name = name.chars().all(|letter| letter.is_alphanumeric() || "_.-".contains(letter));
        if !name.is_empty() && is_name {
            found.push((name.to_owned(), strips_tabs));
        }
    }
    found
}

/// Words as a shell tells them apart; quotes stay in them.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let is_space = quote.is_none() && letter.is_whitespace();
        match (letter, quote) {
            ('\\', None | Some('"')) => {
                let next = letters.next();
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                    word.extend(next);
                }
                continue;
            }
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
        if is_space {
            words.push(String::new());
        } else if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words
}

/// The end of what a line takes in: the line that is the word alone.
fn document_end(text: &str, mut end: usize, (name, strips_tabs): &(String, bool)) -> Result<usize, ValueError> {
    while end < text.len() {
        let start = end + 1;
        end = line_end(text, start);
        let line = &text[start..end];
        let line = line.strip_suffix('\r').unwrap_or(line);
        if (if *strips_tabs { line.trim_start_matches('\t') } else { line }) == name {
            return Ok(end);
        }
    }
    let sentence = format!("What begins with <<{name} has no end: write {name} alone on a line after it.");
    Err(ValueError::new("heredoc", sentence))
}

#[cfg(test)]
mod tests;
