//! Sampling-based prompt compliance over candidates (paper, section 3).

use crate::compliance::{Weights, measure, ranking, read_prompt};
use crate::document::Candidate;
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

/// Measures candidates against a prompt and puts the best first.
pub fn rank(mut candidates: Vec<Candidate>, by: Measure<'_>) -> Vec<Candidate> {
    measure_all(&mut candidates, by);
    ordered(candidates, by.weights)
}

/// Measures candidates against a prompt. A map that is no segmentation shows nothing that was asked.
pub(super) fn measure_all(candidates: &mut [Candidate], by: Measure<'_>) {
    let Manifest { classes, colours, .. } = by.manifest;
    let reading = read_prompt(by.prompt, classes, by.bindings);
    for candidate in candidates {
        let map = candidate.map.as_segmentation();
        candidate.compliance = map.map(|map| measure(map, &reading, classes, colours)).unwrap_or_default();
    }
}

/// Puts measured candidates in order, the best first.
pub fn ordered(candidates: Vec<Candidate>, weights: &Weights) -> Vec<Candidate> {
    let measured: Vec<_> = candidates.iter().map(|c| c.compliance.clone()).collect();
    let mut candidates: Vec<_> = candidates.into_iter().map(Some).collect();
    ranking(&measured, weights).into_iter().filter_map(|i| candidates[i].take()).collect()
}
