//! How a person tells contexts apart: a name of their own, a colour, and whether to ask before something is launched
//! there. Kept in the history's settings by the context's name; the kubeconfig is never written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::{Error, ErrorCode};

/// Key of the setting.
const KEY: &str = "contexts";

/// Longest name of one's own: what fits the switcher, in characters.
const LONGEST_ALIAS: usize = 40;

/// How one context looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(default)]
pub struct ContextLook {
    /// A name of one's own.
    pub alias: Option<String>,
    /// Its colour.
    pub colour: Option<ContextColour>,
    /// Whether to ask before something is launched there.
    pub is_protected: bool,
}

/// Colours that can be told apart in both themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "colours are their names")]
pub enum ContextColour {
    Blue,
    Teal,
    Green,
    Orange,
    Red,
    Pink,
    Violet,
    Grey,
}

impl App {
    /// Reads how contexts look, by name; one that is not named looks plain.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn context_looks(&self) -> Result<BTreeMap<String, ContextLook>, Error> {
        let stored = self.ports.history.setting(KEY).await?;
        // What a later Berth wrote and this one cannot read is no reason to show no contexts.
        Ok(stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default())
    }

    /// Writes how a context looks.
    ///
    /// # Errors
    /// `InvalidInput` where the name of one's own is too long; `Storage`.
    pub async fn save_context_look(&self, context: &str, mut look: ContextLook) -> Result<(), Error> {
        look.alias = look.alias.map(|alias| alias.trim().to_owned()).filter(|alias| !alias.is_empty());
        if look.alias.as_ref().is_some_and(|alias| alias.chars().count() > LONGEST_ALIAS) {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                format!("A name for a context has at most {LONGEST_ALIAS} characters: shorten it."),
            ));
        }
        let mut looks = self.context_looks().await?;
        if look == ContextLook::default() {
            looks.remove(context);
        } else {
            looks.insert(context.to_owned(), look);
        }
        let value = serde_json::to_value(&looks)
            .map_err(|error| Error::new(ErrorCode::Internal, format!("unable to write down contexts: {error}")))?;
        Ok(self.ports.history.save_setting(KEY, &value).await?)
    }
}
