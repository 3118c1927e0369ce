//! Clean latents as maps.

use std::sync::Arc;
use std::thread;

use super::graphs::{Feed, Tensor};
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::engine::decode::{Field, decode_classes, decode_colours, decode_values};
use crate::engine::{EngineError, SampleRequest};
use crate::graph::VariableKind;
use crate::maps::{ClassTable, Map, resize_smooth};

impl OnnxEngine {
    /// Decodes latents `[count, channels, height, width]`, `shape` without the count.
    pub(super) fn decode(
        &mut self,
        request: &SampleRequest,
        latents: &[f32],
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Vec<Arc<Map>>, EngineError> {
        let pack = self.pack().clone();
        let entry = &pack.manifest.variables[request.variable.0];
        let count = latents.len() / shape.iter().product::<usize>();
        let batch = [count, shape[0], shape[1], shape[2]];
        let feeds = [("latent", Feed::Real(&batch, latents))];
        let signature = &self.decoders[request.variable.0];
        let answers = self.graphs.run(&entry.decoder, signature, &feeds, stop)?;
        let downscale = pack.manifest.latent.downscale;
        let extent = (shape[1] * downscale, shape[2] * downscale);
        if let Some(odd) = answers.iter().find(|a| a.shape[0] != count || a.extent() != extent) {
            let reason = format!("it answered {:?} for latents of {batch:?}", odd.shape);
            return Err(EngineError::Graph { file: entry.decoder.clone(), reason });
        }
        if answers.iter().any(|a| a.data.iter().any(|v| !v.is_finite())) {
            let reason = "it answered with a value that is not a number".into();
            return Err(EngineError::Run { file: entry.decoder.clone(), reason });
        }
        let map = |index| Arc::new(map_of(entry.kind, &answers, index, pack.classes(), request.canvas));
        Ok(in_parallel(count, self.graphs.threads(), map))
    }
}

/// One element of the decoder's answers as a map.
fn map_of(kind: VariableKind, answers: &[Tensor], index: usize, classes: &ClassTable, canvas: (u32, u32)) -> Map {
    let field = |answer: usize| Field::new(answers[answer].of_batch(index), answers[answer].extent());
    match kind {
        VariableKind::Classes => Map::Segmentation(decode_classes(field(0), field(1), classes, canvas)),
        VariableKind::Depth => Map::Depth(decode_values(field(0), canvas, 65535.0, |v| v as u16)),
        VariableKind::Sketch => Map::Sketch(decode_values(field(0), canvas, 255.0, |v| v as u8)),
        VariableKind::Normal | VariableKind::Pose => {
            Map::Normal(resize_smooth(&decode_colours(field(0)), canvas.0, canvas.1))
        }
        VariableKind::Image => Map::Image(decode_colours(field(0)).map(|[r, g, b]| [r, g, b, 255])),
    }
}

/// `of(0) .. of(count - 1)`, computed by up to `threads` threads.
fn in_parallel<T: Send>(count: usize, threads: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    if count < 2 || threads < 2 {
        return (0..count).map(of).collect();
    }
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    let share = count.div_ceil(threads);
    thread::scope(|scope| {
        for (part, results) in results.chunks_mut(share).enumerate() {
            let of = &of;
            scope.spawn(move || {
                for (i, result) in results.iter_mut().enumerate() {
                    *result = Some(of(part * share + i));
                }
            });
        }
    });
    results.into_iter().flatten().collect()
}
