//! Decides what a stored line says: `TIME SPACE CONTENT LF`. Pure.

use jiff::Timestamp;
use memchr::{memchr, memchr_iter, memrchr};

/// What a run of whole lines holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Lines.
    pub(crate) lines: u64,
    /// Bytes of content with its line end, without the times: what the program wrote.
    pub(crate) bytes: u64,
}

/// Counts lines and content.
pub(crate) fn measure(raw: &[u8]) -> Measure {
    let mut measure = Measure::default();
    for line in lines(raw) {
        measure.lines += 1;
        measure.bytes += content(line).len() as u64;
    }
    measure
}

/// Counts line ends.
pub(crate) fn count(raw: &[u8]) -> u64 {
    memchr_iter(b'\n', raw).count() as u64
}

/// Cuts into lines, each with its line end; what follows the last line end is left out.
pub(crate) fn lines(raw: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    whole(raw).split_inclusive(|byte| *byte == b'\n')
}

/// The whole lines of some bytes: all up to the last line end.
pub(crate) fn whole(raw: &[u8]) -> &[u8] {
    let length = memrchr(b'\n', raw).map_or(0, |at| at + 1);
    raw.get(..length).unwrap_or_default()
}

/// What the program wrote: a line without its time.
pub(crate) fn content(line: &[u8]) -> &[u8] {
    let after = memchr(b' ', line).map_or(0, |at| at + 1);
    line.get(after..).unwrap_or_default()
}

/// The time of a line.
pub(crate) fn time(line: &[u8]) -> Option<Timestamp> {
    let end = memchr(b' ', line)?;
    std::str::from_utf8(line.get(..end)?).ok()?.parse().ok()
}

/// The longest beginning of whole lines that fits a size, and at least one line.
pub(crate) fn fitting(raw: &[u8], size: usize) -> &[u8] {
    if raw.len() <= size {
        return whole(raw);
    }
    let fitting = whole(raw.get(..size).unwrap_or_default());
    if !fitting.is_empty() {
        return fitting;
    }
    memchr(b'\n', raw).and_then(|end| raw.get(..=end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_and_time_are_told_apart_whatever_the_content() {
        let check = |line: &[u8], expected: &[u8]| {
            assert_eq!(content(line), expected);
            assert_eq!(time(line), "2026-01-02T03:04:05.000000006Z".parse().ok());
        };
        check(b"2026-01-02T03:04:05.000000006Z hello world\n", b"hello world\n");
        check(b"2026-01-02T03:04:05.000000006Z \n", b"\n");
        check(b"2026-01-02T03:04:05.000000006Z \xff\x00\r\x1b[31m\n", b"\xff\x00\r\x1b[31m\n");
        check(b"2026-01-02T05:04:05.000000006+02:00 two hours east\n", b"two hours east\n");
    }

    #[test]
    fn only_whole_lines_count() {
        assert_eq!(measure(b"T a\nT bc\nT torn"), Measure { lines: 2, bytes: 5 });
        assert_eq!(measure(b""), Measure::default());
        assert_eq!(whole(b"torn"), b"");
    }

    #[test]
    fn a_piece_has_at_least_one_line_and_no_more_than_fits() {
        let raw = b"T aaaa\nT b\nT c\n";
        assert_eq!(fitting(raw, 3), b"T aaaa\n");
        assert_eq!(fitting(raw, 7), b"T aaaa\n");
        assert_eq!(fitting(raw, 11), b"T aaaa\nT b\n");
        assert_eq!(fitting(raw, 100), raw);
    }
}
