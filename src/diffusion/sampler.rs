//! Deterministic samplers: DDIM without added noise, and Euler steps along a flow.
//!
//! Both are one rule in terms of signal and noise: from `x = a x0 + s eps` and the network's answer
//! follow estimates of `x0` and `eps`, and the next `x` is `a' x0 + s' eps`.

use super::schedule::{Moment, Spacing, moments};
use crate::graph::{Factor, Prediction};

/// A walk from noise to a clean latent.
#[derive(Clone, Debug)]
pub struct Walk {
    prediction: Prediction,
    clamp: Option<f64>,
    moments: Vec<Moment>,
}

impl Walk {
    /// A walk of `steps` steps (at least 1) with the factor's prediction, schedule and clamp.
    pub fn new(factor: &Factor, steps: usize, spacing: Spacing) -> Self {
        Self {
            prediction: factor.prediction,
            clamp: factor.clamp.map(f64::from),
            moments: moments(&factor.schedule, steps.max(1), spacing),
        }
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.moments.len() - 1
    }

    /// The moment that step `step` starts from; that of the last, past the end, is where the walk ends.
    pub fn moment(&self, step: usize) -> Moment {
        self.moments[step]
    }

    /// What the network is told in step `step`, from 0.
    pub fn time(&self, step: usize) -> f32 {
        self.moments[step].time
    }

    /// Goes one step: `x` becomes the latent at the next moment, `clean` the estimate of `x0`.
    ///
    /// A clamped estimate changes the noise as well, so that both still add up to `x`.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn step(&self, step: usize, x: &mut [f32], answer: &[f32], clean: &mut [f32]) {
        assert!(x.len() == answer.len() && x.len() == clean.len(), "latents of one size");
        let (now, next) = (self.moments[step], self.moments[step + 1]);
        for ((x, &answer), clean) in x.iter_mut().zip(answer).zip(clean) {
            let (value, answer) = (f64::from(*x), f64::from(answer));
            let estimate = self.clean(now, value, answer);
            let limited = self.clamp.map_or(estimate, |c| estimate.clamp(-c, c));
            let noise = match self.prediction {
                Prediction::Epsilon if self.clamp.is_none() => answer,
                _ => (value - now.signal * limited) / now.noise,
            };
            *clean = limited as f32;
            *x = (next.signal * limited + next.noise * noise) as f32;
        }
    }

    fn clean(&self, now: Moment, x: f64, answer: f64) -> f64 {
        match self.prediction {
            Prediction::Flow => x - now.noise * answer,
            Prediction::Epsilon => (x - now.noise * answer) / now.signal,
            Prediction::VPrediction => now.signal * x - now.noise * answer,
            Prediction::Sample => answer,
        }
    }
}

/// Classifier-free guidance: `without + weight * (with_text - without)`, written over `with_text`.
///
/// # Panics
/// When the slices differ in length.
pub fn guide(with_text: &mut [f32], without: &[f32], weight: f32) {
    assert_eq!(with_text.len(), without.len(), "answers of one size");
    for (value, &without) in with_text.iter_mut().zip(without) {
        *value = without + weight * (*value - without);
    }
}
