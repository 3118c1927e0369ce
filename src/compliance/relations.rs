//! Where the prompt wants objects in relation to each other.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::reading::REACH;
use super::tokens::Token;
use super::vocabulary::Meaning;
use super::words::{WordKind, collective, kind_of, number_of};
use crate::maps::ClassTable;

/// How one object lies to another, as the viewer sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RelationKind {
    /// Its centre is further left.
    #[serde(rename = "left of")]
    LeftOf,
    /// Its centre is further right.
    #[serde(rename = "right of")]
    RightOf,
    /// Its centre is higher in the picture.
    #[serde(rename = "above")]
    Above,
    /// Its centre is lower in the picture.
    #[serde(rename = "under")]
    Under,
    /// It is farther away.
    #[serde(rename = "behind")]
    Behind,
    /// It is nearer.
    #[serde(rename = "in front of")]
    InFrontOf,
    /// There is little or nothing between the two.
    #[serde(rename = "next to")]
    NextTo,
}

impl RelationKind {
    /// In words that fit between two nouns.
    pub fn words(self) -> &'static str {
        match self {
            Self::LeftOf => "left of",
            Self::RightOf => "right of",
            Self::Above => "above",
            Self::Under => "under",
            Self::Behind => "behind",
            Self::InFrontOf => "in front of",
            Self::NextTo => "next to",
        }
    }
}

/// A relation between objects of two classes, or of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// How the subject lies to the object.
    pub kind: RelationKind,
    /// Class of the subject.
    pub subject: u8,
    /// How many of that class stand in it.
    pub subject_count: usize,
    /// Class of the object.
    pub object: u8,
    /// How many of that class the subject stands in it to.
    pub object_count: usize,
    /// The whole in words: "dog left of car".
    pub text: String,
}

/// An object named at some place of the prompt.
pub(super) struct Mention {
    /// Tokens that name it.
    pub at: Range<usize>,
    pub class: u8,
    pub count: usize,
}

use RelationKind::{Above, Behind, InFrontOf, LeftOf, NextTo, RightOf, Under};

/// Phrases that stand before what they relate to; longer ones first where one begins another.
const BEFORE_OBJECT: [(&str, RelationKind); 31] = [
    ("left hand side of", LeftOf),
    ("left side of", LeftOf),
    ("left of", LeftOf),
    ("left from", LeftOf),
    ("right hand side of", RightOf),
    ("right side of", RightOf),
    ("right of", RightOf),
    ("right from", RightOf),
    ("in front of", InFrontOf),
    ("ahead of", InFrontOf),
    ("before", InFrontOf),
    ("at the back of", Behind),
    ("in back of", Behind),
    ("behind", Behind),
    ("on top of", Above),
    ("above", Above),
    ("over", Above),
    ("underneath", Under),
    ("beneath", Under),
    ("below", Under),
    ("under", Under),
    ("next to", NextTo),
    ("close to", NextTo),
    ("near to", NextTo),
    ("adjacent to", NextTo),
    ("by the side of", NextTo),
    ("at the side of", NextTo),
    ("beside", NextTo),
    ("alongside", NextTo),
    ("near", NextTo),
    ("by", NextTo),
];

/// Phrases that may end a clause: "two boats with a cloud above", "a car with a dog to its left".
const AT_THE_END: [(&str, RelationKind); 14] = [
    ("to its left", LeftOf),
    ("on its left", LeftOf),
    ("to its right", RightOf),
    ("on its right", RightOf),
    ("in front", InFrontOf),
    ("behind", Behind),
    ("overhead", Above),
    ("above", Above),
    ("underneath", Under),
    ("beneath", Under),
    ("below", Under),
    ("beside", NextTo),
    ("alongside", NextTo),
    ("nearby", NextTo),
];

/// Reads relations between mentioned objects, each once, in the order of the prompt.
///
/// The subject is the object named last before the phrase ("a dog and a cat left of a car" says nothing of the dog),
/// or, where a sentence begins with the phrase, the one named next after its object ("behind the house stands a tree").
/// A phrase at the end of a clause, or one before "it", relates the object just named to the one named before it.
pub(super) fn relations(
    tokens: &[Token],
    matches: &[(Range<usize>, Meaning)],
    mentions: &[Mention],
    classes: &ClassTable,
) -> Vec<Relation> {
    let prompt = Prompt { tokens, matches, mentions };
    let mut found: Vec<Relation> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((kind, pair, end)) = prompt.relation_at(at) else {
            at += 1;
            continue;
        };
        at = end;
        let relation = relation(kind, pair, classes);
        if !found.contains(&relation) {
            found.push(relation);
        }
    }
    found
}

fn relation(kind: RelationKind, (subject, object): (&Mention, &Mention), classes: &ClassTable) -> Relation {
    let name = |m: &Mention| classes.get(m.class).map(|c| if m.count > 1 { &c.plural } else { &c.name });
    let [a, b] = [subject, object].map(|m| name(m).cloned().unwrap_or_default());
    Relation {
        kind,
        subject: subject.class,
        subject_count: subject.count,
        object: object.class,
        object_count: object.count,
        text: format!("{a} {} {b}", kind.words()),
    }
}

struct Prompt<'a> {
    tokens: &'a [Token],
    matches: &'a [(Range<usize>, Meaning)],
    mentions: &'a [Mention],
}

type Pair<'a> = (&'a Mention, &'a Mention);

impl<'a> Prompt<'a> {
    /// The relation whose phrase begins at a token, and where the phrase ends.
    fn relation_at(&self, at: usize) -> Option<(RelationKind, Pair<'a>, usize)> {
        if self.matches.iter().any(|(range, _)| range.contains(&at)) {
            return None;
        }
        let phrase = |(words, kind): &(&str, RelationKind)| Some((*kind, self.phrase(words, at)?));
        for (kind, end) in BEFORE_OBJECT.iter().filter_map(phrase) {
            if self.tokens[at].key == "by" && self.names_the_doer(at) {
                return None;
            }
            let pair = match self.object_after(end) {
                Some(object) => self.subject_of(at, object).map(|subject| (subject, object)),
                None if self.is_pronoun(end) => self.last_two(at),
                None => None,
            };
            if let Some(pair) = pair {
                return Some((kind, pair, end));
            }
        }
        let (kind, end) = AT_THE_END.iter().filter_map(phrase).find(|(_, end)| self.ends_clause(*end))?;
        Some((kind, self.last_two(at)?, end))
    }

    /// Where these words end, when they begin at a token with nothing but space between them.
    fn phrase(&self, words: &str, at: usize) -> Option<usize> {
        let mut end = at;
        for word in words.split(' ') {
            self.tokens.get(end).filter(|t| t.key == word && (end == at || t.joined))?;
            end += 1;
        }
        Some(end)
    }

    /// "built by a wizard": whoever did it stands nowhere in particular.
    fn names_the_doer(&self, by: usize) -> bool {
        let before = by.checked_sub(1).filter(|_| self.tokens[by].joined).map(|i| self.tokens[i].key.as_str());
        before.is_some_and(|word| {
            let stays =
                matches!(word, "parked" | "seated" | "sit" | "sits" | "sat" | "stand" | "stands" | "stood" | "lies")
                    || word.ends_with("ing");
            kind_of(word) == WordKind::Verb && !stays
        })
    }

    /// The object named right after a phrase, with its articles, numbers and adjectives between.
    fn object_after(&self, from: usize) -> Option<&'a Mention> {
        let object = self.mentions.iter().find(|m| m.at.start >= from)?;
        let joined = self.tokens[from..=object.at.start].iter().all(|t| t.joined);
        let between = from..object.at.start;
        let is_part = |i: usize| {
            let word = self.tokens[i].key.as_str();
            number_of(word).is_some()
                || kind_of(word) != WordKind::Function
                || (word == "of" && i > from && collective(&self.tokens[i - 1].key).is_some())
        };
        let named = self.matches.iter().any(|(range, _)| between.contains(&range.start));
        (joined && !named && between.len() <= REACH && between.clone().all(is_part)).then_some(object)
    }

    fn subject_of(&self, phrase: usize, object: &Mention) -> Option<&'a Mention> {
        let sentence = self.tokens[phrase].sentence;
        let same = |m: &&Mention| self.tokens[m.at.start].sentence == sentence;
        let before = self.mentions.iter().rev().filter(same).find(|m| m.at.end <= phrase);
        before.or_else(|| {
            let after = self.mentions.iter().filter(same).find(|m| m.at.start >= object.at.end)?;
            let introduces = |i: usize| {
                let word = self.tokens[i].key.as_str();
                let kind = kind_of(word);
                number_of(word).is_some()
                    || matches!(kind, WordKind::Verb | WordKind::Modifier)
                    || matches!(word, "there" | "is" | "are" | "we" | "one" | "can")
            };
            (object.at.end..after.at.start).all(introduces).then_some(after)
        })
    }

    fn is_pronoun(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|t| t.joined && matches!(t.key.as_str(), "it" | "them" | "him" | "her"))
    }

    fn ends_clause(&self, at: usize) -> bool {
        self.tokens.get(at).is_none_or(|t| {
            !t.joined || (kind_of(&t.key) == WordKind::Function && number_of(&t.key).is_none() && t.key != "of")
        })
    }

    /// The object named last before a phrase and the one before that; a background in the last place has no relations.
    fn last_two(&self, phrase: usize) -> Option<Pair<'a>> {
        let sentence = self.tokens[phrase].sentence;
        let (last, _) = self.matches.iter().rev().find(|(range, _)| range.end <= phrase)?;
        let index = self.mentions.iter().position(|m| m.at == *last)?;
        let subject = &self.mentions[index];
        let object = self.mentions[..index].last()?;
        let same = |m: &Mention| self.tokens[m.at.start].sentence == sentence;
        (same(subject) && same(object)).then_some((subject, object))
    }
}
