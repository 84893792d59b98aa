//! Owns what exit codes mean in plain words.

use berth_model::Reason;

/// Why an attempt, or a whole run, ended badly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The model's word for it.
    pub reason: Reason,
    /// One sentence for people: what, why, what to do.
    pub message: String,
    /// Exit code, where there is one.
    pub exit_code: Option<i32>,
}

/// Codes above this are 128 plus the number of the signal that ended the program.
const SIGNALS_FROM: i32 = 128;

/// Exit code of a program that was killed (SIGKILL).
pub const KILLED: i32 = 137;

/// Exit code of a program that was asked to end (SIGTERM) and did.
pub const ENDED: i32 = 143;

/// Says that a pod was deleted while its program ran.
pub fn deleted(exit_code: Option<i32>) -> Failure {
    Failure {
        reason: Reason::DeletedOutside,
        message: "The pod was deleted while its program ran, by someone or by the cluster: run it again.".to_owned(),
        exit_code,
    }
}

/// Says that an attempt met its time limit, in seconds.
pub fn out_of_time(limit: Option<i64>, exit_code: Option<i32>) -> Failure {
    let limit = limit.map(|limit| format!(" of {limit} seconds")).unwrap_or_default();
    Failure {
        reason: Reason::DeadlineExceeded,
        message: format!(
            "The time limit{limit} passed before the program was done, so it was ended: allow more time, or let it do less."
        ),
        exit_code,
    }
}

/// Explains an exit code that is not 0. `time_limit` is the attempt's limit in seconds, which is among the suspects when
/// a program was killed and nothing else is left to say why.
pub fn explain(code: i32, time_limit: Option<i64>) -> Failure {
    let (reason, message) = match code {
        126 => (
            Reason::CannotRun,
            "The command was found but could not be started (exit code 126): it is not a program, or lacks the permission to be executed.".to_owned(),
        ),
        127 => (
            Reason::CannotRun,
            "The command was not found in the image (exit code 127): check its spelling, or use an image that contains it.".to_owned(),
        ),
        130 => (Reason::ExitCode, "The program was interrupted (exit code 130, SIGINT).".to_owned()),
        132 => (
            Reason::ExitCode,
            "The program met an instruction that this processor does not know (exit code 132, SIGILL): the image was probably made for another kind of machine.".to_owned(),
        ),
        134 => (Reason::ExitCode, "The program gave up by itself (exit code 134, SIGABRT): its log says why.".to_owned()),
        135 => (
            Reason::ExitCode,
            "The program crashed on memory it could not reach (exit code 135, SIGBUS): often its shared memory is full.".to_owned(),
        ),
        136 => (Reason::ExitCode, "The program crashed on an impossible calculation (exit code 136, SIGFPE).".to_owned()),
        KILLED => (Reason::ExitCode, killed(time_limit)),
        139 => (
            Reason::ExitCode,
            "The program crashed: it used memory that was not its own (exit code 139, segmentation fault). This is a fault in the program or in one of its libraries.".to_owned(),
        ),
        ENDED => (Reason::ExitCode, ended(time_limit)),
        code if (SIGNALS_FROM + 1..=SIGNALS_FROM + 64).contains(&code) => (
            Reason::ExitCode,
            format!("The program was ended by signal {} (exit code {code}).", code - SIGNALS_FROM),
        ),
        code => (Reason::ExitCode, format!("The program ended with exit code {code}: its log says why.")),
    };
    Failure { reason, message, exit_code: Some(code) }
}

fn killed(time_limit: Option<i64>) -> String {
    let or_limit =
        time_limit.map(|limit| format!(", or because its time limit of {limit} seconds passed")).unwrap_or_default();
    format!(
        "The program was killed (exit code 137, SIGKILL): most often because it or one of its children used more memory than allowed{or_limit}. Give it more memory, or let it read its data in smaller parts."
    )
}

fn ended(time_limit: Option<i64>) -> String {
    let or_limit = time_limit.map(|limit| format!(", or its time limit of {limit} seconds passed")).unwrap_or_default();
    format!(
        "The program was asked to end from outside (exit code 143, SIGTERM): someone stopped it, or its node was needed or shut down{or_limit}."
    )
}

/// Finds the exit code in the message of a Job's condition, as in `Container main for pod a/b failed with exit code 42
/// matching FailJob rule at index 0`.
///
/// A Job keeps no exit codes. With a failure policy, this sentence is the only place in which the code survives the
/// pod, so it is read although sentences of a cluster are otherwise never taken apart; where it reads otherwise one day,
/// the code is unknown and the sentence is shown as it is.
pub fn code_in(message: &str) -> Option<i32> {
    let (_, rest) = message.split_once("failed with exit code ")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '-').unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_in_plain_words() {
        for (code, reason, word) in [
            (1, Reason::ExitCode, "exit code 1"),
            (126, Reason::CannotRun, "permission"),
            (127, Reason::CannotRun, "not found"),
            (137, Reason::ExitCode, "memory"),
            (139, Reason::ExitCode, "crashed"),
            (143, Reason::ExitCode, "asked to end"),
            (159, Reason::ExitCode, "signal 31"),
            (255, Reason::ExitCode, "exit code 255"),
            (-1, Reason::ExitCode, "exit code -1"),
        ] {
            let failure = explain(code, None);
            assert_eq!((failure.reason, failure.exit_code), (reason, Some(code)));
            assert!(failure.message.contains(word), "{code}: {}", failure.message);
            assert!(!failure.message.contains("time limit"), "{code}: no limit was set");
        }
        assert!(explain(137, Some(90)).message.contains("time limit of 90 seconds"));
    }

    #[test]
    fn the_code_is_found_in_the_conditions_sentence() {
        let message = "Container main for pod a/b failed with exit code 42 matching FailJob rule at index 0";
        assert_eq!(code_in(message), Some(42));
        assert_eq!(code_in("failed with exit code -1"), Some(-1));
        for other in ["", "failed with exit code ", "failed with exit code x", "exit code 99999999999999999999"] {
            assert_eq!(code_in(other), None, "{other:?}");
        }
    }
}
