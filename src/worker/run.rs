//! Carrying out a job on the current thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::candidates::rank;
use super::pace::Pace;
use super::{Job, Outcome, Step};
use crate::document::Candidate;
use crate::engine::{Control, Engine, EngineError, FactorSettings, Progress, Sample, SampleRequest};
use crate::graph::{Sampling, VariableId};
use crate::maps::Map;

/// Runs jobs one after the other and remembers how long steps take.
#[derive(Debug, Default)]
pub struct Runner {
    pace: Pace,
}

/// Carries out one job; see [`Runner::run`].
///
/// # Errors
/// As [`Engine::sample`].
pub fn run_job(engine: &mut dyn Engine, job: &Job, control: &dyn Control) -> Result<Outcome, EngineError> {
    Runner::default().run(engine, job, control)
}

impl Runner {
    /// Carries out a job. Progress names the variable and its step; its time left covers all
    /// that the job still has to run.
    ///
    /// # Errors
    /// As [`Engine::sample`]; what was sampled before the error is dropped.
    pub fn run(&mut self, engine: &mut dyn Engine, job: &Job, control: &dyn Control) -> Result<Outcome, EngineError> {
        match job {
            Job::Candidates { variable, prompt, negative, bindings, seeds, settings, canvas } => {
                let request = SampleRequest {
                    variable: *variable,
                    prompt: prompt.clone(),
                    negative: negative.clone(),
                    seeds: seeds.clone(),
                    settings: *settings,
                    parents: Vec::new(),
                    revision: None,
                    canvas: *canvas,
                    previews: true,
                };
                let samples = engine.sample(&request, control)?;
                let candidates = samples.into_iter().map(unmeasured).collect();
                let candidates = rank(candidates, prompt, bindings, engine.pack().classes());
                Ok(Outcome::Candidates(candidates))
            }
            // A single factor has no other to go along with.
            Job::Run { sampling: Sampling::Joint, steps, given, canvas } if steps.len() > 1 => {
                joint(engine, steps, given, *canvas, control)
            }
            Job::Run { steps, given, canvas, .. } => self.chain(engine, steps, given, *canvas, control),
        }
    }

    /// Chain sampling: a parent is finished before its child starts.
    fn chain(
        &mut self,
        engine: &mut dyn Engine,
        steps: &[Step],
        given: &[(VariableId, Arc<Map>)],
        canvas: (u32, u32),
        control: &dyn Control,
    ) -> Result<Outcome, EngineError> {
        let mut known = given.to_vec();
        let mut sampled = Vec::with_capacity(steps.len());
        for (at, step) in steps.iter().enumerate() {
            let parents = engine.pack().graph.factor(step.variable).parents.clone();
            let request = SampleRequest {
                variable: step.variable,
                prompt: step.prompt.clone(),
                negative: step.negative.clone(),
                seeds: vec![step.seed],
                settings: step.settings,
                parents: known.iter().filter(|(id, _)| parents.contains(id)).cloned().collect(),
                revision: step.revision.clone(),
                canvas,
                previews: true,
            };
            let later = steps[at + 1..].iter().map(|s| self.pace.estimate(s.variable, evaluations(&s.settings))).sum();
            let started = Instant::now();
            let samples = engine.sample(&request, &WholeJob { inner: control, later })?;
            let elapsed = started.elapsed();
            self.pace.note(step.variable, evaluations(&step.settings), elapsed);
            let Some(sample) = samples.into_iter().next() else {
                return Err(EngineError::Request("the engine returned no sample; try again".into()));
            };
            known.retain(|(id, _)| *id != step.variable);
            known.push((step.variable, sample.map.clone()));
            sampled.push((step.variable, sample.map, elapsed));
        }
        Ok(Outcome::Maps(sampled))
    }
}

/// Joint sampling: all go in lock-step, with as many steps as the one that takes most. The time is
/// shared out evenly.
fn joint(
    engine: &mut dyn Engine,
    steps: &[Step],
    given: &[(VariableId, Arc<Map>)],
    canvas: (u32, u32),
    control: &dyn Control,
) -> Result<Outcome, EngineError> {
    let most = steps.iter().map(|step| step.settings.steps).max().unwrap_or(1);
    let graph = engine.pack().graph.clone();
    let sampled = |id: &VariableId| steps.iter().any(|step| step.variable == *id);
    let request = |step: &Step| SampleRequest {
        variable: step.variable,
        prompt: step.prompt.clone(),
        negative: step.negative.clone(),
        seeds: vec![step.seed],
        settings: FactorSettings { steps: most, ..step.settings },
        parents: given
            .iter()
            .filter(|(id, _)| graph.factor(step.variable).parents.contains(id) && !sampled(id))
            .cloned()
            .collect(),
        revision: None,
        canvas,
        previews: true,
    };
    let requests: Vec<_> = steps.iter().map(request).collect();
    let started = Instant::now();
    let samples = engine.sample_jointly(&requests, control)?;
    let share = started.elapsed() / steps.len().max(1) as u32;
    Ok(Outcome::Maps(steps.iter().zip(samples).map(|(step, sample)| (step.variable, sample.map, share)).collect()))
}

fn unmeasured(sample: Sample) -> Candidate {
    let (found, missing, unasked) = Default::default();
    Candidate { seed: sample.seed, map: sample.map, recall: 0.0, found, missing, unasked }
}

/// Guidance evaluates the network with and without the prompt.
fn evaluations(settings: &FactorSettings) -> usize {
    if settings.guidance == 1.0 { settings.steps } else { 2 * settings.steps }
}

/// Adds the time of what comes later to the time left.
struct WholeJob<'a> {
    inner: &'a dyn Control,
    later: Duration,
}

impl Control for WholeJob<'_> {
    fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }

    fn progress(&self, mut progress: Progress) {
        progress.remaining += self.later;
        self.inner.progress(progress);
    }
}
