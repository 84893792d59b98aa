//! `berth registry …` and `berth undo`: where builds put their images, and taking one off its function again.

use berth_core::{Error, ErrorCode};
use berth_model::{Problem, Registry, RegistryAddress, RunId, SecretName};
use serde_json::json;

use super::wait;
use crate::arguments::{RegistryCommand, RegistrySetArguments};
use crate::exit::Exit;
use crate::session::Session;
use crate::table::pairs;

pub(crate) async fn run(session: &Session, command: RegistryCommand) -> Result<Exit, Error> {
    match command {
        RegistryCommand::Set(arguments) => set(session, &arguments).await,
        RegistryCommand::Show => show(session).await,
        RegistryCommand::Check { timeout } => check(session, timeout).await,
        RegistryCommand::Remove => {
            session.app.set_registry(&session.project, None).await?;
            let told = || format!("Project {} has no registry any more: it cannot build.", session.project);
            session.output.document(&json!({"project": session.project, "registry": null}), told);
            Ok(Exit::Done)
        }
    }
}

async fn set(session: &Session, arguments: &RegistrySetArguments) -> Result<Exit, Error> {
    let mut problems = Vec::new();
    let address = RegistryAddress::parse(&arguments.address)
        .map_err(|error| problems.push(Problem::new("ADDRESS", error.code, error.sentence)))
        .ok();
    let secret = match arguments.secret.as_deref().map(SecretName::parse) {
        Some(Err(error)) => {
            problems.push(Problem::new("--secret", error.code, error.sentence));
            None
        }
        Some(Ok(secret)) => Some(secret),
        None => None,
    };
    let Some(address) = address.filter(|_| problems.is_empty()) else { return Err(Error::invalid(problems)) };
    let registry = Registry { address, secret, plain_http: arguments.plain_http, cache: arguments.cache };
    let project = session.app.set_registry(&session.project, Some(registry)).await?;
    session.output.document(&json!({"project": project.name, "registry": project.registry}), || {
        format!("Builds of project {} go to {}. Try it with: berth registry check", project.name, arguments.address)
    });
    Ok(Exit::Done)
}

async fn show(session: &Session) -> Result<Exit, Error> {
    let project = session.app.project(&session.project).await?;
    session.output.document(&json!({"project": project.name, "registry": project.registry}), || {
        let Some(registry) = &project.registry else {
            return format!("Project {} has no registry. Choose one with: berth registry set ADDRESS", project.name);
        };
        let yes = |is_so: bool| if is_so { "yes" } else { "no" };
        pairs(&[
            ("Project", project.name.to_string().into()),
            ("Address", registry.address.to_string().into()),
            ("Secret", registry.secret.as_ref().map_or("-", SecretName::as_str).into()),
            ("Plain HTTP", yes(registry.plain_http).into()),
            ("Keeps layers", yes(registry.cache).into()),
        ])
    });
    Ok(Exit::Done)
}

/// Builds the smallest image there is and pushes it as any other; what is left of a good try is nothing.
async fn check(session: &Session, timeout: Option<std::time::Duration>) -> Result<Exit, Error> {
    let run = RunId::random();
    let mut request = session.app.registry_check(&session.project, run);
    request.place = session.place().await?;
    session.app.prepare(&request).await?;
    let work = async {
        session.app.launch(&request).await?;
        let row = session.app.wait(run, timeout).await?;
        wait::let_history_settle(session, run).await;
        Ok(row)
    };
    let row = session.start_engine().beside(work).await?;
    let tried = session.app.end_registry_check(row.run.id).await?;
    if tried.works {
        let document = json!({"project": session.project, "image": tried.image, "works": true});
        session.output.document(&document, || tried.message);
        return Ok(Exit::Done);
    }
    Err(Error::new(ErrorCode::Refused, tried.message)
        .hint(format!("The try is kept with its log: berth logs {}", row.run.object_name)))
}

pub(crate) async fn undo(session: &Session, run: &str) -> Result<Exit, Error> {
    let row = session.app.find_run(run).await?;
    let function = session.app.undo_build(row.run.id).await?;
    let document = json!({"function": function.name, "version": function.version, "image": function.spec.image});
    session.output.document(&document, || {
        let image = function.spec.image.as_ref().map_or_else(|| "no image".to_owned(), ToString::to_string);
        format!("Version {} of {} uses {image} again.", function.version, function.name)
    });
    Ok(Exit::Done)
}
