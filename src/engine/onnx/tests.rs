//! The engine on a pack of tiny random networks, against what PyTorch computed with them
//! (`onnx/fixtures/make_tiny_pack.py`). Needs ONNX Runtime: `make setup`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::sampling::Batch;
use super::*;
use crate::diffusion::{NoiseSource, NoiseStream};
use crate::engine::contest::{Contest, class_map};
use crate::engine::decode::{Field, Unnamed};
use crate::engine::pictures::paint_classes;
use crate::engine::{FactorSettings, Progress, Revision, Variation};
use crate::graph::Sampler;
use crate::maps::{Label, Plane, resize_nearest};
use crate::pack::{FileEntry, MANIFEST, Manifest};

mod kinds;
mod lent;
mod lone;
mod quick;
mod shapes;

const TOLERANCE: f32 = 1e-3;

#[derive(Deserialize)]
pub(super) struct Reference {
    pub(super) prompt: String,
    steps: usize,
    pub(super) guidance: f32,
    arrays: BTreeMap<String, Array>,
    #[serde(skip)]
    bytes: Vec<u8>,
}

#[derive(Deserialize)]
struct Array {
    shape: Vec<usize>,
    offset: usize,
}

fn fixtures() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join("fixtures")
}

impl Reference {
    pub(super) fn load(stem: &str) -> Self {
        let text = std::fs::read(fixtures().join(format!("{stem}.json"))).unwrap();
        let mut reference: Self = serde_json::from_slice(&text).unwrap();
        reference.bytes = std::fs::read(fixtures().join(format!("{stem}.bin"))).unwrap();
        reference
    }

    fn bytes(&self, name: &str, size: usize) -> &[u8] {
        let array = &self.arrays[name];
        &self.bytes[array.offset..][..array.shape.iter().product::<usize>() * size]
    }

    pub(super) fn reals(&self, name: &str) -> Vec<f32> {
        let read = |b: &[u8]| f32::from_le_bytes(b.try_into().unwrap());
        self.bytes(name, 4).chunks_exact(4).map(read).collect()
    }

    fn integers(&self, name: &str) -> Vec<i64> {
        let read = |b: &[u8]| i64::from_le_bytes(b.try_into().unwrap());
        self.bytes(name, 8).chunks_exact(8).map(read).collect()
    }
}

/// Never cancels, and counts steps and previews.
#[derive(Default)]
pub(super) struct Watch {
    steps: AtomicUsize,
    previews: Mutex<Vec<Arc<Map>>>,
    cancel_after: Option<usize>,
    cancelled: AtomicBool,
}

impl Control for Watch {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    fn progress(&self, progress: Progress) {
        self.steps.fetch_add(1, Ordering::Relaxed);
        self.previews.lock().unwrap().extend(progress.preview);
        if Some(progress.step) == self.cancel_after {
            self.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

fn tiny() -> Pack {
    Pack::open(fixtures().join("tiny_pack")).unwrap()
}

pub(super) fn engine() -> OnnxEngine {
    OnnxEngine::load(tiny(), Device::Cpu, Some(1)).unwrap_or_else(|e| panic!("{e}"))
}

pub(super) fn request(variable: usize, prompt: &str, seeds: &[u64]) -> SampleRequest {
    SampleRequest {
        variable: VariableId(variable),
        prompt: prompt.into(),
        negative: String::new(),
        unnamed: Vec::new(),
        seeds: seeds.into(),
        settings: FactorSettings::new(4, 2.0),
        parents: Vec::new(),
        revision: None,
        canvas: (512, 512),
        previews: false,
    }
}

#[track_caller]
pub(super) fn assert_close(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let worst = found.iter().zip(expected).map(|(f, e)| (f - e).abs()).fold(0.0, f32::max);
    assert!(worst <= TOLERANCE, "{what}: off by {worst}");
}

/// Latents after all steps from the reference's noise; seeds index its batch.
fn denoise(engine: &mut OnnxEngine, request: &SampleRequest, noise: &[f32]) -> Batch {
    let watch = Watch::default();
    watched(&watch, |stop| {
        let shape = engine.latent_shape(request)?;
        let length = shape.iter().product::<usize>();
        let start = |seed: u64| noise[seed as usize * length..][..length].to_vec();
        let from = |seed: u64| NoiseSource::Given(start(seed).into_iter());
        let parents = engine.encode_parents(request, stop)?;
        let mut batch = engine.begin(request, shape, &parents, &from, stop)?;
        engine.denoise(request, &mut batch, &watch, stop)?;
        Ok(batch)
    })
    .unwrap()
}

#[test]
fn text_features_agree_with_the_reference() {
    let (reference, mut engine) = (Reference::load("tiny_pack_reference"), engine());
    let text = watched(&Watch::default(), |stop| engine.text.encode(&reference.prompt, &mut engine.graphs, stop));
    let text = text.unwrap().unwrap();
    assert_eq!(text.ids, reference.integers("ids"));
    assert_close("features", &text.features, &reference.reals("tokens"));
}

#[test]
fn the_chain_from_noise_to_image_agrees_with_the_reference() {
    let (reference, mut engine) = (Reference::load("tiny_pack_reference"), engine());
    let settings = FactorSettings::new(reference.steps, reference.guidance);
    let ask = SampleRequest { settings: settings.clone(), ..request(0, &reference.prompt, &[0, 1]) };
    let batch = denoise(&mut engine, &ask, &reference.reals("segmentation_noise"));
    assert_close("segmentation", &batch.chunks[0].latents.x, &reference.reals("segmentation_latent"));

    // The reference paints the boundary that the decoder saw, so its parent is built here by hand.
    let canvas = (512, 512);
    let shape = [1, 8, 8, 8];
    let feeds = [("latent", Feed::Real(&shape, &batch.chunks[0].latents.x[..512]))];
    let signature = engine.decoders[0].clone();
    let answers =
        watched(&Watch::default(), |stop| engine.graphs.run("decode_classes.onnx", &signature, &feeds, stop)).unwrap();
    let field = |i: usize| Field::new(&answers[i].data, answers[i].extent());
    let classes = engine.pack().classes().clone();
    let listed: Vec<u8> = classes.iter().map(|class| class.index).collect();
    let (class_of, rims) = class_map(&Contest::new(field(0), Unnamed::default()), field(1), &listed, canvas);
    let every_second = |i: &usize| (i / 512).is_multiple_of(2) && i.is_multiple_of(2);
    let sparse = |values: Vec<u8>| (0..512 * 512).filter(every_second).map(|i| values[i]).collect::<Vec<_>>();
    let differing =
        |found: Vec<u8>, name: &str| sparse(found).iter().zip(reference.bytes(name, 1)).filter(|(f, e)| f != e).count();
    // A pixel may fall to the other of two classes whose logits agree to seven digits.
    assert!(differing(class_of.clone(), "canvas_classes") <= 6);
    assert!(differing(rims.iter().map(|&r| u8::from(r)).collect(), "canvas_boundary") <= 6);

    let labels: Vec<_> = class_of.iter().map(|&class| Label { class, instance: 0 }).collect();
    let labels = resize_nearest(&Plane::from_pixels(512, 512, &labels), 128, 128);
    let rims = resize_nearest(&Plane::from_pixels(512, 512, &rims), 128, 128).to_pixels();
    let painted = paint_classes(&labels, &rims, &classes).unwrap();
    let shape = [1, 3, 128, 128];
    let feeds = [("picture", Feed::Real(&shape, &painted))];
    let signature = engine.encoder.clone();
    let encoded =
        watched(&Watch::default(), |stop| engine.graphs.run("encoder.onnx", &signature, &feeds, stop)).unwrap();
    assert_close("parent", &encoded[0].data, &reference.reals("image_parent"));

    // From here on the engine's own chain: the parent as if it had encoded it.
    let map = Arc::new(Map::Segmentation(labels));
    let latent = Arc::new(reference.reals("image_parent"));
    engine.parents.push(Parent { map: map.clone(), size: (128, 128), file: "encoder.onnx".into(), latent });
    let ask = SampleRequest { parents: vec![(VariableId(0), map)], settings, ..request(3, &reference.prompt, &[0]) };
    let batch = denoise(&mut engine, &ask, &reference.reals("image_noise"));
    assert_close("image", &batch.chunks[0].latents.x, &reference.reals("image_latent"));

    let image = watched(&Watch::default(), |stop| engine.decode(&ask, &batch.chunks[0].latents.x, batch.shape, stop));
    let Map::Image(image) = &*image.unwrap()[0] else { panic!("an image") };
    let expected = reference.reals("image");
    for (at, value) in expected.iter().enumerate() {
        let (channel, y, x) = (at / 4096, at % 4096 / 64 * 2, at % 64 * 2);
        let found = f32::from(image.at(x as u32, y as u32)[channel]);
        let level = ((value + 1.0) * 127.5).clamp(0.0, 255.0);
        assert!((found - level).abs() <= 0.7, "{found} against {level}");
    }
}

/// The tiny pack with an image decoder that is shown the image's parents.
pub(super) fn guided() -> Pack {
    altered(|m| {
        m.variables[3].decoder = Some("decode_image_guided.onnx".into());
        m.variables[3].enlarge = 2;
        m.variables[3].guided_by = m.factors[3].parents.clone();
    })
}

#[test]
fn a_decoder_is_guided_by_the_maps_that_are_there() {
    let reference = Reference::load("tiny_pack_reference");
    let mut engine = OnnxEngine::load(guided(), Device::Cpu, Some(1)).unwrap();
    let latent = reference.reals("image_latent");
    let mut decoded = |parents| {
        let ask = SampleRequest { parents, canvas: (256, 256), ..request(3, "a dog", &[0]) };
        let maps = watched(&Watch::default(), |stop| engine.decode(&ask, &latent, [8, 16, 16], stop));
        let Map::Image(image) = (*maps.unwrap()[0]).clone() else { panic!("an image") };
        image
    };
    let rising = Plane::from_fn(256, 256, |x, _| (f64::from(x) / 255.0 * 65535.0).round() as u16);
    let image = decoded(vec![(VariableId(1), Arc::new(Map::Depth(rising)))]);
    for (at, value) in reference.reals("guided_image").iter().enumerate() {
        let (channel, y, x) = (at / 4096, at % 4096 / 64 * 4, at % 64 * 4);
        let found = f32::from(image.at(x as u32, y as u32)[channel]);
        let level = ((value + 1.0) * 127.5).clamp(0.0, 255.0);
        assert!((found - level).abs() <= 0.7, "{found} against {level}");
    }
    assert!(decoded(Vec::new()) != image, "without the depth it comes out in another way");
}

#[test]
fn cells_that_nothing_selects_end_at_the_map_that_was_there() {
    let mut engine = engine();
    let plain = request(1, "two cats", &[3]);
    let base = engine.sample(&plain, &Watch::default()).unwrap().remove(0).map;
    let mask = Plane::from_fn(512, 512, |x, y| x < 200 && y < 512);
    let revision = Revision { base: base.clone(), mask: Some(mask), strength: 0.75, variation: None };
    let ask = SampleRequest { seeds: vec![0, 1], revision: Some(revision.clone()), ..plain };
    let noise = NoiseStream::new(8, "depth").normals(2 * 512);
    let batch = denoise(&mut engine, &ask, &noise);
    let length: usize = batch.shape.iter().product();
    let clean = watched(&Watch::default(), |stop| engine.encode(&base, (64, 64), stop)).unwrap();
    let held = revision.held((batch.shape[1], batch.shape[2])).repeat(batch.shape[0]);
    assert!(held.contains(&true) && held.contains(&false));
    for latent in batch.chunks[0].latents.x.chunks_exact(length) {
        for ((value, clean), held) in latent.iter().zip(clean.iter()).zip(&held) {
            assert_eq!(value == clean, *held);
        }
    }
    let joined = engine.sample(&ask, &Watch::default()).unwrap();
    let (Map::Depth(old), Map::Depth(new)) = (&*base, &*joined[0].map) else { panic!("depth") };
    assert!((0..512).all(|y| (200..512).all(|x| old.at(x, y) == new.at(x, y))), "not a pixel outside changes");
    assert_ne!(joined[0].map, joined[1].map);
}

#[test]
fn every_sampler_revises_from_a_part_of_the_way() {
    let mut engine = engine();
    let plain = request(1, "two cats", &[3]);
    let base = engine.sample(&plain, &Watch::default()).unwrap().remove(0).map;
    let mask = Some(Plane::from_fn(512, 512, |x, _| x < 200));
    for sampler in Sampler::ALL {
        let settings = FactorSettings { sampler, steps: 8, ..plain.settings.clone() };
        let of = |strength: f32| {
            let revision = Revision { base: base.clone(), mask: mask.clone(), strength, variation: None };
            SampleRequest { settings: settings.clone(), seeds: vec![8], revision: Some(revision), ..plain.clone() }
        };
        let maps = [0.25, 0.5, 1.0].map(|strength| {
            let map = engine.sample(&of(strength), &Watch::default()).unwrap_or_else(|e| panic!("{sampler:?}: {e}"));
            map.into_iter().next().unwrap().map
        });
        let (Map::Depth(old), Map::Depth(new)) = (&*base, &*maps[1]) else { panic!("depth") };
        assert!((0..512).all(|y| (200..512).all(|x| old.at(x, y) == new.at(x, y))), "{sampler:?}");
        assert!(maps[0] != maps[1] && maps[1] != maps[2] && maps[0] != maps[2], "{sampler:?}: strength matters");
    }
}

#[test]
fn sampling_all_of_a_map_anew_at_full_strength_is_sampling_it() {
    let mut engine = engine();
    let plain = request(1, "two cats", &[3]);
    let base = engine.sample(&request(1, "a boat", &[5]), &Watch::default()).unwrap().remove(0).map;
    let revision = Revision { base, mask: None, strength: 1.0, variation: None };
    let anew = SampleRequest { revision: Some(revision.clone()), ..plain.clone() };
    let map =
        |engine: &mut OnnxEngine, ask: &SampleRequest| engine.sample(ask, &Watch::default()).unwrap().remove(0).map;
    let expected = map(&mut engine, &plain);
    assert_eq!(map(&mut engine, &anew), expected);
    let variation = Some(Variation { seed: 3, amount: 1.0 });
    let other = SampleRequest { seeds: vec![4], revision: Some(Revision { variation, ..revision }), ..plain };
    assert_eq!(map(&mut engine, &other), expected, "all the way to another seed is that seed");
}

#[test]
fn a_seed_gives_the_same_map_alone_and_in_a_batch() {
    let mut engine = engine();
    let watch = Watch::default();
    for (variable, guidance) in [(0, 2.0), (1, 2.0), (1, 1.0)] {
        let settings = FactorSettings::new(4, guidance);
        let ask = |seeds: &[u64]| SampleRequest { settings: settings.clone(), ..request(variable, "two cats", seeds) };
        let together = engine.sample(&ask(&[3, 9, 4, 7, 1]), &watch).unwrap();
        for sample in &together {
            let alone = engine.sample(&ask(&[sample.seed]), &watch).unwrap();
            assert!(alone[0].map == sample.map, "seed {} of variable {variable}", sample.seed);
        }
    }
}

#[test]
fn what_the_prompt_does_not_name_has_to_lead_and_to_cover_its_share() {
    let table = tiny().classes().clone();
    let areas = |lead: f32, share: f32, unnamed: &[u8]| {
        let change = |m: &mut Manifest| (m.variables[0].unnamed_lead, m.variables[0].unnamed_share) = (lead, share);
        let mut engine = OnnxEngine::load(altered(change), Device::Cpu, Some(1)).unwrap();
        let ask = SampleRequest { unnamed: unnamed.into(), canvas: (64, 64), ..request(0, "a dog", &[2]) };
        let map = engine.sample(&ask, &Watch::default()).unwrap().remove(0).map;
        let mut areas = BTreeMap::<u8, u32>::new();
        for label in map.as_segmentation().unwrap().to_pixels() {
            *areas.entry(label.class).or_default() += 1;
        }
        areas
    };
    let shown = |lead: f32, unnamed: &[u8]| areas(lead, 0.0, unnamed).into_keys().collect::<Vec<u8>>();
    let plain = shown(0.0, &[]);
    assert!(shown(0.0, &plain) == plain && shown(1e6, &[]) == plain);
    let (objects, grounds): (Vec<u8>, Vec<u8>) = plain.iter().partition(|class| table.is_object(**class));
    assert!(!objects.is_empty() && !grounds.is_empty(), "both are drawn");
    let others = shown(1e6, &plain);
    assert!(others.iter().all(|class| !objects.contains(class)), "the next likely classes are drawn");
    assert!(shown(1e6, &grounds) == plain, "only objects have to lead");
    let absent: Vec<u8> = (0..25).filter(|class| !plain.contains(class)).collect();
    assert!(shown(1e6, &absent) == plain);

    let least = 64 * 64 / 10;
    assert!(areas(0.0, 0.0, &[]).into_values().any(|area| area < least), "some are small");
    assert!(areas(0.0, 0.1, &plain).into_values().all(|area| area >= least));
    assert!(areas(0.0, 0.1, &[]).into_keys().eq(plain), "all are named");
}

#[test]
fn more_samples_than_fit_one_call_come_in_order() {
    let mut engine = engine();
    let seeds: Vec<u64> = (0..23).collect();
    let ask = SampleRequest { canvas: (64, 64), ..request(0, "a dog", &seeds) };
    let samples = engine.sample(&ask, &Watch::default()).unwrap();
    assert_eq!(samples.iter().map(|s| s.seed).collect::<Vec<_>>(), seeds);
    let last = engine.sample(&SampleRequest { seeds: vec![22], ..ask }, &Watch::default()).unwrap();
    assert!(last[0].map == samples[22].map);
}

#[test]
fn every_variable_comes_in_the_right_kind_and_size_and_reads_its_parents() {
    let mut engine = engine();
    assert!(engine.warm_up().unwrap(), "nothing is loaded at first");
    while engine.warm_up().unwrap() {}
    let watch = Watch::default();
    let canvas = (192, 128);
    let ask = |variable, parents| SampleRequest { canvas, parents, ..request(variable, "a red car", &[5]) };
    let seg = engine.sample(&ask(0, vec![]), &watch).unwrap().remove(0).map;
    let parents = vec![(VariableId(0), seg.clone())];
    let depth = engine.sample(&ask(1, parents.clone()), &watch).unwrap().remove(0).map;
    let sketch = engine.sample(&ask(2, parents.clone()), &watch).unwrap().remove(0).map;
    let all = vec![(VariableId(0), seg.clone()), (VariableId(1), depth.clone()), (VariableId(2), sketch.clone())];
    let image = engine.sample(&ask(3, all), &watch).unwrap().remove(0).map;
    let graph = engine.pack().graph.clone();
    for (i, map) in [&seg, &depth, &sketch, &image].into_iter().enumerate() {
        assert_eq!(map.kind(), graph.variable(VariableId(i)).kind);
    }
    assert_eq!([seg.size(), depth.size(), sketch.size()], [canvas; 3]);
    assert_eq!(image.size(), (160, 96), "the document's shape at the factor's own area");

    let without = engine.sample(&ask(1, vec![]), &watch).unwrap().remove(0).map;
    assert!(without != depth, "a null parent is not a given one");
    let other = engine.sample(&ask(3, parents), &watch).unwrap().remove(0).map;
    assert!(other != image, "null depth and sketch are not given ones");
}

#[test]
fn guidance_and_prompt_change_the_map_and_blank_prompts_are_the_null_text() {
    let mut engine = engine();
    let watch = Watch::default();
    let mut sample = |prompt: &str, guidance| {
        let settings = FactorSettings::new(3, guidance);
        let ask = SampleRequest { settings, canvas: (128, 128), ..request(1, prompt, &[1]) };
        engine.sample(&ask, &watch).unwrap().remove(0).map
    };
    let null = sample("", 2.0);
    assert!(sample("  \n", 5.0) == null, "without a text guidance has nothing to weigh");
    assert!(sample("a dog", 0.0) == null, "guidance 0 is the null text alone");
    assert!(sample("a dog", 1.0) != null);
    assert!(sample("a dog", 1.0) != sample("a dog", 3.0));
    assert!(sample("a dog", 2.0) != sample("a cat", 2.0));
}

#[test]
fn steps_are_reported_with_previews_on_the_way_to_the_map() {
    let mut engine = engine();
    let watch = Watch::default();
    let ask = SampleRequest { previews: true, ..request(1, "a dog", &[1, 2]) };
    let samples = engine.sample(&ask, &watch).unwrap();
    assert_eq!(watch.steps.load(Ordering::Relaxed), 4);
    let previews = watch.previews.lock().unwrap();
    assert!((1..=3).contains(&previews.len()), "as time allows, and none after the last step");
    assert!(previews[0] != samples[0].map);
}

#[test]
fn cancelling_stops_between_and_within_steps() {
    let mut engine = engine();
    let long = |seeds: u64| SampleRequest {
        settings: FactorSettings::new(1000, 2.0),
        canvas: (64, 64),
        ..request(0, "a dog", &(0..seeds).collect::<Vec<_>>())
    };
    let between = Watch { cancel_after: Some(3), ..Watch::default() };
    assert!(matches!(engine.sample(&long(1), &between), Err(EngineError::Cancelled)));
    assert_eq!(between.steps.load(Ordering::Relaxed), 3);

    let before = Watch { cancelled: true.into(), ..Watch::default() };
    assert!(matches!(engine.sample(&long(1), &before), Err(EngineError::Cancelled)));
    assert_eq!(before.steps.load(Ordering::Relaxed), 0);

    // One step of this request is 60 network calls: the watcher has to end it from outside.
    let within = Watch::default();
    let outcome = std::thread::scope(|scope| {
        let running = scope.spawn(|| engine.sample(&long(600), &within));
        std::thread::sleep(std::time::Duration::from_millis(30));
        within.cancelled.store(true, Ordering::Relaxed);
        running.join().unwrap()
    });
    assert!(matches!(outcome, Err(EngineError::Cancelled)));
    assert!(within.steps.load(Ordering::Relaxed) < 1000);

    engine.sample(&request(0, "a dog", &[1]), &Watch::default()).expect("the engine works on after a cancel");
}

#[test]
fn a_terminated_call_ends_as_cancelled() {
    let mut engine = engine();
    let signature = engine.decoders[0].clone();
    let latents = vec![0.0; 8 * 64];
    let shape = [1, 8, 8, 8];
    let outcome = watched(&Watch::default(), |stop| {
        stop.options().terminate().unwrap();
        engine.graphs.run("decode_classes.onnx", &signature, &[("latent", Feed::Real(&shape, &latents))], stop)
    });
    // Nobody cancelled, so the termination itself is reported; it did end the call.
    assert!(matches!(outcome, Err(EngineError::Run { .. })), "{outcome:?}");
}

#[test]
fn values_that_are_no_numbers_are_reported_with_their_step() {
    let settings = FactorSettings::new(5, f32::MAX);
    let outcome = engine().sample(&SampleRequest { settings, ..request(0, "a dog", &[1]) }, &Watch::default());
    let message = outcome.unwrap_err().to_string();
    assert!(message.contains("\"segmentation\" produced a value that is not a number at step 1 of 5"), "{message}");
}

#[test]
fn long_prompts_are_cut_and_noted() {
    let mut engine = engine();
    assert_eq!(engine.prompt_note("two dogs left of a red car"), None);
    let long = "a dog and a cat, ".repeat(600);
    let note = engine.prompt_note(&long).expect("too long");
    assert!(note.contains("longer than 64 tokens") && note.contains("cat"), "{note}");
    engine.sample(&SampleRequest { canvas: (64, 64), ..request(0, &long, &[1]) }, &Watch::default()).unwrap();
    let text = watched(&Watch::default(), |stop| engine.text.encode(&long, &mut engine.graphs, stop));
    assert_eq!(text.unwrap().unwrap().ids.len(), 64);
}

/// A copy of the tiny pack with a changed manifest.
fn altered(change: impl FnOnce(&mut Manifest)) -> Pack {
    let pack = tiny();
    let mut manifest = (*pack.manifest).clone();
    change(&mut manifest);
    Pack::from_manifest(pack.root, manifest).unwrap()
}

/// A copy of the tiny pack in `folder`, in which `change` may write files; the manifest that it changes then has the digests of all.
fn copied(folder: &Path, change: impl FnOnce(&mut Manifest)) -> Pack {
    for entry in fixtures().join("tiny_pack").read_dir().unwrap().flatten() {
        std::fs::copy(entry.path(), folder.join(entry.file_name())).unwrap();
    }
    let mut manifest = (*tiny().manifest).clone();
    change(&mut manifest);
    for entry in folder.read_dir().unwrap().flatten().filter(|entry| entry.path().extension() == Some("onnx".as_ref()))
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let listed = FileEntry { sha256, bytes: bytes.len() as u64 };
        manifest.files.insert(entry.file_name().into_string().unwrap(), listed);
    }
    std::fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest).unwrap()).unwrap();
    Pack::open(folder).unwrap()
}

#[test]
fn graphs_that_differ_from_the_manifest_are_refused_by_name() {
    let refusal = |pack: Pack, variable| {
        let engine = OnnxEngine::load(pack, Device::Cpu, Some(1));
        let outcome = engine.and_then(|mut e| e.sample(&request(variable, "a dog", &[1]), &Watch::default()));
        outcome.unwrap_err().to_string()
    };
    let channels = refusal(altered(|m| m.latent.channels = 4), 0);
    assert!(channels.starts_with("segmentation.onnx: its input \"latent\" is [any, 8, any, any]"), "{channels}");
    let slots = refusal(altered(|m| m.class_slots = 48), 0);
    assert!(slots.starts_with("decode_classes.onnx: ") && slots.contains("48"), "{slots}");
    let swapped = refusal(altered(|m| m.factors[0].model = "depth.onnx".into()), 0);
    assert!(swapped.contains("depth.onnx: it wants an input \"parent_segmentation\""), "{swapped}");
    let decoder = refusal(altered(|m| m.variables[1].decoder = Some("decode_image.onnx".into())), 1);
    assert!(decoder.contains("decode_image.onnx: it has no output \"depth\""), "{decoder}");
    let width = refusal(altered(|m| m.text.width = 100), 0);
    assert!(width.starts_with("text_encoder.onnx: its output \"last_hidden_state\""), "{width}");
    let scale = refusal(altered(|m| m.latent.downscale = 4), 0);
    assert!(scale.starts_with("decode_classes.onnx: it answered"), "{scale}");
    let enlarged = refusal(altered(|m| m.variables[3].enlarge = 2), 3);
    assert!(enlarged.starts_with("decode_image.onnx: it answered"), "{enlarged}");
    let unguided = refusal(altered(|m| m.variables[3].guided_by = vec!["depth".into()]), 3);
    assert!(unguided.starts_with("decode_image.onnx: it has no input \"map_depth\""), "{unguided}");
    let guided = refusal(altered(|m| m.variables[3].decoder = Some("decode_image_guided.onnx".into())), 3);
    assert!(guided.contains("it wants an input \"map_segmentation\""), "{guided}");
    let tokens = refusal(altered(|m| m.text.tokenizer = "encoder.onnx".into()), 0);
    assert!(tokens.starts_with("encoder.onnx: no tokenizer"), "{tokens}");
    let graph = refusal(altered(|m| m.factors[0].model = "tokenizer.json".into()), 0);
    assert!(graph.starts_with("tokenizer.json: not a usable graph"), "{graph}");
}

#[test]
fn a_file_changed_after_the_pack_was_opened_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let pack = copied(folder.path(), |_| {});
    let file = folder.path().join("segmentation.onnx");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let mut engine = OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap();
    let error = engine.sample(&request(0, "a dog", &[1]), &Watch::default()).unwrap_err();
    assert!(matches!(error, EngineError::Pack(_)));
    assert!(error.to_string().contains("segmentation.onnx: its contents changed"), "{error}");
}

#[test]
fn cpus_run_the_8_bit_network_of_a_factor_unless_told_otherwise() {
    // Another network of the same inputs stands for one in 8 bits.
    let pack = tiny();
    let mut manifest = (*pack.manifest).clone();
    manifest.factors.iter_mut().find(|f| f.variable == "depth").unwrap().int8 = Some("sketch.onnx".into());
    let both = Pack::from_manifest(pack.root, manifest).unwrap();
    let sample =
        |mut engine: OnnxEngine| engine.sample(&request(1, "a dog", &[3]), &Watch::default()).unwrap().remove(0).map;
    let load = |pack| OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap();
    let full = sample(load(tiny()));
    assert!(sample(load(both.clone())) != full);
    assert!(sample(load(both).in_full_precision()) == full);
}

#[test]
fn cpus_run_the_8_bit_decoder_of_a_variable_unless_told_otherwise() {
    // Another decoder stands for it: which one is asked is all that matters here.
    let both = altered(|m| m.variables[1].decoder_int8 = Some("decode_image.onnx".into()));
    let mut engine = OnnxEngine::load(both, Device::Cpu, Some(1)).unwrap();
    let depth = VariableId(1);
    assert_eq!(engine.decoder(depth).as_deref(), Some("decode_image.onnx"));
    engine.full_precision = true;
    assert_eq!(engine.decoder(depth).as_deref(), Some("decode_depth.onnx"));
}

#[test]
fn cpus_encode_what_factors_read_in_8_bits_and_what_is_to_come_back_in_32() {
    // Another graph of the same inputs and outputs stands for the encoder in 8 bits: a copy of it under another name.
    let folder = tempfile::tempdir().unwrap();
    let pack = copied(folder.path(), |manifest| {
        std::fs::copy(folder.path().join("encoder.onnx"), folder.path().join("eight.onnx")).unwrap();
        manifest.encoder_int8 = Some("eight.onnx".into());
    });
    let mut engine = OnnxEngine::load(pack, Device::Cpu, Some(1)).unwrap();
    let map = engine.sample(&request(0, "a dog", &[1]), &Watch::default()).unwrap().remove(0).map;
    let parents = vec![(VariableId(0), map.clone())];
    engine.sample(&SampleRequest { parents, ..request(1, "a dog", &[1]) }, &Watch::default()).unwrap();
    assert!(engine.parents.iter().all(|parent| parent.file == "eight.onnx"));
    let size = engine.parents[0].size;
    watched(&Watch::default(), |stop| engine.encode(&map, size, stop)).unwrap();
    assert_eq!(engine.parents.last().unwrap().file, "encoder.onnx", "not that in 8 bits, though it knows the map");
    engine.full_precision = true;
    assert_eq!(engine.parents_encoder(), "encoder.onnx");
}

#[test]
fn auto_says_why_it_runs_on_the_cpu() {
    let engine = OnnxEngine::load(tiny(), Device::Auto, Some(3)).unwrap();
    let device = engine.device();
    assert!(device == "CUDA" || device.starts_with("CPU, 3 threads; CUDA is not used: "), "{device}");
    if device != "CUDA" {
        let refused = OnnxEngine::load(tiny(), Device::Cuda, None).map(|_| ()).unwrap_err();
        assert!(refused.to_string().starts_with("CUDA is not available: "), "{refused}");
    }
}
