//! Notices that the machine slept or that the program stood still: connections made before are not to be trusted.

use std::time::Duration;

/// How often the clocks are compared.
pub const PERIOD: Duration = Duration::from_secs(1);

/// A clock that counts sleep may run ahead of one that does not by this much before it is called a sleep.
const SLEEP: Duration = Duration::from_secs(3);

/// Standing still this long (a frozen or starved process) is treated as a sleep: the other side may have given up.
const STANDSTILL: Duration = Duration::from_secs(10);

/// Readings of two clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// A clock that goes on while the machine sleeps.
    pub always: Duration,
    /// A clock that stands still while the machine sleeps.
    pub awake: Duration,
}

/// Says how long nothing ran between two readings that were meant to be `PERIOD` apart; `None` where all is normal.
#[must_use]
pub fn interruption(before: Reading, after: Reading) -> Option<Duration> {
    let always = after.always.saturating_sub(before.always);
    let awake = after.awake.saturating_sub(before.awake);
    let slept = always.saturating_sub(awake);
    let stood_still = awake.saturating_sub(PERIOD);
    if slept > SLEEP {
        Some(slept)
    } else if stood_still > STANDSTILL {
        Some(stood_still)
    } else {
        None
    }
}

/// Reads the clocks.
#[cfg(target_os = "linux")]
#[must_use]
pub fn read(_wall: jiff::Timestamp) -> Reading {
    use rustix::time::{ClockId, clock_gettime};
    let duration = |time: rustix::time::Timespec| {
        Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    Reading { always: duration(clock_gettime(ClockId::Boottime)), awake: duration(clock_gettime(ClockId::Monotonic)) }
}

/// Reads the clocks: where the system has no clock of its own for it, the wall clock counts sleep. Setting the clock
/// forward looks like a sleep then; the price is one reconnection.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn read(wall: jiff::Timestamp) -> Reading {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    let always = Duration::try_from(wall.duration_since(jiff::Timestamp::UNIX_EPOCH)).unwrap_or_default();
    Reading { always, awake: START.get_or_init(std::time::Instant::now).elapsed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_pause_is_an_interruption() {
        let reading = |always: u64, awake: u64| Reading {
            always: Duration::from_millis(always),
            awake: Duration::from_millis(awake),
        };
        let check = |always: u64, awake: u64, expected: Option<u64>| {
            let found = interruption(reading(5_000, 4_000), reading(5_000 + always, 4_000 + awake));
            assert_eq!(found, expected.map(Duration::from_millis), "always {always}, awake {awake}");
        };
        check(1_000, 1_000, None);
        check(4_000, 4_000, None);
        check(3_900, 1_000, None);
        check(8 * 3_600_000, 1_000, Some(8 * 3_600_000 - 1_000));
        check(12_000, 12_000, Some(11_000));
        check(0, 0, None);
    }

    #[test]
    fn the_clocks_of_this_machine_go_forward() {
        let wall = jiff::Timestamp::UNIX_EPOCH;
        let before = read(wall);
        std::thread::sleep(Duration::from_millis(5));
        let after = read(wall);
        assert!(after.awake > before.awake);
        assert_eq!(interruption(before, after), None);
    }
}
