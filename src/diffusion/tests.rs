//! Comparison with `diffusers`; `onnx/fixtures/make_schedules.py` and `make_samplers.py` made the numbers.

use serde::Deserialize;

use super::*;
use crate::graph::{BetaSchedule, Factor, FactorKind, Prediction, Restart, Sampler, Spacing, VariableId};

#[derive(Deserialize)]
struct Reference {
    alphas: Vec<Alphas>,
    guidance: Guided,
}

#[derive(Deserialize)]
struct Alphas {
    #[serde(flatten)]
    schedule: BetaSchedule,
    index: Vec<usize>,
    alphas_cumprod: Vec<f64>,
}

#[derive(Deserialize)]
struct Guided {
    scale: f32,
    rescale: f32,
    with_text: Vec<f32>,
    without_text: Vec<f32>,
    guided: Vec<f32>,
    rescaled: Vec<f32>,
}

#[derive(Deserialize)]
struct Walks {
    start: Vec<f32>,
    noise: Vec<Vec<f32>>,
    walks: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    schedule: BetaSchedule,
    prediction: Prediction,
    sampler: Sampler,
    eta: f64,
    spacing: Spacing,
    clamp: Option<f32>,
    steps: usize,
    times: Vec<f32>,
    end: Vec<f32>,
}

fn reference() -> Reference {
    let text = include_str!("../../tests/fixtures/schedules.json");
    serde_json::from_str(text).expect("the fixture has the documented layout")
}

fn walks() -> Walks {
    let text = include_str!("../../tests/fixtures/samplers.json");
    serde_json::from_str(text).expect("the fixture has the documented layout")
}

pub(super) fn factor(prediction: Prediction, schedule: BetaSchedule, clamp: Option<f32>) -> Factor {
    let variable = VariableId(0);
    let (kind, parents, sampler) = (FactorKind::Concat, Vec::new(), Sampler::Euler);
    let controls = Vec::new();
    Factor {
        variable,
        kind,
        parents,
        controls,
        prediction,
        schedule,
        clamp,
        sampler,
        steps: 10,
        guidance: 1.0,
        guidance_interval: [0.0, 1.0],
        quick: None,
    }
}

fn flow(clamp: Option<f32>, route: Route) -> Walk {
    Walk::new(&factor(Prediction::Flow, BetaSchedule::FLOW, clamp), &BetaSchedule::FLOW, route)
}

fn euler(steps: usize) -> Route {
    Route { sampler: Sampler::Euler, eta: 0.0, spacing: Spacing::Trailing, steps }
}

/// The stand-in for a network in the fixture; `t` on the scale 0..1000.
fn network(x: &[f32], t: f32) -> Vec<f32> {
    let offset = (0.1 * f64::from(t / 100.0).sin()) as f32;
    x.iter().map(|x| x.tanh() * 0.8 + offset).collect()
}

/// All steps of a walk; `scale` turns what the network is told into the fixture's timesteps.
fn carry_out(walk: &Walk, start: &[f32], noise: &[Vec<f32>], scale: f32) -> Latents {
    let mut latents = walk.start(start.to_vec());
    for (step, noise) in noise[..walk.steps()].iter().enumerate() {
        let answer = network(&latents.x, walk.time(step) * scale);
        walk.step(step, &mut latents, &answer, noise);
    }
    latents
}

/// Within `tolerance` of the latents' scale: 1, or the largest number if that is greater.
#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    let scale = expected.iter().fold(1.0_f32, |m, v| m.max(v.abs()));
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance * scale, "{what}: {found:?} against {expected:?}");
    }
}

#[test]
fn cumulative_alphas_agree_with_diffusers() {
    for case in reference().alphas {
        let products = alphas_cumprod(&case.schedule);
        assert_eq!(products.len(), 1000);
        for (&i, &expected) in case.index.iter().zip(&case.alphas_cumprod) {
            let error = (products[i] - expected).abs();
            // Rescaling subtracts what single precision has rounded.
            let tolerance = if case.schedule.zero_terminal_snr() { 1e-6 } else { 0.0 } + 1e-4 * expected;
            assert!(error <= tolerance, "{:?} at {i}: {} against {expected}", case.schedule, products[i]);
        }
    }
}

#[test]
fn every_sampler_agrees_with_diffusers() {
    let reference = walks();
    assert!(reference.walks.len() > 300);
    for case in &reference.walks {
        let what = format!(
            "{:?} {:?} {} eta {} {} {} steps",
            case.schedule, case.prediction, case.sampler, case.eta, case.spacing, case.steps
        );
        let route = Route { sampler: case.sampler, eta: case.eta, spacing: case.spacing, steps: case.steps };
        let walk = Walk::new(&factor(case.prediction, case.schedule.clone(), case.clamp), &case.schedule, route);
        assert_eq!(walk.steps(), case.steps);
        let scale = if case.schedule.is_flow() { 1000.0 } else { 1.0 };
        for (step, &time) in case.times.iter().enumerate() {
            let error = (walk.time(step) - time).abs() * scale;
            assert!(error < 1e-2, "{what}: step {step} at {} instead of {time}", walk.time(step));
        }
        let latents = carry_out(&walk, &reference.start, &reference.noise, scale);
        assert_close(&latents.x, &case.end, 1e-4, &what);
    }
}

/// Version 0.1 had one rule; every project made with it must give the same pictures.
#[test]
fn the_default_walk_of_a_flow_is_bit_for_bit_that_of_version_0_1() {
    let reference = walks();
    for steps in [1, 4, 7, 16] {
        let found = carry_out(&flow(Some(0.9), euler(steps)), &reference.start, &reference.noise, 1.0);
        let mut x = reference.start.clone();
        for i in 0..steps {
            let moment = |i: usize| 1.0 - i as f64 / steps as f64;
            let (now, next) = (moment(i), moment(i + 1));
            let answer = network(&x, now as f32);
            for (x, answer) in x.iter_mut().zip(answer) {
                let (value, answer) = (f64::from(*x), f64::from(answer));
                let clean = (value - now * answer).clamp(-f64::from(0.9_f32), f64::from(0.9_f32));
                let noise = (value - (1.0 - now) * clean) / now;
                *x = ((1.0 - next) * clean + next * noise) as f32;
            }
        }
        assert_eq!(found.x, x, "{steps} steps");
    }
}

#[test]
fn walks_end_at_their_own_clean_estimate() {
    let reference = walks();
    for sampler in Sampler::ALL {
        for spacing in Spacing::ALL {
            let route = Route { sampler, eta: 0.5, spacing, steps: 6 };
            let latents = carry_out(&flow(None, route), &reference.start, &reference.noise, 1000.0);
            assert_eq!(latents.x, latents.clean, "{sampler} {spacing}");
            assert!(latents.x.iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn a_clamped_flow_stays_within_the_clamp() {
    let reference = walks();
    for sampler in Sampler::ALL {
        let walk = flow(Some(0.5), Route { sampler, ..euler(5) });
        let latents = carry_out(&walk, &[3.0, -2.0, 0.1, 0.4], &reference.noise, 1000.0);
        assert!(latents.clean.iter().chain(&latents.x).all(|x| x.abs() <= 0.5), "{sampler}: {:?}", latents.x);
    }
}

#[test]
fn only_stochastic_samplers_want_noise_and_not_at_the_end() {
    for (sampler, stochastic) in [
        (Sampler::Euler, false),
        (Sampler::EulerAncestral, true),
        (Sampler::Ddim, true),
        (Sampler::Ddpm, true),
        (Sampler::DpmPp2m, false),
        (Sampler::DpmPp2mSde, true),
        (Sampler::UniPc, false),
    ] {
        let walk = flow(None, Route { sampler, eta: 0.5, ..euler(3) });
        assert_eq!([0, 1, 2].map(|step| walk.adds_noise(step)), [stochastic, stochastic, false], "{sampler}");
    }
    assert!(!flow(None, Route { sampler: Sampler::Ddim, ..euler(3) }).adds_noise(0), "eta 0");
}

#[test]
fn a_step_taken_again_keeps_the_estimate_and_none_of_the_noise() {
    let plain = flow(None, euler(4));
    let walk = plain.clone().restarting(Some(Restart { step: 1, times: 2, from: None }));
    let times: Vec<f32> = (0..=walk.steps()).map(|step| walk.moment(step).time).collect();
    assert_eq!(times, [1.0, 0.75, 0.75, 0.75, 0.5, 0.25, 0.0]);
    assert_eq!([0, 1, 2, 3, 4, 5].map(|step| walk.adds_noise(step)), [false, true, true, false, false, false]);
    let (mut latents, answer, noise) = (walk.start_at(vec![0.4, -1.0]), [0.8, 2.0], [3.0, -0.5]);
    walk.step(1, &mut latents, &answer, &noise);
    let clean = [0.4 - 0.75 * 0.8, -1.0 - 0.75 * 2.0];
    assert_close(&latents.clean, &clean, 1e-6, "the estimate");
    assert_close(&latents.x, &[0.25 * clean[0] + 0.75 * 3.0, 0.25 * clean[1] - 0.75 * 0.5], 1e-6, "noised afresh");
    let (mut on, mut as_before) = (walk.start_at(vec![0.4]), plain.start_at(vec![0.4]));
    walk.step(3, &mut on, &[0.8], &[]);
    plain.step(1, &mut as_before, &[0.8], &[]);
    assert_eq!(on.x, as_before.x, "the last time it goes on");
    let rest = walk.after(2);
    assert_eq!([0, 1, 2, 3].map(|step| rest.adds_noise(step)), [true, false, false, false], "the rest of it, too");
}

#[test]
fn a_step_taken_again_may_go_back_first() {
    let walk = flow(None, euler(4)).restarting(Some(Restart { step: 1, times: 2, from: Some(0.9) }));
    let times: Vec<f32> = (0..=walk.steps()).map(|step| walk.moment(step).time).collect();
    assert_eq!(times, [1.0, 0.75, 0.9, 0.75, 0.5, 0.25, 0.0]);
    assert_eq!([0, 1, 2, 3].map(|step| walk.adds_noise(step)), [false, true, true, false]);
    let mut latents = walk.start_at(vec![0.4]);
    walk.step(1, &mut latents, &[0.8], &[3.0]);
    let clean = 0.4 - 0.75 * 0.8;
    assert_close(&latents.x, &[0.1 * clean + 0.9 * 3.0], 1e-6, "noised afresh, to where it goes back to");
    walk.step(2, &mut latents, &[0.0], &[-2.0]);
    assert_close(&latents.x, &[0.25 * (0.1 * clean + 0.9 * 3.0) - 0.75 * 2.0], 1e-6, "and where it goes on from");
}

#[test]
fn guidance_agrees_with_diffusers() {
    let case = reference().guidance;
    let guided = |weight, rescale| {
        let mut answer = case.with_text.clone();
        let guidance = Guidance { weight, rescale, interval: [0.0, 1.0] };
        guidance.guide(&mut answer, &case.without_text, 8);
        answer
    };
    assert_close(&guided(case.scale, 0.0), &case.guided, 1e-6, "guided");
    assert_close(&guided(case.scale, case.rescale), &case.rescaled, 1e-6, "rescaled");
    assert_close(&guided(1.0, 0.0), &case.with_text, 1e-6, "weight 1 is the text's own answer");
}

#[test]
fn latents_of_a_batch_are_rescaled_one_by_one() {
    let guidance = Guidance { weight: 3.0, rescale: 1.0, interval: [0.0, 1.0] };
    let alone = |with_text: &[f32]| {
        let mut answer = with_text.to_vec();
        guidance.guide(&mut answer, &[0.5, -0.5], 2);
        answer
    };
    let mut both = vec![1.0, 2.0, -7.0, 3.0];
    guidance.guide(&mut both, &[0.5, -0.5, 0.5, -0.5], 2);
    assert_eq!(both, [alone(&[1.0, 2.0]), alone(&[-7.0, 3.0])].concat());
}

#[test]
fn guidance_acts_within_its_interval() {
    let acting = |interval, weight| {
        let guidance = Guidance { weight, rescale: 0.0, interval };
        (0..10).filter(|&step| guidance.acts(step, 10)).collect::<Vec<_>>()
    };
    assert_eq!(acting([0.0, 1.0], 2.0).len(), 10);
    assert_eq!(acting([0.25, 0.6], 2.0), [2, 3, 4, 5]);
    assert!(acting([0.0, 1.0], 1.0).is_empty() && acting([0.5, 0.5], 2.0).is_empty());
}
