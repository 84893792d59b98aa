//! A launch worked out but not done.

use berth_core::{ErrorCode, Prepared};
use berth_model::{Command, Problem};
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
    /// Where there is code and no command: the command that would run it, empty where none can be told.
    pub unused_code: Option<String>,
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
                unused_code: prepared.spec.function.unused_code().map(|words| Command::Words(words).line()),
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
    /// The same with one more problem, where there is one.
    pub fn with(self, problem: Option<Problem>) -> Self {
        let Some(problem) = problem else { return self };
        let mut problems = self.problems;
        problems.push(problem);
        Self { problems, ..Self::default() }
    }
}
