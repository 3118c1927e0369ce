//! Walks from noise to a clean latent.
//!
//! From `x = a x0 + s eps` and the network's answer follow estimates of `x0` and `eps`. The rules of one
//! step (Euler, DDIM, DDPM and the ancestral ones) are all `x' = a' x0 + d eps + u noise` with
//! `u = eta s' sqrt(1 - (sigma' / sigma)^2)`, `sigma = s / a`, and `d^2 + u^2 = s'^2`: Euler and DDIM are
//! eta = 0, DDPM is eta = 1 (the posterior of the paper's eq. 2). A step of a restart has d = 0: all of its noise is
//! fresh.

use std::ops::Range;

use super::moments::{Moment, moments};
use super::multistep::{Weights, dpm, unipc_corrector, unipc_predictor};
use crate::graph::{BetaSchedule, Factor, Prediction, Restart, Sampler, Spacing};

/// How a factor is walked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Route {
    /// The rule of a step.
    pub sampler: Sampler,
    /// DDIM's share of fresh noise, 0 (none) to 1 (as DDPM); other samplers ignore it.
    pub eta: f64,
    /// Where the network is evaluated.
    pub spacing: Spacing,
    /// Number of steps, at least 1.
    pub steps: usize,
}

/// The plan of a walk; what it remembers between steps is in [`Latents`].
#[derive(Clone, Debug)]
pub struct Walk {
    prediction: Prediction,
    clamp: Option<f64>,
    flow: bool,
    route: Route,
    moments: Vec<Moment>,
    /// Steps that end in fresh noise alone, see [`Restart`].
    again: Range<usize>,
}

/// Latents on their way, any number of them in a row, and what the sampler remembers of them.
#[derive(Clone, Debug, Default)]
pub struct Latents {
    /// Where they are.
    pub x: Vec<f32>,
    /// The latest estimates of the clean latents.
    pub clean: Vec<f32>,
    /// The estimates of the step before and of the one before that.
    before: Vec<f32>,
    earlier: Vec<f32>,
    /// UniPC: what the last predictor started from.
    corrected: Vec<f32>,
}

impl Walk {
    /// A walk with the factor's prediction and clamp, along one of its schedules ([`Factor::schedule_of_walk`]).
    pub fn new(factor: &Factor, schedule: &BetaSchedule, route: Route) -> Self {
        let route = Route { steps: route.steps.max(1), ..route };
        Self {
            prediction: factor.prediction,
            clamp: factor.clamp.map(f64::from),
            flow: schedule.is_flow(),
            moments: moments(schedule, route.sampler, route.spacing, route.steps),
            route,
            again: 0..0,
        }
    }

    /// The rest of the walk from step `first` on, as a walk of its own; at least one step is left.
    #[must_use]
    pub fn after(mut self, first: usize) -> Self {
        let left_out = first.min(self.steps() - 1);
        self.moments.drain(..left_out);
        self.again = self.again.start.saturating_sub(left_out)..self.again.end.saturating_sub(left_out);
        self
    }

    /// The walk with a step taken again, see [`Restart`]: a moment that is followed by itself, or first by a noisier one.
    #[must_use]
    pub fn restarting(mut self, restart: Option<Restart>) -> Self {
        if let Some(Restart { step, times, from }) = restart {
            let own = self.moments[step];
            let first = from.map_or(own, Moment::of_flow);
            let again = std::iter::once(first).chain(std::iter::repeat(own)).take(times);
            self.moments.splice(step + 1..step + 1, again);
            self.again = step..step + times;
        }
        self
    }

    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.moments.len() - 1
    }

    /// What the network is told in step `step`, from 0.
    pub fn time(&self, step: usize) -> f32 {
        self.moments[step].time
    }

    /// Where a latent stands before step `step`; `steps()` is the end.
    pub fn moment(&self, step: usize) -> Moment {
        self.moments[step]
    }

    /// Latents at the start, from standard normal noise. Euler's rules take it as all of the first moment's
    /// noise, the others as the whole latent; for a flow that is the same.
    pub fn start(&self, mut noise: Vec<f32>) -> Latents {
        let scaled = matches!(self.route.sampler, Sampler::Euler | Sampler::EulerAncestral)
            && self.route.spacing != Spacing::Leading
            && !self.flow;
        if scaled {
            noise.iter_mut().for_each(|value| *value = (f64::from(*value) * self.moments[0].noise) as f32);
        }
        self.start_at(noise)
    }

    /// Latents that stand where a walk is to begin.
    pub fn start_at(&self, latents: Vec<f32>) -> Latents {
        Latents { clean: vec![0.0; latents.len()], x: latents, ..Latents::default() }
    }

    /// Whether step `step` adds fresh noise.
    pub fn adds_noise(&self, step: usize) -> bool {
        match self.route.sampler {
            Sampler::DpmPp2mSde => dpm(&self.moments, step, true).noise > 0.0,
            Sampler::DpmPp2m | Sampler::UniPc => false,
            _ => self.levels(step).1 > 0.0,
        }
    }

    /// Goes one step: `x` becomes the latents at the next moment, `clean` the estimates of `x0`.
    ///
    /// A clamped estimate changes the noise as well, so that both still add up to `x`. `noise` holds a
    /// standard normal deviate for each number where [`Self::adds_noise`], else it is not looked at.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn step(&self, step: usize, latents: &mut Latents, answer: &[f32], noise: &[f32]) {
        assert!(latents.x.len() == answer.len() && latents.x.len() == latents.clean.len(), "latents of one size");
        assert!(noise.len() == answer.len() || !self.adds_noise(step), "noise for every number");
        if !self.route.sampler.is_multistep() {
            return self.single_step(step, latents, answer, noise);
        }
        latents.earlier = std::mem::replace(&mut latents.before, latents.clean.clone());
        for ((clean, &x), &answer) in latents.clean.iter_mut().zip(&latents.x).zip(answer) {
            *clean = self.clean(self.moments[step], f64::from(x), f64::from(answer)) as f32;
        }
        let weights = match self.route.sampler {
            Sampler::UniPc => {
                if step > 0 {
                    let from = std::mem::take(&mut latents.corrected);
                    latents.mix(unipc_corrector(&self.moments, step), &from, &[]);
                }
                latents.corrected.clone_from(&latents.x);
                unipc_predictor(&self.moments, step)
            }
            sampler => dpm(&self.moments, step, sampler == Sampler::DpmPp2mSde),
        };
        let from = std::mem::take(&mut latents.x);
        latents.mix(weights, &from, noise);
    }

    /// The latents before step `step` from which the network's answer, were it `answer` there, leads to `after` without
    /// fresh noise: `x = (x' - b answer) / a` for the step `x' = a x + b answer` of DDIM. Clamping is left out.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn step_back(&self, step: usize, after: &[f32], answer: &[f32]) -> Vec<f32> {
        assert_eq!(after.len(), answer.len(), "latents of one size");
        let (Moment { signal, noise, .. }, next) = (self.moments[step], self.moments[step + 1]);
        // Shares of x and of the answer in the estimates of x0 and of the noise.
        let (clean, eps) = match self.prediction {
            Prediction::Flow => ((1.0, -noise), (1.0, signal)),
            Prediction::Epsilon => ((1.0 / signal, -noise / signal), (0.0, 1.0)),
            Prediction::VPrediction => ((signal, -noise), (noise, signal)),
            Prediction::Sample => ((0.0, 1.0), (1.0 / noise, -signal / noise)),
        };
        let of_latent = next.signal * clean.0 + next.noise * eps.0;
        let of_answer = next.signal * clean.1 + next.noise * eps.1;
        let back = |(&x, &answer): (&f32, &f32)| ((f64::from(x) - of_answer * f64::from(answer)) / of_latent) as f32;
        after.iter().zip(answer).map(back).collect()
    }

    fn single_step(&self, step: usize, latents: &mut Latents, answer: &[f32], noise: &[f32]) {
        let (now, next) = (self.moments[step], self.moments[step + 1]);
        let (down, up) = self.levels(step);
        for (i, ((x, &answer), clean)) in latents.x.iter_mut().zip(answer).zip(&mut latents.clean).enumerate() {
            let (value, answer) = (f64::from(*x), f64::from(answer));
            let limited = self.clean(now, value, answer);
            let direction = match self.prediction {
                Prediction::Epsilon if self.clamp.is_none() => answer,
                _ => (value - now.signal * limited) / now.noise,
            };
            *clean = limited as f32;
            let mean = next.signal * limited + down * direction;
            *x = if up > 0.0 { mean + up * f64::from(noise[i]) } else { mean } as f32;
        }
    }

    /// Weights of the estimated noise and of the fresh noise after a step of a one-step rule.
    fn levels(&self, step: usize) -> (f64, f64) {
        let (now, next) = (self.moments[step], self.moments[step + 1]);
        if self.again.contains(&step) {
            return (0.0, next.noise);
        }
        let eta = match self.route.sampler {
            Sampler::EulerAncestral | Sampler::Ddpm => 1.0,
            Sampler::Ddim => self.route.eta,
            _ => 0.0,
        };
        if eta == 0.0 || next.noise == 0.0 {
            return (next.noise, 0.0);
        }
        if self.flow && self.route.sampler == Sampler::EulerAncestral {
            // A flow goes down by the ratio of its times, not of its sigmas.
            let time = next.noise * next.noise / now.noise;
            let down = next.signal * time / (1.0 - time);
            return (down, (next.noise.powi(2) - down * down).max(0.0).sqrt());
        }
        let kept = next.noise * now.signal / (now.noise * next.signal);
        let up = eta * next.noise * (1.0 - kept * kept).max(0.0).sqrt();
        ((next.noise.powi(2) - up * up).max(0.0).sqrt(), up)
    }

    /// The estimate of `x0`, clamped.
    fn clean(&self, now: Moment, x: f64, answer: f64) -> f64 {
        let estimate = match self.prediction {
            Prediction::Flow => x - now.noise * answer,
            Prediction::Epsilon => (x - now.noise * answer) / now.signal,
            Prediction::VPrediction => now.signal * x - now.noise * answer,
            Prediction::Sample => answer,
        };
        self.clamp.map_or(estimate, |c| estimate.clamp(-c, c))
    }
}

impl Latents {
    /// `x` becomes the weighted sum of `from`, the estimates and `noise`. Estimates and noise without weight
    /// may be missing.
    fn mix(&mut self, weights: Weights, from: &[f32], noise: &[f32]) {
        let term = |weight: f64, values: &[f32], i: usize| {
            if weight == 0.0 { 0.0 } else { weight * f64::from(values[i]) }
        };
        self.x = (0..from.len())
            .map(|i| {
                let sum = term(weights.latent, from, i)
                    + term(weights.now, &self.clean, i)
                    + term(weights.before, &self.before, i)
                    + term(weights.earlier, &self.earlier, i)
                    + term(weights.noise, noise, i);
                sum as f32
            })
            .collect();
    }
}
