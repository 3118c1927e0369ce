//! Inversion: the latents of a walk that ends at a clean latent which is there already.
//!
//! Two ways up from the clean latent, to the same form: the latent at every moment, and for every step the
//! *correction* `c_k = x_{k+1} - mu_k(x_k)` that its rule lacks to go from one to the next. A walk that starts at the
//! noisiest latent and adds the corrections repeats them all, so that an edit that changes nothing ends where it began.
//!
//! - Edit-friendly DDPM inversion (Huberman-Spiegelglas et al., "An edit friendly DDPM noise space", eqs. 5-6): noise of
//!   its own at every moment; `z_k = c_k / sigma_k` are the paper's noise maps. The last step has no variance to divide by,
//!   and the paper's code drops its correction; here it is kept, and reconstruction is exact to rounding.
//! - DDIM inversion (Song et al., DDIM, eq. 14): the ODE integrated upwards. Each step up solves for the latent that the step
//!   down would take to where it came from, by fixed-point rounds (Pan et al., "Accelerated iterative diffusion
//!   inversion", eq. 8). The corrections are what the rounds leave (Ju et al., "Direct inversion"), and small.

use super::{Latents, NoiseSource, Walk};

/// A walk's way through a clean latent that is there.
#[derive(Clone, Debug)]
pub struct Inversion {
    /// The latent at each moment, noisiest first; the last one is the clean latent. `steps + 1` in all.
    pub latents: Vec<Vec<f32>>,
    /// What each step adds to where its rule leads without fresh noise. `steps` in all.
    pub corrections: Vec<Vec<f32>>,
}

/// The latents of edit-friendly DDPM inversion: `x_k = a_k x0 + s_k eps_k`, with an `eps_k` of its own for each moment.
pub fn independent_latents(walk: &Walk, clean: &[f32], noise: &mut NoiseSource) -> Vec<Vec<f32>> {
    let noised = |step| {
        let moment = walk.moment(step);
        let eps = noise.normals(clean.len());
        let mix =
            |(&clean, eps): (&f32, f32)| (moment.signal * f64::from(clean) + moment.noise * f64::from(eps)) as f32;
        clean.iter().zip(eps).map(mix).collect()
    };
    (0..walk.steps()).map(noised).chain([clean.to_vec()]).collect()
}

/// The latents of DDIM inversion. `predict(x, step)` is the network's answer at a latent before `step`; each step up asks
/// it `rounds` times (1 is plain DDIM inversion).
///
/// # Errors
/// Those of `predict`.
pub fn ode_latents<E>(
    walk: &Walk,
    clean: &[f32],
    rounds: usize,
    mut predict: impl FnMut(&[f32], usize) -> Result<Vec<f32>, E>,
) -> Result<Vec<Vec<f32>>, E> {
    let mut latents = vec![clean.to_vec()];
    for step in (0..walk.steps()).rev() {
        let after = &latents[latents.len() - 1];
        let mut before = after.clone();
        for _ in 0..rounds.max(1) {
            let answer = predict(&before, step)?;
            before = walk.step_back(step, after, &answer);
        }
        latents.push(before);
    }
    latents.reverse();
    Ok(latents)
}

impl Inversion {
    /// Finds the corrections of `latents`, those of every moment of a walk with a one-step rule.
    ///
    /// # Errors
    /// Those of `predict`.
    ///
    /// # Panics
    /// When there is not one latent for each moment.
    pub fn through<E>(
        walk: &Walk,
        latents: Vec<Vec<f32>>,
        mut predict: impl FnMut(&[f32], usize) -> Result<Vec<f32>, E>,
    ) -> Result<Self, E> {
        assert_eq!(latents.len(), walk.steps() + 1, "a latent for each moment");
        let mut corrections = Vec::with_capacity(walk.steps());
        for (step, pair) in latents.windows(2).enumerate() {
            let answer = predict(&pair[0], step)?;
            let mut led = walk.start_at(pair[0].clone());
            walk.step(step, &mut led, &answer, &vec![0.0; answer.len()]);
            corrections.push(pair[1].iter().zip(&led.x).map(|(there, led)| there - led).collect());
        }
        Ok(Self { latents, corrections })
    }

    /// The clean latent.
    pub fn clean(&self) -> &[f32] {
        self.latents.last().map_or(&[], Vec::as_slice)
    }

    /// One step of a walk that repeats the inversion where `answer` is what it was then: `x` goes to the next moment.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn step(&self, walk: &Walk, step: usize, latents: &mut Latents, answer: &[f32]) {
        walk.step(step, latents, answer, &vec![0.0; answer.len()]);
        latents.x.iter_mut().zip(&self.corrections[step]).for_each(|(x, correction)| *x += correction);
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::diffusion::{Route, tests::factor};
    use crate::graph::{BetaSchedule, Prediction, Sampler, Spacing};

    const CLEAN: [f32; 4] = [0.3, -1.2, 2.0, 0.01];

    fn walk(sampler: Sampler, steps: usize) -> Walk {
        let factor = factor(Prediction::Flow, BetaSchedule::FLOW, None);
        Walk::new(&factor, &factor.schedule, Route { sampler, eta: 0.0, spacing: Spacing::Trailing, steps })
    }

    /// A network that bends the way: no two latents get answers alike.
    fn network(x: &[f32], time: f32) -> Vec<f32> {
        x.iter().enumerate().map(|(i, v)| (v * 0.8 + i as f32 * 0.2).sin() + time * v.cos() * 0.5).collect()
    }

    fn invert(walk: &Walk, latents: Vec<Vec<f32>>) -> Inversion {
        Inversion::through(walk, latents, |x, step| Ok::<_, Infallible>(network(x, walk.time(step)))).unwrap()
    }

    fn up(walk: &Walk, rounds: usize) -> Vec<Vec<f32>> {
        ode_latents(walk, &CLEAN, rounds, |x, step| Ok::<_, Infallible>(network(x, walk.time(step)))).unwrap()
    }

    fn furthest(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
    }

    #[test]
    fn the_noise_maps_lead_back_to_the_clean_latent() {
        for (sampler, first) in [(Sampler::Ddpm, 0), (Sampler::Ddpm, 5), (Sampler::Ddim, 3)] {
            let walk = walk(sampler, 20).after(first);
            let inversion = invert(&walk, independent_latents(&walk, &CLEAN, &mut NoiseSource::of(4, "x")));
            let mut latents = walk.start_at(inversion.latents[0].clone());
            for step in 0..walk.steps() {
                let answer = network(&latents.x, walk.time(step));
                inversion.step(&walk, step, &mut latents, &answer);
                assert!(furthest(&latents.x, &inversion.latents[step + 1]) < 1e-5, "step {step}");
            }
            assert!(furthest(&latents.x, &CLEAN) < 1e-5);
        }
    }

    #[test]
    fn a_noise_map_is_what_the_paper_has() {
        // Eq. 6 by hand, for a flow: the posterior mean of x' = (1 - t') x0 + t' eps given x and the estimate of x0.
        let walk = walk(Sampler::Ddpm, 4);
        let inversion = invert(&walk, independent_latents(&walk, &CLEAN, &mut NoiseSource::of(9, "x")));
        for (step, (t, next)) in [(1.0_f64, 0.75), (0.75, 0.5), (0.5, 0.25)].into_iter().enumerate() {
            let kept = if t == 1.0 { 0.0 } else { next * (1.0 - t) / (t * (1.0 - next)) };
            let sigma = next * (1.0 - kept * kept).sqrt();
            let down = (next * next - sigma * sigma).max(0.0).sqrt();
            let answer = network(&inversion.latents[step], t as f32);
            for (i, v) in answer.into_iter().enumerate() {
                let (x, v) = (f64::from(inversion.latents[step][i]), f64::from(v));
                let (clean, eps) = (x - t * v, x + (1.0 - t) * v);
                let z = (f64::from(inversion.latents[step + 1][i]) - (1.0 - next) * clean - down * eps) / sigma;
                let own = f64::from(inversion.corrections[step][i]) / sigma;
                assert!((z - own).abs() < 1e-5, "step {step}: {z} against {own}");
            }
        }
    }

    #[test]
    fn the_ode_leads_back_and_rounds_bring_it_nearer() {
        let walk = walk(Sampler::Ddim, 20);
        let error = |rounds| {
            let mut latents = walk.start_at(up(&walk, rounds)[0].clone());
            for step in 0..walk.steps() {
                let answer = network(&latents.x, walk.time(step));
                walk.step(step, &mut latents, &answer, &[]);
            }
            furthest(&latents.x, &CLEAN)
        };
        let (plain, rounds) = (error(1), error(4));
        assert!(plain < 0.2, "{plain}");
        assert!(rounds < plain / 100.0, "{rounds} after four rounds, {plain} after one");
        let largest = |rounds| {
            let inversion = invert(&walk, up(&walk, rounds));
            inversion.corrections.iter().flatten().fold(0.0_f32, |most, c| most.max(c.abs()))
        };
        assert!(largest(4) < 1e-4 && largest(1) > largest(4));
    }

    #[test]
    fn one_step_up_by_hand() {
        // One round: x = x' + (t - t') v(x', t).
        let walk = walk(Sampler::Ddim, 4);
        let latents = up(&walk, 1);
        let v = network(&CLEAN, 0.25);
        for i in 0..CLEAN.len() {
            assert!((latents[3][i] - (CLEAN[i] + 0.25 * v[i])).abs() < 1e-6);
        }
    }
}
