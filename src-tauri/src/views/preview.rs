//! A launch worked out but not done.

use berth_core::{ErrorCode, Prepared};
use berth_model::Problem;
use serde::{Deserialize, Serialize};

use crate::error::CommandResult;
use crate::views::details::{SpecValue, values, yaml_documents};

/// What a form would launch, or what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, specta::Type)]
pub(crate) struct Preview {
    /// All problems, each at its field; empty where it can be launched.
    pub problems: Vec<Problem>,
    /// The objects, main first.
    pub yaml: Option<String>,
    /// Every value, and where it came from.
    pub values: Vec<SpecValue>,
    /// The command as the container gets it.
    pub command: Option<Vec<String>>,
    /// The arguments as the container gets them.
    pub args: Option<Vec<String>>,
    /// Where it would go, as `context / namespace`.
    pub target: Option<String>,
}

impl Preview {
    /// Shows a launch that was worked out; bad input is a preview too, other failures are not.
    ///
    /// # Errors
    /// Every failure but bad input.
    pub fn of(prepared: Result<Prepared, berth_core::Error>) -> CommandResult<Self> {
        match prepared {
            Ok(prepared) => Ok(Self {
                problems: Vec::new(),
                yaml: Some(yaml_documents(&prepared.manifests)),
                values: values(serde_json::to_value(&prepared.spec).unwrap_or_default(), &prepared.origins),
                command: prepared.command,
                args: prepared.args,
                target: Some(format!("{} / {}", prepared.target.context, prepared.target.namespace)),
            }),
            Err(error) if error.code == ErrorCode::InvalidInput && !error.fields.is_empty() => {
                Ok(Self { problems: error.fields, ..Self::default() })
            }
            Err(error) => Err(error.into()),
        }
    }
}
