//! Distilled networks: when they walk, and when the full one does.

use super::*;
use crate::graph::Restart;
use crate::pack::QuickEntry;

/// The tiny pack with its own segmentation as the distilled one, in two steps.
fn engine_with_quick() -> OnnxEngine {
    engine_walking(None, None)
}

/// The same, with moments of its own, or a step taken again.
fn engine_walking(shift: Option<f64>, restart: Option<Restart>) -> OnnxEngine {
    let quick = |m: &mut Manifest| {
        let model = m.factors[0].model.clone();
        m.factors[0].quick = Some(QuickEntry { model, int8: None, steps: 2, shift, restart, default: true });
    };
    OnnxEngine::load(altered(quick), Device::Cpu, Some(1)).unwrap()
}

#[test]
fn its_moments_may_be_its_own_and_the_full_walk_keeps_those_of_the_schedule() {
    let drawn = |mut engine: OnnxEngine, settings: FactorSettings| {
        engine
            .sample(&SampleRequest { settings, ..request(0, "a dog", &[1]) }, &Watch::default())
            .unwrap()
            .remove(0)
            .map
    };
    let schedule = |m: &mut Manifest| m.factors[0].schedule = crate::graph::BetaSchedule::Flow { shift: 3.0 };
    let shifted = || engine_walking(Some(3.0), None);
    let by_schedule = OnnxEngine::load(altered(schedule), Device::Cpu, Some(1)).unwrap();
    let usual = FactorSettings::of(shifted().pack().graph.factor(VariableId(0)));
    let (quick, even) = (drawn(shifted(), usual), drawn(engine_with_quick(), FactorSettings::new(2, 1.0)));
    assert!(quick == drawn(by_schedule, FactorSettings::new(2, 1.0)) && quick != even);
    assert!(drawn(shifted(), FactorSettings::new(2, 1.0)) == even);
}

#[test]
fn it_walks_in_its_own_steps_without_guidance_and_leaves_the_others_to_the_full_one() {
    let mut engine = engine_with_quick();
    let factor = engine.pack().graph.factor(VariableId(0)).clone();
    let mut sample = |settings: FactorSettings, negative: &str| {
        let watch = Watch::default();
        let ask = SampleRequest { settings, negative: negative.into(), ..request(0, "a dog", &[1]) };
        (engine.sample(&ask, &watch).unwrap().remove(0).map, watch.steps.into_inner())
    };
    let usual = FactorSettings::of(&factor);
    assert!(usual.quick && usual.steps == factor.steps, "it is the default, and what else is set waits");
    let (plain, full) = (sample(FactorSettings::new(2, 1.0), ""), sample(usual.full(), ""));
    assert!(sample(usual.clone(), "") == plain && plain.1 == 2);
    assert!(plain.0 != full.0 && full.1 == factor.steps);
    let (quick, full) = (sample(usual.clone(), "a cat"), sample(usual.full(), "a cat"));
    assert!(quick == full, "a negative prompt needs guidance");
}

#[test]
fn a_step_taken_again_has_fresh_noise_of_the_seed_alone() {
    let drawn = |engine: &mut OnnxEngine, seeds: &[u64]| {
        let watch = Watch::default();
        let settings = FactorSettings::of(engine.pack().graph.factor(VariableId(0)));
        let samples = engine.sample(&SampleRequest { settings, ..request(0, "a dog", seeds) }, &watch).unwrap();
        (samples.into_iter().map(|sample| sample.map).collect::<Vec<_>>(), watch.steps.into_inner())
    };
    let mut again = engine_walking(None, Some(Restart { step: 1, times: 2, from: None }));
    let (alone, steps) = drawn(&mut again, &[7]);
    let (once, usual) = drawn(&mut engine_with_quick(), &[7]);
    assert_eq!((steps, usual), (4, 2));
    assert!(alone != once);
    let among = drawn(&mut again, &[3, 7, 9]).0;
    assert!(among[1] == alone[0] && among[0] != among[1], "whatever is drawn beside it, and before");
}

#[test]
fn a_part_of_a_map_is_sampled_by_the_full_one() {
    let mut engine = engine_with_quick();
    let usual = FactorSettings::of(engine.pack().graph.factor(VariableId(0)));
    let base = Arc::new(Map::Segmentation(Plane::filled(64, 64, Label::default())));
    let mask = Plane::from_fn(64, 64, |x, _| x < 32);
    let revision = Revision { base, mask: Some(mask), strength: 0.7, variation: None };
    let mut sample = |settings| {
        let ask = SampleRequest { settings, revision: Some(revision.clone()), ..request(0, "a dog", &[1]) };
        engine.sample(&SampleRequest { canvas: (64, 64), ..ask }, &Watch::default()).unwrap().remove(0).map
    };
    assert!(sample(usual.clone()) == sample(usual.full()));
}

#[test]
fn a_whole_map_is_drawn_again_from_half_way_by_the_quick_one() {
    let mut engine = engine_walking(None, Some(Restart { step: 1, times: 2, from: None }));
    let usual = FactorSettings::of(engine.pack().graph.factor(VariableId(0)));
    let plain = |seed| SampleRequest { settings: usual.clone(), ..request(0, "a dog", &[seed]) };
    let mut sample = |ask: &SampleRequest| {
        let watch = Watch::default();
        let map = engine.sample(ask, &watch).unwrap().remove(0).map;
        (map, watch.steps.into_inner())
    };
    let (base, steps) = sample(&plain(1));
    assert_eq!(steps, 4);
    let revision = Revision { base: base.clone(), mask: None, strength: 0.5, variation: None };
    let again = |seed, settings| SampleRequest { settings, revision: Some(revision.clone()), ..plain(seed) };
    let (one, steps) = sample(&again(2, usual.clone()));
    assert_eq!(steps, 2, "half of the walk, restarts among it");
    assert!(one != base && sample(&again(2, usual.clone())).0 == one && sample(&again(3, usual.clone())).0 != one);
    assert!(sample(&again(2, usual.full())).0 != one, "where the full one is asked for, it walks");
}

#[test]
fn it_runs_in_8_bits_where_there_are_such_and_only_where_it_is_wanted() {
    // Two other graphs of the pack stand for it: which one is asked is all that matters here.
    let quick = |m: &mut Manifest| {
        let (model, int8) = ("depth.onnx".into(), Some("sketch.onnx".into()));
        m.factors[0].quick = Some(QuickEntry { model, int8, steps: 4, shift: None, restart: None, default: true });
    };
    let mut engine = OnnxEngine::load(altered(quick), Device::Cpu, Some(1)).unwrap();
    assert_eq!(engine.model(VariableId(0), true), "sketch.onnx");
    assert_eq!(engine.model(VariableId(0), false), "segmentation.onnx");
    engine.full_precision = true;
    assert_eq!(engine.model(VariableId(0), true), "depth.onnx");
}
