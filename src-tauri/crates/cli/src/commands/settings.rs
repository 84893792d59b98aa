//! `berth settings …`.

use berth_core::Error;
use berth_model::{HelperImage, HelperImages, ImageReference, Problem};
use serde_json::json;

use crate::arguments::SettingsCommand;
use crate::exit::Exit;
use crate::session::Session;
use crate::table::{Cell, table};

/// What the names of helpers' images begin with.
const HELPER: &str = "helper.";

pub(crate) async fn run(session: &Session, command: SettingsCommand) -> Result<Exit, Error> {
    match command {
        SettingsCommand::List => {}
        SettingsCommand::Set { name, value } => {
            let helper = parse(&name)?;
            let image = ImageReference::parse(&value)
                .map_err(|error| Error::invalid(vec![Problem::new("VALUE", error.code, error.sentence)]))?;
            session.app.set_helper_image(helper, Some(image)).await?;
        }
        SettingsCommand::Reset { name } => session.app.set_helper_image(parse(&name)?, None).await?,
    }
    list(session).await
}

fn parse(name: &str) -> Result<HelperImage, Error> {
    let word = name.strip_prefix(HELPER).unwrap_or_default();
    HelperImage::ALL.into_iter().find(|helper| helper.word() == word).ok_or_else(|| {
        let known: Vec<String> = HelperImage::ALL.iter().map(|helper| format!("{HELPER}{}", helper.word())).collect();
        let message = format!("There is no setting \"{name}\": use {}.", known.join(" or "));
        Error::invalid(vec![Problem::new("NAME", "unknown_setting", message)])
    })
}

async fn list(session: &Session) -> Result<Exit, Error> {
    let images = session.app.helper_images().await?;
    let public = HelperImages::default();
    let all: Vec<_> = HelperImage::ALL
        .into_iter()
        .map(|helper| {
            let name = format!("{HELPER}{}", helper.word());
            let (value, default) = (images.of(helper), public.of(helper));
            json!({"name": name, "value": value, "default": default, "purpose": helper.purpose()})
        })
        .collect();
    session.output.document(&all, || {
        let text = |value: &serde_json::Value| Cell::from(value.as_str().unwrap_or_default().to_owned());
        let rows: Vec<Vec<Cell>> =
            all.iter().map(|one| vec![text(&one["name"]), text(&one["value"]), text(&one["purpose"])]).collect();
        table(&["NAME", "VALUE", "FOR"], &rows)
    });
    Ok(Exit::Done)
}
