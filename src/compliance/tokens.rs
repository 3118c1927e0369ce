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

/// Words before a quotation that make it writing, and are no more asked for than what it says.
const WRITES: [&str; 17] = [
    "say", "says", "saying", "said", "read", "reads", "reading", "spell", "spells", "spelling", "word", "words",
    "text", "labelled", "labeled", "titled", "called",
];
/// Words before a quotation that make it writing, and stand for themselves.
const BEARS: [&str; 9] =
    ["letter", "letters", "lettering", "sign", "signboard", "signpost", "billboard", "board", "with"];

/// Writing that a prompt quotes.
pub(super) struct Quotation {
    /// Bytes of the prompt, without the quotation marks.
    pub span: Range<usize>,
    /// How many words come before it.
    pub at: usize,
}

/// Splits a prompt into words and what is to be written: a sign that says "DOG" asks for no dog.
pub(super) fn tokens(prompt: &str) -> (Vec<Token>, Vec<Quotation>) {
    let (mut tokens, mut writing) = (words(prompt), Vec::new());
    let mut at = 0;
    for quoted in quotations(prompt) {
        let before = at + tokens[at..].partition_point(|t| t.span.end <= quoted.start);
        let after = before + tokens[before..].partition_point(|t| t.span.start < quoted.end);
        let key = before.checked_sub(1).map_or("", |last| tokens[last].key.as_str());
        let (writes, bears) = (WRITES.contains(&key), BEARS.contains(&key));
        at = after;
        if writes || bears {
            let from = before - usize::from(writes);
            tokens.drain(from..after);
            at = from;
            writing.push(Quotation { span: quoted, at });
        }
    }
    (tokens, writing)
}

/// The bytes of what stands between double quotation marks.
fn quotations(prompt: &str) -> Vec<Range<usize>> {
    let mut marks = prompt.char_indices().filter(|(_, c)| matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}'));
    std::iter::from_fn(|| Some((marks.next()?, marks.next()?)))
        .map(|((opening, mark), (closing, _))| opening + mark.len_utf8()..closing)
        .collect()
}

fn words(prompt: &str) -> Vec<Token> {
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
