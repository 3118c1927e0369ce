//! Clean latents as maps.

use std::sync::Arc;
use std::thread;

use super::constant::{CLEAN, NULL};
use super::graphs::{Feed, Tensor, View};
use super::stop::Stop;
use super::{Engine, OnnxEngine};
use crate::engine::decode::{Field, Unnamed, decode_classes, decode_colours, decode_values};
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
        self.run_decoder(variable, &latent, shape, &[], stop, |answers| {
            Arc::new(map_of(VariableKind::Classes, answers, &manifest.classes, Unnamed::default(), canvas))
        })
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
        let unnamed = Unnamed { classes: &request.unnamed, share: entry.unnamed_share, held, lead };
        let map = |map| match &request.revision {
            Some(revision) => Arc::new(revision.join(map)),
            None => Arc::new(map),
        };
        let threads = self.graphs.threads();
        let latents: Vec<&[f32]> = latents.chunks_exact(shape.iter().product()).collect();
        let mut maps = Vec::with_capacity(latents.len());
        // One at a time, for the reason given at `Constant`; a batch would be no faster here. What is answered is
        // large, and still near the processor when a map is made of it at once.
        for latents in latents.chunks(threads.max(1)) {
            if let [latent] = latents {
                let made = |answers: &[View<'_>]| map_of(entry.kind, answers, pack.classes(), unnamed, request.canvas);
                maps.push(map(self.run_decoder(request.variable, latent, shape, &guides, stop, made)?));
                continue;
            }
            let copied = |answers: &[View<'_>]| answers.iter().map(View::copied).collect::<Vec<_>>();
            let decoded =
                latents.iter().map(|latent| self.run_decoder(request.variable, latent, shape, &guides, stop, copied));
            let answers = decoded.collect::<Result<Vec<_>, _>>()?;
            maps.extend(in_parallel(answers.len(), |index| {
                map(map_of(entry.kind, &answers[index], pack.classes(), unnamed, request.canvas))
            }));
        }
        Ok(maps)
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

    /// Makes something of what a decoder answers for a latent, where it lies.
    fn run_decoder<R>(
        &mut self,
        id: VariableId,
        latent: &[f32],
        shape: [usize; 3],
        guides: &[Guide],
        stop: &Stop<'_>,
        then: impl FnOnce(&[View<'_>]) -> R,
    ) -> Result<R, EngineError> {
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
        self.graphs.run_then(&file, &self.decoders[id.0], &feeds, stop, |answers| {
            if let Some(odd) = answers.iter().find(|a| a.shape[0] != 1 || a.shape[2..] != extent) {
                let reason = format!("it answered {:?} for a latent of {batch:?}", odd.shape);
                return Err(EngineError::Graph { file: file.clone(), reason });
            }
            answers.iter().try_for_each(|answer| answer.check_finite(&file))?;
            Ok(then(answers))
        })
    }
}

/// Why a variable cannot be sampled.
pub(super) fn undecodable(variable: &str) -> String {
    format!("the pack has no decoder for \"{variable}\": give its map, it cannot be sampled")
}

/// The decoder's answers for one latent as a map.
fn map_of<D: AsRef<[f32]>>(
    kind: VariableKind,
    answers: &[Tensor<D>],
    classes: &ClassTable,
    unnamed: Unnamed<'_>,
    canvas: (u32, u32),
) -> Map {
    let field = |answer: usize| Field::new(answers[answer].data.as_ref(), answers[answer].extent());
    match kind {
        VariableKind::Classes => Map::Segmentation(decode_classes(field(0), field(1), classes, unnamed, canvas)),
        VariableKind::Depth => Map::Depth(decode_values(field(0), canvas, 65535.0, |v| v as u16)),
        VariableKind::Sketch => Map::Sketch(decode_values(field(0), canvas, 255.0, |v| v as u8)),
        VariableKind::Normal => Map::Normal(resize_smooth(&decode_colours(field(0), |rgb| rgb), canvas.0, canvas.1)),
        VariableKind::Pose => Map::Pose(read_pose(field(0), field(1), canvas)),
        VariableKind::Image => Map::Image(decode_colours(field(0), |[r, g, b]| [r, g, b, 255])),
    }
}

/// `of(0) .. of(count - 1)`, each computed by a thread of its own.
fn in_parallel<T: Send>(count: usize, of: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let mut results: Vec<Option<T>> = (0..count).map(|_| None).collect();
    thread::scope(|scope| {
        for (index, result) in results.iter_mut().enumerate() {
            let of = &of;
            scope.spawn(move || *result = Some(of(index)));
        }
    });
    results.into_iter().flatten().collect()
}
