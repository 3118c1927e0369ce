//! Sampling-based prompt compliance: what a prompt asks for, how much of it maps show, ranking
//! (paper, section 3).

mod attributes;
mod bound;
mod colours;
mod measure;
mod nearest;
mod objects;
mod reading;
mod relations;
mod score;
mod shapes;
#[cfg(test)]
mod tests;
mod tokens;
mod vocabulary;
mod words;

pub use bound::in_pack_words;
pub use colours::{ColourReader, ColourWords};
pub use measure::{ColourCheck, Compliance, CountCheck, Evidence, RelationCheck, measure};
pub use nearest::{Named, nearest_classes};
pub use reading::read_prompt;
pub use relations::{Relation, RelationKind};
pub use score::{Part, Term, Weights, ranking};
pub use shapes::{Outline, Shape, outlines};

use crate::maps::ClassTable;

/// The class that a word is bound to when the person says that it names nothing to look for.
pub const IGNORED: &str = "";

/// A class the prompt asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedObject {
    /// Class index.
    pub class: u8,
    /// Class name.
    pub name: String,
    /// The words of the prompt that ask for it, as written.
    pub words: String,
    /// How many (1 unless a number or a plural says otherwise; a bare plural asks for 2 or more).
    pub count: usize,
    /// Whether more than `count` are as good: "dogs", "some dogs", but not "two dogs" or "a dog".
    pub at_least: bool,
    /// Colours asked for, each once.
    pub colours: Vec<AskedColour>,
    /// Byte range of `words` in the prompt.
    pub span: std::ops::Range<usize>,
}

/// A colour of some objects of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedColour {
    /// A colour word, as packs name it.
    pub name: String,
    /// How many objects of the class shall have it.
    pub count: usize,
}

/// A class that shall not be there: "without people".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Class index.
    pub class: u8,
    /// Class name.
    pub name: String,
    /// The words of the prompt that refuse it, as written.
    pub words: String,
}

/// Classes of a prompt, in order of appearance, and words the vocabulary does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Asked classes, each once.
    pub asked: Vec<AskedObject>,
    /// Relations between asked objects.
    pub relations: Vec<Relation>,
    /// Classes that shall not be there.
    pub refused: Vec<Refused>,
    /// Nouns that no class answers to, for the person to bind.
    pub unknown: Vec<String>,
    /// What is to be read on things of the picture, in order of appearance.
    pub writing: Vec<Writing>,
}

/// Words that the prompt quotes, and what they stand on: a sign that says "OPEN".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writing {
    /// The words, as quoted.
    pub text: String,
    /// Name of the class of objects that bears them.
    pub on: String,
}

impl Reading {
    /// The classes, of objects and of grounds, that the prompt does not name; none where it names nothing, or where a word is
    /// unknown, which may stand for any of them.
    pub fn unnamed(&self, classes: &ClassTable) -> Vec<u8> {
        unnamed(std::slice::from_ref(self), classes)
    }
}

/// The classes, of objects and of grounds, that none of several texts names which are followed together; none where they name
/// nothing, or where a word is unknown.
pub fn unnamed(readings: &[Reading], classes: &ClassTable) -> Vec<u8> {
    let mut asked = readings.iter().flat_map(|reading| &reading.asked).peekable();
    if asked.peek().is_none() || readings.iter().any(|reading| !reading.unknown.is_empty()) {
        return Vec::new();
    }
    let named: Vec<u8> = asked.map(|asked| asked.class).collect();
    classes.iter().map(|class| class.index).filter(|class| !named.contains(class)).collect()
}

/// Share of the picture a class must cover to count as present.
pub const AREA_THRESHOLD: f32 = 0.005;
