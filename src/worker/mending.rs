//! Candidates that lack something, drawn once more from half-way.

use std::sync::Arc;
use std::time::Instant;

use super::candidates::{measure_all, ordered};
use super::run::{PartOfJob, Runner, evaluations, measured};
use super::{Asked, Mending};
use crate::compliance::Weights;
use crate::document::Candidate;
use crate::engine::{Control, Engine, EngineError, Portion, Revision, SampleRequest};

/// How much of its walk a candidate goes again: things stay about where they are, and what they are is open once more.
const STRENGTH: f32 = 2.0 / 3.0;
/// Apart from the seeds of candidates, which count up.
const ROUND: u64 = 0x9E37_79B9_7F4A_7C15;

/// Whether there is anything to mend.
pub fn lacks(candidate: &Candidate, weights: &Weights) -> bool {
    candidate.compliance.score(weights) < 1.0 - 1e-4
}

/// How many of a walk's evaluations a candidate that is mended takes once more.
pub(super) fn mended_evaluations(evaluations: usize) -> usize {
    (evaluations as f32 * STRENGTH).round() as usize
}

impl Runner {
    /// Candidates that lack something go a part of their walk again, with noise of the round; each that scores better then takes
    /// the place of the one before and keeps its seed. What they lack is measured by the prompt as it is now. `drawn` is told of every one that does, all ranked best first.
    ///
    /// It is a search over noise with the score as its verifier (Ma et al., "Inference-time Scaling for Diffusion Models beyond
    /// Scaling Denoising Steps", 2025) that starts where sampling-based prompt compliance has led.
    pub(super) fn mend(
        &mut self,
        engine: &mut dyn Engine,
        asked: &Asked,
        candidates: &[Candidate],
        mending: &Mending,
        control: &dyn Control,
        drawn: &mut dyn FnMut(Vec<Candidate>),
    ) -> Result<Vec<Candidate>, EngineError> {
        let manifest = engine.pack().manifest.clone();
        let (request, by) = (asked.request(&manifest, control), asked.measure(&manifest));
        let each = mended_evaluations(evaluations(engine, asked.variable, &asked.settings));
        // The prompt may be another one than they were drawn for.
        let mut candidates = candidates.to_vec();
        measure_all(&mut candidates, by);
        let Mending { rounds, most, until } = mending;
        let reached =
            |all: &[Candidate]| until.is_some_and(|u| all.iter().any(|c| c.compliance.score(by.weights) >= u));
        for round in rounds.clone() {
            candidates = ordered(candidates, by.weights);
            let lacking = (0..candidates.len()).filter(|&i| lacks(&candidates[i], by.weights));
            let due: Vec<_> = lacking.take(*most).collect();
            for (done, &at) in due.iter().enumerate() {
                if reached(&candidates) {
                    return Ok(ordered(candidates, by.weights));
                }
                let before = &candidates[at];
                let revision =
                    Revision { base: Arc::clone(&before.map), mask: None, strength: STRENGTH, variation: None };
                let seeds = vec![before.seed.wrapping_add(ROUND.wrapping_mul(round + 1))];
                let left = due.len() - done - 1 + due.len() * (rounds.end - round - 1) as usize;
                let part = PartOfJob {
                    inner: control,
                    later: self.pace.estimate(asked.variable, left * each),
                    portion: Some(Portion { done, now: 1, of: due.len(), again: true }),
                };
                let started = Instant::now();
                let request = SampleRequest { seeds, revision: Some(revision), ..request.clone() };
                let samples = engine.sample(&request, &part)?;
                self.pace.note(asked.variable, each, started.elapsed());
                let Some(mut after) = measured(engine, samples, by, control)?.pop() else { continue };
                if after.compliance.score(by.weights) > candidates[at].compliance.score(by.weights) {
                    after.seed = candidates[at].seed;
                    candidates[at] = after;
                    drawn(ordered(candidates.clone(), by.weights));
                }
            }
        }
        Ok(ordered(candidates, by.weights))
    }
}
