//! From the words of a prompt to the classes it asks for.

use std::ops::Range;

use super::attributes::colour_of;
use super::relations::{Mention, relations};
use super::tokens::{Token, tokens};
use super::vocabulary::{Meaning, Vocabulary, singulars};
use super::words::{Number, WordKind, collective, kind_of, number_of};
use super::{AskedColour, AskedObject, IGNORED, Reading, Refused, Writing};
use crate::maps::ClassTable;

/// Most words between a number and its noun: "two big old red dogs".
pub(super) const REACH: usize = 5;

/// Reads a prompt with the pack's vocabulary and the person's bindings (word or phrase, class name).
///
/// The longest phrase wins ("pine tree" before "tree"), case and hyphens do not matter, regular
/// plurals need not be listed. Numbers in words and digits, "a pair of" and the like count; a bare
/// plural asks for 2 or more, "some", "several" and "many" for 3 or more. A class named again with "the" is the same
/// one, with "a" or a number another. What follows "no" or "without" is refused. Relations and colours are read of
/// objects alone, as only objects are counted: the count of a background is 1.
pub fn read_prompt(prompt: &str, classes: &ClassTable, bindings: &[(String, String)]) -> Reading {
    let vocabulary = Vocabulary::new(classes, bindings);
    let (tokens, quotations) = tokens(prompt);
    let matches = matches(&tokens, &vocabulary);
    let mut reading = Reading::default();
    let mut mentions = Vec::new();
    let mut refused: Option<Range<usize>> = None;
    for (at, meaning) in &matches {
        let number = number_before(&tokens, at.start);
        let shares_refusal = refused.as_ref().is_some_and(|r| {
            let between = &tokens[r.end..at.start];
            between.iter().any(|t| t.key == "or" || t.key == "nor")
                && between.iter().all(|t| matches!(t.key.as_str(), "or" | "nor" | "a" | "an" | "any"))
        });
        let span = tokens[at.start].span.start..tokens[at.end - 1].span.end;
        if number == Some(Number::None) || shares_refusal {
            refused = Some(at.clone());
            refuse(&mut reading, classes, meaning.class, &prompt[span]);
            continue;
        }
        let colour = classes.is_object(meaning.class).then(|| colour_of(&tokens, &matches, at)).flatten();
        let asked = Asked { meaning: *meaning, number, colour };
        let count = ask(&mut reading, classes, &asked, &prompt[span.clone()], span);
        if classes.is_object(meaning.class) {
            mentions.push(Mention { at: at.clone(), class: meaning.class, count });
        }
    }
    reading.refused.retain(|r| reading.asked.iter().all(|a| a.class != r.class));
    reading.relations = relations(&tokens, &matches, &mentions, classes);
    reading.unknown = unknown_nouns(&tokens, &matches);
    reading.unknown.retain(|word| !is_ignored(word, bindings));
    let writing = quotations.iter().filter_map(|quoted| {
        let (before, after): (Vec<&Mention>, Vec<_>) = mentions.iter().partition(|m| m.at.end <= quoted.at);
        let class = classes.get(before.last().or(after.first())?.class)?;
        Some(Writing { text: prompt[quoted.span.clone()].trim().to_owned(), on: class.name.clone() })
    });
    reading.writing = writing.filter(|writing| !writing.text.is_empty()).collect();
    reading
}

/// Whether the person said that a word, or the word it is the plural of, names nothing to look for.
fn is_ignored(word: &str, bindings: &[(String, String)]) -> bool {
    let forms = singulars(word);
    bindings.iter().filter(|(_, class)| class == IGNORED).any(|(ignored, _)| {
        let ignored = ignored.to_lowercase();
        ignored == word || forms.contains(&ignored) || singulars(&ignored).iter().any(|f| f == word)
    })
}

fn refuse(reading: &mut Reading, classes: &ClassTable, class: u8, words: &str) {
    if reading.refused.iter().all(|r| r.class != class) {
        let name = classes.get(class).map(|c| c.name.clone()).unwrap_or_default();
        reading.refused.push(Refused { class, name, words: words.into() });
    }
}

/// What one place of the prompt says of a class.
struct Asked {
    meaning: Meaning,
    number: Option<Number>,
    colour: Option<&'static str>,
}

/// Adds what a place of the prompt asks for; answers with how many.
fn ask(reading: &mut Reading, classes: &ClassTable, what: &Asked, words: &str, span: Range<usize>) -> usize {
    let Asked { meaning, number, colour } = *what;
    let countable = classes.is_object(meaning.class);
    let bare = if meaning.plural { 2 } else { 1 };
    let (count, at_least) = match number {
        _ if !countable => (1, true),
        Some(Number::Exactly(n)) => (n, false),
        Some(Number::Several) if meaning.plural => (3, true),
        _ => (bare, meaning.plural),
    };
    let colour = colour.map(|name| AskedColour { name: name.into(), count });
    let Some(asked) = reading.asked.iter_mut().find(|a| a.class == meaning.class) else {
        let name = classes.get(meaning.class).map(|c| c.name.clone()).unwrap_or_default();
        let colours = colour.into_iter().collect();
        reading.asked.push(AskedObject {
            class: meaning.class,
            name,
            words: words.into(),
            count,
            at_least,
            colours,
            span,
        });
        return count;
    };
    let is_another = matches!(number, Some(Number::Exactly(_) | Number::Several));
    if countable && is_another {
        asked.count += count;
        asked.at_least |= at_least;
    } else if count > asked.count {
        (asked.count, asked.at_least) = (count, at_least);
    }
    if let Some(colour) = colour {
        match asked.colours.iter_mut().find(|c| c.name == colour.name) {
            Some(same) if is_another => same.count += colour.count,
            Some(_) => {}
            None => asked.colours.push(colour),
        }
    }
    count
}

/// Ranges of tokens that name a class, the longest first where they overlap.
pub(super) fn matches(tokens: &[Token], vocabulary: &Vocabulary) -> Vec<(Range<usize>, Meaning)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let run = 1 + tokens[at + 1..].iter().take(vocabulary.longest()).take_while(|t| t.joined).count();
        let longest = (1..=run.min(vocabulary.longest())).rev().find_map(|len| {
            let words: Vec<_> = tokens[at..at + len].iter().map(|t| t.key.as_str()).collect();
            vocabulary.find(&words).map(|meaning| (at..at + len, meaning))
        });
        at = longest.as_ref().map_or(at + 1, |(range, _)| range.end);
        found.extend(longest);
    }
    found
}

/// The number stated for the noun at `noun`: the nearest one before it within its noun phrase.
fn number_before(tokens: &[Token], noun: usize) -> Option<Number> {
    let mut at = noun;
    while at > noun.saturating_sub(REACH) && tokens[at].joined {
        at -= 1;
        let word = tokens[at].key.as_str();
        let before = (at > 0 && tokens[at].joined).then(|| tokens[at - 1].key.as_str());
        if word == "of" {
            let stated = before.and_then(collective)?;
            // "two dozen of", "three pairs of" are rare enough to read as one of them.
            return Some(stated);
        }
        match number_of(word) {
            Some(_) if is_refused(tokens, at) => return Some(Number::None),
            Some(number) => return Some(number),
            None if word == "any" => {}
            None if kind_of(word) == WordKind::Function => return None,
            None => {}
        }
    }
    None
}

/// Whether "no" or "without" stands before the determiner at `at`: "without a single tree".
fn is_refused(tokens: &[Token], at: usize) -> bool {
    let before = (0..at).rev().take_while(|&i| tokens[i + 1].joined).map(|i| tokens[i].key.as_str());
    let mut determiners = before.take_while(|word| *word == "any" || number_of(word).is_some());
    determiners.any(|word| number_of(word) == Some(Number::None))
}

/// Content words that no class answers to: the last of each run of them, because that is the noun.
fn unknown_nouns(tokens: &[Token], matches: &[(Range<usize>, Meaning)]) -> Vec<String> {
    let mut known = vec![false; tokens.len()];
    for (range, _) in matches {
        known[range.clone()].fill(true);
    }
    let is_content = |i: usize| !known[i] && kind_of(&tokens[i].key) == WordKind::Content;
    let mut unknown: Vec<String> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if !is_content(i) {
            continue;
        }
        let next = (i + 1 < tokens.len() && tokens[i + 1].joined).then_some(i + 1);
        let is_modifier = |n: usize| !known[n] && kind_of(&tokens[n].key) == WordKind::Modifier;
        let noun = (i + 1..tokens.len()).take_while(|&n| tokens[n].joined).find(|&n| !is_modifier(n));
        let describes_next =
            noun.is_some_and(|n| known[n] || is_content(n)) || next.is_some_and(|n| tokens[n].hyphenated);
        let before = (i > 0 && token.joined).then(|| i - 1);
        let is_verb = before.is_some_and(|b| {
            let word = tokens[b].key.as_str();
            let takes_object = |n: usize| tokens[n].key == "to" || number_of(&tokens[n].key).is_some();
            let follows_doer = known[b] && next.is_some_and(takes_object);
            follows_doer || matches!(word, "to" | "who" | "which" | "that" | "it" | "they" | "he" | "she")
        });
        if describes_next || is_verb {
            continue;
        }
        let is_same = |other: &String| {
            *other == token.key || singulars(other).contains(&token.key) || singulars(&token.key).contains(other)
        };
        if !unknown.iter().any(is_same) {
            unknown.push(token.key.clone());
        }
    }
    unknown
}
