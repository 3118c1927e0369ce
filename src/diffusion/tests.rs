//! Comparison with `diffusers`; `onnx/fixtures/make_schedules.py` made the numbers.

use serde::Deserialize;

use super::*;
use crate::graph::{BetaSchedule, Factor, FactorKind, Prediction, VariableId};

#[derive(Deserialize)]
struct Reference {
    alphas: Vec<Alphas>,
    start: Vec<f32>,
    ddim: Vec<Ddim>,
    flow: Vec<Flow>,
    guidance: Guidance,
}

#[derive(Deserialize)]
struct Alphas {
    #[serde(flatten)]
    schedule: BetaSchedule,
    index: Vec<usize>,
    alphas_cumprod: Vec<f64>,
}

#[derive(Deserialize)]
struct Ddim {
    #[serde(flatten)]
    schedule: BetaSchedule,
    prediction: Prediction,
    spacing: String,
    steps_offset: usize,
    clamp: Option<f32>,
    final_alpha: String,
    steps: usize,
    timesteps: Vec<usize>,
    samples: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Flow {
    steps: usize,
    times: Vec<f32>,
    samples: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Guidance {
    scale: f32,
    with_text: Vec<f32>,
    without_text: Vec<f32>,
    guided: Vec<f32>,
}

fn reference() -> Reference {
    let text = include_str!("../../tests/fixtures/schedules.json");
    serde_json::from_str(text).expect("the fixture has the documented layout")
}

fn factor(prediction: Prediction, schedule: BetaSchedule, clamp: Option<f32>) -> Factor {
    let variable = VariableId(0);
    let (kind, parents) = (FactorKind::Concat, Vec::new());
    Factor { variable, kind, parents, prediction, schedule, clamp, steps: 10, guidance: 1.0 }
}

/// The stand-in for a network in the fixture; `t` on the scale 0..1000.
fn network(x: &[f32], t: f32) -> Vec<f32> {
    let offset = (0.1 * f64::from(t / 100.0).sin()) as f32;
    x.iter().map(|x| x.tanh() * 0.8 + offset).collect()
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    let scale = expected.iter().fold(1e-3_f32, |m, v| m.max(v.abs()));
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
            let error = (products[i] - expected).abs() / expected;
            assert!(error < 1e-4, "{:?} at {i}: {} against {expected}", case.schedule, products[i]);
        }
    }
}

#[test]
fn ddim_agrees_with_diffusers() {
    let reference = reference();
    assert!(reference.ddim.len() >= 18);
    for case in &reference.ddim {
        let spacing = match case.spacing.as_str() {
            "leading" => Spacing::Leading { offset: case.steps_offset, clean_end: case.final_alpha == "one" },
            _ => Spacing::Trailing,
        };
        let what = format!("{:?} {:?} {spacing:?} {} steps", case.schedule, case.prediction, case.steps);
        let walk = Walk::new(&factor(case.prediction, case.schedule.clone(), case.clamp), case.steps, spacing);
        assert_eq!(walk.steps(), case.steps);
        let times: Vec<_> = (0..case.steps).map(|i| walk.time(i) as usize).collect();
        assert_eq!(times, case.timesteps, "{what}");
        if 1000 % case.steps != 0 {
            continue; // `diffusers` steps to moments that it does not evaluate, see `moments`
        }
        let mut x = reference.start.clone();
        let mut clean = vec![0.0; x.len()];
        for (i, expected) in case.samples.iter().enumerate() {
            let answer = network(&x, walk.time(i));
            walk.step(i, &mut x, &answer, &mut clean);
            assert_close(&x, expected, 1e-4, &format!("{what}, step {i}"));
        }
    }
}

#[test]
fn flow_agrees_with_diffusers() {
    let reference = reference();
    for case in &reference.flow {
        let walk = Walk::new(&factor(Prediction::Flow, BetaSchedule::Flow, None), case.steps, Spacing::Trailing);
        let mut x = reference.start.clone();
        let mut clean = vec![0.0; x.len()];
        for (i, expected) in case.samples.iter().enumerate() {
            assert!((walk.time(i) - case.times[i]).abs() < 1e-6);
            let answer = network(&x, walk.time(i) * 1000.0);
            walk.step(i, &mut x, &answer, &mut clean);
            assert_close(&x, expected, 1e-4, &format!("flow of {} steps, step {i}", case.steps));
        }
        assert_eq!(x, clean, "the walk ends at its own clean estimate");
    }
}

#[test]
fn a_clamped_flow_stays_within_the_clamp() {
    let walk = Walk::new(&factor(Prediction::Flow, BetaSchedule::Flow, Some(0.5)), 5, Spacing::Trailing);
    let mut x = vec![3.0, -2.0, 0.1];
    let mut clean = vec![0.0; 3];
    for i in 0..5 {
        let answer = network(&x, 0.0);
        walk.step(i, &mut x, &answer, &mut clean);
        assert!(clean.iter().all(|c| c.abs() <= 0.5));
    }
    assert!(x.iter().all(|x| x.abs() <= 0.5));
}

#[test]
fn guidance_agrees_with_diffusers() {
    let case = reference().guidance;
    let mut guided = case.with_text.clone();
    guide(&mut guided, &case.without_text, case.scale);
    assert_close(&guided, &case.guided, 1e-6, "guided");
    let mut unguided = case.with_text.clone();
    guide(&mut unguided, &case.without_text, 1.0);
    assert_close(&unguided, &case.with_text, 1e-6, "weight 1 is the text's own answer");
}
