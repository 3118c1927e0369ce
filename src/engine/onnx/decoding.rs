//! Clean latents as maps.

use std::sync::Arc;
use std::thread;

use super::constant::{CLEAN, NULL};
use super::graphs::{Feed, Tensor};
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::engine::decode::{Field, decode_classes, decode_colours, decode_values};
use crate::engine::pictures::picture;
use crate::engine::pose::read_pose;
use crate::engine::{EngineError, SampleRequest, factor_size};
use crate::graph::{VariableId, VariableKind};
use crate::maps::{ClassTable, Map, resize_smooth};
use crate::pack::Pack;

/// A finished map that a decoder is shown.
struct Guide {
    picture_name: String,
    level_name: String,
    picture: Vec<f32>,
    level: f32,
}

impl OnnxEngine {
    /// The classes in a picture: encoded at the size the classes' factor works at, decoded as its samples are.
    pub(super) fn segment_watched(
        &mut self,
        variable: VariableId,
        picture: &Arc<Map>,
        canvas: (u32, u32),
        stop: &Stop<'_>,
    ) -> Result<Arc<Map>, EngineError> {
        let size = factor_size(self.pack(), variable, canvas);
        let latent = self.encode(picture, size, stop)?;
        let manifest = self.pack().manifest.clone();
        let cells = |pixels: u32| pixels as usize / manifest.latent.downscale;
        let shape = [manifest.latent.channels, cells(size.1), cells(size.0)];
        let answers = self.run_decoder(variable, &latent, shape, &[], stop)?;
        Ok(Arc::new(map_of(VariableKind::Classes, &answers, &manifest.classes, (&[], 0.0), canvas)))
    }

    /// Decodes latents `[count, channels, height, width]`, `shape` without the count, and joins them with the
    /// map that is revised.
    pub(super) fn decode(
        &mut self,
        request: &SampleRequest,
        latents: &[f32],
        shape: [usize; 3],
        stop: &Stop<'_>,
    ) -> Result<Vec<Arc<Map>>, EngineError> {
        let pack = self.pack().clone();
        let lead = pack.manifest.variables[request.variable.0].unnamed_lead;
        let is_object = |class: &u8| pack.classes().is_object(*class);
        let objects: Vec<u8> = request.unnamed.iter().copied().filter(is_object).collect();
        self.decode_led(request, latents, shape, (&objects, lead), stop)
    }

    /// The same, where some classes have to lead by so much, in nats.
    pub(super) fn decode_led(
        &mut self,
        request: &SampleRequest,
        latents: &[f32],
        shape: [usize; 3],
        (held, lead): (&[u8], f32),
        stop: &Stop<'_>,
    ) -> Result<Vec<Arc<Map>>, EngineError> {
        let pack = self.pack().clone();
        let entry = &pack.manifest.variables[request.variable.0];
        let guides = self.guides(request, shape)?;
        let mut answers = Vec::new();
        // One at a time, for the reason given at `Constant`; a batch would be no faster here.
        for latent in latents.chunks_exact(shape.iter().product()) {
            answers.push(self.run_decoder(request.variable, latent, shape, &guides, stop)?);
        }
        if entry.kind == VariableKind::Classes {
            answers.iter_mut().for_each(|answer| hold_back(&mut answer[0], held, lead));
        }
        let map = |index: usize| {
            let unnamed = (&*request.unnamed, entry.unnamed_share);
            let map = map_of(entry.kind, &answers[index], pack.classes(), unnamed, request.canvas);
            Arc::new(match &request.revision {
                Some(revision) => revision.join(map),
                None => map,
            })
        };
        Ok(in_parallel(answers.len(), self.graphs.threads(), map))
    }

    /// The maps that the decoder of the request's variable is shown, those that are not there as null ones.
    fn guides(&self, request: &SampleRequest, shape: [usize; 3]) -> Result<Vec<Guide>, EngineError> {
        let Pack { manifest, graph, .. } = self.pack();
        let [height, width] = self.decoded_extent(request.variable, shape);
        let guide = |name: &String| {
            let map = request.parents.iter().find(|(id, _)| graph.variable(*id).name == *name);
            let shown = map.map(|(_, map)| picture(map, manifest, width as u32, height as u32)).transpose()?;
            Ok(Guide {
                picture_name: format!("map_{name}"),
                level_name: format!("map_{name}_level"),
                level: if shown.is_some() { CLEAN } else { NULL },
                picture: shown.unwrap_or_else(|| vec![0.0; 3 * height * width]),
            })
        };
        manifest.variables[request.variable.0].guided_by.iter().map(guide).collect()
    }

    /// Height and width of what a decoder answers for a latent of `shape`.
    fn decoded_extent(&self, id: VariableId, shape: [usize; 3]) -> [usize; 2] {
        let manifest = &self.pack().manifest;
        [shape[1], shape[2]].map(|side| side * manifest.latent.downscale * manifest.variables[id.0].enlarge as usize)
    }

    fn run_decoder(
        &mut self,
        id: VariableId,
        latent: &[f32],
        shape: [usize; 3],
        guides: &[Guide],
        stop: &Stop<'_>,
    ) -> Result<Vec<Tensor>, EngineError> {
        let manifest = self.pack().manifest.clone();
        let variable = &manifest.variables[id.0];
        let Some(file) = self.decoder(id) else { return Err(EngineError::Request(undecodable(&variable.name))) };
        let batch = [1, shape[0], shape[1], shape[2]];
        let extent = self.decoded_extent(id, shape);
        let shown = [1, 3, extent[0], extent[1]];
        let mut feeds = vec![("latent", Feed::Real(&batch, latent))];
        for guide in guides {
            feeds.push((&guide.picture_name, Feed::Real(&shown, &guide.picture)));
            feeds.push((&guide.level_name, Feed::Real(&[1], std::slice::from_ref(&guide.level))));
        }
        let answers = self.graphs.run(&file, &self.decoders[id.0], &feeds, stop)?;
        if let Some(odd) = answers.iter().find(|a| a.shape[0] != 1 || a.shape[2..] != extent) {
            let reason = format!("it answered {:?} for a latent of {batch:?}", odd.shape);
            return Err(EngineError::Graph { file, reason });
        }
        for answer in &answers {
            answer.check_finite(&file)?;
        }
        Ok(answers)
    }
}

/// Why a variable cannot be sampled.
pub(super) fn undecodable(variable: &str) -> String {
    format!("the pack has no decoder for \"{variable}\": give its map, it cannot be sampled")
}

/// Lowers the logits of classes, so that they win where they lead by so many nats: the logarithm of how much rarer objects that a prompt
/// does not name are than what it names (Bayes), a bounded one, for no prompt is read without fail.
fn hold_back(logits: &mut Tensor, classes: &[u8], nats: f32) {
    let (height, width) = logits.extent();
    for &class in classes {
        logits.data[usize::from(class) * height * width..][..height * width]
            .iter_mut()
            .for_each(|logit| *logit -= nats);
    }
}

/// The decoder's answers for one latent as a map; classes that are `unnamed` are shown where they cover their share.
fn map_of(
    kind: VariableKind,
    answers: &[Tensor],
    classes: &ClassTable,
    unnamed: (&[u8], f32),
    canvas: (u32, u32),
) -> Map {
    let field = |answer: usize| Field::new(&answers[answer].data, answers[answer].extent());
    match kind {
        VariableKind::Classes => Map::Segmentation(decode_classes(field(0), field(1), classes, unnamed, canvas)),
        VariableKind::Depth => Map::Depth(decode_values(field(0), canvas, 65535.0, |v| v as u16)),
        VariableKind::Sketch => Map::Sketch(decode_values(field(0), canvas, 255.0, |v| v as u8)),
        VariableKind::Normal => Map::Normal(resize_smooth(&decode_colours(field(0)), canvas.0, canvas.1)),
        VariableKind::Pose => Map::Pose(read_pose(field(0), field(1), canvas)),
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
