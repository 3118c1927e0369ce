//! Noise schedules of training and the times at which sampling evaluates the network.

use std::f64::consts::FRAC_PI_2;

use crate::graph::BetaSchedule;

/// How a few sampling steps are spread over the many steps of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Multiples of the stride plus an offset (Stable Diffusion 1: an offset of 1, no clean end).
    Leading {
        /// Added to every timestep.
        offset: usize,
        /// Whether the walk ends without noise; otherwise with that of the first training step.
        clean_end: bool,
    },
    /// From the last training step down, to no noise at all.
    Trailing,
}

/// A moment of the walk from noise to data: `x = signal * x0 + noise * eps`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// What the network is told: `t` in `[0, 1]` for a flow, else the index of the training step.
    pub time: f32,
    /// Weight of the clean latent.
    pub signal: f64,
    /// Weight of the noise.
    pub noise: f64,
}

/// The moments of a walk of `steps` steps, noisiest first, and the one it ends at: `steps + 1` in all.
///
/// Each step ends where the next begins; `diffusers` ends it at `t - train_steps / steps` rounded down,
/// which differs when `steps` does not divide the training steps. A flow ignores `spacing`: its times are `1, 1 - 1/steps .. 0`.
pub fn moments(schedule: &BetaSchedule, steps: usize, spacing: Spacing) -> Vec<Moment> {
    if *schedule == BetaSchedule::Flow {
        return (0..=steps).map(|i| flow_moment(1.0 - i as f64 / steps as f64)).collect();
    }
    let products = alphas_cumprod(schedule);
    let at = |step: usize| {
        let product = products[step.min(products.len() - 1)];
        Moment { time: step as f32, signal: product.sqrt(), noise: (1.0 - product).sqrt() }
    };
    let mut moments: Vec<_> = timesteps(products.len(), steps, spacing).into_iter().map(at).collect();
    moments.push(match spacing {
        Spacing::Leading { clean_end: false, .. } => at(0),
        _ => Moment { time: 0.0, signal: 1.0, noise: 0.0 },
    });
    moments
}

/// Products of `1 - beta` up to each training step (the paper's `alpha_t`, eq. 1); empty for a flow.
pub fn alphas_cumprod(schedule: &BetaSchedule) -> Vec<f64> {
    let betas: Vec<f64> = match *schedule {
        BetaSchedule::Flow => Vec::new(),
        BetaSchedule::Linear { train_steps, beta_start, beta_end } => {
            linear(train_steps, beta_start, beta_end).collect()
        }
        BetaSchedule::ScaledLinear { train_steps, beta_start, beta_end } => {
            linear(train_steps, beta_start.sqrt(), beta_end.sqrt()).map(|root| root * root).collect()
        }
        BetaSchedule::Cosine { train_steps } => {
            let level = |step: usize| {
                let share = step as f64 / train_steps as f64;
                ((share + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2)
            };
            (0..train_steps).map(|i| (1.0 - level(i + 1) / level(i)).min(0.999)).collect()
        }
    };
    let mut product = 1.0;
    betas
        .into_iter()
        .map(|beta| {
            product *= 1.0 - beta;
            product
        })
        .collect()
}

/// Training steps at which `steps` sampling steps evaluate the network, descending.
fn timesteps(train_steps: usize, steps: usize, spacing: Spacing) -> Vec<usize> {
    match spacing {
        Spacing::Leading { offset, .. } => {
            let stride = (train_steps / steps).max(1);
            (0..steps).rev().map(|i| i * stride + offset).collect()
        }
        Spacing::Trailing => {
            let stride = train_steps as f64 / steps as f64;
            let rounded = |i: usize| (train_steps as f64 - i as f64 * stride).round_ties_even() as usize;
            (0..steps).map(|i| rounded(i).max(1) - 1).collect()
        }
    }
}

fn flow_moment(time: f64) -> Moment {
    Moment { time: time as f32, signal: 1.0 - time, noise: time }
}

/// `count` values from `first` to `last`, both included.
fn linear(count: usize, first: f64, last: f64) -> impl Iterator<Item = f64> {
    let intervals = count.saturating_sub(1).max(1) as f64;
    (0..count).map(move |i| first + (last - first) * (i as f64 / intervals))
}
