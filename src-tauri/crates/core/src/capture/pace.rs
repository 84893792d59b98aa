//! Decides whether lines may be missing within one open stream, because it was read too slowly. Pure.
//!
//! The node follows a log file to its end and goes on with the file that is then the newest. A reader that is held up
//! for longer than the node's time between two rotations (never under 3 s, 10 s where nobody set it) therefore gets
//! the rest of the old file and then the newest one, and of the files between not a word. What it does see: the time
//! of the lines leaps, though no such time went by between their arrivals. A program that was silent does not look so,
//! unless the reader was behind by that much just then; hence "may be missing".

use jiff::{SignedDuration, Timestamp};

/// The leap that tells: slightly less than the shortest time between two rotations.
const LEAP: SignedDuration = SignedDuration::from_millis(2500);
/// How much later than the stream's opening a line must be: what was written before lay in one file, in which nothing
/// is left out. The opening is known to the second, and by a clock that may be another than the node's.
const OPENING: SignedDuration = SignedDuration::from_secs(2);

/// Compares the times of lines with those of their arrival.
#[derive(Debug, Default)]
pub struct Pace {
    opened: Option<Timestamp>,
    arrived: Timestamp,
    before: Option<(Timestamp, Timestamp)>,
}

impl Pace {
    /// Begins anew, for a stream that is opened now.
    pub const fn reopen(&mut self) {
        *self = Self { opened: None, arrived: Timestamp::UNIX_EPOCH, before: None };
    }

    /// Says when the next lines arrived, by our own clock, and when the stream was opened, by the cluster's.
    pub const fn arrived(&mut self, now: Timestamp, opened: Option<Timestamp>) {
        self.arrived = now;
        self.opened = opened;
    }

    /// Takes the time of a line. Where lines may be missing before it, returns the time of the line above.
    pub fn line(&mut self, time: Timestamp) -> Option<Timestamp> {
        let (above, arrived) = self.before.replace((time, self.arrived))?;
        let leap = time.duration_since(above);
        if leap < LEAP {
            return None;
        }
        let waited = self.arrived.duration_since(arrived).max(SignedDuration::ZERO);
        let is_later = self.opened.is_some_and(|opened| time.duration_since(opened) >= OPENING);
        (is_later && leap - waited >= LEAP).then_some(above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + milliseconds).unwrap()
    }

    /// Lines as (time, arrival) in milliseconds after the opening; returns the times after which lines may be missing.
    fn gaps(lines: &[(i64, i64)]) -> Vec<i64> {
        let mut pace = Pace::default();
        pace.reopen();
        let mut found = Vec::new();
        for (time, arrival) in lines {
            pace.arrived(at(*arrival), Some(at(0)));
            found.extend(pace.line(at(*time)).map(|above| above.as_millisecond() - at(0).as_millisecond()));
        }
        found
    }

    #[test]
    fn a_program_that_is_silent_misses_nothing() {
        assert!(gaps(&[(0, 10), (60_000, 60_010), (60_001, 60_010), (3_660_000, 3_660_020)]).is_empty());
    }

    #[test]
    fn a_reader_that_was_held_up_and_finds_a_leap_is_told() {
        assert_eq!(gaps(&[(1_000, 1_010), (4_000, 13_000), (13_000, 13_000), (13_001, 13_001)]), [4_000]);
        assert_eq!(gaps(&[(4_000, 13_000), (6_400, 13_000)]), [0_i64; 0], "no two rotations are so close");
        assert_eq!(gaps(&[(4_000, 13_000), (9_000, 15_000)]), [4_000], "it was held up meanwhile too");
    }

    #[test]
    fn what_was_written_before_the_stream_was_opened_lies_in_one_file() {
        assert!(gaps(&[(-600_000, 100), (-60_000, 100), (-1, 100), (500, 600)]).is_empty());
        assert_eq!(gaps(&[(-600_000, 8_000), (7_000, 8_000)]), [-600_000], "the file may have been rotated since");
    }

    #[test]
    fn lines_of_two_outputs_may_be_out_of_order_and_clocks_may_be_set_back() {
        assert!(gaps(&[(5_000, 5_010), (4_990, 5_010), (5_001, 5_011)]).is_empty());
        assert!(gaps(&[(5_000, 5_010), (5_100, 1_000), (5_200, 1_100)]).is_empty());
    }

    #[test]
    fn without_a_date_of_the_opening_nothing_is_told() {
        let mut pace = Pace::default();
        pace.arrived(at(9_000), None);
        assert_eq!((pace.line(at(1_000)), pace.line(at(8_000))), (None, None));
    }
}
