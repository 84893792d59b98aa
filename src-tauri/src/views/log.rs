//! Pieces of a log as the page shows them.

use berth_core::Mask;
use berth_core::ports::{LogInfo, LogKey, LogPiece};
use berth_model::RunId;
use serde::{Deserialize, Serialize};

use crate::views::Whole;

/// The most that one answer carries: large enough that a whole log does not wait for its round trips, small enough that
/// the page takes it apart within a frame.
const PIECE: u32 = 4 * 1024 * 1024;

/// The most of one line that is shown: a line of megabytes would stall the page; the file on disk has it whole.
const LINE: usize = 16 * 1024;

/// Which log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogRef {
    /// The run.
    pub run: RunId,
    /// Identity of the pod.
    pub pod_uid: String,
    /// Container.
    pub container: String,
    /// Restart count when it ran.
    pub restart: u32,
}

impl LogRef {
    /// The core's key.
    pub fn into_key(self) -> LogKey {
        LogKey { run: self.run, pod_uid: self.pod_uid, container: self.container, restart: self.restart }
    }
}

/// What is known of a stored log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogView {
    /// Which log.
    pub log: LogRef,
    /// Pod name.
    pub pod: String,
    /// Number of the attempt.
    pub attempt: u32,
    /// Complete lines stored.
    pub lines: Whole,
    /// Bytes of content stored.
    pub bytes: Whole,
    /// Places where lines may be missing.
    pub gaps: Vec<GapView>,
    /// Whether its end was stored.
    pub is_complete: bool,
    /// Says which secrets are not hidden in it, where their values could not be read.
    pub unhidden: Option<String>,
}

/// A place where lines may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct GapView {
    /// After so many lines.
    pub after_line: Whole,
    /// Why lines may be missing.
    pub why: String,
}

impl LogView {
    /// Tells of a log that is shown through a mask.
    pub fn of(info: LogInfo, mask: &Mask) -> Self {
        let LogKey { run, pod_uid, container, restart } = info.key;
        Self {
            log: LogRef { run, pod_uid, container, restart },
            pod: info.pod,
            attempt: info.attempt,
            lines: Whole(info.lines),
            bytes: Whole(info.bytes),
            gaps: info
                .gaps
                .into_iter()
                .map(|gap| GapView { after_line: Whole(gap.after_line), why: gap.why })
                .collect(),
            is_complete: info.is_complete,
            unhidden: mask.told(),
        }
    }
}

/// A piece of a log: its lines in one text, since a log is long and names around each line would be half of what crosses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogPage {
    /// Number of its first line, from 0.
    pub first: Whole,
    /// Cursor of the first byte of that line.
    pub at: Whole,
    /// Its lines, each ended by a newline: the time (RFC 3339 with nanoseconds), a space, the content; a line without a
    /// space carries no time. Bytes that are no UTF-8 show as U+FFFD, values of the run's secrets as `***`.
    pub text: String,
    /// Lines whose text is not all of their bytes, each a character: place in `text`, from 0; bytes as stored, with the
    /// newline; bytes of content not shown because the line is too long.
    pub sized: Vec<(u32, u32, u32)>,
    /// Where to go on.
    pub next: Whole,
    /// Whether the log is complete and this piece reaches its end.
    pub at_end: bool,
}

/// Lines of a log that contain a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogMatches {
    /// Numbers of the lines, from 0, with the cursors of their first bytes.
    pub lines: Vec<(Whole, Whole)>,
    /// Where to search on; `null` at the end.
    pub next: Option<Whole>,
}

impl LogPage {
    /// Keeps a wished size within bounds.
    pub fn bounded(limit: u32) -> usize {
        usize::try_from(limit.clamp(1, PIECE)).unwrap_or(LINE)
    }

    /// Puts the lines of a piece into one text, as a mask shows them.
    pub fn of(piece: &LogPiece, mask: &Mask) -> Self {
        let at = piece.next.saturating_sub(piece.raw.len() as u64);
        let (text, sized) = shown(&piece.raw, mask);
        Self {
            first: Whole(piece.first_line),
            at: Whole(at),
            text,
            sized,
            next: Whole(piece.next),
            at_end: piece.at_end,
        }
    }
}

/// The text of whole lines, and the lengths of those that are not their text byte by byte.
fn shown(piece: &[u8], mask: &Mask) -> (String, Vec<(u32, u32, u32)>) {
    let is_short = piece.split(|byte| *byte == b'\n').all(|line| line.len() <= LINE);
    if is_short && piece.is_ascii() && piece.last().is_none_or(|last| *last == b'\n') && mask.spares(piece) {
        // Most of all logs, and quicker as a whole.
        return (String::from_utf8_lossy(piece).into_owned(), Vec::new());
    }
    let mut text = String::with_capacity(piece.len());
    let mut sized = Vec::new();
    for (place, raw) in (0..).zip(piece.split_inclusive(|byte| *byte == b'\n')) {
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let (time, whole) = mask.shown(line);
        let shown = whole.get(..LINE).unwrap_or(&whole);
        if time.len() + shown.len() != line.len() || !line.is_ascii() {
            sized.push((place, bytes(raw), bytes(&whole) - bytes(shown)));
        }
        text.push_str(&String::from_utf8_lossy(time));
        text.push_str(&String::from_utf8_lossy(shown));
        text.push('\n');
    }
    (text, sized)
}

/// A length as the page counts; no line is as long as the most that it can say.
fn bytes(of: &[u8]) -> u32 {
    u32::try_from(of.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(raw: &[u8]) -> LogPage {
        let piece = LogPiece { raw: raw.to_vec(), next: 100 + raw.len() as u64, first_line: 7, at_end: false };
        LogPage::of(&piece, &Mask::of(["s3cret"]))
    }

    #[test]
    fn plain_lines_cross_as_they_are_stored() {
        let raw = b"2026-01-01T00:00:00.000000001Z epoch 1\n2026-01-01T00:00:00.000000002Z \n";
        let page = page(raw);
        assert_eq!((page.first, page.at, page.next), (Whole(7), Whole(100), Whole(171)));
        assert_eq!(page.text.as_bytes(), raw);
        assert!(page.sized.is_empty(), "each byte is a character");
    }

    #[test]
    fn odd_bytes_and_long_lines_do_not_stall_the_page() {
        let mut raw = b"T plain\nT \xff\xfe ok \x1b[31mred\r\nT ".to_vec();
        raw.extend(vec![b'x'; LINE + 5]);
        raw.push(b'\n');
        let page = page(&raw);
        let lines: Vec<&str> = page.text.split_terminator('\n').collect();
        assert_eq!(lines[1], "T \u{fffd}\u{fffd} ok \x1b[31mred\r", "escapes and returns are the page's to show");
        assert_eq!(lines[2].len(), LINE + 2);
        assert_eq!(page.sized, [(1, 18, 0), (2, 16_392, 5)], "with their lengths as stored the next line is found");
    }

    #[test]
    fn values_of_secrets_are_hidden_and_the_line_behind_them_is_found() {
        let page = page(b"T token=s3cret\nT six***\nT s3cret!\n");
        assert_eq!(page.text, "T token=***\nT six***\nT ***!\n");
        assert_eq!(page.sized, [(0, 15, 0), (2, 10, 0)]);
        assert_eq!(page.at, Whole(100));
    }

    #[test]
    fn a_value_that_a_long_lines_cut_goes_through_is_hidden() {
        let raw = [b"T ".as_slice(), &vec![b'x'; LINE - 3], b"s3cret and more\n"].concat();
        let page = page(&raw);
        assert!(page.text.ends_with("xxx***\n"), "{}", page.text.get(LINE - 10..).unwrap_or_default());
    }

    #[test]
    fn a_wished_size_stays_within_bounds() {
        assert_eq!(LogPage::bounded(0), 1);
        assert_eq!(LogPage::bounded(u32::MAX), 4_194_304);
    }
}
