//! Log capture against a real node: cut streams, fast writers, rotation, odd bytes.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use berth_core::ports::LogArchive as _;
use berth_model::{RunId, RunState};
use berth_testkit::Relay;
use serde_json::json;

use crate::program::{BrokenStreams, Program, kubeconfig, server, until};
use crate::sandbox::{Sandbox, image};

const RUNS: usize = 20;
const CUTS: usize = 200;
const LINES: usize = 4500;

/// One line of run `run`: characters of several bytes, a colour, a carriage return within.
fn line(run: usize, number: usize) -> String {
    format!("\u{1b}[3{}mrun {run} line {number:05}\r é 漢字 🚢 {}\u{1b}[0m\n", run % 8, "x".repeat(number % 90))
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_logs_cut_two_hundred_times_while_lines_flow_are_stored_whole_and_once() {
    let sandbox = Sandbox::new("cuts").await;
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::to(server(&kubeconfig())).await;
    let through = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &through).unwrap();
    let program = Program::start(&folder.path().join("data"), &through);
    // Stated in Python on the node and here, not carried over.
    let script = r#"
import sys, time
run = int(sys.argv[1])
out = sys.stdout.buffer
for number in range(int(sys.argv[2])):
    text = "\x1b[3%dmrun %d line %05d\r é 漢字 🚢 %s\x1b[0m\n" % (run % 8, run, number, "x" * (number % 90))
    out.write(text.encode())
    out.flush()
    if number % 25 == 24:
        time.sleep(0.4)
"#;
    let mut runs = Vec::new();
    for run in 0..RUNS {
        let command = json!(["python3", "-c", script, run.to_string(), LINES.to_string()]);
        runs.push(program.launch(&sandbox.namespace, json!({"image": image("python"), "command": command})).await);
    }
    let flows = |run: &RunId| program.log(*run).is_some_and(|log| log.lines > 0 && !log.is_complete);
    let broken = BrokenStreams::from_now();
    // Each connection for itself, somewhere: in a line, a character, a chunk, a TLS record.
    relay.cut_after(Some(3_000..=60_000));
    let mut flowed = false;
    let began = Instant::now();
    while broken.count() < CUTS {
        let flows = runs.iter().any(flows);
        assert!(flows || !flowed, "the lines ended after {} cuts", broken.count());
        assert!(began.elapsed() < Duration::from_secs(240), "only {} cuts while lines flowed", broken.count());
        flowed |= flows;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    relay.cut_after(None);
    println!("{} connections cut, {} of them logs, in {:?}", relay.cuts(), broken.count(), began.elapsed());
    for (run, id) in runs.into_iter().enumerate() {
        let row = program.ended(id, 180).await;
        assert_eq!(row.run.status.state, RunState::Completed, "{:?}", row.run.status);
        program.settled(id, 60).await;
        let log = program.log(id).expect("a log");
        let expected: String = (0..LINES).map(|number| line(run, number)).collect();
        let stored = program.text(&log);
        assert!(stored == expected.as_bytes(), "run {run}: {}", difference(&stored, expected.as_bytes()));
        assert_eq!((log.is_complete, log.gaps.len(), log.lines), (true, 0, LINES as u64), "{log:?}");
    }
}

/// Says where two texts part.
fn difference(stored: &[u8], expected: &[u8]) -> String {
    let at = stored.iter().zip(expected).take_while(|(one, other)| one == other).count();
    let show = |text: &[u8]| {
        String::from_utf8_lossy(&text[at.saturating_sub(80).min(text.len())..(at + 80).min(text.len())]).into_owned()
    };
    format!(
        "{} bytes stored, {} written; they part at {at}:\n{:?}\n{:?}",
        stored.len(),
        expected.len(),
        show(stored),
        show(expected)
    )
}

/// Writes a block of so many lines of 100 bytes ten times a second, for so many seconds.
const FLOOD: &str = r#"
import sys, time
out = sys.stdout.buffer
seconds, lines = int(sys.argv[1]), int(sys.argv[2])
# Whoever reads the log is there before much is written.
time.sleep(10)
began = time.monotonic()
number = 0
for block in range(seconds * 10):
    out.write(b"".join(b"%08d %s\n" % (number + line, b"abcdefghij" * 9) for line in range(lines)))
    out.flush()
    number += lines
    wait = began + (block + 1) / 10 - time.monotonic()
    if wait > 0:
        time.sleep(wait)
"#;
const FLOOD_LINE: usize = 100;

async fn flood(program: &Program, namespace: &str, seconds: usize, block: usize) -> RunId {
    let command = json!(["python3", "-c", FLOOD, seconds.to_string(), block.to_string()]);
    program.launch(namespace, json!({"image": image("python"), "command": command})).await
}

fn flood_text(lines: usize) -> Vec<u8> {
    (0..lines).flat_map(|number| format!("{number:08} {}\n", "abcdefghij".repeat(9)).into_bytes()).collect()
}

/// What a stored flood lacks: bytes of the written text, and how many lines are stored before them.
#[derive(Debug)]
struct Hole {
    from: usize,
    to: usize,
    after_line: u64,
}

/// Finds what a stored flood lacks, and that it has everything else, once and in order.
fn holes(stored: &[u8], written: &[u8]) -> Vec<Hole> {
    let (mut at, mut place, mut found) = (0, 0, Vec::new());
    loop {
        let same = stored[at..].iter().zip(&written[place..]).take_while(|(one, other)| one == other).count();
        // The rest of a torn line may begin as what is missing does: the line after it says where it belongs.
        (at, place) = (at + same, place + same);
        if at == stored.len() {
            if place < written.len() {
                found.push(Hole { from: place, to: written.len(), after_line: lines_in(stored) });
            }
            return found;
        }
        let begin = stored[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        (at, place) = (begin, place - (at - begin));
        let next = at + stored[at..].iter().position(|byte| *byte == b'\n').unwrap_or(stored.len() - at - 1) + 1;
        let number = |line: &[u8]| std::str::from_utf8(line.get(..8)?).ok()?.parse::<usize>().ok();
        // A whole line says its own place; a torn one has that of the next whole line.
        let own = (next - at == FLOOD_LINE).then(|| number(&stored[at..])).flatten();
        let to = match own {
            Some(own) => own * FLOOD_LINE,
            None => {
                (number(&stored[next..]).unwrap_or(written.len() / FLOOD_LINE) * FLOOD_LINE).saturating_sub(next - at)
            }
        };
        assert!(to > place && written[to..].starts_with(&stored[at..next]), "{}", difference(stored, written));
        found.push(Hole { from: place, to, after_line: lines_in(&stored[..at]) });
        place = to;
    }
}

fn lines_in(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn four_megabytes_a_second_for_thirty_seconds_are_stored_while_the_log_rotates_and_readers_are_slow() {
    let sandbox = Sandbox::new("flood").await;
    let folder = tempfile::tempdir().unwrap();
    let program = Arc::new(Program::start(folder.path(), &kubeconfig()));
    let run = flood(&program, &sandbox.namespace, 30, 4000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let readers = [page_of, search_of, index_of].map(|slow| {
        let (program, stop, folder) = (Arc::clone(&program), Arc::clone(&stop), folder.path().to_owned());
        tokio::task::spawn_blocking(move || slow(&program, run, &folder, &stop))
    });
    let row = program.ended(run, 150).await;
    assert_eq!(row.run.status.state, RunState::Completed, "{:?}", row.run.status);
    program.settled(run, 60).await;
    stop.store(true, Ordering::Relaxed);
    for (slow, name) in readers.into_iter().zip(["page", "search", "index"]) {
        let times = slow.await.unwrap();
        println!("{name}: {times} times");
        assert!(times > 2, "the slow {name} was at work too: {times}");
    }
    let log = program.log(run).expect("a log");
    let files = heads_on_node(&sandbox.namespace, &log.pod);
    println!("{} files of the log are left on the node; gaps told: {:?}", files.len(), log.gaps);
    assert!(files.len() >= 3, "the node rotated the log: {} files of it are left", files.len());
    let (stored, written) = (program.text(&log), flood_text(1_200_000));
    assert_eq!(log.lines, lines_in(&stored), "{log:?}");
    assert!(log.is_complete, "{log:?}");
    // A gap says that lines may be missing: where rotation hides the last stored line from a reopened stream it is told
    // even though none is. None may really be missing, but for what the node itself never hands out: what is written
    // between the renaming of a file and the opening of the next, some milliseconds, where the node's own follower
    // stood at the file's end. Then the log goes on at the head of the node's next file.
    for hole in holes(&stored, &written) {
        println!("the node left out {hole:?}");
        assert!(hole.to - hole.from <= 4000 * FLOOD_LINE, "{hole:?} is more than one write: {log:?}");
        let next = &written[hole.to..];
        assert!(files.iter().any(|head| next.starts_with(head)), "{hole:?} is at no seam of {} files", files.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_rotation_took_from_a_reader_held_up_are_told_as_a_gap() {
    let sandbox = Sandbox::new("held").await;
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::to(server(&kubeconfig())).await;
    let through = folder.path().join("kubeconfig");
    relay.kubeconfig(&kubeconfig(), &through).unwrap();
    let program = Program::start(&folder.path().join("data"), &through);
    let run = flood(&program, &sandbox.namespace, 50, 2000).await;
    until(120, "lines flow", || async { program.log(run).is_some_and(|log| log.lines > 4000) }).await;
    // Two checks of the node's, 10 s apart, find a file that is too large.
    relay.silence(true);
    tokio::time::sleep(Duration::from_secs(25)).await;
    relay.silence(false);
    let row = program.ended(run, 150).await;
    assert_eq!(row.run.status.state, RunState::Completed, "{:?}", row.run.status);
    program.settled(run, 60).await;
    let log = program.log(run).expect("a log");
    let stored = program.text(&log);
    let missing = holes(&stored, &flood_text(1_000_000));
    println!("{missing:?}; told: {:?}", log.gaps);
    let large: Vec<_> = missing.iter().filter(|hole| hole.to - hole.from > 2000 * FLOOD_LINE).collect();
    assert!(!large.is_empty(), "the node rotated lines away: {log:?}");
    for hole in large {
        assert!(log.gaps.iter().any(|gap| gap.after_line == hole.after_line), "{hole:?} is told: {log:?}");
    }
}

/// A page that reads in small pieces and rests. Returns how often it read something.
fn page_of(program: &Program, run: RunId, _: &Path, stop: &AtomicBool) -> usize {
    let (mut times, mut cursor) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        if let Some(log) = program.log(run) {
            let piece = program.app.read_log(&log.key, cursor, 64 * 1024).unwrap();
            cursor = piece.next;
            times += usize::from(!piece.raw.is_empty());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
    times
}

/// Another program that searches all of it in small steps, again and again. Returns how many steps found something.
fn search_of(program: &Program, run: RunId, folder: &Path, stop: &AtomicBool) -> usize {
    let clock: Arc<dyn berth_core::ports::Clock> = Arc::new(crate::program::SystemClock);
    let archive = berth_history::SqliteHistory::open(folder, &clock).unwrap().archive;
    let (mut times, mut cursor) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        if let Some(log) = program.log(run) {
            let (found, next) = archive.search(&log.key, "00 abc", cursor, 1024 * 1024).unwrap();
            times += usize::from(!found.is_empty());
            cursor = next.unwrap_or(0);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    times
}

/// An index that stands still: another program holds its lock for 3 s, again and again. Returns how often it did.
fn index_of(_: &Program, _: RunId, folder: &Path, stop: &AtomicBool) -> usize {
    let mut times = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut holder =
            Command::new("sqlite3").arg("-bail").arg(folder.join("logs.db")).stdin(Stdio::piped()).spawn().unwrap();
        let mut script = holder.stdin.take().unwrap();
        script.write_all(b".timeout 10000\nBEGIN IMMEDIATE;\n").unwrap();
        std::thread::sleep(Duration::from_secs(3));
        script.write_all(b"COMMIT;\n").unwrap();
        drop(script);
        times += usize::from(holder.wait().unwrap().success());
        std::thread::sleep(Duration::from_millis(300));
    }
    times
}

/// What the first line of each file of a container's log says, from the node.
fn heads_on_node(namespace: &str, pod: &str) -> Vec<Vec<u8>> {
    let xtask = std::env::var("BERTH_XTASK").expect("BERTH_XTASK names xtask's program, as `cargo xtask test` does");
    let cluster = std::env::var("BERTH_TEST_CLUSTER").expect("BERTH_TEST_CLUSTER names the test cluster");
    let heads =
        format!("for file in /var/log/pods/{namespace}_{pod}_*/main/*.log*; do gzip -dcf $file | head -n 1; done");
    let line = ["cluster", "--name", &cluster, "exec", "--", "sh", "-c", &heads];
    let output = Command::new(xtask).args(line).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // A line of the file: time, output, whether it is whole, text.
    let text = |line: &[u8]| line.splitn(4, |byte| *byte == b' ').nth(3).unwrap_or_default().to_vec();
    output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_bytes_and_a_line_of_five_megabytes_survive() {
    let sandbox = Sandbox::new("odd").await;
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &kubeconfig());
    let script = r#"
import sys
out = sys.stdout.buffer
out.write(b"\x1b[1mbold\x1b[0m 10%\r 100%\n\n" + bytes(b for b in range(256) if b not in (10, 13)) + b"\n")
out.write(b"five " * 1048576 + b"\n")
out.write(b"last, without an end")
out.flush()
"#;
    let spec = json!({"image": image("python"), "command": ["python3", "-c", script]});
    let run = program.launch(&sandbox.namespace, spec).await;
    program.ended(run, 120).await;
    program.settled(run, 60).await;
    let log = program.log(run).expect("a log");
    let mut expected = b"\x1b[1mbold\x1b[0m 10%\r 100%\n\n".to_vec();
    expected.extend((0..=255u8).filter(|byte| !matches!(byte, 10 | 13)));
    expected.extend_from_slice(b"\n");
    expected.extend_from_slice("five ".repeat(1_048_576).as_bytes());
    expected.extend_from_slice(b"\nlast, without an end\n");
    let stored = program.text(&log);
    assert!(stored == expected, "{}", difference(&stored, &expected));
    assert_eq!((log.is_complete, log.gaps.len()), (true, 0), "{log:?}");
}
