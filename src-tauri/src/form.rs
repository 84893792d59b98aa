//! Turns the form, as typed, into a launch request. Checks nothing but ids and names: every rule is the core's.

use berth_core::{ErrorCode, LaunchRequest, Launchable};
use berth_model::{Action, Place, ProjectName, RunId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{CommandError, CommandResult};

/// The form of a new run, every value as it was typed; an empty text means "not said".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunForm {
    /// Identity of the run, made when the form opened, so that a second click is the same run.
    pub id: String,
    /// Project; `default` where empty.
    pub project: String,
    /// Name of the function.
    pub name: String,
    /// Image.
    pub image: String,
    /// Command line.
    pub command: String,
    /// Arguments, taken as they are.
    pub args: Vec<String>,
    /// Environment, in order.
    pub envs: Vec<EnvRow>,
    /// Code for the container.
    pub code: String,
    /// Language of the code.
    pub lang: String,
    /// File name of the code.
    pub handler: String,
    /// Processor time set aside.
    pub cpu_request: String,
    /// Processor time at most.
    pub cpu_limit: String,
    /// Memory set aside.
    pub memory_request: String,
    /// Memory at most.
    pub memory_limit: String,
    /// Context; the project's or the current one where empty.
    pub context: String,
    /// Kubernetes namespace; the context's own where empty.
    pub namespace: String,
}

/// One environment variable as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct EnvRow {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl RunForm {
    /// Makes the request: the function as a document, what belongs to the job as its task.
    ///
    /// # Errors
    /// `InvalidInput` where the id or the project is none.
    pub fn into_request(self) -> CommandResult<LaunchRequest> {
        let run: RunId = self.id.parse().map_err(|error| invalid(&error))?;
        let project = if self.project.is_empty() { "default" } else { &self.project };
        let project: ProjectName = project.parse().map_err(|error| invalid(&error))?;
        let place = text(&self.context).map(|context| Place { context, namespace: text(&self.namespace) });
        let document = json!({ "kind": "container", "name": self.name.trim(), "spec": self.function() });
        Ok(LaunchRequest {
            run,
            project,
            what: Launchable::Document(document),
            action: Action::Job,
            overrides: Value::Object(Map::new()),
            task: Some(self.task()),
            place,
            parent: None,
        })
    }

    fn function(&self) -> Value {
        let mut spec = Map::new();
        put(&mut spec, "image", text(&self.image));
        put(&mut spec, "command", text(&self.command));
        if !self.args.is_empty() {
            spec.insert("args".to_owned(), json!(self.args));
        }
        if !self.code.is_empty() {
            let mut source = Map::new();
            put(&mut source, "lang", text(&self.lang));
            put(&mut source, "handler", text(&self.handler));
            source.insert("code".to_owned(), Value::String(self.code.clone()));
            spec.insert("source".to_owned(), Value::Object(source));
        }
        Value::Object(spec)
    }

    fn task(&self) -> Value {
        let mut task = Map::new();
        if !self.envs.is_empty() {
            task.insert("envs".to_owned(), json!(self.envs));
        }
        let mut resources = Map::new();
        for (name, request, limit) in
            [("cpu", &self.cpu_request, &self.cpu_limit), ("mem", &self.memory_request, &self.memory_limit)]
        {
            let mut amount = Map::new();
            put(&mut amount, "requests", text(request));
            put(&mut amount, "limits", text(limit));
            if !amount.is_empty() {
                resources.insert(name.to_owned(), Value::Object(amount));
            }
        }
        if !resources.is_empty() {
            task.insert("resources".to_owned(), Value::Object(resources));
        }
        Value::Object(task)
    }
}

fn invalid(error: &berth_model::ValueError) -> CommandError {
    CommandError::new(ErrorCode::InvalidInput, error.sentence.clone())
}

/// Returns what was typed, without the blanks around it; `None` where that is nothing.
fn text(typed: &str) -> Option<String> {
    let trimmed = typed.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<String>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), Value::String(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> RunForm {
        RunForm {
            id: "0f0e0d0c-0b0a-4908-8706-050403020100".to_owned(),
            name: "train".to_owned(),
            image: " python:3.11 ".to_owned(),
            ..RunForm::default()
        }
    }

    fn document(request: &LaunchRequest) -> Value {
        match &request.what {
            Launchable::Document(document) => document.clone(),
            Launchable::Saved { .. } => panic!("the form makes documents"),
        }
    }

    #[test]
    fn what_was_not_typed_is_not_said() {
        let request = form().into_request().unwrap();
        assert_eq!(document(&request), json!({"kind": "container", "name": "train", "spec": {"image": "python:3.11"}}));
        assert_eq!(request.task, Some(json!({})));
        assert_eq!(request.place, None);
        assert_eq!(request.project.as_str(), "default");
    }

    #[test]
    fn everything_typed_arrives() {
        let request = RunForm {
            command: "python train.py".to_owned(),
            args: vec!["--lr".to_owned(), " 0.1 ".to_owned()],
            envs: vec![EnvRow { name: "A".to_owned(), value: " kept as it is ".to_owned() }],
            code: "print(1)\n".to_owned(),
            lang: "python".to_owned(),
            handler: "train.py".to_owned(),
            cpu_request: "100m".to_owned(),
            memory_limit: "1Gi".to_owned(),
            context: "lab".to_owned(),
            namespace: "team".to_owned(),
            ..form()
        }
        .into_request()
        .unwrap();
        assert_eq!(
            document(&request)["spec"],
            json!({
                "image": "python:3.11", "command": "python train.py", "args": ["--lr", " 0.1 "],
                "source": {"lang": "python", "handler": "train.py", "code": "print(1)\n"},
            })
        );
        assert_eq!(
            request.task,
            Some(json!({
                "envs": [{"name": "A", "value": " kept as it is "}],
                "resources": {"cpu": {"requests": "100m"}, "mem": {"limits": "1Gi"}},
            }))
        );
        assert_eq!(request.place, Some(Place { context: "lab".to_owned(), namespace: Some("team".to_owned()) }));
    }

    #[test]
    fn a_broken_id_is_refused_in_words() {
        let error = RunForm { id: "x".to_owned(), ..form() }.into_request().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(error.message.contains("is not an id"), "{}", error.message);
    }
}
