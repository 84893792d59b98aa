//! The use cases of runs that are there: find, list, read, put away, repeat.

use std::io::Write;

use berth_k8s::RunEvent;
use berth_model::{FunctionSpec, Generation, Place, Run, RunId, Source, print_function, print_task_spec};
use serde_json::{Map, Value, json};

use crate::app::{App, LaunchRequest, Launchable};
use crate::masks::Mask;
use crate::ports::{LogCursor, LogInfo, LogKey, LogPiece, Notice, RunPage, RunQuery, RunRow, TransitionRow};
use crate::transition::unknown_run;
use crate::{Error, ErrorCode};

/// Lines that were found, as (number, cursor), and where to go on; `None` at the end.
pub type LogMatches = (Vec<(u64, LogCursor)>, Option<LogCursor>);

/// Most names that an error about an ambiguous text lists.
const NAMED: usize = 5;

/// Keys that name the code of a function; a new one replaces all of the old.
const CODE_KEYS: [&str; 6] = ["source", "code_src", "code", "base64", "handler", "lang"];

impl App {
    /// Finds the one run that a text means: an id, an unambiguous beginning of one, or an object's name.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where several match, naming them.
    pub async fn find_run(&self, text: &str) -> Result<RunRow, Error> {
        let text = text.trim();
        let mut found = self.ports.history.find_runs(text).await?;
        if found.len() > 1
            && let Some(exact) = found.iter().position(|row| row.run.object_name == text)
        {
            return Ok(found.swap_remove(exact));
        }
        match (found.pop(), found.len()) {
            (Some(row), 0) => Ok(row),
            (None, _) => Err(Error::new(ErrorCode::NotFound, format!("there is no run \"{text}\""))
                .hint("A run is named by its id, a beginning of it, or its object's name: the list of runs has them.")),
            (Some(last), others) => {
                found.push(last);
                let names: Vec<String> =
                    found.iter().take(NAMED).map(|row| format!("{} ({})", row.run.id, row.run.object_name)).collect();
                let more = if others >= NAMED { ", and more" } else { "" };
                Err(Error::new(
                    ErrorCode::InvalidInput,
                    format!("\"{text}\" means several runs: {}{more}", names.join(", ")),
                )
                .hint("Write more of the id."))
            }
        }
    }

    /// Lists runs. What goes on is measured until now, for all pages of a list until the same moment.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn runs(&self, query: &RunQuery) -> Result<RunPage, Error> {
        let now = query.after.as_ref().map_or_else(|| self.now(), |after| after.now);
        Ok(self.ports.history.runs(&RunQuery { now, ..query.clone() }).await?)
    }

    /// The history of a run's status.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn transitions(&self, run: RunId) -> Result<Vec<TransitionRow>, Error> {
        Ok(self.ports.history.transitions(run).await?)
    }

    /// The events of a run's objects.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn events(&self, run: RunId) -> Result<Vec<RunEvent>, Error> {
        Ok(self.ports.history.events(run).await?)
    }

    /// The logs of a run.
    ///
    /// # Errors
    /// `Storage`.
    pub fn logs(&self, run: RunId) -> Result<Vec<LogInfo>, Error> {
        Ok(self.ports.archive.list(run)?)
    }

    /// A piece of a log as it is stored: whole lines from a cursor, at most 4 MiB. It is shown through the run's `mask`.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub fn read_log(&self, key: &LogKey, from: LogCursor, limit: usize) -> Result<LogPiece, Error> {
        /// Most bytes of one answer: what the page can take apart without a pause that is felt.
        const LIMIT: usize = 4 * 1024 * 1024;
        Ok(self.ports.archive.read(key, from, limit.clamp(1, LIMIT))?)
    }

    /// Reads the objects of a run as they are in the cluster now, main first; those that are gone are left out. Secrets
    /// are not read: their values belong on no page.
    ///
    /// # Errors
    /// `NotFound` for an unknown run; as the cluster fails.
    pub async fn live_objects(&self, run: RunId) -> Result<Vec<Value>, Error> {
        let run = self.known(run).await?.run;
        let cluster = self.clusters.cluster(&run.target).await?;
        let mut found = Vec::new();
        for object in run.status.objects.iter().filter(|object| object.kind != "Secret") {
            let Some(mut live) = cluster.read(&object.kind, &object.name).await? else { continue };
            if live.pointer("/metadata/uid").and_then(Value::as_str) != Some(&object.uid) {
                continue;
            }
            if let Some(Value::Object(metadata)) = live.pointer_mut("/metadata") {
                // Who wrote which field: longer than the object, and of no use to who reads it.
                metadata.remove("managedFields");
            }
            found.push(live);
        }
        Ok(found)
    }

    /// Finds lines of a log that show a text through a mask: (line number, cursor of the line), and where to go on; `None` at the
    /// end. Scans at most 8 MiB, so that a search of a long log can be shown as it proceeds and given up.
    ///
    /// # Errors
    /// `NotFound`; `Storage`.
    pub fn search_log(&self, key: &LogKey, mask: &Mask, text: &str, from: LogCursor) -> Result<LogMatches, Error> {
        const BUDGET: usize = 8 * 1024 * 1024;
        let (found, next) = self.ports.archive.search(key, text, from, BUDGET)?;
        let shown = found.into_iter().filter(|(_, _, line)| mask.shows(line, text));
        Ok((shown.map(|(number, cursor, _)| (number, cursor)).collect(), next))
    }

    /// Writes a whole log into a file, as the program wrote it but for the values that `mask` hides; with the time before
    /// each line where wished.
    ///
    /// # Errors
    /// `NotFound`; `Storage` where it cannot be read or the file cannot be written.
    pub fn export_log(&self, key: &LogKey, mask: &Mask, file: &mut dyn Write, with_times: bool) -> Result<(), Error> {
        let failed =
            |cause: std::io::Error| Error::new(ErrorCode::Storage, format!("unable to write the log: {cause}"));
        let mut cursor = 0;
        loop {
            let piece = self.read_log(key, cursor, usize::MAX)?;
            if piece.raw.is_empty() {
                return file.flush().map_err(failed);
            }
            for line in piece.raw.split_inclusive(|byte| *byte == b'\n') {
                let (time, content) = mask.shown(line);
                if with_times {
                    file.write_all(time).map_err(failed)?;
                }
                file.write_all(&content).map_err(failed)?;
            }
            cursor = piece.next;
        }
    }

    /// Puts a run away, or takes it back.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn archive(&self, run: RunId, archived: bool) -> Result<(), Error> {
        let mut row = self.known(run).await?;
        self.ports.history.archive_run(run, archived).await?;
        row.archived = archived;
        self.ports.sink.announce(Notice::Runs(vec![row]));
        Ok(())
    }

    /// Makes the request that repeats a run with its frozen specification; `overrides` go on top.
    ///
    /// # Errors
    /// `NotFound`; `InvalidInput` where the overrides are no object.
    pub async fn rerun_request(&self, run: RunId, overrides: Value) -> Result<LaunchRequest, Error> {
        let run = self.known(run).await?.run;
        let saved = self.ports.history.function(&run.project, &run.function.name, Some(run.function.version)).await?;
        let mut base = Map::new();
        let what = match saved.filter(|function| function.id == run.function.id) {
            Some(function) => {
                // The run may have been given other values than its function's: they are part of what is repeated.
                if function.spec != run.spec.function {
                    base = function_values(&run.spec.function);
                }
                Launchable::Saved { name: function.name, version: Some(function.version) }
            }
            None => Launchable::Document(self.frozen_function(&run)),
        };
        let (task, own) = print_task_spec(&run.spec.task, Generation::Seed);
        Ok(LaunchRequest {
            run: RunId::random(),
            project: run.project,
            what,
            action: run.action,
            overrides: Value::Object(laid_over(base, overrides)?),
            task: Some(with_own(task, own)),
            place: Some(Place { context: run.target.context, namespace: Some(run.target.namespace) }),
            parent: Some(run.id),
        })
    }

    /// Reads a run that must be there.
    pub(crate) async fn known(&self, run: RunId) -> Result<RunRow, Error> {
        self.ports.history.run(run).await?.ok_or_else(|| unknown_run(run))
    }

    /// Reads a run that this installation launched.
    pub(crate) async fn owned(&self, run: RunId) -> Result<RunRow, Error> {
        let row = self.known(run).await?;
        if row.run.installation == self.ports.history.installation().await? {
            return Ok(row);
        }
        Err(Error::new(
            ErrorCode::NotOurs,
            format!("run {run} was launched by another installation of Berth: it is looked at, not touched"),
        )
        .hint("Whoever launched it can stop or delete it; you can do so by an explicit choice."))
    }

    /// A function document of a run whose function is not in history any more.
    fn frozen_function(&self, run: &Run) -> Value {
        let now = self.ports.clock.now();
        let function = berth_model::Function {
            id: run.function.id,
            project: run.project.clone(),
            name: run.function.name.clone(),
            version: run.function.version,
            description: None,
            labels: Vec::new(),
            embedded: false,
            created: now,
            updated: now,
            spec: run.spec.function.clone(),
            extra: Map::new(),
        };
        print_function(&function, Generation::Seed)
    }
}

/// The fields of a function as values given with a run.
fn function_values(spec: &FunctionSpec) -> Map<String, Value> {
    let mut values = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            values.insert(key.to_owned(), value);
        }
    };
    put("image", spec.image.as_ref().map(|image| json!(image)));
    put("base_image", spec.base_image.as_ref().map(|image| json!(image)));
    put("image_pull_policy", spec.image_pull_policy.map(|policy| json!(policy)));
    put("command", spec.command.as_ref().map(|command| json!(command)));
    put("args", spec.args.as_ref().map(|args| json!(args)));
    if let Some(Source { uri, code, base64, handler, lang }) = &spec.source {
        put("code_src", uri.as_ref().map(|uri| json!(uri)));
        put("code", code.as_ref().map(|code| json!(code)));
        put("base64", base64.as_ref().map(|base64| json!(base64)));
        put("handler", handler.as_ref().map(|handler| json!(handler)));
        put("lang", lang.as_ref().map(|lang| json!(lang)));
    }
    values
}

fn laid_over(mut base: Map<String, Value>, overrides: Value) -> Result<Map<String, Value>, Error> {
    match overrides {
        Value::Null => Ok(base),
        Value::Object(overrides) => {
            if CODE_KEYS.iter().any(|key| overrides.contains_key(*key)) {
                base.retain(|key, _| !CODE_KEYS.contains(&key.as_str()));
            }
            base.extend(overrides);
            Ok(base)
        }
        _ => Err(Error::new(ErrorCode::InvalidInput, "the values given with a run must be an object")),
    }
}

/// Adds to a printed task what its shape cannot say; the reader takes both side by side.
fn with_own(task: Value, own: Map<String, Value>) -> Value {
    match task {
        Value::Object(mut fields) => {
            fields.extend(own);
            Value::Object(fields)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_code_replaces_all_of_the_old() {
        let base = function_values(&FunctionSpec {
            image: "python:3.12".parse().ok(),
            source: Some(Source { code: Some("old".into()), handler: Some("old.py".into()), ..Source::default() }),
            ..FunctionSpec::default()
        });
        let over = laid_over(base, json!({ "base64": "bmV3" })).expect("an object");
        assert_eq!(Value::Object(over), json!({ "image": "python:3.12", "base64": "bmV3" }));
    }

    #[test]
    fn values_that_are_no_object_are_refused() {
        let error = laid_over(Map::new(), json!([1])).expect_err("a list has no names");
        assert_eq!(error.code, ErrorCode::InvalidInput);
    }
}
