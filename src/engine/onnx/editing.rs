//! Edits by text: inversion of a map, and its walk again under guidance by concepts.

use std::sync::Arc;

use super::attending::{looked_at, shared_tokens};
use super::clock::{Clock, Previews};
use super::constant::{Constant, ParentInput};
use super::graphs::Batching;
use super::sampling::{concatenated, steers};
use super::stop::Stop;
use super::text::Text;
use super::{Engine, OnnxEngine};
use crate::diffusion::{Inversion, NoiseSource, Route, Walk, independent_latents, ode_latents, steps_left_out};
use crate::engine::{
    Control, EngineError, InversionMethod, Progress, SampleRequest, TextEdit, check_edit, factor_size, join_edit,
    within,
};
use crate::graph::Sampler;
use crate::maps::Map;
use crate::pack::Pack;

/// Fixed-point rounds of a step of DDIM inversion: each costs a network call, and corrections take up what they leave.
const ROUNDS: usize = 3;

/// Nats by which a class would have to lead that neither words nor map know of, where a pack holds such ones back: the map
/// shows what is there, so in an edit there is no reason for it at all. Finite, since enlarging multiplies it by 0.
const NEVER: f32 = 1e4;

/// What an edit's network calls have in common.
struct Scene<'a> {
    request: &'a SampleRequest,
    walk: Walk,
    shape: [usize; 3],
    parents: Vec<ParentInput>,
    /// What is said of all texts alike.
    context: Option<Arc<Text>>,
    /// The smallest batch in which a sample comes out as in greater ones.
    batching: Batching,
}

/// Tells of network calls that are done.
struct Tally<'a> {
    control: &'a dyn Control,
    clock: Clock,
    done: usize,
    all: usize,
}

impl OnnxEngine {
    pub(super) fn edit_watched(
        &mut self,
        request: &SampleRequest,
        edit: &TextEdit,
        control: &dyn Control,
        stop: &Stop<'_>,
    ) -> Result<Arc<Map>, EngineError> {
        let pack = self.pack().clone();
        let revision = check_edit(&pack, request, edit)?;
        // What is decoded stays apart from the map until both are compared.
        let plain = SampleRequest { revision: None, settings: request.settings.full(), ..request.clone() };
        let size = factor_size(&pack, request.variable, request.canvas);
        let (shape, clean) = (self.latent_shape(request)?, self.encode(&revision.base, size, stop)?);
        let sampler = match edit.method {
            InversionMethod::Ddpm => Sampler::Ddpm,
            InversionMethod::Ddim => Sampler::Ddim,
        };
        let route = Route { sampler, eta: 0.0, ..request.settings.route() };
        let factor = pack.graph.factor(request.variable);
        let walk = Walk::new(factor, &factor.schedule, route);
        let walk = walk.after(steps_left_out(route.steps, revision.strength));
        let context = edit.context(&request.prompt);
        let mut concepts = Vec::with_capacity(edit.concepts.len());
        for concept in &edit.concepts {
            let words = self.text.encode(&concept.words, &mut self.graphs, stop)?;
            let Some(text) = self.text.encode(&within(&concept.words, &context), &mut self.graphs, stop)? else {
                continue;
            };
            let words = words.map_or(0, |words| shared_tokens(&words, &text));
            concepts.push((concept.pull(), text, words));
        }
        let rounds = if edit.method == InversionMethod::Ddim { ROUNDS } else { 0 };
        let all = walk.steps() * (rounds + 2);
        let mut tally = Tally { control, clock: Clock::start(all), done: 0, all };
        let parents = self.encode_parents(request, stop)?;
        let context = self.text.encode(&context, &mut self.graphs, stop)?;
        let batching = self.batching(&plain)?;
        let scene = Scene { request: &plain, walk, shape, parents, context, batching };

        let lead = if pack.manifest.variables[request.variable.0].unnamed_lead > 0.0 { NEVER } else { 0.0 };
        let led = (&*request.unnamed, lead);
        let inversion = self.invert(&scene, &clean, edit.method, &mut tally, stop)?;
        let before = self.decode_led(&plain, inversion.clean(), shape, led, stop)?.remove(0);
        let held = revision.held((shape[1], shape[2]));
        let free: Vec<bool> = held.iter().map(|held| !held).collect();

        let texts: Vec<Option<&Text>> =
            [scene.context.as_deref()].into_iter().chain(concepts.iter().map(|(_, text, _)| Some(&**text))).collect();
        let constant = scene.constant(&texts, &pack);
        let walk = &scene.walk;
        let mut latents = walk.start_at(inversion.latents[0].clone());
        let mut previews = Previews::start(request.previews);
        for step in 0..walk.steps() {
            let answered = self.answer(request.variable, &constant, &latents.x, (walk, step), shape, stop)?;
            let mut answer = answered.prediction;
            let with = answer.split_off(clean.len());
            let without = answer.clone();
            for (at, ((pull, _, words), with)) in concepts.iter().zip(with.chunks_exact(clean.len())).enumerate() {
                let seen = looked_at(answered.attention.as_ref(), at + 1, *words, (shape[1], shape[2]));
                pull.act(step, &mut answer, (with, &without), &free, seen.as_deref());
            }
            inversion.step(walk, step, &mut latents, &answer);
            let there = &inversion.latents[step + 1];
            for (i, x) in latents.x.iter_mut().enumerate().filter(|(i, _)| held[i % held.len()]) {
                *x = there[i];
            }
            if latents.x.iter().any(|v| !v.is_finite()) {
                return Err(EngineError::NotANumber {
                    variable: pack.graph.variable(request.variable).name.clone(),
                    step: step + 1,
                    steps: walk.steps(),
                    guidance: edit.concepts.iter().map(|c| c.scale).fold(0.0, f32::max),
                    sampler,
                });
            }
            let preview = if previews.are_due(step, walk.steps()) {
                let after = previews.time(|| self.decode_led(&plain, &latents.clean, shape, led, stop))?.remove(0);
                Some(Arc::new(join_edit(revision, &before, (*after).clone())))
            } else {
                None
            };
            tally.tell(request, preview);
        }
        tracing::info!(error = distance(&latents.x, &clean), "edited latent against the map's, root mean square");
        let after = self.decode_led(&plain, &latents.x, shape, led, stop)?.remove(0);
        stop.check()?;
        Ok(Arc::new(join_edit(revision, &before, (*after).clone())))
    }

    /// The walk that ends at a clean latent, as the context and the map's parents lead it.
    fn invert(
        &mut self,
        scene: &Scene<'_>,
        clean: &[f32],
        method: InversionMethod,
        tally: &mut Tally<'_>,
        stop: &Stop<'_>,
    ) -> Result<Inversion, EngineError> {
        let pack = self.pack().clone();
        let name = self.pack().graph.variable(scene.request.variable).name.clone();
        let constant = scene.constant(&[scene.context.as_deref()], &pack);
        let walk = &scene.walk;
        let mut predict = |x: &[f32], step: usize| {
            let answer = self.answer(scene.request.variable, &constant, x, (walk, step), scene.shape, stop)?;
            let mut answer = answer.prediction;
            answer.truncate(x.len());
            tally.tell(scene.request, None);
            Ok::<_, EngineError>(answer)
        };
        let latents = match method {
            InversionMethod::Ddpm => {
                independent_latents(walk, clean, &mut NoiseSource::of(scene.request.seeds[0], &name))
            }
            InversionMethod::Ddim => ode_latents(walk, clean, ROUNDS, &mut predict)?,
        };
        let inversion = Inversion::through(walk, latents, predict)?;
        let most = inversion.corrections.iter().flatten().fold(0.0_f32, |most, c| most.max(c.abs()));
        tracing::info!(most, "inverted by {method:?}; the largest correction of a step");
        Ok(inversion)
    }
}

impl Scene<'_> {
    fn constant(&self, texts: &[Option<&Text>], pack: &Pack) -> Constant {
        let factor = pack.graph.factor(self.request.variable);
        let steers = steers(factor, &self.request.settings, &self.parents);
        let parents = concatenated(factor, &self.parents);
        let latent = self.shape.iter().product();
        Constant::new(1, texts, pack.manifest.text.width, parents, latent, self.batching).steered(steers)
    }
}

impl Tally<'_> {
    fn tell(&mut self, request: &SampleRequest, preview: Option<Arc<Map>>) {
        self.done += 1;
        let remaining = self.clock.tick();
        let (variable, step, steps) = (request.variable, self.done, self.all);
        self.control.progress(Progress { variable, step, steps, remaining, portion: None, preview });
    }
}

/// Root mean square of the difference.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    let squares: f64 = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    (squares / a.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::Direction;
    use crate::engine::onnx::tests::{Watch, engine, request};
    use crate::engine::{Concept, Revision};
    use crate::maps::Plane;

    const METHODS: [InversionMethod; 2] = [InversionMethod::Ddpm, InversionMethod::Ddim];

    fn ask(variable: usize, base: Arc<Map>, mask: Option<Plane<bool>>) -> SampleRequest {
        let revision = Revision { base, mask, strength: 0.75, variation: None };
        SampleRequest { revision: Some(revision), ..request(variable, "two cats on a road", &[3]) }
    }

    fn sampled(engine: &mut OnnxEngine, variable: usize) -> Arc<Map> {
        engine.sample(&request(variable, "a boat", &[5]), &Watch::default()).unwrap().remove(0).map
    }

    fn horse() -> Vec<Concept> {
        let concept = |action, words| Concept { scale: 30.0, threshold: 0.0, ..Concept::new(action, words) };
        vec![concept(Direction::Remove, "cats"), concept(Direction::Add, "a horse")]
    }

    /// Share of pixels of another class.
    fn relabelled(a: &Map, b: &Map) -> f64 {
        let [a, b] = [a, b].map(|map| map.as_segmentation().unwrap().to_pixels());
        a.iter().zip(&b).filter(|(a, b)| a.class != b.class).count() as f64 / a.len() as f64
    }

    fn decibels(a: &Map, b: &Map) -> f64 {
        let (Map::Image(a), Map::Image(b)) = (a, b) else { panic!("images") };
        let (a, b) = (a.to_pixels(), b.to_pixels());
        let squares: f64 =
            a.as_flattened().iter().zip(b.as_flattened()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2)).sum();
        10.0 * (255.0_f64.powi(2) / (squares / (4 * a.len()) as f64)).log10()
    }

    #[test]
    fn an_edit_without_concepts_gives_the_map_back() {
        let mut engine = engine();
        let (labels, image) = (sampled(&mut engine, 0), sampled(&mut engine, 3));
        for method in METHODS {
            let nothing = TextEdit { concepts: Vec::new(), method };
            let mut back = |ask| engine.edit(&ask, &nothing, &Watch::default()).unwrap();
            let share = relabelled(&labels, &back(ask(0, labels.clone(), None)));
            assert!(share <= 0.001, "{method:?}: {share} of the pixels");
            let level = decibels(&image, &back(ask(3, image.clone(), None)));
            assert!(level >= 40.0, "{method:?}: {level} dB");
        }
    }

    #[test]
    fn concepts_change_the_selected_part_alone() {
        let mut engine = engine();
        let depth = sampled(&mut engine, 1);
        let left = Plane::from_fn(512, 512, |x, _| x < 200);
        for method in METHODS {
            let edit = TextEdit { concepts: horse(), method };
            let edited = engine.edit(&ask(1, depth.clone(), Some(left.clone())), &edit, &Watch::default()).unwrap();
            let (Map::Depth(old), Map::Depth(new)) = (&*depth, &*edited) else { panic!("depth") };
            assert!((0..512).all(|y| (200..512).all(|x| old.at(x, y) == new.at(x, y))), "{method:?}");
            assert!((0..512).any(|y| (0..200).any(|x| old.at(x, y) != new.at(x, y))), "{method:?}");
            let again = engine.edit(&ask(1, depth.clone(), Some(left.clone())), &edit, &Watch::default()).unwrap();
            assert!(again == edited, "an edit repeats");
        }
    }

    #[test]
    fn what_cannot_be_edited_is_refused() {
        let mut engine = engine();
        let base = sampled(&mut engine, 1);
        let mut refusal = |ask: SampleRequest, concepts| {
            let edit = TextEdit { concepts, method: InversionMethod::Ddpm };
            engine.edit(&ask, &edit, &Watch::default()).unwrap_err().to_string()
        };
        assert!(refusal(request(1, "a dog", &[1]), horse()).contains("no \"depth\" to edit"));
        assert!(
            refusal(SampleRequest { seeds: vec![1, 2], ..ask(1, base.clone(), None) }, horse()).contains("one seed")
        );
        assert!(refusal(ask(1, base, None), vec![horse(); 5].concat()).contains("10 concepts are too many"));
    }
}
