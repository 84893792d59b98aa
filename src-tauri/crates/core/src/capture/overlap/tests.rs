use proptest::prelude::*;

use super::super::framer::{Framer, stamp};
use super::*;

/// A node's log file and a reader whose streams are cut.
struct Scene {
    file: Vec<Vec<u8>>,
    rotated: usize,
    framer: Framer,
    overlap: Overlap,
    stored: Vec<u8>,
    gaps: Vec<(Timestamp, Option<Timestamp>)>,
}

fn line(nanoseconds: i64, content: &str) -> Vec<u8> {
    let time = Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap();
    format!("{time:.9} {content}\n").into_bytes()
}

impl Scene {
    fn new(limit: usize) -> Self {
        Self {
            file: Vec::new(),
            rotated: 0,
            framer: Framer::default(),
            overlap: Overlap::with_limit(limit),
            stored: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// Opens a stream, reads at most so many bytes of it, and loses it (or reaches the end).
    fn read(&mut self, bytes: usize, is_last: bool) {
        let since = self.overlap.reopen();
        let sent: Vec<u8> = self.file[self.rotated..]
            .iter()
            .filter(|line| since.is_none_or(|since| stamp(line).unwrap() >= since))
            .flatten()
            .copied()
            .collect();
        let cut = if is_last { sent.len() } else { bytes.min(sent.len()) };
        let mut lines = Vec::new();
        self.framer.push(&sent[..cut], |line| lines.push(line.to_vec()));
        for line in lines {
            match self.overlap.judge(stamp(&line).unwrap(), &line) {
                Verdict::Keep => self.stored.extend(line),
                Verdict::Pass => {}
                Verdict::Gap(lost) => {
                    self.gaps.push((lost.from, lost.to));
                    self.stored.extend(lost.held);
                    self.stored.extend(line);
                }
            }
        }
        if is_last {
            self.stored.extend(self.framer.take_rest().unwrap_or_default());
            if let Some(lost) = self.overlap.end() {
                self.gaps.push((lost.from, lost.to));
                self.stored.extend(lost.held);
            }
        } else {
            self.framer.drop_rest();
        }
    }

    /// The program goes on in a new process: only the tail of the newest second is known.
    fn restart(&mut self, limit: usize) {
        let lines: Vec<Vec<u8>> = self.stored.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        self.overlap = Overlap::with_limit(limit);
        let Some(last) = lines.last().and_then(|line| stamp(line)) else { return };
        let tail: Vec<&[u8]> =
            lines.iter().filter(|line| stamp(line).unwrap() >= since(last)).map(Vec::as_slice).collect();
        self.overlap.remember(tail);
    }
}

#[test]
fn the_stream_is_asked_for_from_a_whole_second_before_the_last_line() {
    let mut overlap = Overlap::default();
    assert_eq!(overlap.reopen(), None, "everything, where nothing is stored");
    let raw = line(1_700_000_000_700_000_000, "x");
    assert_eq!(overlap.judge(stamp(&raw).unwrap(), &raw), Verdict::Keep);
    assert_eq!(overlap.reopen(), Some(Timestamp::from_second(1_699_999_999).unwrap()));
}

#[test]
fn identical_lines_of_one_nanosecond_are_counted() {
    let mut scene = Scene::new(MAX_REMEMBERED);
    scene.file = vec![line(5, "same"), line(5, "same")];
    scene.read(usize::MAX, false);
    scene.file.push(line(5, "same"));
    scene.read(usize::MAX, false);
    scene.read(usize::MAX, true);
    assert_eq!(scene.stored, scene.file.concat(), "three were written, three are stored");
    assert!(scene.gaps.is_empty());
}

#[test]
fn a_line_stamped_before_the_last_one_and_written_after_it_is_not_lost() {
    let mut scene = Scene::new(MAX_REMEMBERED);
    scene.file = vec![line(10_000_100_000, "output")];
    scene.read(usize::MAX, false);
    scene.file.push(line(9_999_999_999, "error"));
    scene.read(usize::MAX, true);
    assert_eq!(scene.stored, scene.file.concat());
    assert!(scene.gaps.is_empty());
}

#[test]
fn a_rotated_file_is_a_gap_and_a_file_that_still_shows_the_last_line_is_none() {
    let mut scene = Scene::new(MAX_REMEMBERED);
    scene.file = (0..10).map(|second| line(second * 1_000_000_000, "x")).collect();
    scene.read(usize::MAX, false);
    scene.rotated = 9;
    scene.read(usize::MAX, false);
    assert!(scene.gaps.is_empty(), "the last stored line is still there: nothing can be missing");
    scene.file.extend((10..20).map(|second| line(second * 1_000_000_000, "x")));
    scene.rotated = 15;
    scene.read(usize::MAX, true);
    assert_eq!(
        scene.gaps,
        [(Timestamp::from_second(9).unwrap(), Some(Timestamp::from_second(15).unwrap()))],
        "lines 10 to 14 went unseen, and it is said where"
    );
    assert_eq!(scene.stored, [&scene.file[..10], &scene.file[15..]].concat().concat());
}

#[test]
fn a_file_that_was_rotated_away_whole_is_told_at_the_end() {
    let mut scene = Scene::new(MAX_REMEMBERED);
    scene.file = vec![line(1, "x")];
    scene.read(usize::MAX, false);
    scene.rotated = 1;
    scene.read(usize::MAX, true);
    assert_eq!(scene.gaps, [(Timestamp::from_nanosecond(1).unwrap(), None)]);
}

#[test]
fn the_rest_of_a_line_that_began_before_the_second_asked_for_is_not_taken_for_a_new_line() {
    let mut overlap = Overlap::default();
    let long = line(9_900_000_000, "a line in two pieces");
    let last = line(10_200_000_000, "last");
    overlap.remember([long.as_slice(), last.as_slice()]);
    assert!(overlap.reopen().is_some());
    let rest = line(10_100_000_000, "pieces");
    assert_eq!(overlap.judge(stamp(&rest).unwrap(), &rest), Verdict::Pass);
    assert_eq!(overlap.judge(stamp(&last).unwrap(), &last), Verdict::Pass);
    assert!(!overlap.is_seeking());
    assert_eq!(overlap.end(), None);
}

fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    // Steps from nothing to seconds, a jitter of two unsynchronised readers, few different contents: many repeats.
    proptest::collection::vec((0i64..3_000_000_000, 0i64..900_000_000, "[aé漢\r]{0,3}", 0..4u8), 1..60).prop_map(
        |steps| {
            let mut now = 1_700_000_000_000_000_000i64;
            steps
                .into_iter()
                .map(|(step, jitter, content, kind)| {
                    match kind {
                        0 => now += step,
                        1 => now += step / 1_000_000,
                        _ => {}
                    }
                    line(if kind == 3 { now - jitter } else { now }, &content)
                })
                .collect()
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Write(usize),
    Read(usize),
    Restart,
    Rotate(usize),
}

fn steps(rotate: bool) -> impl Strategy<Value = Vec<Step>> {
    let rotations = if rotate { 1 } else { 0 };
    proptest::collection::vec(
        prop_oneof![
            4 => (0usize..10).prop_map(Step::Write),
            6 => (0usize..800).prop_map(Step::Read),
            1 => Just(Step::Restart),
            rotations => (0usize..20).prop_map(Step::Rotate),
        ],
        0..60,
    )
}

fn play(file: &[Vec<u8>], steps: Vec<Step>, limit: usize) -> Scene {
    let mut scene = Scene::new(limit);
    for step in steps {
        match step {
            Step::Write(count) => {
                let from = scene.file.len();
                let to = (from + count).min(file.len());
                scene.file.extend_from_slice(&file[from..to]);
            }
            Step::Read(bytes) => scene.read(bytes, false),
            Step::Restart => scene.restart(limit),
            Step::Rotate(count) => scene.rotated = (scene.rotated + count).min(scene.file.len()),
        }
    }
    scene.file = file.to_vec();
    scene.read(usize::MAX, true);
    scene
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn however_a_stream_is_cut_the_stored_text_is_the_written_text_once(file in lines(), steps in steps(false)) {
        let scene = play(&file, steps, MAX_REMEMBERED);
        prop_assert_eq!(
            String::from_utf8_lossy(&scene.stored).into_owned(),
            String::from_utf8_lossy(&file.concat()).into_owned()
        );
        prop_assert!(scene.gaps.is_empty(), "a gap where nothing was rotated: {:?}", scene.gaps);
    }

    #[test]
    fn with_rotation_nothing_is_repeated_and_whatever_is_missing_lies_in_a_gap(
        steps_of_time in proptest::collection::vec(0i64..700_000_000, 1..60),
        steps in steps(true),
    ) {
        let mut now = 1_700_000_000_000_000_000i64;
        let file: Vec<Vec<u8>> = steps_of_time.iter().enumerate().map(|(number, step)| {
            now += step + 1;
            line(now, &number.to_string())
        }).collect();
        let scene = play(&file, steps, MAX_REMEMBERED);
        let stored: Vec<&[u8]> = scene.stored.split_inclusive(|byte| *byte == b'\n').collect();
        let mut places = stored.iter().map(|line| file.iter().position(|written| written == line).unwrap());
        let mut before = places.next();
        // What was rotated away before anything was stored cannot be known.
        let first = before;
        for place in places {
            prop_assert!(Some(place) > before, "repeated or out of order");
            before = Some(place);
        }
        for (number, written) in file.iter().enumerate().skip(first.unwrap_or(file.len())) {
            let time = stamp(written).unwrap();
            let is_stored = stored.contains(&written.as_slice());
            let in_gap = scene.gaps.iter().any(|(from, to)| time > *from && to.is_none_or(|to| time < to));
            prop_assert!(is_stored || in_gap, "line {number} is missing without a gap");
            prop_assert!(!(is_stored && in_gap), "line {number} is stored inside a gap");
        }
    }

    #[test]
    fn a_log_faster_than_the_memory_is_neither_lost_nor_repeated(steps in steps(false), count in 1usize..60) {
        let file: Vec<Vec<u8>> =
            (0..count).map(|number| line(1_700_000_000_000_000_000 + number as i64 * 1000, "x")).collect();
        let scene = play(&file, steps, 5);
        prop_assert_eq!(scene.stored, file.concat());
        prop_assert!(scene.gaps.is_empty());
    }
}

#[test]
fn files_that_the_node_hands_out_again_from_their_heads_are_stored_once() {
    let second = 1_000_000_000;
    let at = |number: i64| line(1_700_000_000_000_000_000 + number * second / 10, &number.to_string());
    // Ten seconds of a file, whose oldest lines are forgotten before its head comes again, twice.
    let (before, file, after): (Vec<_>, Vec<_>, Vec<_>) =
        ((0..3).map(at).collect(), (200..300).map(at).collect(), (300..310).map(at).collect());
    let mut overlap = Overlap::default();
    let mut stored = Vec::new();
    let mut read = |overlap: &mut Overlap, lines: &[Vec<u8>]| {
        for line in lines {
            match overlap.judge(stamp(line).unwrap(), line) {
                Verdict::Keep => stored.extend_from_slice(line),
                Verdict::Pass => {}
                Verdict::Gap(lost) => panic!("{lost:?}"),
            }
        }
    };
    read(&mut overlap, &before);
    read(&mut overlap, &file[..1]);
    overlap.skipped();
    read(&mut overlap, &file[1..]);
    read(&mut overlap, &file);
    read(&mut overlap, &file);
    for count in [1, 4, 10] {
        read(&mut overlap, &after[..count]);
        read(&mut overlap, &after[..count]);
    }
    assert_eq!(stored, [before, file, after].concat().concat());
}
