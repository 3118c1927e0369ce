//! A request from noise to maps.

use std::sync::Arc;

use super::clock::{Clock, Previews};
use super::constant::{Constant, ParentInput};
use super::decoding::undecodable;
use super::graphs::{Batching, Feed, Tensor, are_finite};
use super::steering::{Moment, Steer};
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::diffusion::{Anchor, Latents, NoiseSource, NoiseStream, Walk, between, steps_left_out};
use crate::engine::pictures::picture;
use crate::engine::{Control, EngineError, FactorSettings, Progress, Sample, SampleRequest, factor_size};
use crate::graph::{Factor, FactorKind, Reads, VariableId};

/// What a network answers for a batch.
pub(super) struct Answer {
    /// Its prediction for each latent.
    pub prediction: Vec<f32>,
    /// How much each cell looks at each token, `[B, L, h', w']`, where the pack shows it.
    pub attention: Option<Tensor>,
}

/// Samples of a request on their way.
pub(super) struct Batch {
    /// Channels, height and width of a latent.
    pub shape: [usize; 3],
    /// The walk that all of them take.
    pub walk: Walk,
    /// In the order of the seeds.
    pub chunks: Vec<Chunk>,
}

/// Samples that run together: their latents, and all that stays the same from step to step.
pub(super) struct Chunk {
    /// On the way from noise, `[count, channels, height, width]`.
    pub latents: Latents,
    /// One for each sample, so that none depends on its neighbours.
    noise: Vec<NoiseSource>,
    constant: Constant,
    /// Without guidance, for the steps outside its interval.
    unguided: Option<Constant>,
    /// Where the latents are held, when a map that is there is revised.
    anchor: Option<Anchor>,
}

/// The latent of a map that is revised, and which of its values stay.
struct Held {
    clean: Vec<f32>,
    held: Vec<bool>,
}

impl Chunk {
    /// Changes what stays the same from step to step.
    pub(super) fn each_constant(&mut self, change: impl Fn(&mut Constant)) {
        change(&mut self.constant);
        self.unguided.iter_mut().for_each(change);
    }
}

impl OnnxEngine {
    pub(super) fn sample_watched(
        &mut self,
        request: &SampleRequest,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<Vec<Sample>, EngineError> {
        let request = &self.walked(request);
        let name = self.pack().graph.variable(request.variable).name.clone();
        let parents = self.encode_parents(request, stop)?;
        let noise = |seed| NoiseSource::of(seed, &name);
        let shape = self.latent_shape(request)?;
        let mut batch = self.begin(request, shape, &parents, &noise, stop)?;
        self.denoise(request, &mut batch, control, stop)?;
        let mut maps = Vec::with_capacity(request.seeds.len());
        for chunk in &batch.chunks {
            maps.extend(self.decode(request, &chunk.latents.x, batch.shape, stop)?);
        }
        stop.check()?;
        Ok(request.seeds.iter().zip(maps).map(|(&seed, map)| Sample { seed, map }).collect())
    }

    /// The request with the settings of the walk that is gone for it.
    fn walked(&self, request: &SampleRequest) -> SampleRequest {
        let partly = request.revision.as_ref().is_some_and(|revision| revision.mask.is_some());
        let needs_guidance = partly || !request.negative.trim().is_empty();
        let factor = self.pack().graph.factor(request.variable);
        let settings = if needs_guidance { request.settings.full() } else { request.settings.walked(factor) };
        SampleRequest { settings, ..request.clone() }
    }

    /// Latents of `shape` (channels, height, width) at their start: encodes the texts, and takes noise from `noise(seed)` for each seed.
    pub(super) fn begin(
        &mut self,
        request: &SampleRequest,
        shape: [usize; 3],
        parents: &[ParentInput],
        noise: &dyn Fn(u64) -> NoiseSource,
        stop: &Stop<'_>,
    ) -> Result<Batch, EngineError> {
        let pack = self.pack().clone();
        let factor = pack.graph.factor(request.variable);
        let quick = factor.quick.filter(|_| request.settings.quick);
        let walk = Walk::new(factor, &factor.schedule_of_walk(quick.is_some()), request.settings.route());
        let walk = walk.restarting(quick.and_then(|quick| quick.restart));
        let first = request.revision.as_ref().map_or(0, |r| steps_left_out(walk.steps(), r.strength));
        let walk = walk.after(first);
        let held = self.encode_held(request, shape, stop)?;
        let text = self.text.encode(&request.prompt, &mut self.graphs, stop)?;
        let negative = self.text.encode(&request.negative, &mut self.graphs, stop)?;
        let guidance = request.settings.guidance();
        let acts = (0..walk.steps()).filter(|&step| guidance.acts(step, walk.steps())).count();
        let guided = acts > 0 && text != negative;
        let texts = [text.as_deref(), negative.as_deref()];

        let factor = pack.graph.factor(request.variable);
        let name = pack.graph.variable(request.variable).name.clone();
        let length = shape.iter().product();
        let width = pack.manifest.text.width;
        let batching = self.batching(request)?;
        let most = (if guided { self.most_latents / 2 } else { self.most_latents }).max(1);
        let chunk = |seeds: &[u64]| {
            let mut noise: Vec<_> = seeds.iter().map(|&seed| noise(seed)).collect();
            let start: Vec<f32> =
                noise.iter_mut().flat_map(|source| varied(source.normals(length), request, &name)).collect();
            let anchor = held.as_ref().map(|h| Anchor::new(h.clean.clone(), h.held.clone(), start.clone()));
            let latents = match &anchor {
                Some(anchor) => walk.start_at(anchor.at(walk.moment(0))),
                None => walk.start(start),
            };
            let constant = |texts: &[_]| {
                let steers = steers(factor, &request.settings, parents);
                let new = Constant::new(seeds.len(), texts, width, concatenated(factor, parents), length, batching);
                new.steered(steers).quickly(request.settings.quick)
            };
            Chunk {
                latents,
                noise,
                anchor,
                constant: constant(if guided { &texts } else { &texts[..1] }),
                unguided: (guided && acts < walk.steps()).then(|| constant(&texts[..1])),
            }
        };
        let chunks = request.seeds.chunks(most).map(chunk).collect();
        Ok(Batch { shape, walk, chunks })
    }

    /// How the request's network may be fed; nothing is known of graphs that steer.
    pub(super) fn batching(&mut self, request: &SampleRequest) -> Result<Batching, EngineError> {
        if self.pack().graph.factor(request.variable).kind != FactorKind::Concat {
            return Ok(Batching { least: 2, one_text: false });
        }
        let file = self.model(request.variable, request.settings.quick);
        self.graphs.batching(&file, &self.factors[request.variable.0])
    }

    /// Channels, height and width of a latent of the request.
    pub(super) fn latent_shape(&self, request: &SampleRequest) -> Result<[usize; 3], EngineError> {
        let pack = self.pack();
        let variable = pack.graph.variable(request.variable);
        if pack.manifest.variables[request.variable.0].decoder.is_none() {
            return Err(EngineError::Request(undecodable(&variable.name)));
        }
        let size = factor_size(pack, request.variable, request.canvas);
        let downscale = pack.manifest.latent.downscale as u32;
        Ok([pack.manifest.latent.channels, (size.1 / downscale) as usize, (size.0 / downscale) as usize])
    }

    /// Goes all steps, every chunk one step at a time.
    pub(super) fn denoise(
        &mut self,
        request: &SampleRequest,
        batch: &mut Batch,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<(), EngineError> {
        let steps = batch.walk.steps();
        let mut clock = Clock::start(steps);
        let mut previews = Previews::start(request.previews);
        for step in 0..steps {
            self.advance(request, batch, step, stop)?;
            let preview = match batch.chunks.first() {
                Some(chunk) if previews.are_due(step, steps) => {
                    let first = &chunk.latents.clean[..batch.shape.iter().product()];
                    previews.time(|| self.decode(request, first, batch.shape, stop))?.pop()
                }
                _ => None,
            };
            control.progress(Progress {
                variable: request.variable,
                step: step + 1,
                steps,
                remaining: clock.tick(),
                portion: None,
                preview,
            });
        }
        Ok(())
    }

    /// Goes one step with every chunk.
    pub(super) fn advance(
        &mut self,
        request: &SampleRequest,
        batch: &mut Batch,
        step: usize,
        stop: &Stop<'_>,
    ) -> Result<(), EngineError> {
        let Batch { shape, walk, chunks } = batch;
        let length = shape.iter().product();
        for chunk in chunks {
            let answer = self.predict(request, chunk, walk, step, *shape, stop)?;
            let noise: Vec<f32> = if walk.adds_noise(step) {
                chunk.noise.iter_mut().flat_map(|source| source.normals(length)).collect()
            } else {
                Vec::new()
            };
            walk.step(step, &mut chunk.latents, &answer, &noise);
            if let Some(anchor) = &chunk.anchor {
                anchor.hold(walk.moment(step + 1), &mut chunk.latents.x);
            }
            if !are_finite(&answer) || !are_finite(&chunk.latents.x) {
                return Err(EngineError::NotANumber {
                    variable: self.pack().graph.variable(request.variable).name.clone(),
                    step: step + 1,
                    steps: walk.steps(),
                    guidance: request.settings.guidance,
                    sampler: request.settings.sampler,
                });
            }
        }
        Ok(())
    }

    /// The latent of the map to revise, and which of its values stay.
    fn encode_held(
        &mut self,
        request: &SampleRequest,
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Option<Held>, EngineError> {
        let Some(revision) = &request.revision else { return Ok(None) };
        let size = factor_size(self.pack(), request.variable, request.canvas);
        let clean = self.encode(&revision.base, size, stop)?.to_vec();
        Ok(Some(Held { clean, held: revision.held((shape[1], shape[2])).repeat(shape[0]) }))
    }

    /// Names of the factor's parents with what it is shown of them; `None` for a null parent.
    pub(super) fn encode_parents(
        &mut self,
        request: &SampleRequest,
        stop: &Stop<'_>,
    ) -> Result<Vec<ParentInput>, EngineError> {
        let size = factor_size(self.pack(), request.variable, request.canvas);
        let graph = self.pack().graph.clone();
        let mut parents = Vec::new();
        let factor = graph.factor(request.variable);
        for &id in &factor.parents {
            let given = request.parents.iter().find(|(parent, _)| *parent == id);
            let show = |(_, map): &(_, _)| match factor.reads(id) {
                Reads::Latent => self.encode_parent(map, size, stop),
                Reads::Picture => Ok(Arc::new(picture(map, &self.pack().manifest, size.0, size.1)?)),
            };
            let values = given.map(show).transpose()?;
            parents.push(ParentInput { name: graph.variable(id).name.clone(), values });
        }
        Ok(parents)
    }

    /// The network's guided answer for a chunk.
    fn predict(
        &mut self,
        request: &SampleRequest,
        chunk: &Chunk,
        walk: &Walk,
        step: usize,
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Vec<f32>, EngineError> {
        let guidance = request.settings.guidance();
        let constant = match &chunk.unguided {
            Some(unguided) if !guidance.acts(step, walk.steps()) => unguided,
            _ => &chunk.constant,
        };
        let answer = self.answer(request.variable, constant, &chunk.latents.x, (walk, step), shape, stop)?;
        let mut answer = answer.prediction;
        let without = answer.split_off(chunk.latents.x.len());
        if constant.guided {
            guidance.guide(&mut answer, &without, shape.iter().product());
        }
        Ok(answer)
    }

    /// The network's answer for latents in a step of a walk, a copy of them for each text of `constant`.
    pub(super) fn answer(
        &mut self,
        id: VariableId,
        constant: &Constant,
        latents: &[f32],
        (walk, step): (&Walk, usize),
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Answer, EngineError> {
        let latents = latents.repeat(constant.copies);
        let latent_shape = [constant.batch, shape[0], shape[1], shape[2]];
        let batch = [constant.batch];
        let times = vec![walk.time(step); constant.batch];
        let moment = Moment { latents: &latents, times: &times, shape, step: (step, walk.steps()) };
        let added = self.steer(id, constant, moment, stop)?;
        let mut feeds = vec![("latent", Feed::Real(&latent_shape, &latents)), ("time", Feed::Real(&batch, &times))];
        constant.feed(&latent_shape, &batch, &mut feeds);
        feeds.extend(added.iter().map(|a| (a.name.as_str(), Feed::Real(&a.tensor.shape, &a.tensor.data))));
        let file = self.model(id, constant.quick);
        let signature = &self.factors[id.0];
        let mut answers = self.graphs.run(&file, signature, &feeds, stop)?;
        let prediction = answers.remove(0);
        if prediction.shape != latent_shape {
            let reason = format!("it answered {:?} for latents of {latent_shape:?}", prediction.shape);
            return Err(EngineError::Graph { file, reason });
        }
        Ok(Answer { prediction: prediction.data, attention: answers.pop() })
    }
}

/// What steers a factor, with the settings of a request.
pub(super) fn steers(factor: &Factor, settings: &FactorSettings, parents: &[ParentInput]) -> Vec<Steer> {
    factor.controls.iter().map(|control| Steer::new(control, settings.control(control), parents)).collect()
}

/// The parents whose latents are inputs of the factor's own network.
pub(super) fn concatenated<'a>(factor: &Factor, parents: &'a [ParentInput]) -> &'a [ParentInput] {
    if factor.kind == FactorKind::Concat { parents } else { &[] }
}

/// The noise of a seed, on its way to another seed's where the request asks for a variation.
fn varied(own: Vec<f32>, request: &SampleRequest, name: &str) -> Vec<f32> {
    match request.revision.as_ref().and_then(|r| r.variation) {
        Some(other) => between(&own, &NoiseStream::new(other.seed, name).normals(own.len()), other.amount),
        None => own,
    }
}

#[cfg(test)]
mod tests {

    use std::sync::Arc;

    use super::*;
    use crate::engine::FactorSettings;
    use crate::engine::onnx::tests::{Watch, engine, request};
    use crate::graph::Sampler;
    use crate::maps::Map;

    #[test]
    fn a_negative_prompt_leads_away_and_an_interval_limits_guidance() {
        let mut engine = engine();
        let watch = Watch::default();
        let mut sample = |negative: &str, settings| {
            let ask = SampleRequest { settings, negative: negative.into(), ..request(1, "a dog", &[1, 2]) };
            engine.sample(&ask, &watch).unwrap().remove(0).map
        };
        let usual = || FactorSettings::new(4, 2.0);
        let within = |from, to| FactorSettings { guidance_interval: [from, to], ..usual() };
        let (plain, unguided) = (sample("", usual()), sample("", FactorSettings::new(4, 1.0)));
        assert!(sample("a cat", usual()) != plain);
        assert!(sample("  ", usual()) == plain, "a blank one is none");
        assert!(sample("a cat", FactorSettings::new(4, 1.0)) == unguided, "without guidance it has no say");
        assert!(sample("", within(0.0, 1.0)) == plain);
        assert!(sample("", within(0.5, 0.5)) == unguided);
        let half = sample("", within(0.0, 0.5));
        assert!(half != plain && half != unguided);
        assert!(sample("", FactorSettings { guidance_rescale: 0.7, ..usual() }) != plain);
    }

    #[test]
    fn every_sampler_gives_the_same_map_alone_in_a_batch_and_again() {
        let mut engine = engine();
        let watch = Watch::default();
        let mut maps: Vec<Arc<Map>> = Vec::new();
        for sampler in Sampler::ALL {
            let settings = FactorSettings { sampler, eta: 0.5, ..FactorSettings::new(4, 2.0) };
            let mut sample = |seeds: &[u64]| {
                engine
                    .sample(&SampleRequest { settings: settings.clone(), ..request(1, "a dog", seeds) }, &watch)
                    .unwrap()
            };
            let together = sample(&[3, 9, 4]);
            assert!(sample(&[9])[0].map == together[1].map, "{sampler}");
            assert!(sample(&[4, 3])[1].map == together[0].map, "{sampler}");
            assert!(!maps.contains(&together[0].map), "{sampler} is like another");
            maps.push(together[0].map.clone());
        }
    }
}
