//! The words and phrases that name a pack's classes.

use std::collections::HashMap;

use crate::maps::{ClassInfo, ClassTable};

/// Which class a phrase names, whether it names several of it, and whether that is a person's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub class: u8,
    pub plural: bool,
    pub bound: bool,
}

/// Phrases (lower case, words separated by one space) and their classes.
pub(super) struct Vocabulary {
    phrases: HashMap<String, Meaning>,
    longest: usize,
}

impl Vocabulary {
    /// Names, plurals and synonyms of the classes. `bindings` (phrase, class name) come first:
    /// what a person binds wins over the pack.
    pub fn new(classes: &ClassTable, bindings: &[(String, String)]) -> Self {
        let mut vocabulary = Self { phrases: HashMap::new(), longest: 0 };
        for (phrase, class) in bindings {
            if let Some(class) = classes.by_name(class) {
                let plural = !is_singular_of_itself(phrase);
                vocabulary.add(phrase, Meaning { class: class.index, plural, bound: true });
            }
        }
        for class in classes.iter() {
            vocabulary.add_class(class);
        }
        vocabulary
    }

    /// Number of words of the longest phrase.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The meaning of lower-case words, whose last may be a regular plural of one the pack lists.
    pub fn find(&self, words: &[&str]) -> Option<Meaning> {
        let phrase = words.join(" ");
        if let Some(meaning) = self.phrases.get(&phrase) {
            return Some(*meaning);
        }
        let (last, before) = words.split_last()?;
        singulars(last).into_iter().find_map(|singular| {
            let mut phrase = before.join(" ");
            if !phrase.is_empty() {
                phrase.push(' ');
            }
            phrase.push_str(&singular);
            self.phrases.get(&phrase).map(|m| Meaning { plural: true, ..*m })
        })
    }

    fn add_class(&mut self, class: &ClassInfo) {
        let own = |plural| Meaning { class: class.index, plural, bound: false };
        self.add(&class.name, own(false));
        self.add(&class.plural, own(true));
        for word in &class.synonyms {
            let forms = singulars(&normal(word));
            let plural =
                forms.iter().any(|f| *f == normal(&class.name) || class.synonyms.iter().any(|s| normal(s) == *f));
            self.add(word, own(plural));
        }
    }

    /// The first meaning of a phrase stays: "snow" is never a plural of itself.
    fn add(&mut self, phrase: &str, meaning: Meaning) {
        let phrase = normal(phrase);
        if !phrase.is_empty() {
            self.longest = self.longest.max(phrase.split(' ').count());
            self.phrases.entry(phrase).or_insert(meaning);
        }
    }
}

/// Lower case, words separated by one space, hyphens read as spaces.
fn normal(phrase: &str) -> String {
    let lower = phrase.to_lowercase().replace('-', " ");
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a word bound by hand reads as a singular: nothing but its form tells.
fn is_singular_of_itself(phrase: &str) -> bool {
    let phrase = normal(phrase);
    !phrase.ends_with('s') || ["ss", "us", "is"].iter().any(|end| phrase.ends_with(end))
}

/// Phrases of which `phrase` may be the plural, by the rules of English and its common exceptions.
pub(super) fn singulars(phrase: &str) -> Vec<String> {
    const IRREGULAR: [(&str, &str); 10] = [
        ("men", "man"),
        ("children", "child"),
        ("people", "person"),
        ("mice", "mouse"),
        ("geese", "goose"),
        ("feet", "foot"),
        ("teeth", "tooth"),
        ("oxen", "ox"),
        ("leaves", "leaf"),
        ("cacti", "cactus"),
    ];
    let mut forms = Vec::new();
    let mut swap = |end: &str, with: &str| {
        if let Some(stem) = phrase.strip_suffix(end)
            && (stem.len() >= 2 || !with.is_empty())
        {
            forms.push(format!("{stem}{with}"));
        }
    };
    for (plural, singular) in IRREGULAR {
        swap(plural, singular);
    }
    swap("ies", "y");
    swap("ves", "f");
    swap("ves", "fe");
    swap("es", "");
    if !phrase.ends_with("ss") {
        swap("s", "");
    }
    forms
}
