//! Owns the names of the places between two effects where a test may kill the program.
//!
//! Compiled to nothing without the feature `failpoints`.

/// Every such place of launch, stop and delete. A test crashes at each and looks what the next start makes of it.
pub const FAILPOINTS: [&str; 20] = [
    "launch.before_intent",
    "launch.after_intent",
    "submit.after_send",
    "submit.after_look",
    "submit.after_unknown",
    "submit.after_created",
    "submit.after_child",
    "submit.after_children",
    "submit.after_complete",
    "submit.after_release",
    "submit.after_released",
    "submit.after_rejected",
    "submit.after_conflict",
    "submit.after_discarded",
    "submit.after_remove",
    "submit.after_removed",
    "stop.after_wish",
    "stop.after_delete",
    "delete.after_objects",
    "delete.after_logs",
];

/// Marks that a place was reached.
pub(crate) fn reach(point: &'static str) {
    debug_assert!(FAILPOINTS.contains(&point), "{point} is not listed in FAILPOINTS");
    fail::fail_point!(point);
}
