//! All kinds of factor on one shared backbone, against the pipelines of `diffusers` (`onnx/fixtures/make_tiny_kinds.py`).

use super::*;
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
    assert_walk("controlnet", &mut engine, &ask(IMAGE, &[depth.clone()], leading()));
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
    assert_walk("t2i_adapter", &mut engine, &ask(1, &[segmentation.clone()], leading()));
    let mut weak = FactorSettings::new(5, 2.0);
    weak.controls.insert("segmentation".into(), ControlSettings { strength: 0.6, ..ControlSettings::default() });
    assert_walk("weak_t2i_adapter", &mut engine, &ask(1, &[segmentation.clone()], weak));
    assert_walk("first_adapter", &mut engine, &ask(0, &[], leading()));
    assert_walk("parent_adapters", &mut engine, &ask(NORMAL, &[segmentation, depth], leading()));
}

#[test]
fn a_concat_factor_goes_beside_them() {
    let (reference, mut engine) = (Reference::load("tiny_kinds_reference"), engine());
    let [segmentation, _] = maps(&reference);
    assert_walk("concat", &mut engine, &ask(SKETCH, &[segmentation], leading()));
}
