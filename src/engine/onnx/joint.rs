//! Joint sampling (paper, eqs. 4-6): all variables in lock-step.
//!
//! A child reads a parent's latent where it stands after the same step, and is told its level. Where both
//! work at one size that is the latent itself. Where they do not, resizing a noisy latent would blur the
//! noise and keep what is drawn at the wrong scale; so the parent's estimate of its clean latent is decoded
//! and encoded again at the child's size, as a finished map would be, and brought back to the level with
//! noise of its own, the same in every step. A control that is shown pictures gets the decoded estimate.

use super::clock::{Clock, Previews};
use super::constant::Constant;
use super::sampling::Batch;
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::diffusion::{NoiseSource, NoiseStream};
use crate::engine::lockstep::{Standing, lockstep};
use crate::engine::pictures::picture;
use crate::engine::{Control, EngineError, Progress, Sample, SampleRequest, factor_size};
use crate::graph::{FactorKind, Reads};

/// A variable on its way.
struct Strand {
    request: SampleRequest,
    batch: Batch,
}

/// A parent at its level, as a child reads it.
struct Reading {
    name: String,
    values: Vec<f32>,
    level: f32,
}

impl OnnxEngine {
    pub(super) fn sample_jointly_watched(
        &mut self,
        requests: &[SampleRequest],
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<Vec<Sample>, EngineError> {
        let mut strands = Vec::with_capacity(requests.len());
        for request in requests {
            let name = self.pack().graph.variable(request.variable).name.clone();
            let noise = |seed| NoiseSource::of(seed, &name);
            strands.push(self.strand(request, &noise, stop)?);
        }
        self.walk_together(&mut strands, control, stop)?;
        let mut samples: Vec<Sample> = Vec::with_capacity(strands.len());
        for Strand { request, batch } in &strands {
            let finished = requests.iter().zip(&samples).map(|(other, sample)| (other.variable, sample.map.clone()));
            let parents = request.parents.iter().cloned().chain(finished).collect();
            let request = SampleRequest { parents, ..request.clone() };
            let map = self.decode(&request, &batch.chunks[0].latents.x, batch.shape, stop)?.remove(0);
            samples.push(Sample { seed: request.seeds[0], map });
        }
        stop.check()?;
        Ok(samples)
    }

    fn strand(
        &mut self,
        request: &SampleRequest,
        noise: &dyn Fn(u64) -> NoiseSource,
        stop: &Stop<'_>,
    ) -> Result<Strand, EngineError> {
        let request = SampleRequest { settings: request.settings.full(), ..request.clone() };
        let shape = self.latent_shape(&request)?;
        let parents = self.encode_parents(&request, stop)?;
        let batch = self.begin(&request, shape, &parents, noise, stop)?;
        Ok(Strand { request, batch })
    }

    fn walk_together(
        &mut self,
        strands: &mut [Strand],
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<(), EngineError> {
        let graph = self.pack().graph.clone();
        let sampled: Vec<_> = strands.iter().map(|strand| strand.request.variable).collect();
        let steps = strands.first().map_or(0, |strand| strand.batch.walk.steps());
        let mut clock = Clock::start(steps * sampled.len());
        let mut previews = Previews::start(true);
        lockstep(&graph, &sampled, steps, |id, step, parents| {
            let at = sampled.iter().position(|other| *other == id).unwrap_or_default();
            let (before, rest) = strands.split_at_mut(at);
            let Some(strand) = rest.first_mut() else { return Ok(()) };
            for standing in parents {
                let Some(parent) = before.iter().find(|s| s.request.variable == standing.variable) else { continue };
                let reading = self.read(parent, *standing, &strand.request, strand.batch.shape, stop)?;
                strand.batch.chunks[0].each_constant(|constant| reading.enter(constant));
            }
            self.advance(&strand.request, &mut strand.batch, step, stop)?;
            let preview = if strand.request.previews && previews.are_due(step, steps) {
                let clean = &strand.batch.chunks[0].latents.clean;
                previews.time(|| self.decode(&strand.request, clean, strand.batch.shape, stop))?.pop()
            } else {
                None
            };
            let remaining = clock.tick();
            control.progress(Progress { variable: id, step: step + 1, steps, remaining, portion: None, preview });
            Ok(())
        })
    }

    /// A parent as a child of `shape` reads it.
    fn read(
        &mut self,
        parent: &Strand,
        standing: Standing,
        child: &SampleRequest,
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Reading, EngineError> {
        let name = self.pack().graph.variable(standing.variable).name.clone();
        let (level, scale) = parent.batch.walk.moment(standing.gone).level();
        let graph = self.pack().graph.clone();
        let factor = graph.factor(child.variable);
        // An adapter is shown a latent as it stands: it is not told the level, and knows its parent's by the time.
        let unit = if factor.kind == FactorKind::Concat { 1.0 } else { 1.0 / scale };
        let reads = factor.reads(standing.variable);
        let latents = &parent.batch.chunks[0].latents;
        if parent.batch.shape == shape && reads == Reads::Latent {
            let values = latents.x.iter().map(|x| (f64::from(*x) * scale * unit) as f32).collect();
            return Ok(Reading { name, values, level: level as f32 });
        }
        let size = factor_size(self.pack(), child.variable, child.canvas);
        let request = SampleRequest { canvas: size, ..parent.request.clone() };
        let maps = self.decode(&request, &latents.clean, parent.batch.shape, stop)?;
        let drawn = picture(&maps[0], &self.pack().manifest, size.0, size.1)?;
        if reads == Reads::Picture {
            return Ok(Reading { name, values: drawn, level: level as f32 });
        }
        let clean = self.encode_picture(&self.parents_encoder(), &drawn, size, stop)?;
        let stream = format!("{name} at {}x{}", shape[2], shape[1]);
        let noise = NoiseStream::new(parent.request.seeds[0], &stream).normals(clean.len());
        let mixed = clean.iter().zip(noise).map(|(&clean, noise)| {
            let value = (1.0 - level) * f64::from(clean) + level * f64::from(noise);
            (value * unit) as f32
        });
        Ok(Reading { name, values: mixed.collect(), level: level as f32 })
    }
}

impl Reading {
    fn enter(&self, constant: &mut Constant) {
        constant.set_parent(&self.name, &self.values, self.level);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Device;
    use crate::engine::FactorSettings;
    use crate::engine::onnx::stop::watched;
    use crate::engine::onnx::tests::{Reference, Watch, assert_close, engine, guided, request};

    #[test]
    fn ten_joint_steps_agree_with_the_reference() {
        let (reference, mut engine) = (Reference::load("tiny_walks"), engine());
        let names = ["segmentation", "depth", "sketch"];
        let watch = Watch::default();
        let strands = watched(&watch, |stop| {
            let mut strands = Vec::new();
            for (i, name) in names.iter().enumerate() {
                let settings = FactorSettings::new(10, reference.guidance);
                let ask = SampleRequest { settings, ..request(i, &reference.prompt, &[0]) };
                let noise = |_| NoiseSource::Given(reference.reals(&format!("noise_{name}")).into_iter());
                strands.push(engine.strand(&ask, &noise, stop)?);
            }
            engine.walk_together(&mut strands, &watch, stop)?;
            Ok(strands)
        })
        .unwrap();
        for (name, strand) in names.iter().zip(&strands) {
            assert_close(name, &strand.batch.chunks[0].latents.x, &reference.reals(&format!("joint_{name}")));
        }
    }

    #[test]
    fn parents_of_another_size_are_read_clean_in_the_last_step() {
        let mut engine = engine();
        let watch = Watch::default();
        let requests = [0, 3].map(|i| request(i, "a dog", &[4]));
        watched(&watch, |stop| {
            let noise = |_| NoiseSource::of(4, "x");
            let mut strands =
                vec![engine.strand(&requests[0], &noise, stop)?, engine.strand(&requests[1], &noise, stop)?];
            engine.walk_together(&mut strands, &watch, stop)?;
            let steps = strands[0].batch.walk.steps();
            let mut read = |gone| {
                let standing = Standing { variable: strands[0].request.variable, gone };
                engine.read(&strands[0], standing, &strands[1].request, strands[1].batch.shape, stop)
            };
            let (last, first) = (read(steps)?, read(1)?);
            assert_eq!((last.level, first.level), (0.0, 0.75));
            assert_eq!(last.values.len(), strands[1].batch.shape.iter().product::<usize>());
            let size = (128, 128);
            let shown = SampleRequest { canvas: size, ..requests[0].clone() };
            let map = engine.decode(&shown, &strands[0].batch.chunks[0].latents.x, [8, 8, 8], stop)?.remove(0);
            assert_eq!(last.values, *engine.encode_parent(&map, size, stop)?, "as a finished map is read");
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn joint_samples_repeat_and_the_first_variable_goes_as_in_a_chain() {
        let mut engine = engine();
        let watch = Watch::default();
        let requests: Vec<_> = (0..4).map(|i| request(i, "a dog", &[7])).collect();
        let joint = engine.sample_jointly(&requests, &watch).unwrap();
        let again = engine.sample_jointly(&requests, &watch).unwrap();
        assert!(joint.iter().zip(&again).all(|(a, b)| a.map == b.map), "the same seed gives the same maps");
        let alone = engine.sample(&requests[0], &watch).unwrap();
        assert!(joint[0].map == alone[0].map);
        let mut chained = requests[1].clone();
        chained.parents = vec![(requests[0].variable, alone[0].map.clone())];
        assert!(joint[1].map != engine.sample(&chained, &watch).unwrap()[0].map, "its parent was noisy at first");
    }

    #[test]
    fn a_guided_decoder_is_shown_the_maps_that_were_drawn_beside_the_image() {
        let mut engine = OnnxEngine::load(guided(), Device::Cpu, Some(1)).unwrap();
        let watch = Watch::default();
        let requests: Vec<_> = (0..4).map(|i| request(i, "a dog", &[7])).collect();
        let joint = engine.sample_jointly(&requests, &watch).unwrap();
        let [without, with] = watched(&watch, |stop| {
            let mut strands = Vec::new();
            for ask in &requests {
                let name = engine.pack().graph.variable(ask.variable).name.clone();
                strands.push(engine.strand(ask, &|seed| NoiseSource::of(seed, &name), stop)?);
            }
            engine.walk_together(&mut strands, &watch, stop)?;
            let Batch { shape, chunks, .. } = &strands[3].batch;
            let drawn = (0..3).map(|i| (requests[i].variable, joint[i].map.clone())).collect();
            let mut decoded = |parents| {
                let ask = SampleRequest { parents, ..requests[3].clone() };
                engine.decode(&ask, &chunks[0].latents.x, *shape, stop).map(|mut maps| maps.remove(0))
            };
            Ok([decoded(Vec::new())?, decoded(drawn)?])
        })
        .unwrap();
        assert!(joint[3].map == with && joint[3].map != without);
    }

    #[test]
    fn requests_that_cannot_go_together_are_refused() {
        let mut engine = engine();
        let mut refusal =
            |requests: &[SampleRequest]| engine.sample_jointly(requests, &Watch::default()).unwrap_err().to_string();
        let (seg, depth) = (request(0, "a dog", &[1]), request(1, "a dog", &[1]));
        assert!(refusal(&[depth.clone(), seg.clone()]).contains("parents first"));
        assert!(refusal(&[seg.clone(), SampleRequest { seeds: vec![1, 2], ..depth.clone() }]).contains("one seed"));
        let longer = SampleRequest { settings: FactorSettings::new(9, 2.0), ..depth };
        assert!(refusal(&[seg, longer]).contains("one number of steps"));
    }
}
