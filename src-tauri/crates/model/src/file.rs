//! Owns the file shapes: reads and prints functions, tasks and runs as DigitalHub's two generations write them.
//!
//! Nothing is dropped silently: a field is read, kept in `extra`, or named in the report or as a problem. Reads no file
//! and knows no clock: text, time and new identities come in.

mod affinity;
mod document;
mod fields;
mod function;
mod metadata;
mod nearest;
mod overlay;
mod overrides;
mod print;
mod print_task;
mod probe;
mod project;
mod reference;
mod report;
mod resources;
mod run;
mod scalar;
mod scheduling;
mod task;
mod volume;

pub use affinity::normalise_affinity;
pub use document::{DOCUMENT_LIMIT_BYTES, parse_documents, print_documents};
pub use function::{is_function_field, read_function, readable_function_spec};
pub use overrides::{Overrides, read_overrides};
pub use print::{Generation, print_function};
pub use print_task::{print_task, print_task_spec};
pub use project::{ProjectDocument, print_project, read_project};
pub use reference::{DocumentKind, FunctionReference, document_kind};
pub use report::{ImportNote, ImportReport, NoteKind, Unknown};
pub use run::{RunDocument, print_run, read_run};
pub use task::{TaskDocument, read_task, read_task_spec, readable_task};

#[cfg(test)]
mod tests;
