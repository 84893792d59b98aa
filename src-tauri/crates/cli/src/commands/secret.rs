//! `berth secret …`. Values come from a prompt or stdin, and none is ever printed.

use berth_core::{Error, SecretPlace, SecretView};
use berth_model::{Problem, SecretName};
use serde_json::json;

use crate::arguments::SecretCommand;
use crate::exit::Exit;
use crate::prompt;
use crate::session::Session;
use crate::table::{Cell, table};

pub(crate) async fn run(session: &Session, command: SecretCommand) -> Result<Exit, Error> {
    match command {
        SecretCommand::Set { name, value } => set(session, &name, value.is_empty()).await,
        SecretCommand::List => list(session).await,
        SecretCommand::Delete { name } => delete(session, &name).await,
    }
}

fn parse(name: &str) -> Result<SecretName, Error> {
    SecretName::parse(name).map_err(|error| Error::invalid(vec![Problem::new("NAME", error.code, error.sentence)]))
}

async fn set(session: &Session, name: &str, is_value_left_out: bool) -> Result<Exit, Error> {
    let name = parse(name)?;
    if !is_value_left_out {
        let message = "A value is never an argument, since shells keep those and every user of the machine can see them: type it at the prompt or pipe it in.";
        return Err(Error::invalid(vec![Problem::new("value", "argument", message)]));
    }
    let value = prompt::value(&name)?;
    let entry = session.app.set_secret(&session.project, &name, &value).await?;
    let document = json!({"name": entry.name, "updated": entry.updated, "place": SecretPlace::Keyring});
    session.output.document(&document, || format!("Secret {name} is set; its value lies in the keyring."));
    Ok(Exit::Done)
}

/// Deletes a secret and tells what goes without it from now on.
async fn delete(session: &Session, name: &str) -> Result<Exit, Error> {
    let name = parse(name)?;
    let secrets = session.app.secrets(&session.project).await?;
    session.app.delete_secret(&session.project, &name).await?;
    let deleted = secrets.iter().find(|one| one.name == name);
    let document = json!({
        "deleted": name,
        "used_by": deleted.map_or_else(Vec::new, |one| one.used_by.clone()),
        "registry": deleted.and_then(|one| one.registry.as_ref()),
    });
    session.output.document(&document, || match deleted.map(users) {
        Some(users) if !users.is_empty() => format!(
            "Secret {name} deleted. It was used by {users}: set it again, or name another one there, before the next run."
        ),
        _ => format!("Secret {name} deleted."),
    });
    Ok(Exit::Done)
}

/// What uses a secret, in words.
fn users(secret: &SecretView) -> String {
    let registry = secret.registry.iter().map(|address| format!("registry {address}"));
    registry.chain(secret.used_by.iter().map(ToString::to_string)).collect::<Vec<_>>().join(", ")
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let secrets = session.app.secrets(&session.project).await?;
    let documents: Vec<_> = secrets
        .iter()
        .map(|one| {
            json!({
                "name": one.name, "place": one.place, "updated": one.updated,
                "used_by": one.used_by, "registry": one.registry,
            })
        })
        .collect();
    session.output.document(&documents, || {
        let rows: Vec<Vec<Cell>> = secrets
            .iter()
            .map(|one| {
                let updated = one.updated.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string());
                vec![one.name.to_string().into(), updated.into(), users(one).into()]
            })
            .collect();
        table(&["NAME", "SET (UTC)", "USED BY"], &rows)
    });
    Ok(Exit::Done)
}
