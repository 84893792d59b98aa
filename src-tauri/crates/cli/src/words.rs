//! Puts runs, times and sizes into words for people. Pure.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use berth_core::ports::RunRow;
use berth_model::{AttemptState, ImportReport, NoteKind, Origin, PinnedImage, ProfileName, Run, StatusWord};
use jiff::Timestamp;

use crate::table::{Cell, pairs, table};

/// The word for a run's state, in its colour.
pub(crate) fn state(run: &Run) -> Cell {
    let word = run.status.word(run.action);
    Cell::styled(format!("{} {}", mark(word), word.text()), colour(word))
}

/// Shape beside the colour, so that colour is never the only sign.
const fn mark(word: StatusWord) -> char {
    match word {
        StatusWord::Submitted | StatusWord::Queued => '○',
        StatusWord::Pending | StatusWord::Starting | StatusWord::Stopping => '◌',
        StatusWord::Running => '◔',
        StatusWord::Scheduled => '◷',
        StatusWord::Ready => '●',
        StatusWord::Succeeded => '✓',
        StatusWord::Failed => '✕',
        StatusWord::Stopped | StatusWord::Deleted => '■',
        StatusWord::Lost => '?',
    }
}

const fn colour(word: StatusWord) -> Style {
    let style = Style::new();
    match word {
        StatusWord::Starting | StatusWord::Running | StatusWord::Scheduled => {
            style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Blue)))
        }
        StatusWord::Ready | StatusWord::Succeeded => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green))),
        StatusWord::Failed => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red))),
        StatusWord::Lost => style.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow))),
        _ => style.dimmed(),
    }
}

/// A span in the two largest units, as in `2m 11s`.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    let seconds = to.as_second().saturating_sub(from.as_second()).max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// What to tell of a function with code that no command uses; `line` is the command that would run it, empty
/// where that cannot be told.
pub(crate) fn unused_code(line: &str) -> String {
    let begin = "note: there is code and no command, so the image's own program starts; the code lies in /shared.";
    if line.is_empty() {
        return format!("{begin} Name what to run with --command, or in the function as \"command\".");
    }
    format!("{begin} To run the code: --command \"{line}\"")
}

/// How long ago, in one unit, as in `3 min ago`.
pub(crate) fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second().saturating_sub(then.as_second()).max(0);
    match seconds {
        0..5 => "just now".to_owned(),
        5..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}

/// A size in the largest unit that leaves a number of at least 1.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "shown with one digit after the point")]
    let mut amount = bytes as f64;
    let mut unit = "B";
    for next in UNITS {
        if amount < 1024.0 {
            break;
        }
        amount /= 1024.0;
        unit = next;
    }
    format!("{amount:.1} {unit}")
}

/// How long a run has been or was at it, from its first attempt's start.
pub(crate) fn duration(run: &Run, now: Timestamp) -> String {
    run.status.started.map_or_else(|| "-".to_owned(), |started| span(started, run.status.ended().unwrap_or(now)))
}

/// Why a run stands as it does, or what it is doing.
pub(crate) fn reason(run: &Run) -> String {
    let told = match (run.status.why(), &run.status.reason) {
        (Some(message), _) => message.to_owned(),
        (None, Some(reason)) => reason.to_string(),
        (None, None) if run.status.is_over(run.action) => String::new(),
        (None, None) => match run.status.copies.filter(|_| run.status.word(run.action) == StatusWord::Ready) {
            Some(copies) => copies.to_string(),
            None => run.status.doing().to_owned(),
        },
    };
    if run.status.only_in_history && told.is_empty() { "only in history".to_owned() } else { told }
}

/// A list of runs.
pub(crate) fn runs(rows: &[RunRow], now: Timestamp) -> String {
    if rows.is_empty() {
        return "No runs. Start one with: berth run -f FUNCTION.yaml --action job".to_owned();
    }
    let lines: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            let run = &row.run;
            vec![
                state(run),
                run.object_name.clone().into(),
                format!("{} v{}", run.function.name, run.function.version).into(),
                run.action.word().into(),
                format!("{}/{}", run.target.context, run.target.namespace).into(),
                ago(run.created, now).into(),
                duration(run, now).into(),
                first_line(&reason(run)).into(),
            ]
        })
        .collect();
    table(&["STATE", "RUN", "FUNCTION", "ACTION", "WHERE", "CREATED", "DURATION", "REASON"], &lines)
}

fn first_line(text: &str) -> String {
    const MOST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    if line.chars().count() <= MOST {
        return line.to_owned();
    }
    line.chars().take(MOST - 1).chain(['…']).collect()
}

/// One run in full.
pub(crate) fn show(row: &RunRow, log: &[berth_core::ports::LogInfo], now: Timestamp) -> String {
    let run = &row.run;
    let status = &run.status;
    let mut rows: Vec<(&str, Cell)> = vec![
        ("Run", run.object_name.clone().into()),
        ("Id", run.id.to_string().into()),
        ("State", state(run)),
        ("Doing", status.doing().into()),
    ];
    let why = reason(run);
    if status.message.is_some() || status.reason.is_some() {
        rows.push(("Why", why.into()));
    }
    if let Some(copies) = status.copies {
        rows.push(("Copies", copies.to_string().into()));
    }
    for url in &status.urls {
        rows.push(("Address", url.clone().into()));
    }
    rows.push(("Function", format!("{} v{}", run.function.name, run.function.version).into()));
    rows.push(("Action", run.action.word().into()));
    rows.push(("Project", run.project.to_string().into()));
    rows.push(("Where", format!("{} / {}", run.target.context, run.target.namespace).into()));
    if let Some(image) = &run.spec.function.image {
        rows.push(("Image", image.to_string().into()));
    }
    if let Some(digest) = &status.image_digest {
        rows.push(("Digest", digest.clone().into()));
    }
    if let Some(plan) = &run.build {
        rows.push(("Builds", plan.image.to_string().into()));
    }
    if let Some(image) = run.built_image() {
        rows.push(("Built", image.to_string().into()));
    }
    if let Some(pinned) = &status.pinned {
        rows.push(("Used by", used_by(run, pinned).into()));
    }
    if let Some(parent) = run.parent {
        let what = if run.fire.is_some() { "Started by" } else { "Rerun of" };
        rows.push((what, parent.to_string().into()));
    }
    if let Some(fire) = run.fire {
        let what = if fire.is_manual { "Asked for" } else { "Due" };
        rows.push((what, fire.due.to_string().into()));
    }
    if let (Some(schedule), Some(cron)) = (status.schedule, &run.spec.task.schedule) {
        let zone = run.spec.task.time_zone.as_deref().unwrap_or("UTC");
        rows.push(("Schedule", format!("{cron} ({zone})").into()));
        if let Some(last) = schedule.last {
            rows.push(("Last start", format!("{last} ({})", ago(last, now)).into()));
        }
    }
    rows.push(("Created", format!("{} ({})", run.created, ago(run.created, now)).into()));
    if let Some(started) = status.started {
        rows.push(("Started", started.to_string().into()));
        rows.push(("Duration", duration(run, now).into()));
    }
    if let Some(code) = status.exit_code {
        rows.push(("Exit code", code.to_string().into()));
    }
    let lines: u64 = log.iter().map(|one| one.lines).sum();
    let bytes: u64 = log.iter().map(|one| one.bytes).sum();
    let gaps: usize = log.iter().map(|one| one.gaps.len()).sum();
    let told = if gaps == 0 { String::new() } else { format!(", {gaps} places where lines may be missing") };
    rows.push(("Log", format!("{lines} lines, {}{told}", size(bytes)).into()));
    if status.only_in_history {
        rows.push(("Cluster", "its objects are gone: only in history".into()));
    }
    let mut text = pairs(&rows);
    if !status.attempts.is_empty() {
        let lines: Vec<Vec<Cell>> = status
            .attempts
            .iter()
            .map(|attempt| {
                let ran = attempt
                    .started
                    .map_or_else(|| "-".to_owned(), |started| span(started, attempt.finished.unwrap_or(now)));
                vec![
                    attempt.number.to_string().into(),
                    attempt_word(attempt.state).into(),
                    attempt.exit_code.map_or_else(|| "-".to_owned(), |code| code.to_string()).into(),
                    attempt.pod.clone().into(),
                    attempt.node.clone().unwrap_or_else(|| "-".to_owned()).into(),
                    ran.into(),
                ]
            })
            .collect();
        text.push_str("\n\n");
        let number = if run.action.is_service() { "COPY" } else { "ATTEMPT" };
        text.push_str(&table(&[number, "STATE", "EXIT", "POD", "NODE", "DURATION"], &lines));
    }
    text
}

/// What became of the image of a build.
fn used_by(run: &Run, pinned: &PinnedImage) -> String {
    let name = &run.function.name;
    let before = pinned.replaced.as_ref().map_or_else(|| "no image".to_owned(), ToString::to_string);
    match (pinned.version, pinned.undone) {
        (None, _) => format!("nothing: {name} was deleted"),
        (Some(_), Some(undone)) => format!("nothing any more: {name} v{undone} uses {before} again"),
        (Some(version), None) => {
            let used = run.build.as_ref().and_then(|plan| pinned.used_before(plan));
            let used = used.map_or_else(String::new, |image| format!(", which used {image} before"));
            format!("{name} v{version}{used} (berth undo {})", run.object_name)
        }
    }
}

pub(crate) const fn attempt_word(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Pending => "pending",
        AttemptState::Running => "running",
        AttemptState::Succeeded => "succeeded",
        AttemptState::Failed => "failed",
        AttemptState::Lost => "lost",
    }
}

/// What became of the fields of a file, a line for each.
pub(crate) fn notes(report: &ImportReport) -> Vec<String> {
    let word = |kind| match kind {
        NoteKind::Rewritten => "rewritten",
        NoteKind::Kept => "kept as unknown",
        NoteKind::Refused => "refused",
    };
    report.notes.iter().map(|note| format!("{}: {}: {}", word(note.kind), note.path, note.message)).collect()
}

/// Says which values of a run came from its profile.
pub(crate) fn from_profile(profile: &ProfileName, origins: &BTreeMap<String, Origin>) -> String {
    let taken: Vec<&str> =
        origins.iter().filter(|(_, origin)| **origin == Origin::Profile).map(|(path, _)| path.as_str()).collect();
    if taken.is_empty() {
        return format!("Profile {profile} adds nothing: all that it presets was said.");
    }
    format!("From profile {profile}: {}.", taken.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_sizes_read_well() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |seconds| Timestamp::from_second(seconds).unwrap();
        for (seconds, text) in [(0, "0s"), (59, "59s"), (131, "2m 11s"), (3_720, "1h 2m"), (180_000, "2d 2h")] {
            assert_eq!(span(start, after(seconds)), text);
        }
        assert_eq!(span(after(5), start), "0s", "a clock that runs back shows no negative span");
        for (bytes, text) in [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (32_505_856, "31.0 MiB")] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn what_came_from_a_profile_is_told() {
        let profile = ProfileName::parse("big").unwrap();
        let origins = |origin| BTreeMap::from([("deadline".to_owned(), Origin::Run), ("ttl".to_owned(), origin)]);
        assert_eq!(from_profile(&profile, &origins(Origin::Profile)), "From profile big: ttl.");
        assert!(from_profile(&profile, &origins(Origin::Task)).contains("adds nothing"));
    }

    #[test]
    fn long_reasons_are_cut_at_the_first_line() {
        assert_eq!(first_line("a\nb"), "a");
        assert_eq!(first_line(&"x".repeat(200)).chars().count(), 80);
    }
}
