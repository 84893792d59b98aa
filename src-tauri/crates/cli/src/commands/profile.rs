//! `berth profile …`.

use berth_core::{Error, ErrorCode, files};
use berth_model::{Problem, ProfileName};
use serde_json::{Value, json};

use crate::arguments::ProfileCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, table};

pub(crate) async fn run(session: &Session, command: ProfileCommand) -> Result<Exit, Error> {
    match command {
        ProfileCommand::Save { files } => {
            let mut documents = Vec::new();
            for file in &files {
                documents.extend(files::documents(file)?);
            }
            let saved = session.app.save_profiles(&session.project, &documents).await?;
            session.output.document(&saved, || {
                saved.iter().map(|profile| format!("Profile {} saved.\n", profile.name)).collect()
            });
            Ok(Exit::Done)
        }
        ProfileCommand::List => list(session).await,
        ProfileCommand::Show { name } => show(session, &name).await,
        ProfileCommand::Delete { name } => {
            let name = parse(&name)?;
            session.app.delete_profile(&session.project, &name).await?;
            session.output.document(&json!({"deleted": name}), || format!("Profile {name} deleted."));
            Ok(Exit::Done)
        }
    }
}

fn parse(name: &str) -> Result<ProfileName, Error> {
    ProfileName::parse(name).map_err(|error| Error::invalid(vec![Problem::new("NAME", error.code, error.sentence)]))
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let profiles = session.app.history().profiles(&session.project).await?;
    session.output.document(&profiles, || {
        let rows: Vec<Vec<Cell>> = profiles
            .iter()
            .map(|profile| {
                let fields = match json!(profile.spec) {
                    Value::Object(fields) => fields.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
                    _ => String::new(),
                };
                let description = profile.description.clone().unwrap_or_default();
                vec![profile.name.to_string().into(), fields.into(), description.into()]
            })
            .collect();
        table(&["NAME", "SAYS", "DESCRIPTION"], &rows)
    });
    Ok(Exit::Done)
}

async fn show(session: &Session, name: &str) -> Result<Exit, Error> {
    let name = parse(name)?;
    let profile = session.app.history().profile(&session.project, &name).await?.ok_or_else(|| {
        Error::new(ErrorCode::NotFound, format!("There is no profile \"{name}\" in project \"{}\".", session.project))
            .hint("berth profile list shows what there is.")
    })?;
    // As a file that `berth profile save` takes.
    let text = || {
        crate::output::yaml_stream(&[json!({
            "name": profile.name, "description": profile.description, "spec": profile.spec,
        })])
    };
    session.output.document(&profile, text);
    Ok(Exit::Done)
}
