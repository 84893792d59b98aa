//! `berth run` and `berth rerun`.

use std::path::Path;

use berth_core::ports::RunRow;
use berth_core::{Error, ErrorCode, LaunchRequest, Launchable, files};
use berth_model::{Command, RunId, RunSpec};
use serde_json::{Value, json};

use super::{follow, runs, wait};
use crate::arguments::{Patience, RerunArguments, RunArguments, TaskFlags};
use crate::exit::Exit;
use crate::session::Session;
use crate::{document, flags, prompt, words};

pub(crate) async fn run(session: &Session, arguments: &RunArguments) -> Result<Exit, Error> {
    let (what, file_task) = what(arguments)?;
    let task = match &arguments.task {
        Some(file) => Some(task_spec(files::one_document(file)?)),
        None => file_task,
    };
    let request = LaunchRequest {
        run: RunId::random(),
        project: session.project.clone(),
        what,
        action: arguments.action,
        overrides: overrides(&arguments.flags)?,
        task,
        place: session.place().await?,
        parent: None,
    };
    if arguments.asking.ask_secrets {
        ask_secrets(session, &request).await?;
    }
    if arguments.dry_run {
        let prepared = session.app.check(&request).await?;
        suggest_command(session, &prepared.spec);
        runs::print_manifests(session, &prepared.manifests);
        session.output.note(&format!(
            "Nothing was created: the cluster of context {} would take this in namespace {}.",
            prepared.target.context, prepared.target.namespace
        ));
        return Ok(Exit::Done);
    }
    launch(session, request, &arguments.patience).await
}

/// Tells of code that no command uses, and the command that would: a suggestion, never filled in.
fn suggest_command(session: &Session, spec: &RunSpec) {
    if let Some(command) = spec.function.unused_code() {
        session.output.note(&words::unused_code(&Command::Words(command).line()));
    }
}

/// What the flags say; code of this machine is read, relative to the folder that berth was started in.
fn overrides(flags: &TaskFlags) -> Result<Value, Error> {
    let mut overrides = flags::overrides(flags)?;
    if let Value::Object(fields) = &mut overrides {
        files::local_code(fields, "code_src", "--code-src", Path::new("."))?;
    }
    Ok(overrides)
}

/// Takes the values of the run's secrets for this launch: they stay in memory and are gone with the program.
async fn ask_secrets(session: &Session, request: &LaunchRequest) -> Result<(), Error> {
    let names = session.app.secrets_needed(request).await?;
    if names.is_empty() {
        session.output.note("The run needs no secrets: nothing is asked for.");
    }
    for (name, value) in names.iter().zip(prompt::values(&names)?) {
        session.app.set_secret_for_session(&session.project, name, value).await?;
    }
    Ok(())
}

pub(crate) async fn rerun(session: &Session, arguments: &RerunArguments) -> Result<Exit, Error> {
    let parent = session.app.find_run(&arguments.run.run).await?;
    let mut request = session.app.rerun_request(parent.run.id, overrides(&arguments.flags)?).await?;
    if let Some(place) = session.place().await? {
        request.place = Some(place);
    }
    if arguments.asking.ask_secrets {
        ask_secrets(session, &request).await?;
    }
    launch(session, request, &arguments.patience).await
}

async fn launch(session: &Session, request: LaunchRequest, patience: &Patience) -> Result<Exit, Error> {
    let run = request.run;
    // Bad input makes no run, so no id is told for it.
    let planned = session.app.plan(request).await?;
    if let Some(profile) = &planned.spec().task.profile {
        session.output.note(&words::from_profile(profile, planned.origins()));
    }
    suggest_command(session, planned.spec());
    begin(session, run, patience, session.app.launch_planned(planned)).await
}

/// Tells the id of a run, begins it, and stays as long as was asked for.
pub(crate) async fn begin(
    session: &Session,
    run: RunId,
    patience: &Patience,
    beginning: impl Future<Output = Result<RunRow, Error>>,
) -> Result<Exit, Error> {
    // The id comes first, so that a script can find the run whatever happens next.
    if session.output.is_text() {
        session.output.line(&run.to_string());
    } else {
        session.output.note(&run.to_string());
    }
    if !patience.wait && !patience.follow {
        let row = beginning.await?;
        print_launched(session, &row);
        return Ok(Exit::Done);
    }
    let work = async {
        let row = beginning.await?;
        let exit = if patience.follow {
            follow::follow_run(session, row.run.id, &follow::Selection::default(), patience.timeout).await
        } else {
            session.output.note(&launched_words(&row));
            wait::until_over(session, row.run.id, patience.timeout).await
        };
        wait::let_history_settle(session, row.run.id).await;
        exit
    };
    session.start_engine().beside(work).await
}

fn launched_words(row: &RunRow) -> String {
    let run = &row.run;
    format!("{} launched on {} in namespace {}", run.object_name, run.target.context, run.target.namespace)
}

fn print_launched(session: &Session, row: &RunRow) {
    let document = document::run(row, &[]);
    session.output.document(&document, String::new);
    if session.output.is_text() {
        session.output.note(&format!(
            "{}; {}\n{}",
            launched_words(row),
            words::reason(&row.run),
            match row.run.status.schedule {
                Some(_) => format!("See when it starts with: berth schedule next {}", row.run.object_name),
                None => format!("Follow it with: berth logs {} -f", row.run.object_name),
            }
        ));
    }
}

/// What to run, and the task that its file carries for this action.
fn what(arguments: &RunArguments) -> Result<(Launchable, Option<Value>), Error> {
    if let Some(name) = &arguments.name {
        let (name, version) = runs::split_version(name)?;
        return Ok((Launchable::Saved { name, version }, None));
    }
    let Some(file) = &arguments.file else {
        return Err(Error::new(ErrorCode::InvalidInput, "Name a function, or a file with -f."));
    };
    let mut documents = files::documents(file)?.into_iter();
    let function = documents.next().ok_or_else(|| {
        Error::new(ErrorCode::InvalidInput, format!("{} holds no document.", file.display()))
            .hint("A function file begins with kind: container, a name and a spec.")
    })?;
    let kind = format!("container+{}", arguments.action.word());
    let task = documents.find(|document| document.get("kind") == Some(&json!(kind))).map(task_spec);
    Ok((Launchable::Document(function), task))
}

/// The specification of a task document; a file may also hold the specification alone.
fn task_spec(document: Value) -> Value {
    match document {
        Value::Object(mut fields) if fields.contains_key("spec") => {
            let mut spec = fields.remove("spec").unwrap_or_default();
            if let Value::Object(spec) = &mut spec {
                // The reference to the function is the file's own way to say what the command line says.
                spec.remove("function");
            }
            spec
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_may_be_a_document_or_its_specification_alone() {
        let spec = json!({"backoff_limit": 1});
        assert_eq!(
            task_spec(json!({"kind": "container+job", "spec": {"backoff_limit": 1, "function": "container://p/f:1"}})),
            spec
        );
        assert_eq!(task_spec(spec.clone()), spec);
    }
}
