//! Reads a log backwards on top of reading forwards: what the page needs to show the end of a log first.

use berth_core::Error;
use berth_core::ports::{LogCursor, LogPiece};

/// Beyond the end of any log: reading from there tells where the end is. The largest whole number that both SQLite
/// and JavaScript hold.
const BEYOND: LogCursor = (1 << 53) - 1;

/// Reads the whole lines that end at `before`, or at the end of the log, at most `limit` bytes of them; where the
/// last line alone is longer, it and what fits into less than twice its length; none at the beginning of the log. `read` reads whole lines from a cursor, from the next line where the cursor
/// is within one, and answers a cursor beyond the end with the end.
///
/// # Errors
/// As `read` fails.
pub(crate) fn read_before(
    read: impl Fn(LogCursor, usize) -> Result<LogPiece, Error>,
    before: Option<LogCursor>,
    limit: usize,
) -> Result<LogPiece, Error> {
    let end = match before {
        Some(before) => before,
        None => read(BEYOND, 1)?.next,
    };
    let mut reach = u64::try_from(limit).unwrap_or(BEYOND).max(1);
    loop {
        let start = end.saturating_sub(reach);
        let mut piece = read(start, usize::try_from(end - start).unwrap_or(limit))?;
        cut(&mut piece, end);
        // A line longer than the reach: look further back until it fits.
        if !piece.raw.is_empty() || start == 0 {
            return Ok(piece);
        }
        reach = reach.saturating_mul(2);
    }
}

/// Drops what lies at or behind `end`, which is the beginning of a line.
fn cut(piece: &mut LogPiece, end: LogCursor) {
    let begin = piece.next.saturating_sub(piece.raw.len() as u64);
    let kept = usize::try_from(end.saturating_sub(begin)).unwrap_or(usize::MAX);
    if kept < piece.raw.len() {
        piece.raw.truncate(kept);
        piece.next = end;
        piece.at_end = false;
    } else if begin >= end {
        piece.raw.clear();
        piece.next = end;
        piece.at_end = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored log, read as the archive reads: whole lines, one at least, from the next line where the cursor is
    /// within one.
    fn archive(text: &'static str) -> impl Fn(LogCursor, usize) -> Result<LogPiece, Error> {
        move |from, limit| {
            let end = text.len();
            let mut at = usize::try_from(from).unwrap().min(end);
            if at > 0 && text.as_bytes()[at - 1] != b'\n' {
                at = text[at..].find('\n').map_or(end, |place| at + place + 1);
            }
            let first_line = text[..at].lines().count() as u64;
            let mut raw = Vec::new();
            for line in text[at..].split_inclusive('\n') {
                if !raw.is_empty() && raw.len() + line.len() > limit {
                    break;
                }
                raw.extend_from_slice(line.as_bytes());
            }
            let next = (at + raw.len()) as u64;
            Ok(LogPiece { at_end: next == end as u64, raw, next, first_line })
        }
    }

    const TEXT: &str = "T 0\nT 1\nT 2\nT 333333333333\nT 4\n";

    fn check(before: Option<LogCursor>, limit: usize, expected: &str, first_line: u64) {
        let piece = read_before(archive(TEXT), before, limit).unwrap();
        assert_eq!(String::from_utf8(piece.raw).unwrap(), expected, "before {before:?}, {limit} bytes");
        if !expected.is_empty() {
            assert_eq!(piece.first_line, first_line, "before {before:?}, {limit} bytes");
        }
    }

    #[test]
    fn the_end_comes_first_and_pieces_meet() {
        check(None, 4, "T 4\n", 4);
        check(None, 5, "T 4\n", 4);
        check(None, 1000, TEXT, 0);
        check(Some(27), 10, "T 2\nT 333333333333\n", 2);
        check(Some(12), 8, "T 1\nT 2\n", 1);
        check(Some(12), 9, "T 1\nT 2\n", 1);
        check(Some(4), 100, "T 0\n", 0);
        check(Some(0), 100, "", 0);
    }

    #[test]
    fn every_way_back_gives_the_whole_text_once() {
        for limit in 1..=TEXT.len() + 1 {
            let (mut before, mut whole) = (None, String::new());
            loop {
                let piece = read_before(archive(TEXT), before, limit).unwrap();
                if piece.raw.is_empty() {
                    break;
                }
                before = Some(piece.next - piece.raw.len() as u64);
                whole.insert_str(0, std::str::from_utf8(&piece.raw).unwrap());
            }
            assert_eq!(whole, TEXT, "in pieces of {limit} bytes");
        }
    }

    #[test]
    fn only_the_end_of_the_log_is_the_end() {
        assert!(read_before(archive(TEXT), None, 8).unwrap().at_end);
        assert!(!read_before(archive(TEXT), Some(12), 8).unwrap().at_end);
    }

    #[test]
    fn an_empty_log_has_nothing_before_its_end() {
        assert!(read_before(archive(""), None, 8).unwrap().raw.is_empty());
    }
}
