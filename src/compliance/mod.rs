//! Sampling-based prompt compliance: objects of a prompt, recall on maps, ranking (paper, section 3).

mod measure;
mod reading;
#[cfg(test)]
mod tests;
mod vocabulary;
mod words;

pub use measure::{compare, measure, ranking};
pub use reading::read_prompt;

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
    /// Byte range of `words` in the prompt.
    pub span: std::ops::Range<usize>,
}

/// Classes of a prompt, in order of appearance, and words the vocabulary does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Asked classes, each once.
    pub asked: Vec<AskedObject>,
    /// Nouns that no class answers to, for the person to bind.
    pub unknown: Vec<String>,
}

/// How well a map obeys a reading.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Compliance {
    /// Share of asked classes found, 0 to 1; 1 when nothing was asked.
    pub recall: f32,
    /// Names found.
    pub found: Vec<String>,
    /// Names missing.
    pub missing: Vec<String>,
    /// Object classes present that nobody asked for.
    pub unasked: Vec<String>,
}

/// Share of the picture a class must cover to count as present.
pub const AREA_THRESHOLD: f32 = 0.005;
