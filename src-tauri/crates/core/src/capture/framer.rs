//! Decides where lines begin and end in the bytes of a log stream. Pure; knows nothing of what is stored.

use jiff::Timestamp;

/// The longest line that is kept whole, in bytes, its time included. A longer one is stored in pieces of this size,
/// each with the line's time: memory stays bounded whatever a program prints. The API server itself sets no limit.
pub const MAX_LINE: usize = 8 * 1024 * 1024;

/// Longest possible time in front of a line: 29 digits and marks, an offset such as `+05:30`, a space.
const MAX_STAMP: usize = 40;

/// Reads the time that a raw line begins with; `None` where it begins with none (a message of the kubelet's, or the
/// rest of a line whose beginning was cut away by `sinceTime`).
#[must_use]
pub fn stamp(line: &[u8]) -> Option<Timestamp> {
    let head = line.get(..line.len().min(MAX_STAMP))?;
    let space = head.iter().position(|byte| *byte == b' ')?;
    // A date alone, or a bare number, is not what the API writes.
    if space < 20 || head.get(10) != Some(&b'T') {
        return None;
    }
    std::str::from_utf8(head.get(..space)?).ok()?.parse().ok()
}

/// Cuts a stream of bytes into raw lines, each with its final LF.
///
/// Where the bytes are cut makes no difference to the lines that come out.
#[derive(Debug)]
pub struct Framer {
    partial: Vec<u8>,
    limit: usize,
}

impl Default for Framer {
    fn default() -> Self {
        Self::with_limit(MAX_LINE)
    }
}

impl Framer {
    /// Makes a framer for lines of at most so many bytes (at least twice the room that a time needs).
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { partial: Vec::new(), limit: limit.max(2 * MAX_STAMP) }
    }

    /// Takes bytes and hands every line that they complete to `each`.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) {
        while !bytes.is_empty() {
            let (line, rest, is_whole) = match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    let (line, rest) = bytes.split_at(end + 1);
                    (line, rest, true)
                }
                None => (bytes, &[][..], false),
            };
            bytes = rest;
            // The LF itself is not counted, so that a line of exactly the limit is not split before its end.
            let content = line.len() - usize::from(is_whole);
            if self.partial.is_empty() && is_whole && content <= self.limit {
                each(line);
            } else {
                self.extend(line, content, is_whole, &mut each);
            }
        }
    }

    fn extend(&mut self, line: &[u8], content: usize, is_whole: bool, each: &mut impl FnMut(&[u8])) {
        let mut content = line.get(..content).unwrap_or_default();
        while self.partial.len() + content.len() > self.limit {
            let (piece, rest) = content.split_at(self.limit.saturating_sub(self.partial.len()));
            self.partial.extend_from_slice(piece);
            let time = self.time_of_partial();
            self.partial.push(b'\n');
            each(&self.partial);
            self.partial.truncate(time);
            content = rest;
        }
        self.partial.extend_from_slice(content);
        if is_whole {
            self.partial.push(b'\n');
            each(&self.partial);
            self.partial.clear();
            // A line of megabytes is rare; its memory is not kept for the next.
            self.partial.shrink_to(64 * 1024);
        }
    }

    fn time_of_partial(&self) -> usize {
        if stamp(&self.partial).is_none() {
            return 0;
        }
        self.partial.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1)
    }

    /// Returns what came after the last LF as a line, with an LF, where there is something: right only where the
    /// stream is known to have reached the end of the log.
    #[must_use]
    pub fn take_rest(&mut self) -> Option<Vec<u8>> {
        if self.partial.is_empty() {
            return None;
        }
        let mut rest = std::mem::take(&mut self.partial);
        rest.push(b'\n');
        Some(rest)
    }

    /// Forgets what came after the last LF: the stream broke, and the line will be read again.
    pub fn drop_rest(&mut self) {
        self.partial.clear();
    }

    /// Bytes held back until their line is whole.
    #[must_use]
    pub fn held(&self) -> usize {
        self.partial.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIME: &str = "2026-11-24T06:00:00.123456789Z";

    fn lines_of(framer: &mut Framer, chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines = Vec::new();
        for chunk in chunks {
            framer.push(chunk, |line| lines.push(line.to_vec()));
        }
        lines
    }

    #[test]
    fn times_are_read_as_the_api_writes_them_and_nothing_else_is_a_time() {
        let time: Timestamp = TIME.parse().unwrap();
        assert_eq!(stamp(format!("{TIME} hello\n").as_bytes()), Some(time));
        assert_eq!(stamp(format!("{TIME} \n").as_bytes()), Some(time), "an empty line has a time too");
        assert_eq!(stamp(b"2026-11-24T11:30:00.123456789+05:30 hello\n"), Some(time), "a node's own zone");
        for text in [
            "",
            "\n",
            "hello world\n",
            "2026-11-24 06:00:00 x\n",
            "unable to retrieve container logs for containerd://abc",
            "2026-11-24T06:00:00.123456789Z",
            "12345678901234567890T x\n",
        ] {
            assert_eq!(stamp(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(stamp(&[0xff; 100]), None);
    }

    #[test]
    fn carriage_returns_colours_and_broken_text_stay_as_they_are() {
        let content = b"\x1b[31m50%\r\x1b[0m100%\0\xff\xfe \xc3".to_vec();
        let raw = [TIME.as_bytes(), b" ", &content, b"\n"].concat();
        assert_eq!(lines_of(&mut Framer::default(), &[&raw]), vec![raw.clone()]);
    }

    #[test]
    fn a_line_of_five_megabytes_survives_whole() {
        let raw = [TIME.as_bytes(), b" ", &vec![b'x'; 5 * 1024 * 1024], b"\n"].concat();
        let chunks: Vec<&[u8]> = raw.chunks(16 * 1024).collect();
        assert_eq!(lines_of(&mut Framer::default(), &chunks), vec![raw.clone()]);
    }

    #[test]
    fn a_line_without_end_is_stored_in_pieces_with_its_time_and_in_bounded_memory() {
        let mut framer = Framer::default();
        let mut bytes = 0;
        let mut pieces = 0;
        framer.push(format!("{TIME} ").as_bytes(), |_| {});
        for _ in 0..100 {
            framer.push(&[b'y'; 1024 * 1024], |line| {
                assert_eq!(stamp(line), Some(TIME.parse().unwrap()));
                bytes += line.len() - TIME.len() - 2;
                pieces += 1;
            });
            assert!(framer.held() <= MAX_LINE);
        }
        bytes += framer.take_rest().unwrap().len() - TIME.len() - 2;
        assert_eq!(bytes, 100 * 1024 * 1024);
        assert_eq!(pieces, 12);
    }

    #[test]
    fn a_line_of_exactly_the_limit_is_one_line() {
        let mut framer = Framer::with_limit(100);
        let raw = [TIME.as_bytes(), b" ", &[b'z'; 69], b"\n"].concat();
        assert_eq!(raw.len(), 101);
        assert_eq!(lines_of(&mut framer, &[&raw[..100], &raw[100..]]), vec![raw.clone()]);
        assert_eq!(lines_of(&mut framer, &[&raw]), vec![raw]);
    }

    #[test]
    fn what_follows_the_last_line_end_is_kept_or_dropped_as_asked() {
        let mut framer = Framer::default();
        assert_eq!(framer.take_rest(), None);
        framer.push(b"torn", |_| panic!("not a line yet"));
        framer.drop_rest();
        framer.push(b"last", |_| panic!("not a line yet"));
        assert_eq!(framer.take_rest().as_deref(), Some(&b"last\n"[..]));
        assert_eq!(framer.held(), 0);
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(
            contents in proptest::collection::vec("[é漢\r\u{1b}a ]{0,150}", 1..12),
            cuts in proptest::collection::vec(0usize..4000, 0..40),
            limit in 80usize..200,
        ) {
            let raw: Vec<u8> = contents.iter().flat_map(|text| format!("{TIME} {text}\n").into_bytes()).collect();
            let whole = lines_of(&mut Framer::with_limit(limit), &[&raw]);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut % (raw.len() + 1)).collect();
            cuts.sort_unstable();
            let mut chunks = Vec::new();
            let mut from = 0;
            for cut in cuts {
                chunks.push(&raw[from..cut]);
                from = cut;
            }
            chunks.push(&raw[from..]);
            let mut framer = Framer::with_limit(limit);
            prop_assert_eq!(&lines_of(&mut framer, &chunks), &whole);
            prop_assert_eq!(framer.held(), 0);
            prop_assert!(whole.iter().all(|line| stamp(line).is_some() && line.len() <= limit + 1));
            let content: Vec<u8> = whole.iter().flat_map(|line| line[31..line.len() - 1].to_vec()).collect();
            prop_assert_eq!(content, contents.concat().into_bytes());
        }
    }
}
