//! Sampling a part of a latent anew, or all of it from a part of the way: the rest is held where a
//! walk with its noise would have it.

use super::Moment;

/// A clean latent that a walk starts from and, where cells are held, comes back to.
///
/// The held cells are set at every moment to `signal * clean + noise * eps` with the noise the walk
/// began with (blended latents, as in RePaint without its resampling), so that the free cells always
/// see a neighbourhood of their own noise level, and at the end the clean one exactly.
#[derive(Clone, Debug)]
pub struct Anchor {
    clean: Vec<f32>,
    held: Vec<bool>,
    noise: Vec<f32>,
}

impl Anchor {
    /// An anchor for `noise.len() / clean.len()` latents that share `clean`; `held` tells for each of
    /// its values whether it stays.
    ///
    /// # Panics
    /// When the lengths do not fit.
    pub fn new(clean: Vec<f32>, held: Vec<bool>, noise: Vec<f32>) -> Self {
        assert!(clean.len() == held.len() && noise.len().is_multiple_of(clean.len()), "latents of one size");
        Self { clean, held, noise }
    }

    /// The latents at a moment, held or not: where a walk begins that leaves out its first steps.
    pub fn at(&self, moment: Moment) -> Vec<f32> {
        self.noise.iter().zip(self.clean.iter().cycle()).map(|(&noise, &clean)| mixed(moment, clean, noise)).collect()
    }

    /// Puts the held values of `latents` where they are at a moment.
    ///
    /// # Panics
    /// When `latents` has another length than the noise.
    pub fn hold(&self, moment: Moment, latents: &mut [f32]) {
        assert_eq!(latents.len(), self.noise.len(), "latents of one size");
        let anchors = self.clean.iter().zip(&self.held).cycle();
        for ((value, &noise), (&clean, &held)) in latents.iter_mut().zip(&self.noise).zip(anchors) {
            if held {
                *value = mixed(moment, clean, noise);
            }
        }
    }
}

fn mixed(moment: Moment, clean: f32, noise: f32) -> f32 {
    (moment.signal * f64::from(clean) + moment.noise * f64::from(noise)) as f32
}

/// How many of `steps` steps are left out for a strength above 0, up to 1: 1 leaves out none, and at
/// least one step is always gone (img2img).
pub fn steps_left_out(steps: usize, strength: f32) -> usize {
    let gone = (strength.clamp(0.0, 1.0) * steps as f32).round() as usize;
    steps.saturating_sub(gone.max(1))
}

/// Noise `amount` (0 to 1) of the way from one seed's to another's, of unit variance as both are:
/// `((1 - a) x + a y) / sqrt((1 - a)^2 + a^2)`. Unlike spherical interpolation it needs no sine, whose
/// last bit differs between platforms.
///
/// # Panics
/// When the lengths differ.
pub fn between(from: &[f32], to: &[f32], amount: f32) -> Vec<f32> {
    assert_eq!(from.len(), to.len(), "noise of one size");
    let amount = f64::from(amount.clamp(0.0, 1.0));
    let keep = 1.0 - amount;
    let scale = 1.0 / (keep * keep + amount * amount).sqrt();
    let mix = |(&x, &y): (&f32, &f32)| ((keep * f64::from(x) + amount * f64::from(y)) * scale) as f32;
    from.iter().zip(to).map(mix).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diffusion::NoiseStream;

    const HALF: Moment = Moment { time: 0.5, signal: 0.5, noise: 0.5 };
    const CLEAN: Moment = Moment { time: 0.0, signal: 1.0, noise: 0.0 };

    #[test]
    fn held_values_follow_the_walk_and_end_clean() {
        let anchor = Anchor::new(vec![1.0, 2.0], vec![true, false], vec![3.0, 4.0, -1.0, -2.0]);
        assert_eq!(anchor.at(HALF), [2.0, 3.0, 0.0, 0.0]);
        let mut latents = vec![9.0; 4];
        anchor.hold(HALF, &mut latents);
        assert_eq!(latents, [2.0, 9.0, 0.0, 9.0]);
        anchor.hold(CLEAN, &mut latents);
        assert_eq!(latents, [1.0, 9.0, 1.0, 9.0]);
    }

    #[test]
    fn strength_says_how_much_of_the_walk_is_gone() {
        let left_out = [1.0, 0.75, 0.5, 0.01, 0.0].map(|strength| steps_left_out(20, strength));
        assert_eq!(left_out, [0, 5, 10, 19, 19]);
        assert_eq!(steps_left_out(1, 0.2), 0);
    }

    #[test]
    fn noise_between_two_seeds_keeps_its_variance() {
        let (a, b) = (NoiseStream::new(1, "image").normals(20_000), NoiseStream::new(2, "image").normals(20_000));
        assert_eq!(between(&a, &b, 0.0), a);
        assert_eq!(between(&a, &b, 1.0), b);
        let mixed = between(&a, &b, 0.4);
        let variance = mixed.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>() / mixed.len() as f64;
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }
}
