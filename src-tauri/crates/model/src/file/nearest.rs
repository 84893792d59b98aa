//! Decides which known key a mistyped one was meant to be.

/// Returns the known word nearest to `word`, if any is near enough to be meant.
pub(super) fn nearest<'known>(word: &str, known: &[&'known str]) -> Option<&'known str> {
    let plain = plain(word);
    known
        .iter()
        .map(|candidate| (distance(&plain, &self::plain(candidate)), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Drops what spellings differ in: case, underscores, dashes.
fn plain(word: &str) -> Vec<char> {
    word.chars().take(64).filter(|letter| !"_-".contains(*letter)).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Counts the letters to insert, remove, replace or swap with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut earlier = None;
    for (index, letter) in left.iter().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in right.iter().enumerate() {
            let at = |values: &[usize], position: usize| values.get(position).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&row, column) + usize::from(letter != other))
                .min(at(&row, column + 1) + 1)
                .min(at(&next, column) + 1);
            let is_swap = column > 0 && earlier == Some(other) && right.get(column - 1) == Some(letter);
            if is_swap && !before.is_empty() {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        earlier = Some(letter);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_mistyped_key_finds_the_one_that_was_meant() {
        let known = ["image", "command", "args", "envs", "node_selector", "service_ports"];
        for (typed, meant) in [
            ("imgae", Some("image")),
            ("Image", Some("image")),
            ("nodeSelector", Some("node_selector")),
            ("env", Some("envs")),
            ("servce_port", Some("service_ports")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, &known), meant, "{typed}");
        }
    }
}
