//! What the page may ask: each command converts, delegates and converts back, and decides nothing.

pub(crate) mod clusters;
pub(crate) mod functions;
pub(crate) mod logs;
pub(crate) mod runs;
pub(crate) mod settings;
