//! The time as this machine tells it.

use berth_core::ports::Clock;
use jiff::Timestamp;

/// The clock on the wall.
pub(crate) struct WallClock;

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the window reads the time")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
