//! `berth secret …`. Values come from a prompt or stdin, and none is ever printed.

use berth_core::{Error, SecretPlace};
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
        SecretCommand::Delete { name } => {
            let name = parse(&name)?;
            session.app.delete_secret(&session.project, &name).await?;
            session.output.document(&json!({"deleted": name}), || format!("Secret {name} deleted."));
            Ok(Exit::Done)
        }
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
                let registry = one.registry.iter().map(|address| format!("registry {address}"));
                let users: Vec<String> = registry.chain(one.used_by.iter().map(ToString::to_string)).collect();
                let updated = one.updated.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string());
                vec![one.name.to_string().into(), updated.into(), users.join(", ").into()]
            })
            .collect();
        table(&["NAME", "SET (UTC)", "USED BY"], &rows)
    });
    Ok(Exit::Done)
}
