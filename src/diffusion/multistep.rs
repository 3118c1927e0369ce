//! Rules that remember earlier estimates: DPM-Solver++ (Lu et al., 2022) and UniPC (Zhao et al., 2023).
//!
//! Both are linear in the latent and the estimates of the clean latent, so a step is a few weights.

use super::moments::Moment;

/// Weights of a step: the latent it starts from, the estimates of `x0` of this step, the one before and
/// the one before that, and fresh noise.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Weights {
    pub latent: f64,
    pub now: f64,
    pub before: f64,
    pub earlier: f64,
    pub noise: f64,
}

/// DPM-Solver++ of order 2 (1 in the first step and the last), midpoint, as ODE or as SDE.
pub(super) fn dpm(moments: &[Moment], step: usize, stochastic: bool) -> Weights {
    let (now, next) = (moments[step], moments[step + 1]);
    // exp(-h): h is infinite in the last step.
    let shrink = next.sigma() / now.sigma();
    let (latent, towards, noise) = if stochastic {
        let rest = 1.0 - shrink * shrink;
        (next.noise / now.noise * shrink, next.signal * rest, next.noise * rest.sqrt())
    } else {
        (next.noise / now.noise, next.signal * (1.0 - shrink), 0.0)
    };
    let first = Weights { latent, now: towards, noise, ..Weights::default() };
    if step == 0 || step + 2 == moments.len() {
        return first;
    }
    let ratio = (next.log_snr() - now.log_snr()) / (now.log_snr() - moments[step - 1].log_snr());
    let slope = 0.5 * towards * ratio;
    Weights { now: towards + slope, before: -slope, ..first }
}

/// UniPC's order in a step of `steps`: 2, but 1 in the first and the last.
fn unipc_order(step: usize, steps: usize) -> usize {
    2.min(step + 1).min(steps - step)
}

/// UniPC's predictor: from the corrected latent at `step` to the next.
pub(super) fn unipc_predictor(moments: &[Moment], step: usize) -> Weights {
    let (now, next) = (moments[step], moments[step + 1]);
    let h = next.log_snr() - now.log_snr();
    let towards = -next.signal * (-h).exp_m1();
    let first = Weights { latent: next.noise / now.noise, now: towards, ..Weights::default() };
    if unipc_order(step, moments.len() - 1) == 1 {
        return first;
    }
    let slope = 0.5 * towards / ((moments[step - 1].log_snr() - now.log_snr()) / h);
    Weights { now: towards - slope, before: slope, ..first }
}

/// UniPC's corrector: the latent at `step` once more, from the corrected one at `step - 1`, now that
/// the network has answered at `step`.
pub(super) fn unipc_corrector(moments: &[Moment], step: usize) -> Weights {
    let (now, from) = (moments[step], moments[step - 1]);
    let h = now.log_snr() - from.log_snr();
    let towards = -now.signal * (-h).exp_m1();
    let latent = now.noise / from.noise;
    if unipc_order(step - 1, moments.len() - 1) == 1 {
        return Weights { latent, now: 0.5 * towards, before: 0.5 * towards, ..Weights::default() };
    }
    // Two equations for the weights of both differences (UniPC, eq. 9 with B(h) = exp(-h) - 1).
    let ratio = (moments[step - 2].log_snr() - from.log_snr()) / h;
    let phi = |order: f64, before: f64| before / -h - 1.0 / order;
    let first = phi(1.0, (-h).exp_m1());
    let second = phi(2.0, first);
    let (first, second) = (first / (-h).exp_m1(), 2.0 * second / (-h).exp_m1());
    let older = (first - second) / (1.0 - ratio);
    let newer = first - older;
    let earlier = towards * older / ratio;
    Weights { latent, now: towards * newer, before: towards * (1.0 - newer) - earlier, earlier, noise: 0.0 }
}
