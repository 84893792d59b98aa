//! Turns the form, as typed, into a launch request. Checks nothing but ids and names: every rule is the core's.

use berth_core::{ErrorCode, LaunchRequest, Launchable, LocalCode};
use berth_model::{
    Action, Amount, Command, Function, FunctionSpec, Generation, Place, ProjectName, RunId, TaskSpec, parse_documents,
    print_documents, print_task_spec,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::error::{CommandError, CommandResult};
use crate::views::Json;

mod code;
mod rows;

pub(crate) use code::CodeFrom;
use code::CodeParts;
use rows::put_rows;
pub(crate) use rows::{EnvFromRow, EnvRow, PortRow, ProbeForm, TolerationRow, VolumeRow};

/// The form of a new run, every value as it was typed; an empty text means "not said". What an action has no use for is
/// kept while it is chosen, and not said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct RunForm {
    /// Identity of the run, made when the form opened, so that a second click is the same run.
    pub id: String,
    /// Project; `default` where empty.
    pub project: String,
    /// What to do with the function.
    pub action: Action,
    /// Name of the function.
    pub name: String,
    /// What it is, for people.
    pub description: String,
    /// What it is found by: words, or `key=value`.
    pub labels: Vec<String>,
    /// Image; of a build, the name of what it makes.
    pub image: String,
    /// Image that a build starts from.
    pub base_image: String,
    /// Command line.
    pub command: String,
    /// Arguments, taken as they are.
    pub args: Vec<String>,
    /// Environment, in order.
    pub envs: Vec<EnvRow>,
    /// Variables that lie in objects of the namespace.
    pub env_from: Vec<EnvFromRow>,
    /// Secrets of the project that the container gets as variables.
    pub secrets: Vec<String>,
    /// Where the code comes from.
    pub code_from: CodeFrom,
    /// Where it lies: a path of this machine, or an address. Of code that is typed, its path in the container.
    pub address: String,
    /// Branch, tag or commit of a repository; its default branch where empty.
    pub reference: String,
    /// Whether what lies at a web address or in a bucket is a zip archive to be unpacked.
    pub is_archive: bool,
    /// Code that is typed.
    pub code: String,
    /// Language of the code.
    pub lang: String,
    /// The file that starts, or a function in it; names the file of code that is typed.
    pub handler: String,
    /// Lines of a build's recipe.
    pub instructions: String,
    /// Volumes to mount.
    pub volumes: Vec<VolumeRow>,
    /// Profile whose values fill what is not said.
    pub profile: String,
    /// Processor time set aside.
    pub cpu_request: String,
    /// Processor time at most.
    pub cpu_limit: String,
    /// Memory set aside.
    pub memory_request: String,
    /// Memory at most.
    pub memory_limit: String,
    /// Accelerators, whole.
    pub gpu: String,
    /// Resource name under which nodes advertise them; the usual one where empty.
    pub gpu_key: String,
    /// Scratch space under `/shared`.
    pub disk: String,
    /// Copies of a service.
    pub replicas: String,
    /// Ports of a service.
    pub service_ports: Vec<PortRow>,
    /// How they are published; `NodePort` where empty.
    pub service_type: String,
    /// A second name for the address, which stays when another run takes it over.
    pub service_name: String,
    /// How the cluster asks whether a copy may be sent requests.
    pub readiness_probe: ProbeForm,
    /// How the cluster asks whether a copy must be started anew.
    pub liveness_probe: ProbeForm,
    /// When a job starts, five fields or a macro.
    pub schedule: String,
    /// Time zone of the schedule.
    pub time_zone: String,
    /// What happens where it is due while the run before still goes on; `Allow` where empty.
    pub concurrency_policy: String,
    /// When the image is pulled: `Always`, `IfNotPresent` or `Never`; the cluster's own rule where empty.
    pub pull_policy: String,
    /// Secret objects of the namespace with which images are pulled.
    pub image_pull_secrets: Vec<String>,
    /// Labels that a node must have.
    pub node_selector: Vec<EnvRow>,
    /// Taints that the run puts up with.
    pub tolerations: Vec<TolerationRow>,
    /// Affinity object, as YAML or JSON.
    pub affinity: String,
    /// How often a failed attempt is tried again.
    pub backoff_limit: String,
    /// Seconds that an attempt may take.
    pub deadline: String,
    /// Seconds that the cluster keeps the objects after the end.
    pub ttl: String,
    /// Level of Pod Security that the pod is made for; what the namespace enforces where empty.
    pub security: String,
    /// User that the program runs as.
    pub run_as_user: String,
    /// Group that the program runs as.
    pub run_as_group: String,
    /// Group that owns mounted volumes.
    pub fs_group: String,
    /// Service account that the program acts as.
    pub service_account: String,
    /// Scheduling priority class.
    pub priority_class: String,
    /// Container runtime class.
    pub runtime_class: String,
    /// Patch of the pod's template, as YAML or JSON.
    pub pod_patch: String,
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

/// Fields of a task that the form has controls for, by their names in a document.
const SHOWN_TASK: [&str; 31] = [
    "envs",
    "env_from",
    "secrets",
    "volumes",
    "profile",
    "resources",
    "replicas",
    "service_ports",
    "service_type",
    "service_name",
    "readiness_probe",
    "liveness_probe",
    "instructions",
    "schedule",
    "time_zone",
    "concurrency_policy",
    "node_selector",
    "tolerations",
    "affinity",
    "backoff_limit",
    "deadline",
    "ttl",
    "security",
    "run_as_user",
    "run_as_group",
    "fs_group",
    "service_account",
    "priority_class",
    "runtime_class",
    "image_pull_secrets",
    "pod_patch",
];

impl RunForm {
    /// Fills the form from a specification; what it has no control for is kept beside it.
    pub fn of(name: &str, action: Action, function: &FunctionSpec, task: &TaskSpec) -> Self {
        Self { name: name.to_owned(), action, ..Self::of_task(task).with_function(function) }
    }

    /// Takes over what a saved function says for people.
    pub fn about(self, function: &Function) -> Self {
        Self { description: function.description.clone().unwrap_or_default(), labels: function.labels.clone(), ..self }
    }

    fn with_function(self, function: &FunctionSpec) -> Self {
        let CodeParts { code_from, address, reference, is_archive, code, lang, handler, kept } =
            CodeParts::of(function.source.as_ref());
        let kept = kept.map(|source| ("source".to_owned(), source));
        Self {
            image: typed(function.image.as_ref()),
            base_image: typed(function.base_image.as_ref()),
            command: function.command.as_ref().map(Command::line).unwrap_or_default(),
            args: function.args.clone().unwrap_or_default(),
            code_from,
            address,
            reference,
            is_archive,
            code,
            lang,
            handler,
            pull_policy: word(function.image_pull_policy),
            kept_function: Json(Value::Object(kept.into_iter().collect())),
            ..self
        }
    }

    fn of_task(task: &TaskSpec) -> Self {
        let (printed, own) = print_task_spec(task, Generation::Seed);
        let mut kept: Map<String, Value> = match printed {
            Value::Object(fields) => fields,
            _ => Map::new(),
        };
        kept.extend(own);
        kept.retain(|key, _| !SHOWN_TASK.contains(&key.as_str()));
        let Amounts { cpu_request, cpu_limit, memory_request, memory_limit, gpu } = Amounts::of(task);
        let probe = |probe: Option<&berth_model::Probe>| probe.map(ProbeForm::of).unwrap_or_default();
        Self {
            envs: task.envs.iter().map(|env| EnvRow { name: env.name.to_string(), value: env.value.clone() }).collect(),
            env_from: task.env_from.iter().map(EnvFromRow::of).collect(),
            secrets: task.secrets.iter().map(ToString::to_string).collect(),
            instructions: task.instructions.join("\n"),
            volumes: task.volumes.iter().map(VolumeRow::of).collect(),
            profile: typed(task.profile.as_ref()),
            cpu_request,
            cpu_limit,
            memory_request,
            memory_limit,
            gpu,
            gpu_key: task.resources.gpu_key.clone().unwrap_or_default(),
            disk: typed(task.resources.disk.as_ref()),
            replicas: typed(task.replicas.as_ref()),
            service_ports: task.service_ports.iter().map(PortRow::of).collect(),
            service_type: word(task.service_type),
            service_name: task.service_name.clone().unwrap_or_default(),
            readiness_probe: probe(task.readiness_probe.as_ref()),
            liveness_probe: probe(task.liveness_probe.as_ref()),
            schedule: typed(task.schedule.as_ref()),
            time_zone: task.time_zone.clone().unwrap_or_default(),
            concurrency_policy: word(task.concurrency_policy),
            image_pull_secrets: task.image_pull_secrets.clone(),
            node_selector: task
                .node_selector
                .iter()
                .map(|(name, value)| EnvRow { name: name.clone(), value: value.clone() })
                .collect(),
            tolerations: task.tolerations.iter().map(TolerationRow::of).collect(),
            affinity: task.affinity.as_ref().map(structure_text).unwrap_or_default(),
            backoff_limit: typed(task.backoff_limit.as_ref()),
            deadline: typed(task.deadline.as_ref()),
            ttl: typed(task.ttl.as_ref()),
            security: word(task.security),
            run_as_user: typed(task.run_as_user.as_ref()),
            run_as_group: typed(task.run_as_group.as_ref()),
            fs_group: typed(task.fs_group.as_ref()),
            service_account: task.service_account.clone().unwrap_or_default(),
            priority_class: task.priority_class.clone().unwrap_or_default(),
            runtime_class: task.runtime_class.clone().unwrap_or_default(),
            pod_patch: task.pod_patch.as_ref().map(structure_text).unwrap_or_default(),
            kept_task: Json(Value::Object(kept)),
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

    /// The function and the task as documents of a file; `read` is the code of this machine that the form names.
    pub fn documents(&self, read: Option<&LocalCode>) -> Vec<Value> {
        vec![self.document(read), json!({ "kind": format!("container+{}", self.action.word()), "spec": self.task() })]
    }

    /// Makes the request: the function as a document, what belongs to the action as its task. `read` is the code of this
    /// machine that the form names.
    ///
    /// # Errors
    /// `InvalidInput` where the id or the project is none.
    pub fn into_request(self, read: Option<&LocalCode>) -> CommandResult<LaunchRequest> {
        let run: RunId = self.id.parse().map_err(|error| invalid(&error))?;
        let project = self.project()?;
        let place = text(&self.context).map(|context| Place { context, namespace: text(&self.namespace) });
        Ok(LaunchRequest {
            run,
            project,
            what: Launchable::Document(self.document(read)),
            action: self.action,
            overrides: Value::Object(Map::new()),
            task: Some(self.task()),
            place,
            parent: self.parent,
        })
    }

    /// The function as a document of a file.
    fn document(&self, read: Option<&LocalCode>) -> Value {
        let mut metadata = Map::new();
        put(&mut metadata, "description", text(&self.description));
        if !self.labels.is_empty() {
            metadata.insert("labels".to_owned(), json!(self.labels));
        }
        let mut document = Map::new();
        document.insert("kind".to_owned(), json!("container"));
        document.insert("name".to_owned(), json!(self.name.trim()));
        if !metadata.is_empty() {
            document.insert("metadata".to_owned(), Value::Object(metadata));
        }
        document.insert("spec".to_owned(), self.function(read));
        Value::Object(document)
    }

    fn function(&self, read: Option<&LocalCode>) -> Value {
        let mut spec = Map::new();
        put(&mut spec, "image", text(&self.image));
        put(&mut spec, "base_image", text(&self.base_image));
        put(&mut spec, "image_pull_policy", text(&self.pull_policy));
        put(&mut spec, "command", text(&self.command));
        if !self.args.is_empty() {
            spec.insert("args".to_owned(), json!(self.args));
        }
        if let Some(source) = self.source(read) {
            spec.insert("source".to_owned(), source);
        }
        Value::Object(spec)
    }

    fn task(&self) -> Value {
        let mut task = self.kept_task.0.as_object().cloned().unwrap_or_default();
        self.put_pod(&mut task);
        match self.action {
            Action::Job => {
                self.put_attempts(&mut task);
                put(&mut task, "schedule", text(&self.schedule));
                put(&mut task, "time_zone", text(&self.time_zone));
                put(&mut task, "concurrency_policy", text(&self.concurrency_policy));
            }
            Action::Build => {
                self.put_attempts(&mut task);
                if text(&self.instructions).is_some() {
                    // One text: a line may go on in the next, which a list of lines would cut.
                    task.insert("instructions".to_owned(), json!([self.instructions]));
                }
            }
            Action::Serve => {
                self.put_copies(&mut task);
                put_rows(&mut task, "service_ports", &self.service_ports, PortRow::document);
                put(&mut task, "service_type", text(&self.service_type));
                put(&mut task, "service_name", text(&self.service_name));
            }
            Action::Deploy => self.put_copies(&mut task),
        }
        Value::Object(task)
    }

    /// What every action has: a pod.
    fn put_pod(&self, task: &mut Map<String, Value>) {
        if !self.envs.is_empty() {
            task.insert("envs".to_owned(), json!(self.envs));
        }
        put_rows(task, "env_from", &self.env_from, EnvFromRow::document);
        for (name, words) in [("secrets", &self.secrets), ("image_pull_secrets", &self.image_pull_secrets)] {
            if !words.is_empty() {
                task.insert(name.to_owned(), json!(words));
            }
        }
        if !self.volumes.is_empty() {
            let volumes = self.volumes.iter().enumerate().map(|(index, row)| row.document(index));
            task.insert("volumes".to_owned(), volumes.collect());
        }
        put_rows(
            task,
            "node_selector",
            &self.node_selector,
            |row| json!({"key": row.name.trim(), "value": row.value.trim()}),
        );
        put_rows(task, "tolerations", &self.tolerations, TolerationRow::document);
        // What builds is no program of the user's, and has a user and rights of its own.
        if self.action != Action::Build {
            put(task, "security", text(&self.security));
            put_number(task, "run_as_user", &self.run_as_user);
            put_number(task, "run_as_group", &self.run_as_group);
            put_number(task, "fs_group", &self.fs_group);
        }
        for (name, typed) in [
            ("profile", &self.profile),
            ("service_account", &self.service_account),
            ("priority_class", &self.priority_class),
            ("runtime_class", &self.runtime_class),
            // As text: what it holds is read by the rules, which say what is wrong with it.
            ("affinity", &self.affinity),
        ] {
            put(task, name, text(typed));
        }
        if let Some(patch) = text(&self.pod_patch) {
            task.insert("pod_patch".to_owned(), structure(patch));
        }
        let resources = self.resources();
        if !resources.is_empty() {
            task.insert("resources".to_owned(), Value::Object(resources));
        }
    }

    fn resources(&self) -> Map<String, Value> {
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
        if let Some(count) = text(&self.gpu) {
            resources.insert("gpu".to_owned(), json!({ "limits": count }));
        }
        put(&mut resources, "gpu_key", text(&self.gpu_key));
        put(&mut resources, "disk", text(&self.disk));
        resources
    }

    /// What an action has that runs to its end.
    fn put_attempts(&self, task: &mut Map<String, Value>) {
        for (name, typed) in [("backoff_limit", &self.backoff_limit), ("deadline", &self.deadline), ("ttl", &self.ttl)]
        {
            put_number(task, name, typed);
        }
    }

    /// What an action has that runs until it is stopped.
    fn put_copies(&self, task: &mut Map<String, Value>) {
        put_number(task, "replicas", &self.replicas);
        for (name, probe) in [("readiness_probe", &self.readiness_probe), ("liveness_probe", &self.liveness_probe)] {
            if let Some(probe) = probe.document() {
                task.insert(name.to_owned(), probe);
            }
        }
    }
}

/// What the form shows of resources.
struct Amounts {
    cpu_request: String,
    cpu_limit: String,
    memory_request: String,
    memory_limit: String,
    gpu: String,
}

impl Amounts {
    fn of(task: &TaskSpec) -> Self {
        let Amount { requests: cpu_request, limits: cpu_limit } = &task.resources.cpu;
        let Amount { requests: memory_request, limits: memory_limit } = &task.resources.mem;
        // Of accelerators, request and limit are one number.
        let gpu = task.resources.gpu.limits.as_ref().or(task.resources.gpu.requests.as_ref());
        Self {
            cpu_request: typed(cpu_request.as_ref()),
            cpu_limit: typed(cpu_limit.as_ref()),
            memory_request: typed(memory_request.as_ref()),
            memory_limit: typed(memory_limit.as_ref()),
            gpu: typed(gpu),
        }
    }
}

fn invalid(error: &berth_model::ValueError) -> CommandError {
    CommandError::new(ErrorCode::InvalidInput, error.sentence.clone())
}

/// A value as it would be typed; nothing where there is none.
fn typed(value: Option<&impl ToString>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// The word of one of several, as it is written in files.
fn word(value: Option<impl Serialize>) -> String {
    value.and_then(|value| json!(value).as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns what was typed, without the blanks around it; `None` where that is nothing.
fn text(typed: &str) -> Option<String> {
    let trimmed = typed.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A number as typed. What is none goes as it was typed: the rule that refuses it is the core's.
fn number(typed: &str) -> Option<Value> {
    let typed = text(typed)?;
    Some(typed.parse::<i64>().map_or_else(|_| Value::String(typed), |number| json!(number)))
}

/// An object as it is edited.
fn structure_text(object: &Value) -> String {
    print_documents(std::slice::from_ref(object)).unwrap_or_else(|_| object.to_string())
}

/// An object out of the text that it was edited as; what is none stays text, for the rules to refuse.
fn structure(typed: String) -> Value {
    match parse_documents(&typed).as_deref() {
        Ok([object]) if object.is_object() => object.clone(),
        _ => Value::String(typed),
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<String>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), Value::String(value));
    }
}

fn put_number(map: &mut Map<String, Value>, key: &str, typed: &str) {
    if let Some(number) = number(typed) {
        map.insert(key.to_owned(), number);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

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
        let request = form().into_request(None).unwrap();
        assert_eq!(document(&request), json!({"kind": "container", "name": "train", "spec": {"image": "python:3.11"}}));
        assert_eq!(request.task, Some(json!({})));
        assert_eq!(request.place, None);
        assert_eq!(request.project.as_str(), "default");
    }

    #[test]
    fn what_is_said_of_a_function_for_people_goes_with_it() {
        let said = RunForm { description: " Fits a line ".to_owned(), labels: vec!["team=web".to_owned()], ..form() };
        let [function, _] = said.documents(None).try_into().unwrap();
        assert_eq!(function["metadata"], json!({"description": "Fits a line", "labels": ["team=web"]}));
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let id = berth_model::FunctionId::derived("of this test");
        let project = said.project().unwrap();
        let (read, _) = berth_model::read_function(&function, now, id, &project, berth_model::Unknown::Refuse).unwrap();
        let again = RunForm::of("train", Action::Job, &read.spec, &TaskSpec::default()).about(&read);
        assert_eq!((again.description.as_str(), again.labels), ("Fits a line", said.labels));
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
        .into_request(None)
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
        let filled = RunForm { id: form().id, ..RunForm::of("train", Action::Job, &function, &spec) };
        assert_eq!(filled.command, "python 'my file.py'");
        let request = filled.into_request(None).unwrap();
        let again = berth_model::read_task_spec(&request.task.unwrap(), Action::Job, berth_model::Unknown::Refuse);
        assert_eq!((again.0, again.1), (spec, Vec::new()));
    }

    #[test]
    fn every_field_of_a_task_comes_through_the_form_unchanged() {
        let shared = json!({
            "env_from": [{"name": "B", "config_map": "settings", "key": "b"}, {"name": "C", "secret": "hub", "key": "c"}],
            "secrets": ["TOKEN"], "profile": "small", "image_pull_secrets": ["registry"],
            "volumes": [
                {"type": "claim", "name": "a", "mount_path": "/a", "claim": "data", "sub_path": "x", "read_only": true},
                {"type": "new_claim", "name": "b", "mount_path": "/b", "size": "1Gi", "storage_class": "fast",
                 "access_mode": "ReadWriteMany", "keep": false},
                {"type": "empty_dir", "name": "c", "mount_path": "/dev/shm", "size_limit": "64Mi", "medium": "Memory"},
                {"type": "ephemeral", "name": "d", "mount_path": "/d", "size": "1Gi", "storage_class": "fast"},
                {"type": "config_map", "name": "e", "mount_path": "/e", "config": "settings"},
                {"type": "secret", "name": "f", "mount_path": "/f", "secret": "hub"},
                {"type": "image", "name": "g", "mount_path": "/g", "image": "models:1"},
            ],
            "resources": {"disk": "1Gi", "gpu_key": "amd.com/gpu"},
            "tolerations": [{"key": "k", "operator": "Equal", "value": "v", "effect": "NoExecute", "toleration_seconds": 9}],
            "service_account": "robot", "priority_class": "urgent", "runtime_class": "sandboxed",
            "pod_patch": {"spec": {"hostname": "x"}}, "envs": [{"name": "A", "value": "1"}],
            "node_selector": [{"key": "disk", "value": "ssd"}], "affinity": {"nodeAffinity": {}},
        });
        let mut said = BTreeSet::new();
        let copies = json!({
            "replicas": 2,
            "readiness_probe": {"type": "http", "path": "/up", "port": 80, "period_seconds": 3},
            "liveness_probe": {"type": "exec", "command": ["test", "-e", "/my file"], "failure_threshold": 2},
        });
        let user = json!({"run_as_user": 1000, "run_as_group": 1001, "fs_group": 0, "security": "restricted"});
        let ports = json!({
            "service_ports": [{"port": 80, "target_port": 8080, "name": "web", "protocol": "TCP", "node_port": 30080}],
            "service_type": "NodePort", "service_name": "stable",
        });
        for (action, own) in [
            (
                Action::Job,
                vec![
                    json!({"schedule": "@daily", "time_zone": "Europe/Rome", "concurrency_policy": "Forbid", "ttl": 5, "backoff_limit": 1}),
                ],
            ),
            (Action::Deploy, vec![copies.clone(), user]),
            (Action::Serve, vec![copies, ports]),
            (Action::Build, vec![json!({"instructions": ["RUN a \\\n  b\nRUN c"], "deadline": 60})]),
        ] {
            let mut task = shared.as_object().unwrap().clone();
            task.extend(own.iter().flat_map(|own| own.as_object().unwrap().clone()));
            let read = |task: &Value| berth_model::read_task_spec(task, action, berth_model::Unknown::Refuse);
            let (spec, problems, _) = read(&Value::Object(task));
            assert_eq!(problems, []);
            said.extend(json!(spec).as_object().unwrap().keys().cloned());
            let filled = RunForm { id: form().id, ..RunForm::of("train", action, &FunctionSpec::default(), &spec) };
            assert_eq!(filled.kept_task.0, json!({}), "every parameter has its control: {action:?}");
            let request = filled.into_request(None).unwrap();
            assert_eq!(request.action, action);
            let again = read(&request.task.unwrap());
            assert_eq!((again.0, again.1), (spec, Vec::new()), "{action:?}");
        }
        assert_eq!(said, parameters(), "each parameter is one of the cases above");
    }

    /// The names of all parameters of a task: a new one does not compile until it is named here.
    fn parameters() -> BTreeSet<String> {
        macro_rules! names {
            ($($name:ident),*) => {{
                let TaskSpec { extra: _, $($name: _),* } = TaskSpec::default();
                [$(stringify!($name)),*].map(str::to_owned).into()
            }};
        }
        names!(
            node_selector,
            volumes,
            resources,
            affinity,
            tolerations,
            envs,
            secrets,
            profile,
            backoff_limit,
            schedule,
            time_zone,
            concurrency_policy,
            replicas,
            service_ports,
            service_type,
            service_name,
            readiness_probe,
            liveness_probe,
            instructions,
            fs_group,
            run_as_user,
            run_as_group,
            runtime_class,
            priority_class,
            deadline,
            ttl,
            security,
            env_from,
            image_pull_secrets,
            service_account,
            pod_patch
        )
    }

    #[test]
    fn every_field_of_a_function_comes_through_the_form_unchanged() {
        let FunctionSpec { image: _, base_image: _, image_pull_policy: _, command: _, args: _, source: _, extra: _ } =
            FunctionSpec::default();
        let spec = json!({
            "image": "python:3.11", "base_image": "python:3.12", "image_pull_policy": "Always", "command": "python x.py",
            "args": ["--lr", "0.1"], "source": {"source": "git+https://example.org/a#v1", "lang": "python", "handler": "x.py"},
        });
        let read = |spec: &Value| -> FunctionSpec {
            let document = json!({"kind": "container", "name": "train", "spec": spec});
            let project = "default".parse().unwrap();
            let unknown = berth_model::Unknown::Refuse;
            berth_model::read_function(
                &document,
                jiff::Timestamp::UNIX_EPOCH,
                "0f0e0d0c-0b0a-4908-8706-050403020100".parse().unwrap(),
                &project,
                unknown,
            )
            .unwrap()
            .0
            .spec
        };
        let function = read(&spec);
        assert_eq!(json!(function).as_object().unwrap().len(), 6, "each field is said: {function:?}");
        let filled = RunForm { id: form().id, ..RunForm::of("train", Action::Job, &function, &TaskSpec::default()) };
        let said = document(&filled.into_request(None).unwrap());
        assert_eq!(read(&said["spec"]), function);
    }

    #[test]
    fn what_another_action_needs_is_not_said() {
        let form = RunForm {
            replicas: "2".to_owned(),
            service_ports: vec![PortRow { port: "80".to_owned(), ..PortRow::default() }],
            backoff_limit: "1".to_owned(),
            schedule: "@daily".to_owned(),
            instructions: "RUN true".to_owned(),
            base_image: "busybox".to_owned(),
            ..form()
        };
        for (action, task) in [
            (Action::Job, json!({"backoff_limit": 1, "schedule": "@daily"})),
            (Action::Serve, json!({"replicas": 2, "service_ports": [{"port": 80}]})),
            (Action::Deploy, json!({"replicas": 2})),
            (Action::Build, json!({"backoff_limit": 1, "instructions": ["RUN true"]})),
        ] {
            let request = RunForm { action, ..form.clone() }.into_request(None).unwrap();
            assert_eq!((request.action, request.task), (action, Some(task)));
        }
    }

    #[test]
    fn a_patch_that_is_no_object_is_left_for_the_rules_to_refuse() {
        let patch = |typed: &str| {
            let request = RunForm { pod_patch: typed.to_owned(), ..form() }.into_request(None).unwrap();
            request.task.unwrap()["pod_patch"].clone()
        };
        assert_eq!(patch("spec:\n  hostname: x\n"), json!({"spec": {"hostname": "x"}}));
        assert_eq!(patch("spec: ["), json!("spec: ["));
    }

    #[test]
    fn what_the_form_shows_is_not_kept_beside_it() {
        let task = json!({
            "resources": {"gpu": {"requests": "2"}, "gpu_key": "amd.com/gpu"},
            "affinity": {"nodeAffinity": {}}, "priority_class": "urgent",
        });
        let (spec, ..) = berth_model::read_task_spec(&task, Action::Job, berth_model::Unknown::Refuse);
        let filled = RunForm::of("train", Action::Job, &FunctionSpec::default(), &spec);
        assert_eq!((filled.gpu.as_str(), filled.gpu_key.as_str()), ("2", "amd.com/gpu"));
        assert_eq!(filled.affinity, "nodeAffinity: {}\n");
        assert_eq!(filled.kept_task.0, json!({}));
    }

    #[test]
    fn what_is_no_number_is_left_for_the_rules_to_refuse() {
        let request = RunForm { backoff_limit: "many".to_owned(), ..form() }.into_request(None).unwrap();
        assert_eq!(request.task, Some(json!({"backoff_limit": "many"})));
    }

    #[test]
    fn a_broken_id_is_refused_in_words() {
        let error = RunForm { id: "x".to_owned(), ..form() }.into_request(None).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput);
        assert!(error.message.contains("is not an id"), "{}", error.message);
    }
}
