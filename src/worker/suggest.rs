//! Classes that come near to words the vocabulary does not know.

use crate::compliance::{Named, nearest_classes};
use crate::engine::{Control, Engine, EngineError};

/// How many classes are offered for a word.
const OFFERED: usize = 3;

/// Remembers what the words of the pack's classes mean.
#[derive(Debug, Default)]
pub(super) struct Suggester {
    named: Option<Vec<Named>>,
}

impl Suggester {
    /// The classes nearest to each of the words, the nearest first.
    pub(super) fn suggest(
        &mut self,
        engine: &mut dyn Engine,
        words: &[String],
        control: &dyn Control,
    ) -> Result<Vec<(String, Vec<String>)>, EngineError> {
        let manifest = engine.pack().manifest.clone();
        let named = match self.named.take() {
            Some(named) => named,
            None => {
                let own: Vec<(u8, String)> = manifest
                    .classes
                    .iter()
                    .flat_map(|c| std::iter::once(&c.name).chain(&c.synonyms).map(|word| (c.index, word.clone())))
                    .collect();
                let texts: Vec<String> = own.iter().map(|(_, word)| word.clone()).collect();
                let features = engine.embed(&texts, control)?;
                own.iter().zip(features).map(|((class, _), features)| Named { class: *class, features }).collect()
            }
        };
        let features = engine.embed(words, control);
        let nearest = features.map(|features| {
            let near = |(word, own): (&String, Vec<f32>)| {
                (word.clone(), nearest_classes(&own, &named, &manifest.classes, OFFERED))
            };
            words.iter().zip(features).map(near).collect()
        });
        self.named = Some(named);
        nearest
    }
}
