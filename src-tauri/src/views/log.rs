//! Pieces of a log as the page shows them.

use berth_core::ports::{LogInfo, LogKey, LogPiece};
use berth_model::RunId;
use serde::{Deserialize, Serialize};

use crate::views::Whole;

/// The most that one answer carries: large enough for one round trip per screenful, small enough to stay fluid.
const PIECE: u32 = 256 * 1024;

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
}

/// A place where lines may be missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct GapView {
    /// After so many lines.
    pub after_line: Whole,
    /// Why lines may be missing.
    pub why: String,
}

impl From<LogInfo> for LogView {
    fn from(info: LogInfo) -> Self {
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
        }
    }
}

/// A piece of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogPage {
    /// Its lines.
    pub lines: Vec<LogLine>,
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

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub(crate) struct LogLine {
    /// Its number, from 0.
    pub number: Whole,
    /// Cursor of its first byte.
    pub at: Whole,
    /// Its time, RFC 3339 with nanoseconds; empty where the line carries none.
    pub time: String,
    /// Its content as text; bytes that are no UTF-8 show as U+FFFD.
    pub text: String,
    /// Bytes of content not shown because the line is too long.
    pub hidden: Whole,
}

impl LogPage {
    /// Keeps a wished size within bounds.
    pub fn bounded(limit: u32) -> usize {
        usize::try_from(limit.clamp(1, PIECE)).unwrap_or(LINE)
    }

    /// Splits a piece into lines.
    pub fn of(piece: &LogPiece) -> Self {
        let mut at = piece.next.saturating_sub(piece.raw.len() as u64);
        let mut lines = Vec::new();
        for (raw, number) in piece.raw.split_inclusive(|byte| *byte == b'\n').zip(piece.first_line..) {
            lines.push(line(raw, number, at));
            at += raw.len() as u64;
        }
        Self { lines, next: Whole(piece.next), at_end: piece.at_end }
    }
}

fn line(raw: &[u8], number: u64, at: u64) -> LogLine {
    let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
    let split = raw.iter().position(|byte| *byte == b' ');
    let (time, content) = match split.and_then(|place| raw.split_at_checked(place)) {
        Some((time, rest)) => (time, rest.get(1..).unwrap_or_default()),
        None => (&[][..], raw),
    };
    let shown = content.get(..LINE).unwrap_or(content);
    LogLine {
        number: Whole(number),
        at: Whole(at),
        time: String::from_utf8_lossy(time).into_owned(),
        text: String::from_utf8_lossy(shown).into_owned(),
        hidden: Whole((content.len() - shown.len()) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(raw: &[u8]) -> LogPage {
        let piece = LogPiece { raw: raw.to_vec(), next: 100 + raw.len() as u64, first_line: 7, at_end: false };
        LogPage::of(&piece)
    }

    #[test]
    fn lines_carry_time_text_number_and_cursor() {
        let page = page(b"2026-01-01T00:00:00.000000001Z epoch 1\n2026-01-01T00:00:00.000000002Z \n");
        let [first, second] = &page.lines[..] else { panic!("two lines, not {:?}", page.lines) };
        assert_eq!((first.number.0, first.at.0, first.text.as_str()), (7, 100, "epoch 1"));
        assert_eq!(first.time, "2026-01-01T00:00:00.000000001Z");
        assert_eq!((second.number.0, second.at.0, second.text.as_str()), (8, 139, ""), "an empty line is a line");
        assert_eq!(page.next, Whole(171));
    }

    #[test]
    fn odd_bytes_and_long_lines_do_not_stall_the_page() {
        let mut raw = b"T \xff\xfe ok \x1b[31mred\r\nT ".to_vec();
        raw.extend(vec![b'x'; LINE + 5]);
        raw.push(b'\n');
        let page = page(&raw);
        assert_eq!(
            page.lines[0].text, "\u{fffd}\u{fffd} ok \x1b[31mred\r",
            "escapes and returns are the page's to show"
        );
        assert_eq!((page.lines[1].text.len(), page.lines[1].hidden), (LINE, Whole(5)));
    }

    #[test]
    fn a_wished_size_stays_within_bounds() {
        assert_eq!(LogPage::bounded(0), 1);
        assert_eq!(LogPage::bounded(u32::MAX), 262_144);
    }
}
