//! Sampling-based prompt compliance over candidates (paper, section 3).

use super::Asked;
use crate::compliance::{Evidence, Shape, Weights, in_pack_words, measure, outlines, ranking, read_prompt};
use crate::document::Candidate;
use crate::engine::{Control, Engine, EngineError, SampleRequest};
use crate::maps::Map;
use crate::pack::Manifest;

/// What candidates are measured against.
#[derive(Clone, Copy, Debug)]
pub struct Measure<'a> {
    /// The prompt.
    pub prompt: &'a str,
    /// Words bound to classes by hand.
    pub bindings: &'a [(String, String)],
    /// What the parts of the score weigh.
    pub weights: &'a Weights,
    /// The pack.
    pub manifest: &'a Manifest,
}

impl Asked {
    /// A request for it; it has no seeds yet.
    pub(super) fn request(&self, manifest: &Manifest, control: &dyn Control) -> SampleRequest {
        let read = |prompt: &str| in_pack_words(prompt, &manifest.classes, &self.bindings);
        SampleRequest {
            variable: self.variable,
            prompt: read(&self.prompt),
            negative: read(&self.negative),
            unnamed: read_prompt(&self.prompt, &manifest.classes, &self.bindings).unnamed(&manifest.classes),
            seeds: Vec::new(),
            settings: self.settings.clone(),
            parents: Vec::new(),
            revision: None,
            canvas: self.canvas,
            previews: control.shows_previews(),
        }
    }

    /// What answers are measured by.
    pub(super) fn measure<'a>(&'a self, manifest: &'a Manifest) -> Measure<'a> {
        Measure { prompt: &self.prompt, bindings: &self.bindings, weights: &self.weights, manifest }
    }
}

/// Measures candidates against a prompt and puts the best first.
pub fn rank(mut candidates: Vec<Candidate>, by: Measure<'_>) -> Vec<Candidate> {
    measure_all(&mut candidates, by);
    ordered(candidates, by.weights)
}

/// Measures candidates against a prompt. A map that is no segmentation shows nothing that was asked.
pub(super) fn measure_all(candidates: &mut [Candidate], by: Measure<'_>) {
    let classes = &by.manifest.classes;
    let reading = read_prompt(by.prompt, classes, by.bindings);
    for candidate in candidates {
        let Some(map) = candidate.map.as_segmentation() else { continue };
        let evidence = Evidence { shapes: &candidate.shapes, ..map.into() };
        candidate.compliance = measure(evidence, &reading, classes, by.manifest.colour_words());
    }
}

/// What the pack's reader of shapes says of a segmentation's objects, the largest of a class first; nothing without one.
///
/// # Errors
/// As [`Engine::read_shapes`].
pub fn shapes_of(engine: &mut dyn Engine, map: &Map, control: &dyn Control) -> Result<Vec<Shape>, EngineError> {
    let manifest = engine.pack().manifest.clone();
    let (Some(reader), Some(map)) = (&manifest.shapes, map.as_segmentation()) else { return Ok(Vec::new()) };
    let outlines = outlines(map, &manifest.classes, reader.side);
    let values: Vec<&[f32]> = outlines.iter().map(|o| o.values.as_slice()).collect();
    let answers = engine.read_shapes(&values, control)?;
    let read = outlines.iter().zip(answers);
    Ok(read.filter_map(|(outline, logits)| Shape::read(outline.class, &logits, &manifest.classes)).collect())
}

/// Puts measured candidates in order, the best first.
pub fn ordered(candidates: Vec<Candidate>, weights: &Weights) -> Vec<Candidate> {
    let measured: Vec<_> = candidates.iter().map(|c| c.compliance.clone()).collect();
    let mut candidates: Vec<_> = candidates.into_iter().map(Some).collect();
    ranking(&measured, weights).into_iter().filter_map(|i| candidates[i].take()).collect()
}
