//! All kinds of factor on one shared backbone, against the pipelines of `diffusers` (`onnx/fixtures/make_tiny_kinds.py`).

use super::*;
use crate::diffusion::Direction;
use crate::engine::{Concept, InversionMethod};
use crate::graph::{ControlSettings, Spacing};

const NORMAL: usize = 2;
const SKETCH: usize = 3;
const IMAGE: usize = 4;

fn kinds() -> Pack {
    Pack::open(fixtures().join("tiny_kinds")).unwrap()
}

fn engine() -> OnnxEngine {
    OnnxEngine::load(kinds(), Device::Cpu, Some(1)).unwrap_or_else(|e| panic!("{e}"))
}

/// The reference's maps.
fn maps(reference: &Reference) -> [(VariableId, Arc<Map>); 2] {
    let label = |&class: &u8| Label { class, instance: u8::from(class > 8) };
    let labels: Vec<_> = reference.bytes("classes", 1).iter().map(label).collect();
    let shades: Vec<_> = reference.reals("shades").iter().map(|&v| v as u16).collect();
    let segmentation = Map::Segmentation(Plane::from_pixels(64, 64, &labels));
    let depth = Map::Depth(Plane::from_pixels(64, 64, &shades));
    [(VariableId(0), Arc::new(segmentation)), (VariableId(1), Arc::new(depth))]
}

/// DDIM as Stable Diffusion 1 has it.
fn leading() -> FactorSettings {
    FactorSettings { sampler: Sampler::Ddim, spacing: Spacing::Leading, ..FactorSettings::new(5, 2.0) }
}

fn ask(variable: usize, parents: &[(VariableId, Arc<Map>)], settings: FactorSettings) -> SampleRequest {
    let prompt = Reference::load("tiny_kinds_reference").prompt;
    SampleRequest { settings, parents: parents.to_vec(), canvas: (64, 64), ..request(variable, &prompt, &[0]) }
}

#[track_caller]
fn assert_walk(what: &str, engine: &mut OnnxEngine, request: &SampleRequest) {
    let reference = Reference::load("tiny_kinds_reference");
    let batch = denoise(engine, request, &reference.reals("noise"));
    assert_close(what, &batch.chunks[0].latents.x, &reference.reals(what));
}

#[test]
fn text_padded_as_stable_diffusion_pads_it_agrees_and_no_text_is_the_empty_one() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let mut encode =
        |text: &str| watched(&Watch::default(), |stop| engine.text.encode(text, &mut engine.graphs, stop)).unwrap();
    let text = encode(&reference.prompt).unwrap();
    assert_eq!(text.ids, reference.integers("ids"));
    assert_close("tokens", &text.features, &reference.reals("tokens"));
    assert_close("null", &encode(" ").unwrap().features, &reference.reals("null"));
    let blank = engine.embed(&[String::new()], &Watch::default()).unwrap().remove(0);
    assert!(blank.iter().all(|v| *v == 0.0), "a blank text means nothing");
}

#[test]
fn maps_are_encoded_without_rims_and_with_the_scale_of_the_latents() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    for ((_, map), name) in maps(&reference).iter().zip(["parent_segmentation", "parent_depth"]) {
        let latent = watched(&Watch::default(), |stop| engine.encode(map, (64, 64), stop)).unwrap();
        assert_close(name, &latent, &reference.reals(name));
    }
}

#[test]
fn controlnets_agree_with_the_pipeline() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let [segmentation, depth] = maps(&reference);
    assert_walk("controlnet", &mut engine, &ask(IMAGE, std::slice::from_ref(&depth), leading()));
    assert_walk("null_controlnet", &mut engine, &ask(IMAGE, &[], leading()));

    let mut settings = FactorSettings::new(5, 2.0);
    settings.controls.insert("segmentation".into(), ControlSettings { strength: 0.7, start: 0.0, end: 0.6 });
    settings.controls.insert("depth".into(), ControlSettings { strength: 1.4, start: 0.4, end: 1.0 });
    assert_walk("controlnets", &mut engine, &ask(IMAGE, &[segmentation, depth], settings));
}

#[test]
fn adapters_agree_with_the_pipeline_and_with_plain_loops() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let [segmentation, depth] = maps(&reference);
    assert_walk("t2i_adapter", &mut engine, &ask(1, std::slice::from_ref(&segmentation), leading()));
    let mut weak = FactorSettings::new(5, 2.0);
    weak.controls.insert("segmentation".into(), ControlSettings { strength: 0.6, ..ControlSettings::default() });
    assert_walk("weak_t2i_adapter", &mut engine, &ask(1, std::slice::from_ref(&segmentation), weak));
    assert_walk("first_adapter", &mut engine, &ask(0, &[], leading()));
    assert_walk("parent_adapters", &mut engine, &ask(NORMAL, &[segmentation, depth], leading()));
}

#[test]
fn a_concat_factor_goes_beside_them() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let [segmentation, _] = maps(&reference);
    assert_walk("concat", &mut engine, &ask(SKETCH, &[segmentation], leading()));
}

/// Everything that leads to one map, sampled with each other.
fn chain(engine: &mut OnnxEngine) -> Vec<(VariableId, Arc<Map>)> {
    let mut known: Vec<(VariableId, Arc<Map>)> = Vec::new();
    for id in engine.pack().graph.clone().ids() {
        let parents = engine.pack().graph.factor(id).parents.clone();
        let given: Vec<_> = known.iter().filter(|(known, _)| parents.contains(known)).cloned().collect();
        let map = engine.sample(&ask(id.0, &given, leading()), &Watch::default()).unwrap().remove(0).map;
        known.push((id, map));
    }
    known
}

#[test]
fn a_chain_goes_through_all_kinds_and_shares_one_backbone() {
    let mut engine = engine();
    while engine.warm_up().unwrap() {}
    // Text, encoder, five decoders, backbone, the sketch's own network, four adapters and two ControlNets.
    assert_eq!(engine.graphs.loaded(), 15);
    let maps = chain(&mut engine);
    let graph = engine.pack().graph.clone();
    assert!(maps.iter().all(|(id, map)| map.kind() == graph.variable(*id).kind && map.size() == (64, 64)));
    assert_eq!(engine.graphs.loaded(), 15);
}

#[test]
fn strength_zero_and_a_null_parent_are_the_backbone_alone() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let [segmentation, depth] = maps(&reference);
    let noise = reference.reals("noise");
    let mut walk = |variable, parents: &[_], controls: &[(&str, ControlSettings)]| {
        let mut settings = leading();
        settings.controls = controls.iter().map(|(name, control)| ((*name).to_owned(), *control)).collect();
        denoise(&mut engine, &ask(variable, parents, settings), &noise).chunks[0].latents.x.clone()
    };
    let off = ControlSettings { strength: 0.0, ..ControlSettings::default() };
    let never = ControlSettings { start: 0.5, end: 0.5, ..ControlSettings::default() };
    let both = [segmentation.clone(), depth.clone()];
    let alone = walk(IMAGE, &[], &[]);
    assert_eq!(walk(IMAGE, &both, &[("segmentation", off), ("depth", never)]), alone);
    assert_eq!(walk(1, &[segmentation], &[("segmentation", off)]), alone);
    assert_eq!(walk(0, &[], &[("segmentation", off)]), alone, "an adapter on the noisy latent goes by its factor");
    assert_eq!(walk(IMAGE, &both, &[("segmentation", off)]), walk(IMAGE, &[depth], &[]));
    assert_ne!(walk(IMAGE, &both, &[]), alone);
}

#[test]
fn a_seed_gives_the_same_map_alone_and_in_a_batch_for_all_kinds() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let both = maps(&reference);
    for variable in [0, 1, NORMAL, IMAGE] {
        let parents = engine.pack().graph.factor(VariableId(variable)).parents.clone();
        let given: Vec<_> = both.iter().filter(|(id, _)| parents.contains(id)).cloned().collect();
        let mut sample = |seeds: &[u64]| {
            let ask = SampleRequest { seeds: seeds.into(), previews: true, ..ask(variable, &given, leading()) };
            engine.sample(&ask, &Watch::default()).unwrap()
        };
        let together = sample(&[3, 9, 4]);
        assert!(sample(&[9])[0].map == together[1].map, "variable {variable}");
        assert!(together[0].map != together[1].map);
    }
}

#[test]
fn joint_sampling_takes_all_kinds_along() {
    let mut engine = engine();
    let requests: Vec<_> = (0..5).map(|i| ask(i, &[], leading())).collect();
    let watch = Watch::default();
    let joint = engine.sample_jointly(&requests, &watch).unwrap();
    assert_eq!(watch.steps.load(Ordering::Relaxed), 25);
    let again = engine.sample_jointly(&requests, &Watch::default()).unwrap();
    assert!(joint.iter().zip(&again).all(|(a, b)| a.map == b.map), "the same seeds give the same maps");
    let chained = chain(&mut engine);
    assert!(joint[0].map == chained[0].1, "the first has no parents");
    let differs = |i: usize| joint[i].map != chained[i].1;
    assert!(differs(1) && differs(NORMAL) && differs(IMAGE), "parents were on their way");
}

#[test]
fn maps_of_all_kinds_are_sampled_anew_in_part_and_edited_by_text() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let both = maps(&reference);
    let base = engine.sample(&ask(IMAGE, &both, leading()), &Watch::default()).unwrap().remove(0).map;
    let mask = Plane::from_fn(64, 64, |x, _| x < 24);
    let revision = Revision { base: base.clone(), mask: Some(mask), strength: 0.8, variation: None };
    let anew = SampleRequest { seeds: vec![7], revision: Some(revision), ..ask(IMAGE, &both, leading()) };
    let horse = Concept { scale: 30.0, threshold: 0.0, ..Concept::new(Direction::Add, "a horse") };
    let edit = TextEdit { concepts: vec![horse], method: InversionMethod::Ddim };
    let sampled = engine.sample(&anew, &Watch::default()).unwrap().remove(0).map;
    let edited = engine.edit(&anew, &edit, &Watch::default()).unwrap();
    for (what, map) in [("sampled anew", sampled), ("edited", edited)] {
        let (Map::Image(old), Map::Image(new)) = (&*base, &*map) else { panic!("images") };
        assert!((0..64).all(|y| (40..64).all(|x| old.at(x, y) == new.at(x, y))), "{what}: the rest stays");
        assert!((0..64).any(|y| (0..24).any(|x| old.at(x, y) != new.at(x, y))), "{what}: the selection changes");
    }
}

#[test]
fn a_trace_takes_pictures_of_parents_that_a_controlnet_reads() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let depth: Vec<f32> = reference.reals("shades").iter().map(|v| v / 65535.0 * 2.0 - 1.0).collect();
    let mut trace = |picture: Vec<f32>| {
        let parents = vec![(VariableId(1), picture)];
        let inputs = TraceInputs { shape: [4, 8, 8], noise: reference.reals("noise"), parents };
        engine.trace(&ask(IMAGE, &[], leading()), inputs, &Watch::default())
    };
    assert_close("the last", &trace(depth.repeat(3)).unwrap().latents[5], &reference.reals("controlnet"));
    let refused = trace(depth).unwrap_err().to_string();
    assert!(refused.contains("the picture of \"depth\" must be of the shape [3, 64, 64]"), "{refused}");
}

#[test]
fn graphs_that_steer_otherwise_than_the_manifest_says_are_refused_by_name() {
    let refusal = |change: &dyn Fn(&mut Manifest), variable, parents: &[_]| {
        let pack = kinds();
        let mut manifest = (*pack.manifest).clone();
        change(&mut manifest);
        let pack = Pack::from_manifest(pack.root, manifest).unwrap();
        let engine = OnnxEngine::load(pack, Device::Cpu, Some(1));
        let outcome = engine.and_then(|mut e| e.sample(&ask(variable, parents, leading()), &Watch::default()));
        outcome.unwrap_err().to_string()
    };
    let both = maps(&Reference::load("tiny_kinds_reference"));
    let unet = |m: &mut Manifest| m.backbones.get_mut("unet.onnx").unwrap().clone();
    let set = |m: &mut Manifest, backbone| m.backbones.insert("unet.onnx".into(), backbone);

    let channels = refusal(
        &|m| {
            let mut backbone = unet(m);
            backbone.features[0].channels = 4;
            set(m, backbone);
        },
        0,
        &[],
    );
    assert!(channels.starts_with("adapter_segmentation.onnx: its output \"feature_0\""), "{channels}");
    let fewer = refusal(
        &|m| {
            let mut backbone = unet(m);
            backbone.residuals.pop();
            set(m, backbone);
        },
        IMAGE,
        &both,
    );
    assert!(fewer.starts_with("controlnet_image_segmentation.onnx: it gives \"residual_12\""), "{fewer}");
    let more = refusal(
        &|m| {
            let mut backbone = unet(m);
            backbone.features.push(backbone.features[3]);
            set(m, backbone);
        },
        IMAGE,
        &[],
    );
    assert!(more.starts_with("unet.onnx: it has no input \"feature_4\""), "{more}");
    let other = |m: &mut Manifest| {
        let image = m.factors.iter_mut().find(|f| f.variable == "image").unwrap();
        image.controls[0].model = "decode_image.onnx".into();
    };
    let kind = refusal(&other, IMAGE, &both);
    assert!(kind.starts_with("decode_image.onnx: it has no input \"condition\""), "{kind}");
    let size = refusal(
        &|m| {
            let mut backbone = unet(m);
            backbone.residuals[3].downscale = 1;
            set(m, backbone);
        },
        IMAGE,
        &both,
    );
    assert!(size.starts_with("controlnet_image_segmentation.onnx: its output \"residual_3\" came out as"), "{size}");
}
