//! The engine on ONNX Runtime.

mod attending;
mod clock;
mod constant;
mod decoding;
mod editing;
mod graphs;
mod joint;
mod memory;
mod runtime;
mod sampling;
mod signature;
mod steering;
mod stop;
#[cfg(test)]
mod tests;
mod text;
mod trace;

pub use runtime::find_library;
pub use trace::{Trace, TraceInputs, shown_shape};

use std::collections::HashMap;
use std::sync::Arc;
use std::thread::available_parallelism;

use super::pictures::picture;
use super::{Control, Device, Engine, EngineError, Sample, SampleRequest, TextEdit, check_joint, check_request};
use crate::graph::{VariableId, VariableKind};
use crate::maps::Map;
use crate::pack::Pack;
use graphs::{Feed, Graphs};
use signature::Signature;
use stop::{Stop, watched};
use text::TextEncoder;

/// Encoded parents that are kept between requests.
const KEPT_PARENTS: usize = 8;

/// Runs a pack's factors through ONNX Runtime, on CUDA or the CPU.
pub struct OnnxEngine {
    graphs: Graphs,
    text: TextEncoder,
    encoder: Signature,
    factors: Vec<Signature>,
    decoders: Vec<Signature>,
    /// By file.
    controls: HashMap<String, Signature>,
    parents: Vec<Parent>,
    most_latents: usize,
    full_precision: bool,
    notes: Vec<String>,
}

/// A map as the latent that factors read. Holding the map keeps its address from being reused.
struct Parent {
    map: Arc<Map>,
    size: (u32, u32),
    /// Of the encoder.
    file: String,
    latent: Arc<Vec<f32>>,
}

impl OnnxEngine {
    /// An engine for `pack`. `threads` is the number of CPU threads a network call may use; `None`
    /// means one for each physical core. Graphs are loaded when first used, or by
    /// [`Engine::warm_up`].
    ///
    /// # Errors
    /// [`EngineError::Runtime`] without ONNX Runtime's library, [`EngineError::Cuda`] when CUDA is
    /// demanded and does not work, [`EngineError::Pack`] and [`EngineError::Graph`] for a damaged pack.
    pub fn load(pack: Pack, device: Device, threads: Option<usize>) -> Result<Self, EngineError> {
        let environment = runtime::environment()?;
        let text = TextEncoder::new(&pack)?;
        let ids: Vec<VariableId> = pack.graph.ids().collect();
        let encoder = Signature::of_encoder(&pack);
        let factors = ids.iter().map(|&id| Signature::of_factor(&pack, id)).collect();
        let decoders = ids.iter().map(|&id| Signature::of_decoder(&pack, id)).collect();
        let controls = (ids.iter().flat_map(|&id| pack.graph.factor(id).controls.iter().map(move |c| (id, c))))
            .map(|(id, control)| (control.model.clone(), Signature::of_control(&pack, id, control)))
            .collect();
        let threads = threads.unwrap_or_else(physical_cores).max(1);
        let graphs = Graphs::new(pack, environment, device, threads)?;
        Ok(Self {
            graphs,
            text,
            encoder,
            factors,
            decoders,
            controls,
            parents: Vec::new(),
            most_latents: memory::MOST_LATENTS,
            full_precision: false,
            notes: Vec::new(),
        })
    }

    /// The same, but factors and decoders run in 32 bits on CPUs as well, where the pack has 8-bit networks for them.
    #[must_use]
    pub fn in_full_precision(self) -> Self {
        Self { full_precision: true, ..self }
    }

    /// File of a factor's network.
    fn model(&self, id: VariableId, quick: bool) -> String {
        let pack = self.graphs.pack();
        let name = &pack.graph.variable(id).name;
        let Some(entry) = pack.manifest.factors.iter().find(|f| f.variable == *name) else { return String::new() };
        let (model, int8) = match &entry.quick {
            Some(distilled) if quick => (&distilled.model, &distilled.int8),
            _ => (&entry.model, &entry.int8),
        };
        int8.as_ref().filter(|_| self.runs_int8()).unwrap_or(model).clone()
    }

    /// File of a variable's decoder, where it has one.
    fn decoder(&self, id: VariableId) -> Option<String> {
        let variable = &self.graphs.pack().manifest.variables[id.0];
        variable.decoder_int8.as_ref().filter(|_| self.runs_int8()).or(variable.decoder.as_ref()).cloned()
    }

    fn runs_int8(&self) -> bool {
        self.graphs.is_on_cpu() && !self.full_precision
    }

    /// The clean latent of a map, encoded at the size the child works at.
    fn encode(&mut self, map: &Arc<Map>, size: (u32, u32), stop: &Stop<'_>) -> Result<Arc<Vec<f32>>, EngineError> {
        let file = self.graphs.pack().manifest.encoder.clone();
        self.encode_by(file, map, size, stop)
    }

    /// The same of a map that a factor reads: where a map is to come back as it was, 8 bits are not enough.
    fn encode_parent(
        &mut self,
        map: &Arc<Map>,
        size: (u32, u32),
        stop: &Stop<'_>,
    ) -> Result<Arc<Vec<f32>>, EngineError> {
        let file = self.parents_encoder();
        self.encode_by(file, map, size, stop)
    }

    /// File of what encodes the maps that factors read.
    fn parents_encoder(&self) -> String {
        let manifest = &self.graphs.pack().manifest;
        manifest.encoder_int8.as_ref().filter(|_| self.runs_int8()).unwrap_or(&manifest.encoder).clone()
    }

    fn encode_by(
        &mut self,
        file: String,
        map: &Arc<Map>,
        size: (u32, u32),
        stop: &Stop<'_>,
    ) -> Result<Arc<Vec<f32>>, EngineError> {
        let known = self.parents.iter().find(|p| Arc::ptr_eq(&p.map, map) && p.size == size && p.file == file);
        if let Some(parent) = known {
            return Ok(parent.latent.clone());
        }
        let values = picture(map, &self.graphs.pack().manifest, size.0, size.1)?;
        let latent = Arc::new(self.encode_picture(&file, &values, size, stop)?);
        if self.parents.len() == KEPT_PARENTS {
            self.parents.remove(0);
        }
        self.parents.push(Parent { map: map.clone(), size, file, latent: latent.clone() });
        Ok(latent)
    }

    /// The clean latent of a picture `[3, height, width]`.
    fn encode_picture(
        &mut self,
        file: &str,
        values: &[f32],
        (width, height): (u32, u32),
        stop: &Stop<'_>,
    ) -> Result<Vec<f32>, EngineError> {
        let downscale = self.graphs.pack().manifest.latent.downscale;
        let shape = [1, 3, height as usize, width as usize];
        let feeds = [("picture", Feed::Real(&shape, values))];
        let answer = self.graphs.run(file, &self.encoder, &feeds, stop)?.remove(0);
        if answer.extent() != (height as usize / downscale, width as usize / downscale) {
            let reason = format!("it turned a picture of {width}×{height} into a latent of {:?}", answer.shape);
            return Err(EngineError::Graph { file: file.into(), reason });
        }
        Ok(answer.data)
    }
}

impl Engine for OnnxEngine {
    fn pack(&self) -> &Pack {
        self.graphs.pack()
    }

    fn device(&self) -> String {
        self.graphs.device()
    }

    fn warm_up(&mut self) -> Result<bool, EngineError> {
        let manifest = self.graphs.pack().manifest.clone();
        let graph = self.graphs.pack().graph.clone();
        if self.text.warm_up(&mut self.graphs)? || self.graphs.load(&self.parents_encoder(), &self.encoder)? {
            return Ok(true);
        }
        if let Some(reader) = &manifest.shapes
            && self.graphs.load(&reader.model, &Signature::of_shapes(self.pack(), reader.side))?
        {
            return Ok(true);
        }
        for i in 0..manifest.variables.len() {
            let quick = graph.factor(VariableId(i)).quick.is_some_and(|walk| walk.default);
            if self.graphs.load(&self.model(VariableId(i), quick), &self.factors[i])? {
                return Ok(true);
            }
            for control in &graph.factor(VariableId(i)).controls {
                if self.graphs.load(&control.model, &self.controls[&control.model])? {
                    return Ok(true);
                }
            }
            if let Some(decoder) = self.decoder(VariableId(i))
                && self.graphs.load(&decoder, &self.decoders[i])?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn prompt_note(&self, prompt: &str) -> Option<String> {
        self.text.note(prompt)
    }

    fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn embed(&mut self, texts: &[String], control: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        watched(control, |stop| {
            texts.iter().map(|text| self.text.meaning(text, &mut self.graphs, stop)).collect::<Result<_, _>>()
        })
    }

    fn segment(
        &mut self,
        picture: &Arc<Map>,
        canvas: (u32, u32),
        control: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        let Some(variable) = self.pack().graph.of_kind(VariableKind::Classes) else {
            return Err(EngineError::Request("this pack has no segmentation to decode".into()));
        };
        watched(control, |stop| self.segment_watched(variable, picture, canvas, stop))
    }

    fn read_shapes(&mut self, outlines: &[&[f32]], control: &dyn Control) -> Result<Vec<Vec<f32>>, EngineError> {
        let manifest = self.pack().manifest.clone();
        let Some(reader) = &manifest.shapes else {
            return Err(EngineError::Request("this pack has no reader of shapes".into()));
        };
        let signature = Signature::of_shapes(self.pack(), reader.side);
        let shape = [1, 1, reader.side as usize, reader.side as usize];
        watched(control, |stop| {
            // One at a time, so that an answer does not depend on the others.
            let one = |outline: &&[f32]| {
                let feeds = [("outlines", Feed::Real(&shape, outline))];
                let answer = self.graphs.run(&reader.model, &signature, &feeds, stop)?.remove(0);
                answer.check_finite(&reader.model)?;
                Ok(answer.data)
            };
            outlines.iter().map(one).collect()
        })
    }

    fn sample(&mut self, request: &SampleRequest, control: &dyn Control) -> Result<Vec<Sample>, EngineError> {
        check_request(self.pack(), request)?;
        if control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        watched(control, |stop| self.within_memory(|engine| engine.sample_watched(request, control, stop)))
    }

    fn edit(
        &mut self,
        request: &SampleRequest,
        edit: &TextEdit,
        control: &dyn Control,
    ) -> Result<Arc<Map>, EngineError> {
        if control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        watched(control, |stop| self.within_memory(|engine| engine.edit_watched(request, edit, control, stop)))
    }

    fn sample_jointly(
        &mut self,
        requests: &[SampleRequest],
        control: &dyn Control,
    ) -> Result<Vec<Sample>, EngineError> {
        check_joint(self.pack(), requests)?;
        if control.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        watched(control, |stop| self.sample_jointly_watched(requests, control, stop))
    }
}

/// Physical cores this process may use: hyper-threads slow matrix products down.
fn physical_cores() -> usize {
    let allowed = available_parallelism().map_or(1, usize::from);
    num_cpus::get_physical().clamp(1, allowed)
}

/// ONNX Runtime's messages may have several lines; ours have one.
fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
