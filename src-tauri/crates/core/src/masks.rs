//! Hides the values of a run's secrets wherever its log is shown or exported. What is stored stays what the program wrote:
//! a value that changed, or that no keyring gives any more, could not be put back into it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use berth_model::{Run, RunId, SecretName};
use memchr::memmem;
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::Error;
use crate::app::App;
use crate::ports::SecretValue;

/// What stands for a value.
const HIDDEN: &[u8] = b"***";

/// The shortest text that is hidden, in bytes. Shorter ones are found in so many words that hiding them would leave no log
/// to read, and would tell what they are.
const SHORTEST: usize = 4;

/// What is kept among the secrets so that it travels with them, and is none: an address, a region, a user. Hidden, they
/// would be missed in what a log says of a server that does not answer.
const OPEN: [&str; 3] = ["AWS_ENDPOINT_URL", "AWS_REGION", "GIT_USER"];

/// How long values that could not be read are not asked for again: a keyring that is locked may ask a person each time.
const AGAIN: Duration = Duration::from_secs(600);

/// Hides the values of one run's secrets.
#[derive(Default)]
pub struct Mask {
    texts: Vec<Zeroizing<Vec<u8>>>,
    unread: Vec<SecretName>,
}

impl Mask {
    /// A mask for these values; of one with several lines each line is hidden by itself.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let lines = values.into_iter().flat_map(str::lines).map(str::trim).filter(|line| line.len() >= SHORTEST);
        Self { texts: lines.map(|line| Zeroizing::new(line.as_bytes().to_vec())).collect(), unread: Vec::new() }
    }

    fn of_secrets(values: &[(SecretName, SecretValue)]) -> Self {
        Self::of(values.iter().filter(|(name, _)| is_hidden(name)).map(|(_, value)| value.expose()))
    }

    /// Says which values are not hidden, where some could not be read.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        let names: Vec<&str> = self.unread.iter().map(SecretName::as_str).collect();
        let (values, they_are) = match names.len() {
            0 => return None,
            1 => ("value", "it is"),
            _ => ("values", "they are"),
        };
        let names = names.join(", ");
        Some(format!("The keyring does not give the {values} of {names}: {they_are} not hidden in this log."))
    }

    /// Whether nothing of this text is to be hidden.
    #[must_use]
    pub fn spares(&self, text: &[u8]) -> bool {
        !self.texts.iter().any(|hidden| memmem::find(text, hidden).is_some())
    }

    /// A stored line as it is shown: its time with the space behind it (empty where it has none), and its content without
    /// the values. Whoever shows a line of a log takes it from here.
    #[must_use]
    pub fn shown<'a>(&self, line: &'a [u8]) -> (&'a [u8], Cow<'a, [u8]>) {
        let (time, content) = line.split_at(line.iter().position(|byte| *byte == b' ').map_or(0, |space| space + 1));
        (time, self.hide(content))
    }

    /// Whether a text that was found in a stored line is in what is shown of it: nobody is told that a value was found.
    #[must_use]
    pub fn shows(&self, line: &[u8], text: &str) -> bool {
        match self.shown(line).1 {
            Cow::Borrowed(_) => true,
            Cow::Owned(content) => memmem::find(&content, text.as_bytes()).is_some(),
        }
    }

    /// The text without the values: three stars stand for each, and for those that overlap.
    fn hide<'a>(&self, text: &'a [u8]) -> Cow<'a, [u8]> {
        let mut places: Vec<(usize, usize)> = self.texts.iter().flat_map(|hidden| places(text, hidden)).collect();
        if places.is_empty() {
            return Cow::Borrowed(text);
        }
        places.sort_unstable();
        let mut shown = Vec::with_capacity(text.len());
        let mut done = 0;
        for (begin, end) in places {
            if begin >= done {
                shown.extend_from_slice(text.get(done..begin).unwrap_or_default());
                shown.extend_from_slice(HIDDEN);
            }
            done = done.max(end);
        }
        shown.extend_from_slice(text.get(done..).unwrap_or_default());
        Cow::Owned(shown)
    }
}

fn is_hidden(name: &SecretName) -> bool {
    !OPEN.contains(&name.as_str())
}

/// Every place of a text within another, those that overlap too.
fn places(text: &[u8], hidden: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| memmem::find(rest, hidden)) {
        found.push((from + at, from + at + hidden.len()));
        from += at + 1;
    }
    found
}

/// A mask, and when it was asked for.
type Slot = Arc<tokio::sync::Mutex<Option<(Arc<Mask>, Instant)>>>;

/// The masks of the runs whose logs were looked at, or that were launched, by this process.
#[derive(Default)]
pub(crate) struct Masks(Mutex<HashMap<RunId, Slot>>);

impl Masks {
    fn slot(&self, run: RunId) -> Slot {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(run).or_default())
    }

    /// Remembers the values that a run was launched with: the secrets may have others later.
    pub(crate) async fn remember(&self, run: RunId, values: &[(SecretName, SecretValue)]) {
        let mask = Mask::of_secrets(values);
        *self.slot(run).lock().await = Some((Arc::new(mask), Instant::now()));
    }

    /// Forgets a run that is no longer known.
    pub(crate) fn forget(&self, run: RunId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }

    /// Asks anew, at the next look, for values that could not be read: a secret was set, so they may be there now.
    pub(crate) fn ask_again(&self) {
        let is_whole =
            |known: &Option<(Arc<Mask>, Instant)>| known.as_ref().is_none_or(|(mask, _)| mask.unread.is_empty());
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is locked is being asked for right now.
        slots.retain(|_, slot| slot.try_lock().is_ok_and(|known| is_whole(&known)));
    }
}

impl App {
    /// What hides the values of a run's secrets in its logs: the values that this process launched it with, else those that
    /// the secrets have now. Whoever shows a line of a log shows it through this.
    ///
    /// Waits for a keyring that asks for its password. What cannot be read is told by [`Mask::told`].
    ///
    /// # Errors
    /// `NotFound` for an unknown run; `Storage`.
    pub async fn mask(&self, run: RunId) -> Result<Arc<Mask>, Error> {
        let slot = self.masks.slot(run);
        let mut known = slot.lock().await;
        if let Some((mask, asked)) = &*known
            && (mask.unread.is_empty() || asked.elapsed() < AGAIN)
        {
            return Ok(Arc::clone(mask));
        }
        let row = self.known(run).await?;
        let mask = Arc::new(self.read_mask(&row.run).await);
        *known = Some((Arc::clone(&mask), Instant::now()));
        Ok(mask)
    }

    async fn read_mask(&self, run: &Run) -> Mask {
        let names: Vec<SecretName> = run.spec.task.secrets.iter().filter(|name| is_hidden(name)).cloned().collect();
        let found = self.find_secret_values(&run.project, &names).await.unwrap_or_else(|error| {
            tracing::debug!(run_id = %run.id, %error, "unable to hide secrets in a log");
            Vec::new()
        });
        let values: Vec<_> = found.into_iter().filter_map(|(name, value)| Some((name, value.ok()?))).collect();
        let is_read = |name: &SecretName| values.iter().any(|(read, _)| read == name);
        let unread: Vec<SecretName> = names.into_iter().filter(|name| !is_read(name)).collect();
        Mask { unread, ..Mask::of_secrets(&values) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hidden(values: &[&str], text: &str) -> String {
        String::from_utf8(Mask::of(values.iter().copied()).hide(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn values_are_hidden_wherever_they_stand_and_nothing_else_is() {
        let check = |values: &[&str], text: &str, expected: &str| assert_eq!(hidden(values, text), expected, "{text}");
        check(&[], "as it is", "as it is");
        check(&["s3cret"], "token=s3cret, again s3crets3cret.", "token=***, again ******.");
        check(&["s3cret"], "S3CRET s3cre t", "S3CRET s3cre t");
        check(&["pass", "password"], "password and pass", "*** and ***");
        check(&["abcd", "cdef"], "abcdef", "***");
        check(&["aaaa"], "aaaaaa", "***");
        check(&["no", "yes", ""], "no yes", "no yes");
        check(&["first line\n  second\n}\n"], "first line second }", "*** *** }");
        check(&["pässwörd"], "pässwörd", "***");
    }

    #[test]
    fn what_is_hidden_is_not_found() {
        let mask = Mask::of(["s3cret"]);
        for (line, text, is_shown) in [
            ("T token=s3cret", "s3cret", false),
            ("T token=s3cret", "token", true),
            ("T s3cret, then cret", "cret", true),
            ("T plain", "plain", true),
        ] {
            assert_eq!(mask.shows(line.as_bytes(), text), is_shown, "{text} in {line}");
        }
    }

    #[test]
    fn a_line_is_shown_in_its_parts() {
        let mask = Mask::of(["2026", "s3cret"]);
        for (line, time, content) in [
            ("2026-01-01T00:00:00Z of 2026\n", "2026-01-01T00:00:00Z ", "of ***\n"),
            ("2026-01-01T00:00:00Z \n", "2026-01-01T00:00:00Z ", "\n"),
            ("s3cret\n", "", "***\n"),
            ("", "", ""),
        ] {
            assert_eq!(mask.shown(line.as_bytes()), (time.as_bytes(), Cow::from(content.as_bytes())), "{line:?}");
        }
    }

    #[tokio::test]
    async fn values_that_could_not_be_read_are_asked_for_again_once_a_secret_was_set() {
        let (masks, launched, looked_at) =
            (Masks::default(), RunId::from_uuid(uuid::Uuid::from_u128(1)), RunId::from_uuid(uuid::Uuid::from_u128(2)));
        let value = |value: &str| (SecretName::parse("A").unwrap(), SecretValue::new(value.to_owned()));
        masks.remember(launched, &[value("s3cret")]).await;
        let unread = Mask { unread: vec![SecretName::parse("A").unwrap()], ..Mask::default() };
        *masks.slot(looked_at).lock().await = Some((Arc::new(unread), Instant::now()));
        masks.ask_again();
        assert!(masks.slot(looked_at).lock().await.is_none());
        assert!(masks.slot(launched).lock().await.is_some(), "what a run was launched with is nowhere else");
        masks.forget(launched);
        assert!(masks.slot(launched).lock().await.is_none());
    }

    #[test]
    fn an_address_that_is_kept_with_its_keys_is_not_hidden() {
        let values = [("AWS_ENDPOINT_URL", "http://store"), ("AWS_SECRET_ACCESS_KEY", "s3cret")]
            .map(|(name, value)| (SecretName::parse(name).unwrap(), SecretValue::new(value.to_owned())));
        let shown = Mask::of_secrets(&values).hide(b"http://store refuses s3cret").into_owned();
        assert_eq!(shown, b"http://store refuses ***");
    }

    #[test]
    fn what_is_not_hidden_is_told() {
        let told = |names: &[&str]| {
            let unread = names.iter().map(|name| SecretName::parse(name).unwrap()).collect();
            Mask { unread, ..Mask::default() }.told()
        };
        assert_eq!(told(&[]), None);
        let one = "The keyring does not give the value of A: it is not hidden in this log.";
        assert_eq!(told(&["A"]).as_deref(), Some(one));
        assert!(told(&["A", "B"]).unwrap().contains("the values of A, B: they are"));
    }

    #[test]
    fn a_text_without_a_value_is_not_copied() {
        let mask = Mask::of(["s3cret"]);
        assert!(mask.spares(b"nothing here") && !mask.spares(b"s3cret"));
        assert!(matches!(mask.hide(b"nothing here"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn no_value_is_left_and_what_lies_between_stays(
            values in proptest::collection::vec("[ab]{4,6}", 1..4),
            words in proptest::collection::vec("[abc ]{0,12}", 0..8),
        ) {
            let text = words.join("|");
            let shown = hidden(&values.iter().map(String::as_str).collect::<Vec<_>>(), &text);
            for value in &values {
                prop_assert!(!shown.contains(value.as_str()), "{value} in {shown}");
            }
            prop_assert_eq!(shown.matches(['c', '|']).count(), text.matches(['c', '|']).count());
        }
    }
}
