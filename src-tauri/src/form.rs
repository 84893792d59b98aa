//! Turns the form, as typed, into a launch request. Checks nothing but ids and names: every rule is the core's.

use berth_core::{ErrorCode, LaunchRequest, Launchable};
use berth_model::{
    Action, Amount, Command, FunctionSpec, Generation, Place, ProjectName, Quantity, RunId, TaskSpec, Toleration,
    print_task_spec,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{CommandError, CommandResult};
use crate::views::Json;

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
    /// When the image is pulled: `Always`, `IfNotPresent` or `Never`; the cluster's own rule where empty.
    pub pull_policy: String,
    /// Labels that a node must have.
    pub node_selector: Vec<EnvRow>,
    /// Taints that the run puts up with.
    pub tolerations: Vec<TolerationRow>,
    /// How often a failed attempt is tried again.
    pub backoff_limit: String,
    /// Seconds that an attempt may take.
    pub deadline: String,
    /// Seconds that the cluster keeps the objects after the end.
    pub ttl: String,
    /// Level of Pod Security that the pod is made for; what the namespace enforces where empty.
    pub security: String,
    /// Fields of the function that the form has no control for: kept as they are.
    pub kept_function: Json,
    /// The same of the task.
    pub kept_task: Json,
    /// The run that this one repeats, where it does.
    pub parent: Option<RunId>,
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

/// One taint that is put up with, as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct TolerationRow {
    /// Key of the taint; empty means every taint.
    pub key: String,
    /// Its value; empty means any.
    pub value: String,
    /// Its effect; empty means any.
    pub effect: String,
}

/// Fields of a task that the form has controls for, by their names in a document.
const SHOWN_TASK: [&str; 8] =
    ["envs", "resources", "node_selector", "tolerations", "backoff_limit", "deadline", "ttl", "security"];

impl RunForm {
    /// Fills the form from a specification; what it has no control for is kept beside it.
    pub fn of(name: &str, function: &FunctionSpec, task: &TaskSpec) -> Self {
        let amount = |quantity: &Option<Quantity>| quantity.as_ref().map(ToString::to_string).unwrap_or_default();
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let source = function.source.clone().unwrap_or_default();
        let has_text = source.uri.is_none() && source.base64.is_none();
        let mut kept_function = Map::new();
        if !has_text {
            kept_function.insert("source".to_owned(), json!(source));
        }
        if let Some(image) = &function.base_image {
            kept_function.insert("base_image".to_owned(), json!(image));
        }
        let (printed, own) = print_task_spec(task, Generation::Seed);
        let mut kept_task: Map<String, Value> = match printed {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        kept_task.extend(own);
        // Amounts that the form shows; what else belongs to resources is kept.
        let mut resources = task.resources.clone();
        (resources.cpu, resources.mem) = (Amount::default(), Amount::default());
        kept_task.retain(|key, _| !SHOWN_TASK.contains(&key.as_str()));
        if !resources.is_empty() {
            kept_task.insert("resources".to_owned(), json!(resources));
        }
        Self {
            name: name.to_owned(),
            image: function.image.as_ref().map(ToString::to_string).unwrap_or_default(),
            command: function.command.as_ref().map(Command::line).unwrap_or_default(),
            args: function.args.clone().unwrap_or_default(),
            envs: task.envs.iter().map(|env| EnvRow { name: env.name.to_string(), value: env.value.clone() }).collect(),
            code: if has_text { source.code.unwrap_or_default() } else { String::new() },
            lang: if has_text { source.lang.unwrap_or_default() } else { String::new() },
            handler: if has_text { source.handler.unwrap_or_default() } else { String::new() },
            cpu_request: amount(&task.resources.cpu.requests),
            cpu_limit: amount(&task.resources.cpu.limits),
            memory_request: amount(&task.resources.mem.requests),
            memory_limit: amount(&task.resources.mem.limits),
            pull_policy: function
                .image_pull_policy
                .and_then(|policy| json!(policy).as_str().map(str::to_owned))
                .unwrap_or_default(),
            node_selector: task
                .node_selector
                .iter()
                .map(|(name, value)| EnvRow { name: name.clone(), value: value.clone() })
                .collect(),
            tolerations: task.tolerations.iter().map(TolerationRow::of).collect(),
            backoff_limit: number(task.backoff_limit),
            deadline: number(task.deadline),
            ttl: number(task.ttl),
            security: task.security.and_then(|level| json!(level).as_str().map(str::to_owned)).unwrap_or_default(),
            kept_function: Json(Value::Object(kept_function)),
            kept_task: Json(Value::Object(kept_task)),
            ..Self::default()
        }
    }

    /// The project; `default` where none was said.
    ///
    /// # Errors
    /// `InvalidInput` where it is no name of one.
    pub fn project(&self) -> CommandResult<ProjectName> {
        let project = if self.project.is_empty() { "default" } else { &self.project };
        project.parse().map_err(|error| invalid(&error))
    }

    /// The function and the task as documents of a file.
    pub fn documents(&self) -> Vec<Value> {
        vec![
            json!({ "kind": "container", "name": self.name.trim(), "spec": self.function() }),
            json!({ "kind": "container+job", "spec": self.task() }),
        ]
    }

    /// Makes the request: the function as a document, what belongs to the job as its task.
    ///
    /// # Errors
    /// `InvalidInput` where the id or the project is none.
    pub fn into_request(self) -> CommandResult<LaunchRequest> {
        let run: RunId = self.id.parse().map_err(|error| invalid(&error))?;
        let project = self.project()?;
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
            parent: self.parent,
        })
    }

    fn function(&self) -> Value {
        let mut spec = self.kept_function.0.as_object().cloned().unwrap_or_default();
        put(&mut spec, "image", text(&self.image));
        put(&mut spec, "image_pull_policy", text(&self.pull_policy));
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
        let mut task = self.kept_task.0.as_object().cloned().unwrap_or_default();
        if !self.envs.is_empty() {
            task.insert("envs".to_owned(), json!(self.envs));
        }
        if !self.node_selector.is_empty() {
            let pairs = self.node_selector.iter().map(|row| json!({"key": row.name.trim(), "value": row.value.trim()}));
            task.insert("node_selector".to_owned(), pairs.collect());
        }
        if !self.tolerations.is_empty() {
            task.insert("tolerations".to_owned(), self.tolerations.iter().map(TolerationRow::document).collect());
        }
        for (name, typed) in [("backoff_limit", &self.backoff_limit), ("deadline", &self.deadline), ("ttl", &self.ttl)]
        {
            // What is no number goes as it was typed: the rule that refuses it is the core's.
            if let Some(typed) = text(typed) {
                let value = typed.parse::<u64>().map_or_else(|_| Value::String(typed), |number| json!(number));
                task.insert(name.to_owned(), value);
            }
        }
        put(&mut task, "security", text(&self.security));
        let mut resources = task.remove("resources").and_then(|kept| kept.as_object().cloned()).unwrap_or_default();
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

impl TolerationRow {
    fn of(toleration: &Toleration) -> Self {
        Self {
            key: toleration.key.clone().unwrap_or_default(),
            value: toleration.value.clone().unwrap_or_default(),
            effect: toleration.effect.clone().unwrap_or_default(),
        }
    }

    fn document(&self) -> Value {
        let mut document = Map::new();
        put(&mut document, "key", text(&self.key));
        put(&mut document, "value", text(&self.value));
        put(&mut document, "effect", text(&self.effect));
        let operator = if text(&self.value).is_some() { "Equal" } else { "Exists" };
        document.insert("operator".to_owned(), json!(operator));
        Value::Object(document)
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
    fn a_form_filled_from_a_run_says_the_same_again() {
        let task = json!({
            "envs": [{"name": "A", "value": "1"}], "node_selector": [{"key": "disk", "value": "ssd"}],
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "resources": {"cpu": {"requests": "100m"}, "gpu": {"limits": "1"}},
            "affinity": {"nodeAffinity": {}}, "backoff_limit": 2, "deadline": 60, "ttl": 5, "security": "restricted",
        });
        let (spec, problems, _) = berth_model::read_task_spec(&task, Action::Job, berth_model::Unknown::Refuse);
        assert_eq!(problems, []);
        let function = FunctionSpec {
            image: "python:3.11".parse().ok(),
            command: Some(Command::Words(vec!["python".to_owned(), "my file.py".to_owned()])),
            ..FunctionSpec::default()
        };
        let filled = RunForm { id: form().id, ..RunForm::of("train", &function, &spec) };
        assert_eq!(filled.command, "python 'my file.py'");
        let request = filled.into_request().unwrap();
        let again = berth_model::read_task_spec(&request.task.unwrap(), Action::Job, berth_model::Unknown::Refuse);
        assert_eq!((again.0, again.1), (spec, Vec::new()));
    }

    #[test]
    fn what_is_no_number_is_left_for_the_rules_to_refuse() {
        let request = RunForm { backoff_limit: "many".to_owned(), ..form() }.into_request().unwrap();
        assert_eq!(request.task, Some(json!({"backoff_limit": "many"})));
    }

    #[test]
    fn a_broken_id_is_refused_in_words() {
        let error = RunForm { id: "x".to_owned(), ..form() }.into_request().unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(error.message.contains("is not an id"), "{}", error.message);
    }
}
