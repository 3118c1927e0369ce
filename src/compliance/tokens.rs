//! The words of a prompt.

use std::ops::Range;

/// A word of the prompt.
pub(super) struct Token {
    /// Lower case, without a possessive ending.
    pub key: String,
    /// Bytes of the prompt.
    pub span: Range<usize>,
    /// Whether only space or a hyphen separates it from the word before.
    pub joined: bool,
    /// Whether a hyphen alone does.
    pub hyphenated: bool,
    /// Number of its sentence; full stops and semicolons end one, commas do not.
    pub sentence: usize,
}

/// Splits a prompt into words.
pub(super) fn tokens(prompt: &str) -> Vec<Token> {
    let is_apostrophe = |c: char| c == '\'' || c == '\u{2019}';
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = 0;
    while let Some(from) = prompt[rest..].find(char::is_alphanumeric).map(|i| i + rest) {
        let word = &prompt[from..];
        let end = word.find(|c: char| !c.is_alphanumeric() && !is_apostrophe(c)).unwrap_or(word.len());
        let word = word[..end].trim_end_matches(is_apostrophe);
        rest = from + word.len();
        let owner = ["'s", "\u{2019}s"].iter().find_map(|ending| word.strip_suffix(ending)).unwrap_or(word);
        let gap = tokens.last().map_or("", |t| &prompt[t.span.end..from]);
        let joined = !tokens.is_empty() && gap.chars().all(|c| c.is_whitespace() || c == '-');
        let ended = gap.contains(['.', ';', ':', '!', '?', '\n']);
        let sentence = tokens.last().map_or(0, |t| t.sentence + usize::from(ended));
        tokens.push(Token {
            key: owner.to_lowercase(),
            span: from..from + owner.len(),
            joined,
            hyphenated: gap == "-",
            sentence,
        });
    }
    tokens
}
