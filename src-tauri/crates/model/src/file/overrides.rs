//! Decides how the values given with a run are read: function and task fields side by side.

use serde_json::Value;

use super::fields::{At, Fields, Findings};
use super::function::take_function_fields;
use super::report::Unknown;
use super::task::take_task_fields;
use crate::validate::check_source;
use crate::{Action, FunctionSpec, Problem, TaskSpec};

/// What was given explicitly with a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Fields of a function.
    pub function: FunctionSpec,
    /// Fields of a task.
    pub task: TaskSpec,
}

/// Reads the values given with a run, in any accepted spelling; `null` means that nothing was given.
///
/// # Errors
/// All problems; an unknown key is one, with the nearest known key named. Paths begin at the fields themselves.
pub fn read_overrides(value: &Value, _action: Action) -> Result<Overrides, Vec<Problem>> {
    if value.is_null() {
        return Ok(Overrides::default());
    }
    let mut findings = Findings::new(Unknown::Refuse);
    let Some(mut fields) = Fields::open(value, At::default(), &mut findings) else { return Err(findings.problems) };
    let function = take_function_fields(&mut fields, &mut findings);
    let task = take_task_fields(&mut fields, &mut findings);
    if let Some(source) = &function.source {
        findings.problems.extend(check_source(source, "source"));
    }
    fields.rest(&mut findings);
    if findings.problems.is_empty() { Ok(Overrides { function, task }) } else { Err(findings.problems) }
}
