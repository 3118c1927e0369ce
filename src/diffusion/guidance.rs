//! Classifier-free guidance.

/// When and how strongly the text (or what is to be avoided) pulls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Guidance {
    /// Weight; 1 is none.
    pub weight: f32,
    /// How far the guided answer is scaled back to the deviation of the text's own, 0 (not) to 1 (all the
    /// way): Lin et al., "Common diffusion noise schedules and sample steps are flawed", section 3.4.
    pub rescale: f32,
    /// Shares of the walk within which guidance acts, `[0, 1]` for all of it; outside the text's own answer
    /// stands (Kynkäänniemi et al., "Applying guidance in a limited interval").
    pub interval: [f32; 2],
}

impl Guidance {
    /// Whether it acts in step `step` of `steps`: both ends of the interval are rounded down to steps, as
    /// the guiders of `diffusers` do.
    pub fn acts(&self, step: usize, steps: usize) -> bool {
        let at = |share: f32| (f64::from(share) * steps as f64) as usize;
        self.weight != 1.0 && (at(self.interval[0])..at(self.interval[1])).contains(&step)
    }

    /// `without + weight * (with_text - without)`, rescaled, written over `with_text`; `latent` is the number
    /// of values of one latent.
    ///
    /// # Panics
    /// When the slices differ in length.
    pub fn guide(&self, with_text: &mut [f32], without: &[f32], latent: usize) {
        assert_eq!(with_text.len(), without.len(), "answers of one size");
        let spread = |values: &[f32]| (self.rescale > 0.0).then(|| deviation(values));
        for (with_text, without) in with_text.chunks_mut(latent).zip(without.chunks(latent)) {
            let before = spread(with_text);
            for (value, &without) in with_text.iter_mut().zip(without) {
                *value = without + self.weight * (*value - without);
            }
            if let (Some(before), Some(after)) = (before, spread(with_text))
                && after > 0.0
            {
                let rescale = f64::from(self.rescale);
                let scale = rescale * before / after + (1.0 - rescale);
                with_text.iter_mut().for_each(|value| *value = (f64::from(*value) * scale) as f32);
            }
        }
    }
}

/// Standard deviation.
fn deviation(values: &[f32]) -> f64 {
    let count = values.len() as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
    let squares: f64 = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
    (squares / count).sqrt()
}
