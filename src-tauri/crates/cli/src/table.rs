//! Lays rows out in columns. Pure.

use anstyle::Style;

/// A cell: its text and how to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::new() }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::plain(text)
    }
}

/// Lays rows out under headings, two spaces between columns; the last column is not padded.
pub(crate) fn table(headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.text.chars().count());
        }
    }
    let dim = Style::new().dimmed();
    let heading: Vec<Cell> = headings.iter().map(|heading| Cell::styled(*heading, dim)).collect();
    std::iter::once(&heading).chain(rows).map(|row| line(row, &widths)).collect::<Vec<_>>().join("\n")
}

/// Lays names and values out as two columns.
pub(crate) fn pairs(rows: &[(&str, Cell)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let dim = Style::new().dimmed();
    rows.iter()
        .map(|(name, value)| {
            let style = value.style;
            format!("{dim}{name:width$}{dim:#}  {style}{}{style:#}", value.text)
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn line(row: &[Cell], widths: &[usize]) -> String {
    let last = row.len().saturating_sub(1);
    let mut text = String::new();
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let style = cell.style;
        text.push_str(&format!("{style}{}{style:#}", cell.text));
        if index < last {
            let missing = width.saturating_sub(cell.text.chars().count());
            text.extend(std::iter::repeat_n(' ', missing + 2));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn columns_line_up_whatever_the_width_of_the_letters() {
        let rows = vec![vec!["é".into(), "a".into()], vec!["longer".into(), "b".into()]];
        assert_eq!(bare(&table(&["X", "Y"], &rows)), "X       Y\né       a\nlonger  b");
    }

    #[test]
    fn pairs_line_up() {
        assert_eq!(bare(&pairs(&[("id", "1".into()), ("state", "x".into())])), "id     1\nstate  x");
    }
}
