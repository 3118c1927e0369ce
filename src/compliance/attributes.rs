//! Colours of objects: the words that ask for them.

use std::ops::Range;

use super::reading::REACH;
use super::tokens::Token;
use super::vocabulary::Meaning;
use super::words::{WordKind, kind_of, number_of};

/// Words for colours and the name that packs give them.
const COLOURS: [(&str, &str); 30] = [
    ("red", "red"),
    ("crimson", "red"),
    ("scarlet", "red"),
    ("maroon", "red"),
    ("orange", "orange"),
    ("yellow", "yellow"),
    ("golden", "yellow"),
    ("gold", "yellow"),
    ("green", "green"),
    ("blue", "blue"),
    ("navy", "blue"),
    ("turquoise", "turquoise"),
    ("teal", "teal"),
    ("cyan", "cyan"),
    ("purple", "purple"),
    ("violet", "purple"),
    ("magenta", "magenta"),
    ("pink", "pink"),
    ("white", "white"),
    ("black", "black"),
    ("brown", "brown"),
    ("tan", "tan"),
    ("beige", "beige"),
    ("cream", "cream"),
    ("ivory", "ivory"),
    ("grey", "grey"),
    ("gray", "grey"),
    ("silver", "silver"),
    ("chestnut", "brown"),
    ("ginger", "orange"),
];

fn colour_word(word: &str) -> Option<&'static str> {
    COLOURS.iter().find(|(w, _)| *w == word).map(|(_, name)| *name)
}

/// The colour that the prompt gives the object named at `at`: "a red car", "a car that is red", "the car is red",
/// "a boy in blue", "a girl dressed in a white coat".
pub(super) fn colour_of(
    tokens: &[Token],
    matches: &[(Range<usize>, Meaning)],
    at: &Range<usize>,
) -> Option<&'static str> {
    colour_before(tokens, at.start).or_else(|| colour_after(tokens, matches, at.end))
}

fn colour_before(tokens: &[Token], noun: usize) -> Option<&'static str> {
    let mut at = noun;
    while at > noun.saturating_sub(REACH) && tokens[at].joined {
        at -= 1;
        let word = tokens[at].key.as_str();
        if let Some(colour) = colour_word(word) {
            return Some(colour);
        }
        if number_of(word).is_some() || kind_of(word) == WordKind::Function {
            return None;
        }
    }
    None
}

/// Articles and words of degree may stand before the colour; what it belongs to may follow "in" and "wearing" only when
/// it is something to wear.
fn colour_after(tokens: &[Token], matches: &[(Range<usize>, Meaning)], from: usize) -> Option<&'static str> {
    const CLOTHES: [&str; 10] =
        ["clothes", "shirt", "dress", "coat", "jacket", "suit", "trousers", "sweater", "hat", "robe"];
    let joined = |i: usize| tokens.get(i).filter(|t| t.joined).map(|t| t.key.as_str());
    let mut at = from;
    let mut worn = false;
    while let Some(word) = joined(at) {
        match word {
            "that" | "which" | "who" | "is" | "are" | "was" | "were" | "all" | "coloured" | "colored" | "painted" => {
                at += 1
            }
            "in" | "wearing" | "wears" | "dressed" => {
                worn = true;
                at += 1;
            }
            _ => break,
        }
    }
    if at == from {
        return None;
    }
    while joined(at)
        .is_some_and(|word| matches!(word, "a" | "an" | "very" | "bright" | "dark" | "light" | "pale" | "deep"))
    {
        at += 1;
    }
    let colour = joined(at).and_then(colour_word)?;
    let names_class = |i: usize| matches.iter().any(|(range, _)| range.contains(&i));
    match joined(at + 1) {
        Some(next) if worn && CLOTHES.contains(&next) => Some(colour),
        Some(next) if names_class(at + 1) || kind_of(next) == WordKind::Content => None,
        _ => Some(colour),
    }
}
