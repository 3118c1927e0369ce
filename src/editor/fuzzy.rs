//! Fuzzy matching for the command palette.

/// How well `text` matches `label`: its letters must appear in order. Letters at the beginning of
/// words and letters in a row count more; `None` when it does not match.
pub fn score(text: &str, label: &str) -> Option<i32> {
    let label: Vec<char> = label.to_lowercase().chars().collect();
    let (mut at, mut total, mut in_row) = (0, 0, 0);
    for wanted in text.to_lowercase().chars().filter(|c| !c.is_whitespace()) {
        let found = at + label[at..].iter().position(|c| *c == wanted)?;
        in_row = if found == at { in_row + 1 } else { 0 };
        let begins = found == 0 || !label[found - 1].is_alphanumeric();
        total += 1 + 3 * i32::from(begins) + 2 * in_row.min(4) - (found - at).min(5) as i32 / 2;
        at = found + 1;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn letters_in_order_match_and_beginnings_win() {
        assert!(score("zz", "Zoom in").is_none());
        assert!(score("sa", "Save as…") > score("sa", "Deselect as"));
        assert!(score("undo", "Undo") > score("undo", "Underline do"));
        assert_eq!(score("", "Anything"), Some(0));
        assert!(score("new cand", "Sample new candidates").is_some());
    }
}
