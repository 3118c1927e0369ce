//! Sampling-based prompt compliance over candidates (paper, section 3).

use crate::compliance::{measure, ranking, read_prompt};
use crate::document::Candidate;
use crate::maps::ClassTable;

/// Measures candidates against a prompt and puts the best first. A map that is no segmentation
/// shows nothing that was asked.
pub fn rank(
    candidates: Vec<Candidate>,
    prompt: &str,
    bindings: &[(String, String)],
    classes: &ClassTable,
) -> Vec<Candidate> {
    let reading = read_prompt(prompt, classes, bindings);
    let measured: Vec<_> = candidates
        .iter()
        .map(|c| c.map.as_segmentation().map(|map| measure(map, &reading, classes)).unwrap_or_default())
        .collect();
    let order = ranking(&measured);
    let mut candidates: Vec<_> = candidates
        .into_iter()
        .zip(measured)
        .map(|(c, m)| {
            let candidate = Candidate { recall: m.recall, found: m.found, missing: m.missing, unasked: m.unasked, ..c };
            Some(candidate)
        })
        .collect();
    order.into_iter().filter_map(|i| candidates[i].take()).collect()
}
