//! A request from noise to maps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::constant::{Constant, ParentLatent};
use super::graphs::Feed;
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::diffusion::{Anchor, NoiseStream, Spacing, Walk, between, guide, steps_left_out};
use crate::engine::{Control, EngineError, Progress, Sample, SampleRequest, factor_size};
use crate::graph::{VariableId, VariableKind};
use crate::maps::Map;

/// Most latents in one network call; more bring no speed and cost memory.
const MOST_LATENTS: usize = 20;

/// Samples of a request on their way.
pub(super) struct Batch {
    /// Channels, height and width of a latent.
    pub shape: [usize; 3],
    /// In the order of the seeds.
    pub chunks: Vec<Chunk>,
}

/// Samples that run together: their latents, and all that stays the same from step to step.
pub(super) struct Chunk {
    /// On the way from noise, `[count, channels, height, width]`.
    pub latents: Vec<f32>,
    /// Estimates of the clean latents, of the same shape.
    clean: Vec<f32>,
    constant: Constant,
    /// Where the latents are held, when a map that is there is revised.
    anchor: Option<Anchor>,
}

impl OnnxEngine {
    pub(super) fn sample_watched(
        &mut self,
        request: &SampleRequest,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<Vec<Sample>, EngineError> {
        let name = self.pack().graph.variable(request.variable).name.clone();
        let variation = request.revision.as_ref().and_then(|r| r.variation);
        let noise = |seed, len| {
            let own = NoiseStream::new(seed, &name).normals(len);
            match variation {
                Some(other) => between(&own, &NoiseStream::new(other.seed, &name).normals(len), other.amount),
                None => own,
            }
        };
        let mut batch = self.begin(request, &noise, stop)?;
        self.denoise(request, &mut batch, control, stop)?;
        let mut maps = Vec::with_capacity(request.seeds.len());
        for chunk in &batch.chunks {
            maps.extend(self.decode_joined(request, &chunk.latents, batch.shape, stop)?);
        }
        stop.check()?;
        Ok(request.seeds.iter().zip(maps).map(|(&seed, map)| Sample { seed, map }).collect())
    }

    /// Encodes text and parents, and takes `noise(seed, length)` for each seed.
    pub(super) fn begin(
        &mut self,
        request: &SampleRequest,
        noise: &dyn Fn(u64, usize) -> Vec<f32>,
        stop: &Stop<'_>,
    ) -> Result<Batch, EngineError> {
        let pack = self.pack().clone();
        let variable = pack.graph.variable(request.variable);
        if variable.kind == VariableKind::Pose {
            let reason = format!("\"{}\" cannot be sampled: poses have no decoder yet; give one", variable.name);
            return Err(EngineError::Request(reason));
        }
        let size = factor_size(&pack, request.variable, request.canvas);
        let text = self.text.encode(&request.prompt, &mut self.graphs, stop)?;
        let guided = text.is_some() && request.settings.guidance != 1.0;
        let parents = self.encode_parents(request, size, stop)?;

        let downscale = pack.manifest.latent.downscale as u32;
        let shape = [pack.manifest.latent.channels, (size.1 / downscale) as usize, (size.0 / downscale) as usize];
        let length = shape.iter().product();
        let held = self.encode_held(request, size, shape, stop)?;
        let width = pack.manifest.text.width;
        let most = if guided { MOST_LATENTS / 2 } else { MOST_LATENTS };
        let chunk = |seeds: &[u64]| {
            let latents: Vec<f32> = seeds.iter().flat_map(|&seed| noise(seed, length)).collect();
            let constant = Constant::new(seeds.len(), guided, text.as_deref(), width, &parents, length);
            let anchor = held.clone().map(|(clean, held)| Anchor::new(clean, held, latents.clone()));
            Chunk { clean: vec![0.0; latents.len()], latents, constant, anchor }
        };
        Ok(Batch { shape, chunks: request.seeds.chunks(most).map(chunk).collect() })
    }

    /// Goes all steps, every chunk one step at a time.
    pub(super) fn denoise(
        &mut self,
        request: &SampleRequest,
        batch: &mut Batch,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<(), EngineError> {
        let pack = self.pack().clone();
        let walk = Walk::new(pack.graph.factor(request.variable), request.settings.steps, Spacing::Trailing);
        let first = request.revision.as_ref().map_or(0, |r| steps_left_out(walk.steps(), r.strength));
        for chunk in &mut batch.chunks {
            if let Some(anchor) = &chunk.anchor {
                chunk.latents = anchor.at(walk.moment(first));
            }
        }
        let mut clock = Clock::start(walk.steps() - first);
        for step in first..walk.steps() {
            for chunk in &mut batch.chunks {
                let answer = self.predict(request, chunk, walk.time(step), batch.shape, stop)?;
                if answer.iter().any(|v| !v.is_finite()) {
                    return Err(EngineError::NotANumber {
                        variable: pack.graph.variable(request.variable).name.clone(),
                        step: step + 1,
                        steps: walk.steps(),
                        guidance: request.settings.guidance,
                    });
                }
                walk.step(step, &mut chunk.latents, &answer, &mut chunk.clean);
                if let Some(anchor) = &chunk.anchor {
                    anchor.hold(walk.moment(step + 1), &mut chunk.latents);
                }
            }
            let preview = match batch.chunks.first() {
                Some(chunk) if request.previews => {
                    let estimate = &chunk.clean[..batch.shape.iter().product()];
                    self.decode_joined(request, estimate, batch.shape, stop)?.pop()
                }
                _ => None,
            };
            control.progress(Progress {
                variable: request.variable,
                step: step + 1 - first,
                steps: walk.steps() - first,
                remaining: clock.tick(),
                preview,
            });
        }
        Ok(())
    }

    /// The latent of the map to revise, and which of its values stay.
    fn encode_held(
        &mut self,
        request: &SampleRequest,
        size: (u32, u32),
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Option<(Vec<f32>, Vec<bool>)>, EngineError> {
        let Some(revision) = &request.revision else { return Ok(None) };
        let clean = self.encode(&revision.base, size, stop)?.to_vec();
        Ok(Some((clean, revision.held((shape[1], shape[2])).repeat(shape[0]))))
    }

    /// Latents as maps, joined with the one that is revised.
    fn decode_joined(
        &mut self,
        request: &SampleRequest,
        latents: &[f32],
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Vec<Arc<Map>>, EngineError> {
        let maps = self.decode(request, latents, shape, stop)?;
        let Some(revision) = &request.revision else { return Ok(maps) };
        Ok(maps.into_iter().map(|map| Arc::new(revision.join(Arc::unwrap_or_clone(map)))).collect())
    }

    /// Names of the factor's parents with their latents; `None` for a null parent.
    fn encode_parents(
        &mut self,
        request: &SampleRequest,
        size: (u32, u32),
        stop: &Stop<'_>,
    ) -> Result<Vec<ParentLatent>, EngineError> {
        let graph = self.pack().graph.clone();
        let mut parents = Vec::new();
        for &id in &graph.factor(request.variable).parents {
            let given = request.parents.iter().find(|(parent, _)| *parent == id);
            let latent = given.map(|(_, map)| self.encode(map, size, stop)).transpose()?;
            parents.push(ParentLatent { name: graph.variable(id).name.clone(), latent });
        }
        Ok(parents)
    }

    /// The network's guided answer for a chunk.
    fn predict(
        &mut self,
        request: &SampleRequest,
        chunk: &Chunk,
        time: f32,
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Vec<f32>, EngineError> {
        let constant = &chunk.constant;
        let latents = chunk.latents.repeat(constant.copies);
        let latent_shape = [constant.batch, shape[0], shape[1], shape[2]];
        let batch = [constant.batch];
        let times = vec![time; constant.batch];
        let mut feeds = vec![("latent", Feed::Real(&latent_shape, &latents)), ("time", Feed::Real(&batch, &times))];
        constant.feed(&latent_shape, &batch, &mut feeds);
        let file = self.model(request.variable);
        let signature = &self.factors[request.variable.0];
        let answer = self.graphs.run(&file, signature, &feeds, stop)?.remove(0);
        if answer.shape != latent_shape {
            let reason = format!("it answered {:?} for latents of {latent_shape:?}", answer.shape);
            return Err(EngineError::Graph { file, reason });
        }
        let mut answer = answer.data;
        let without = answer.split_off(chunk.latents.len());
        if constant.guided {
            guide(&mut answer, &without, request.settings.guidance);
        }
        Ok(answer)
    }

    /// File of the factor's network.
    fn model(&self, id: VariableId) -> String {
        let pack = self.pack();
        let name = &pack.graph.variable(id).name;
        let entry = pack.manifest.factors.iter().find(|f| f.variable == *name);
        entry.map(|f| f.model.clone()).unwrap_or_default()
    }
}

/// Estimates how long the rest of a request takes.
struct Clock {
    started: Instant,
    steps: usize,
    done: usize,
    after_first: Duration,
}

impl Clock {
    fn start(steps: usize) -> Self {
        Self { started: Instant::now(), steps, done: 0, after_first: Duration::ZERO }
    }

    /// A step is done; the time the others will take. The first one loads the network, so it
    /// counts only as long as there is no other.
    fn tick(&mut self) -> Duration {
        self.done += 1;
        let elapsed = self.started.elapsed();
        if self.done == 1 {
            self.after_first = elapsed;
        }
        let measured = if self.done == 1 { elapsed } else { elapsed - self.after_first };
        let steps = (self.done - 1).max(1) as u32;
        measured * (self.steps - self.done) as u32 / steps
    }
}
