//! Carrying out a job on the current thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::candidates::{Measure, measure_all, ordered, shapes_of};
use super::mending::mended_evaluations;
use super::pace::Pace;
use super::suggest::Suggester;
use super::{Job, Mending, Outcome, Step};
use crate::compliance::Compliance;
use crate::document::Candidate;
use crate::engine::{Control, Engine, EngineError, FactorSettings, Portion, Progress, Sample, SampleRequest};
use crate::graph::{Sampling, VariableId};
use crate::maps::Map;

/// Most candidates in one request: more at once are no faster and cost memory.
const BATCH: usize = 10;
/// The same while a score is waited for, so that none is drawn in vain: a map alone takes little longer than one among others.
const BATCH_UNTIL: usize = 1;

/// How many candidates at most are mended in a round that follows their drawing, the best of those that lack something: all of a strip, and of a hundred no more than of ten.
pub const MENDED: usize = 10;

/// Runs jobs one after the other and remembers how long steps take.
#[derive(Debug, Default)]
pub struct Runner {
    pub(super) pace: Pace,
    suggester: Suggester,
}

/// Carries out one job, whose candidates are told of at its end alone; see [`Runner::run`].
///
/// # Errors
/// As [`Engine::sample`].
pub fn run_job(engine: &mut dyn Engine, job: &Job, control: &dyn Control) -> Result<Outcome, EngineError> {
    Runner::default().run(engine, job, control, &mut |_| {})
}

impl Runner {
    /// Carries out a job. Progress names the variable and its step; its time left covers all
    /// that the job still has to run. `drawn` is told the candidates there are, ranked best first, after each batch
    /// that is not the last.
    ///
    /// # Errors
    /// As [`Engine::sample`]; what was sampled before the error and not told is dropped.
    pub fn run(
        &mut self,
        engine: &mut dyn Engine,
        job: &Job,
        control: &dyn Control,
        drawn: &mut dyn FnMut(Vec<Candidate>),
    ) -> Result<Outcome, EngineError> {
        match job {
            Job::Candidates { asked, seeds, until, mend } => {
                let manifest = engine.pack().manifest.clone();
                let request = SampleRequest { seeds: seeds.clone(), ..asked.request(&manifest, control) };
                let by = asked.measure(&manifest);
                let each = mended_evaluations(evaluations(engine, asked.variable, &asked.settings));
                let most = self.pace.estimate(asked.variable, mend * MENDED.min(seeds.len()) * each);
                let part = PartOfJob { inner: control, later: most, portion: None };
                let candidates = self.candidates(engine, &request, by, *until, &part, drawn)?;
                if *mend == 0 {
                    return Ok(Outcome::Candidates(candidates));
                }
                drawn(candidates.clone());
                let mending = Mending { rounds: 0..*mend as u64, most: MENDED, until: *until };
                self.mend(engine, asked, &candidates, &mending, control, drawn).map(Outcome::Candidates)
            }
            Job::Mend { asked, candidates, mending } => {
                self.mend(engine, asked, candidates, mending, control, drawn).map(Outcome::Candidates)
            }
            Job::Suggest { words } => self.suggester.suggest(engine, words, control).map(Outcome::Suggestions),
            // A single factor has no other to go along with.
            Job::Run { sampling: Sampling::Joint, steps, given, canvas } if steps.len() > 1 => {
                joint(engine, steps, given, *canvas, control)
            }
            Job::Run { steps, given, canvas, .. } => self.chain(engine, steps, given, *canvas, control),
        }
    }

    /// Draws candidates batch by batch, or one after another until the best has the score `until`. A seed gives the same map whatever else is
    /// in its batch.
    fn candidates(
        &mut self,
        engine: &mut dyn Engine,
        request: &SampleRequest,
        by: Measure<'_>,
        until: Option<f32>,
        control: &dyn Control,
        drawn: &mut dyn FnMut(Vec<Candidate>),
    ) -> Result<Vec<Candidate>, EngineError> {
        let in_all = request.seeds.len();
        let each = evaluations(engine, request.variable, &request.settings);
        let mut candidates: Vec<Candidate> = Vec::with_capacity(in_all);
        for seeds in request.seeds.chunks(if until.is_some() { BATCH_UNTIL } else { BATCH }) {
            let so_far = candidates.len();
            if so_far > 0 {
                drawn(ordered(candidates.clone(), by.weights));
            }
            let left = in_all - so_far - seeds.len();
            let part = PartOfJob {
                inner: control,
                later: self.pace.estimate(request.variable, left * each),
                portion: Some(Portion { done: so_far, now: seeds.len(), of: in_all, again: false }),
            };
            let started = Instant::now();
            let samples = engine.sample(&SampleRequest { seeds: seeds.to_vec(), ..request.clone() }, &part)?;
            self.pace.note(request.variable, seeds.len() * each, started.elapsed());
            candidates.extend(measured(engine, samples, by, control)?);
            let reaches = |until: f32| candidates.iter().any(|c| c.compliance.score(by.weights) >= until);
            if until.is_some_and(reaches) {
                break;
            }
        }
        Ok(ordered(candidates, by.weights))
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
            let parents = known.iter().filter(|(id, _)| parents.contains(id)).cloned().collect();
            let request = request(step, parents, canvas, control);
            let of = |s: &Step| self.pace.estimate(s.variable, evaluations(engine, s.variable, &s.settings));
            let later = steps[at + 1..].iter().map(of).sum();
            let started = Instant::now();
            let part = PartOfJob { inner: control, later, portion: None };
            let map = match &step.edit {
                Some(edit) => engine.edit(&request, edit, &part)?,
                None => {
                    let samples = engine.sample(&request, &part)?;
                    let done = evaluations(engine, step.variable, &step.settings);
                    self.pace.note(step.variable, done, started.elapsed());
                    let Some(sample) = samples.into_iter().next() else {
                        return Err(EngineError::Request("the engine returned no sample; try again".into()));
                    };
                    sample.map
                }
            };
            known.retain(|(id, _)| *id != step.variable);
            known.push((step.variable, map.clone()));
            sampled.push((step.variable, map, started.elapsed()));
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
    let in_step = |step: &Step| {
        let parents = given.iter().filter(|(id, _)| graph.factor(step.variable).parents.contains(id) && !sampled(id));
        let settings = FactorSettings { steps: most, ..step.settings.clone() };
        SampleRequest { settings, revision: None, ..request(step, parents.cloned().collect(), canvas, control) }
    };
    let requests: Vec<_> = steps.iter().map(in_step).collect();
    let started = Instant::now();
    let samples = engine.sample_jointly(&requests, control)?;
    let share = started.elapsed() / steps.len().max(1) as u32;
    Ok(Outcome::Maps(steps.iter().zip(samples).map(|(step, sample)| (step.variable, sample.map, share)).collect()))
}

/// What the engine is asked for a step; `parents` are the maps that are there of the variable's parents.
fn request(
    step: &Step,
    parents: Vec<(VariableId, Arc<Map>)>,
    canvas: (u32, u32),
    control: &dyn Control,
) -> SampleRequest {
    SampleRequest {
        variable: step.variable,
        prompt: step.prompt.clone(),
        negative: step.negative.clone(),
        unnamed: step.unnamed.clone(),
        seeds: vec![step.seed],
        settings: step.settings.clone(),
        parents,
        revision: step.revision.clone(),
        canvas,
        previews: control.shows_previews(),
    }
}

/// Samples as candidates.
pub(super) fn measured(
    engine: &mut dyn Engine,
    samples: Vec<Sample>,
    by: Measure<'_>,
    control: &dyn Control,
) -> Result<Vec<Candidate>, EngineError> {
    let mut candidates = Vec::with_capacity(samples.len());
    for Sample { seed, map } in samples {
        let shapes = shapes_of(engine, &map, control)?;
        candidates.push(Candidate { seed, map, shapes, compliance: Compliance::default() });
    }
    measure_all(&mut candidates, by);
    Ok(candidates)
}

/// Guidance evaluates the network with and without the prompt.
pub(super) fn evaluations(engine: &dyn Engine, variable: VariableId, settings: &FactorSettings) -> usize {
    let settings = settings.walked(engine.pack().graph.factor(variable));
    if settings.guidance == 1.0 { settings.steps } else { 2 * settings.steps }
}

/// Adds to the progress of a request what the job has done and still has to do.
pub(super) struct PartOfJob<'a> {
    pub(super) inner: &'a dyn Control,
    pub(super) later: Duration,
    pub(super) portion: Option<Portion>,
}

impl Control for PartOfJob<'_> {
    fn is_cancelled(&self) -> bool {
        self.inner.is_cancelled()
    }

    fn progress(&self, mut progress: Progress) {
        progress.remaining += self.later;
        progress.portion = self.portion.or(progress.portion);
        self.inner.progress(progress);
    }

    fn shows_previews(&self) -> bool {
        self.inner.shows_previews()
    }
}
