//! What the page may ask: each command converts, delegates and converts back, and decides nothing.

pub(crate) mod builds;
pub(crate) mod clusters;
pub(crate) mod first_screen;
pub(crate) mod forms;
pub(crate) mod functions;
pub(crate) mod logs;
pub(crate) mod profiles;
pub(crate) mod projects;
pub(crate) mod runs;
pub(crate) mod schedules;
pub(crate) mod secrets;
pub(crate) mod services;
pub(crate) mod settings;
