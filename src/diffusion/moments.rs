//! The moments at which a walk evaluates the network.

use super::schedule::alphas_cumprod;
use crate::graph::{BetaSchedule, Sampler, Spacing};

/// A moment of the walk from noise to data: `x = signal * x0 + noise * eps`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// What the network is told: `t` in `[0, 1]` for a flow, else the training step.
    pub time: f32,
    /// Weight of the clean latent.
    pub signal: f64,
    /// Weight of the noise.
    pub noise: f64,
}

impl Moment {
    const CLEAN: Self = Self { time: 0.0, signal: 1.0, noise: 0.0 };

    /// The moment `t` of a flow.
    pub(super) fn of_flow(t: f64) -> Self {
        Self { time: t as f32, signal: 1.0 - t, noise: t }
    }

    /// Half of the logarithm of the signal-to-noise ratio (lambda of DPM-Solver); infinite when clean.
    pub(super) fn log_snr(self) -> f64 {
        self.signal.ln() - self.noise.ln()
    }

    /// Share of noise once signal and noise are scaled to add up to 1 (`t` of a flow), and that scale: how
    /// a network that reads a parent on its way is told where the parent stands.
    pub fn level(self) -> (f64, f64) {
        let sum = self.signal + self.noise;
        (self.noise / sum, 1.0 / sum)
    }

    /// Noise in terms of the signal (sigma of Karras et al.).
    pub(super) fn sigma(self) -> f64 {
        self.noise / self.signal
    }
}

/// Exponent of the levels of Karras et al.
const RHO: f64 = 7.0;
/// Noisiest moment of a flow for DPM-Solver++, which needs a finite signal-to-noise ratio.
const DPM_FLOW_START: f64 = 0.999;
/// The same for UniPC: so far below 1, and its last step starts as far above 0 as DPM's.
const UNIPC_FLOW_GAP: f64 = 1e-6;
/// What is left of the signal's square at a zero terminal SNR for rules that divide by it.
const LEAST_PRODUCT: f64 = 1.0 / (1 << 24) as f64;

/// The moments of a walk of `steps` steps, noisiest first, and the one it ends at: `steps + 1` in all.
///
/// They are those of the sampler's scheduler in `diffusers`, with one exception: each step ends where the
/// next begins, while its DDIM ends a step at `t - train_steps / steps` rounded down, which differs when
/// `steps` does not divide the training steps.
pub fn moments(schedule: &BetaSchedule, sampler: Sampler, spacing: Spacing, steps: usize) -> Vec<Moment> {
    let mut moments = match schedule {
        BetaSchedule::Flow { shift } => flow(*shift, sampler, spacing, steps),
        _ => {
            let mut products = alphas_cumprod(schedule);
            if let Some(last) = products.last_mut()
                && !matches!(sampler, Sampler::Ddim | Sampler::Ddpm)
            {
                *last = last.max(if *last == 0.0 { LEAST_PRODUCT } else { 0.0 });
            }
            let cosine = matches!(schedule, BetaSchedule::Cosine { .. });
            let mut moments = discrete(&products, cosine, sampler, spacing, steps);
            if sampler == Sampler::Ddim && spacing == Spacing::Leading {
                moments.push(at(&products, 0));
                return moments;
            }
            moments
        }
    };
    moments.push(Moment::CLEAN);
    moments
}

fn flow(shift: f64, sampler: Sampler, spacing: Spacing, steps: usize) -> Vec<Moment> {
    let share = |i: usize| i as f64 / steps as f64;
    let shifted = |t: f64| BetaSchedule::shifted(t, shift);
    // Single precision where the reference has it: a ratio near 1 - t = 1e-6 shows the rounding.
    let single = |t: f64| f64::from(t as f32);
    let mut times: Vec<f64> = (0..steps)
        .map(|i| match sampler {
            Sampler::DpmPp2m | Sampler::DpmPp2mSde => single(shifted(DPM_FLOW_START * share(steps - i))),
            Sampler::UniPc if i == 0 => single(1.0 - UNIPC_FLOW_GAP),
            Sampler::UniPc => single(shifted(1.0 - DPM_FLOW_START * share(i))),
            _ => shifted(1.0 - share(i)),
        })
        .collect();
    if spacing == Spacing::Karras {
        times = karras(times[0], times[steps - 1], steps);
    }
    times.into_iter().map(Moment::of_flow).collect()
}

fn discrete(products: &[f64], cosine: bool, sampler: Sampler, spacing: Spacing, steps: usize) -> Vec<Moment> {
    let evaluated = timesteps(products.len(), sampler, spacing, steps);
    if spacing != Spacing::Karras {
        return evaluated.into_iter().map(|t| at(products, t)).collect();
    }
    let sigmas: Vec<f64> = (0..products.len()).map(|t| at(products, t).sigma()).collect();
    let range = if sampler.is_multistep() { (products.len() - 1, 0) } else { (evaluated[0], evaluated[steps - 1]) };
    let moment = |sigma: f64| {
        let time = time_of(sigma, &sigmas);
        let time = if sampler.is_multistep() && !cosine { time.round_ties_even() } else { time };
        let signal = 1.0 / (sigma * sigma + 1.0).sqrt();
        Moment { time: time as f32, signal, noise: sigma * signal }
    };
    karras(sigmas[range.0], sigmas[range.1], steps).into_iter().map(moment).collect()
}

fn at(products: &[f64], step: usize) -> Moment {
    let product = products[step.min(products.len() - 1)];
    Moment { time: step as f32, signal: product.sqrt(), noise: (1.0 - product).sqrt() }
}

/// Training steps at which `steps` sampling steps evaluate the network, descending.
fn timesteps(train_steps: usize, sampler: Sampler, spacing: Spacing, steps: usize) -> Vec<usize> {
    match spacing {
        Spacing::Leading => {
            // The multistep schedulers leave out the lowest of one more stride.
            let skipped = usize::from(sampler.is_multistep());
            let stride = (train_steps / (steps + skipped)).max(1);
            (0..steps).rev().map(|i| (i + skipped) * stride + 1).collect()
        }
        Spacing::Trailing | Spacing::Karras => {
            let stride = train_steps as f64 / steps as f64;
            let rounded = |i: usize| (train_steps as f64 - i as f64 * stride).round_ties_even() as usize;
            (0..steps).map(|i| rounded(i).max(1) - 1).collect()
        }
    }
}

/// `count` levels from `most` to `least`, even in their `1/RHO`-th power.
fn karras(most: f64, least: f64, count: usize) -> Vec<f64> {
    let (from, to) = (most.powf(1.0 / RHO), least.powf(1.0 / RHO));
    let ramp = |i: usize| i as f64 / (count - 1).max(1) as f64;
    (0..count).map(|i| (from + ramp(i) * (to - from)).powf(RHO)).collect()
}

/// The training step with this noise, between two of `sigmas` (ascending) in proportion of logarithms.
fn time_of(sigma: f64, sigmas: &[f64]) -> f64 {
    let low = sigmas.partition_point(|known| *known <= sigma).clamp(1, sigmas.len() - 1) - 1;
    let (below, above) = (sigmas[low].ln(), sigmas[low + 1].ln());
    low as f64 + ((sigma.ln() - below) / (above - below)).clamp(0.0, 1.0)
}
