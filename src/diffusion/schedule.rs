//! Noise schedules of training.

use std::f64::consts::FRAC_PI_2;

use crate::graph::BetaSchedule;

/// Products of `1 - beta` up to each training step (the paper's `alpha_t`, eq. 1); empty for a flow.
pub fn alphas_cumprod(schedule: &BetaSchedule) -> Vec<f64> {
    let betas: Vec<f64> = match *schedule {
        BetaSchedule::Flow { .. } => Vec::new(),
        BetaSchedule::Linear { train_steps, beta_start, beta_end, .. } => {
            linear(train_steps, beta_start, beta_end).collect()
        }
        BetaSchedule::ScaledLinear { train_steps, beta_start, beta_end, .. } => {
            linear(train_steps, beta_start.sqrt(), beta_end.sqrt()).map(|root| root * root).collect()
        }
        BetaSchedule::Cosine { train_steps, .. } => {
            let level = |step: usize| {
                let share = step as f64 / train_steps as f64;
                ((share + 0.008) / 1.008 * FRAC_PI_2).cos().powi(2)
            };
            (0..train_steps).map(|i| (1.0 - level(i + 1) / level(i)).min(0.999)).collect()
        }
    };
    let mut product = 1.0;
    let products = betas
        .into_iter()
        .map(|beta| {
            product *= 1.0 - beta;
            product
        })
        .collect();
    if schedule.zero_terminal_snr() { without_signal_at_the_end(products) } else { products }
}

/// Shifts and scales the square roots so that the last is 0 and the first stays (Lin et al., "Common
/// diffusion noise schedules and sample steps are flawed", algorithm 1).
fn without_signal_at_the_end(products: Vec<f64>) -> Vec<f64> {
    let (Some(first), Some(last)) = (products.first(), products.last()) else { return products };
    let (first, last) = (first.sqrt(), last.sqrt());
    products.iter().map(|product| ((product.sqrt() - last) * first / (first - last)).powi(2)).collect()
}

/// `count` values from `first` to `last`, both included.
fn linear(count: usize, first: f64, last: f64) -> impl Iterator<Item = f64> {
    let intervals = count.saturating_sub(1).max(1) as f64;
    (0..count).map(move |i| first + (last - first) * (i as f64 / intervals))
}
