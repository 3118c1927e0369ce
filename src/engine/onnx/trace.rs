//! A walk with everything that happens on it, from noise and parents that come from outside.

use std::sync::Arc;

use super::constant::ParentInput;
use super::stop::{Stop, watched};
use super::{Engine, OnnxEngine};
use crate::diffusion::NoiseSource;
use crate::engine::{Control, EngineError, SampleRequest, check_request};
use crate::graph::{Reads, VariableId};
use crate::pack::Pack;

/// What a trace starts from besides its request, whose seeds, maps and canvas are not looked at.
#[derive(Clone, Debug)]
pub struct TraceInputs {
    /// Channels, height and width of the latent.
    pub shape: [usize; 3],
    /// The start, then the noise of each step for samplers that add some.
    pub noise: Vec<f32>,
    /// Clean latents of the parents that are given, each of this shape; pictures `[3, H, W]` in `[-1, 1]` of those that a
    /// control is shown as pictures.
    pub parents: Vec<(VariableId, Vec<f32>)>,
}

/// All latents of a walk.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// What the network was told in each step.
    pub times: Vec<f32>,
    /// The latent before each step, and the one after the last.
    pub latents: Vec<Vec<f32>>,
    /// The estimate of the clean latent in each step.
    pub clean: Vec<Vec<f32>>,
}

impl OnnxEngine {
    /// Walks once and notes every latent.
    ///
    /// # Errors
    /// As [`Engine::sample`], and [`EngineError::Request`] for inputs of the wrong size.
    pub fn trace(
        &mut self,
        request: &SampleRequest,
        inputs: TraceInputs,
        control: &dyn Control,
    ) -> Result<Trace, EngineError> {
        check_request(self.pack(), request)?;
        watched(control, |stop| self.trace_watched(request, inputs, control, stop))
    }

    fn trace_watched(
        &mut self,
        request: &SampleRequest,
        inputs: TraceInputs,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<Trace, EngineError> {
        let TraceInputs { shape, noise, mut parents } = inputs;
        let length = self.check_shape(shape)?;
        let pack = self.pack().clone();
        let factor = pack.graph.factor(request.variable);
        let mut inputs = Vec::with_capacity(factor.parents.len());
        for &id in &factor.parents {
            let at = parents.iter().position(|(given, _)| *given == id);
            let values = at.map(|at| Arc::new(parents.swap_remove(at).1));
            let name = pack.graph.variable(id).name.clone();
            let wanted = shown_shape(&pack, request.variable, id, shape);
            if values.as_ref().is_some_and(|values| values.len() != wanted.iter().product::<usize>()) {
                let what = if wanted == shape { "latent" } else { "picture" };
                return Err(EngineError::Request(format!("the {what} of \"{name}\" must be of the shape {wanted:?}")));
            }
            inputs.push(ParentInput { name, values });
        }
        let given = noise.len();
        let source = std::cell::Cell::new(Some(NoiseSource::Given(noise.into_iter())));
        let noise = |_| source.take().unwrap_or(NoiseSource::Given(Vec::new().into_iter()));
        let request = SampleRequest { seeds: vec![0], settings: request.settings.full(), ..request.clone() };
        let mut batch = self.begin(&request, shape, &inputs, &noise, stop)?;
        let walk = batch.walk.clone();
        let wanted = 1 + (0..walk.steps()).filter(|&step| walk.adds_noise(step)).count();
        if given < wanted * length {
            let reason = format!(
                "{} adds noise in {} steps: give an array of {wanted} latents, the start first",
                request.settings.sampler.label(),
                wanted - 1,
            );
            return Err(EngineError::Request(reason));
        }
        let mut trace = Trace { latents: vec![batch.chunks[0].latents.x.clone()], ..Trace::default() };
        for step in 0..walk.steps() {
            if control.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            self.advance(&request, &mut batch, step, stop)?;
            trace.times.push(walk.time(step));
            trace.latents.push(batch.chunks[0].latents.x.clone());
            trace.clean.push(batch.chunks[0].latents.clean.clone());
        }
        Ok(trace)
    }

    /// Numbers of a latent of this shape, if the pack's networks can take it.
    fn check_shape(&self, shape: [usize; 3]) -> Result<usize, EngineError> {
        let [channels, height, width] = shape;
        let wanted = self.pack().manifest.latent.channels;
        let multiple = self.pack().manifest.latent_multiple();
        let whole = |side: usize| side > 0 && side.is_multiple_of(multiple);
        if channels != wanted || !whole(height) || !whole(width) {
            let reason = format!(
                "a latent is [{wanted}, height, width] with sides that are multiples of {multiple}, not {shape:?}"
            );
            return Err(EngineError::Request(reason));
        }
        Ok(shape.iter().product())
    }
}

/// Shape of what the factor of `child`, whose latent has `shape`, is shown of a parent: a latent, or a picture.
pub fn shown_shape(pack: &Pack, child: VariableId, parent: VariableId, shape: [usize; 3]) -> [usize; 3] {
    let downscale = pack.manifest.latent.downscale;
    match pack.graph.factor(child).reads(parent) {
        Reads::Latent => shape,
        Reads::Picture => [3, shape[1] * downscale, shape[2] * downscale],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::FactorSettings;
    use crate::engine::onnx::tests::{Reference, Watch, assert_close, engine, request};
    use crate::graph::Sampler;

    fn trace(sampler: Sampler, inputs: TraceInputs) -> Result<Trace, EngineError> {
        let reference = Reference::load("tiny_walks");
        let settings = FactorSettings { sampler, ..FactorSettings::new(5, reference.guidance) };
        let ask = SampleRequest { settings, ..request(1, &reference.prompt, &[0]) };
        engine().trace(&ask, inputs, &Watch::default())
    }

    fn inputs() -> TraceInputs {
        let reference = Reference::load("tiny_walks");
        let parents = vec![(VariableId(0), reference.reals("parent"))];
        TraceInputs { shape: [8, 8, 8], noise: reference.reals("noise_depth"), parents }
    }

    #[test]
    fn every_latent_agrees_with_the_reference() {
        let reference = Reference::load("tiny_walks");
        for sampler in [Sampler::Euler, Sampler::DpmPp2m, Sampler::UniPc] {
            let trace = trace(sampler, inputs()).unwrap();
            assert_eq!((trace.times.len(), trace.latents.len(), trace.clean.len()), (5, 6, 5));
            assert_close(sampler.name(), &trace.latents.concat(), &reference.reals(sampler.name()));
            assert_eq!(trace.latents[5], trace.clean[4]);
        }
    }

    #[test]
    fn noise_for_the_steps_comes_from_the_same_array() {
        let few = trace(Sampler::EulerAncestral, inputs()).unwrap_err().to_string();
        assert_eq!(few, "Euler a adds noise in 4 steps: give an array of 5 latents, the start first");
        let mut enough = inputs();
        enough.noise = enough.noise.repeat(5);
        let stochastic = trace(Sampler::EulerAncestral, enough.clone()).unwrap();
        assert_ne!(stochastic.latents[1], trace(Sampler::Euler, enough).unwrap().latents[1]);
    }

    #[test]
    fn latents_of_the_wrong_shape_are_refused() {
        let refusal = |inputs| trace(Sampler::Euler, inputs).unwrap_err().to_string();
        let odd = refusal(TraceInputs { shape: [8, 6, 8], ..inputs() });
        assert!(odd.contains("multiples of 4, not [8, 6, 8]"), "{odd}");
        let parent = refusal(TraceInputs { parents: vec![(VariableId(0), vec![0.0; 3])], ..inputs() });
        assert!(parent.contains("\"segmentation\" must be of the shape [8, 8, 8]"), "{parent}");
    }
}
