//! The noise that sampling starts from: a named, versioned generator on the CPU.
//!
//! The same seed has to give the same picture on every machine and in every later version, so no
//! part of this may depend on a platform's mathematical library: only additions, multiplications,
//! divisions and square roots are used, which IEEE 754 rounds the same everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

/// Name and version of the generator, recorded beside every seed.
pub const GENERATOR: &str = "chacha8-v1";

/// Points that deviates are made of at a time.
const POINTS: usize = 64;

/// The random numbers of one variable for one seed.
///
/// The stream is keyed by SHA-256 over generator, seed and variable, so it depends neither on which
/// factors run beside it nor on its place in a batch.
pub struct NoiseStream {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl NoiseStream {
    /// The stream of `variable` (its name) for `seed`.
    pub fn new(seed: u64, variable: &str) -> Self {
        let mut key = Sha256::new();
        key.update(GENERATOR.as_bytes());
        key.update(seed.to_le_bytes());
        key.update(variable.as_bytes());
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&key.finalize());
        Self { generator: ChaCha8Rng::from_seed(bytes), spare: None }
    }

    /// Uniform in `[0, 1)`, 53 random bits.
    pub fn uniform(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The next `len` standard normal deviates, by Marsaglia's polar form of Box-Muller (no sine or cosine), rounded to
    /// single precision. How many are asked for at a time makes no difference.
    pub fn normals(&mut self, len: usize) -> Vec<f32> {
        let mut values = Vec::with_capacity(len + 1);
        if len > 0 {
            values.extend(self.spare.take().map(|spare| spare as f32));
        }
        while values.len() < len {
            // Points first, then what is computed of them, which the processor does for several at once.
            let count = (len - values.len()).div_ceil(2).min(POINTS);
            let (mut points, mut squares) = ([[0.0; 2]; POINTS], [1.0; POINTS]);
            for (point, square) in points.iter_mut().zip(&mut squares).take(count) {
                (*point, *square) = self.point();
            }
            let radii = squares.map(|square| (-2.0 * ln(square) / square).sqrt());
            for (point, radius) in points.iter().zip(radii).take(count) {
                values.extend_from_slice(&point.map(|v| (v * radius) as f32));
            }
            if values.len() > len {
                values.truncate(len);
                self.spare = Some(points[count - 1][1] * radii[count - 1]);
            }
        }
        values
    }

    /// A point within the circle of radius 1 around the origin, which it is not, and the square of its distance from there.
    fn point(&mut self) -> ([f64; 2], f64) {
        loop {
            let [x, y] = [(); 2].map(|()| 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return ([x, y], square);
            }
        }
    }
}

/// Where a walk takes its noise from: first the start, then, for each step that adds noise, as much again.
pub enum NoiseSource {
    /// The stream of a seed.
    Stream(Box<NoiseStream>),
    /// Numbers from outside; zeros when they are used up.
    Given(std::vec::IntoIter<f32>),
}

impl NoiseSource {
    /// The stream of `variable` for `seed`.
    pub fn of(seed: u64, variable: &str) -> Self {
        Self::Stream(Box::new(NoiseStream::new(seed, variable)))
    }

    /// The next `len` numbers.
    pub fn normals(&mut self, len: usize) -> Vec<f32> {
        match self {
            Self::Stream(stream) => stream.normals(len),
            Self::Given(values) => (0..len).map(|_| values.next().unwrap_or(0.0)).collect(),
        }
    }
}

/// Natural logarithm of a positive normal number, within two units in the last place.
///
/// The standard library's `ln` calls the platform's, whose last bit differs between systems.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = (bits >> 52) as i32 - 1023;
    let mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let is_upper = mantissa > std::f64::consts::SQRT_2;
    let mantissa = if is_upper { mantissa / 2.0 } else { mantissa };
    let exponent = exponent + i32::from(is_upper);
    // ln m = 2 artanh((m - 1) / (m + 1)); |z| < 0.172, so that z^25 lies below the last bit.
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let square = z * z;
    let series = (0..12).rev().fold(0.0, |sum, k| sum * square + 1.0 / f64::from(2 * k + 1));
    2.0 * z * series + f64::from(exponent) * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithm_agrees_with_the_platforms() {
        for x in [1e-300, 1e-16, 0.1, 0.5, 0.707, 0.708, 0.999_999, 1.0, 1.5, 2.0, 1e10] {
            let (own, reference) = (ln(x), x.ln());
            assert!((own - reference).abs() <= 4e-16 * reference.abs().max(1.0), "ln {x}: {own} against {reference}");
        }
    }

    #[test]
    fn deviates_are_standard_normal() {
        let values = NoiseStream::new(7, "segmentation").normals(200_000);
        let n = values.len() as f64;
        let moment = |k: i32| values.iter().map(|&v| f64::from(v).powi(k)).sum::<f64>() / n;
        assert!(moment(1).abs() < 0.01, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.02, "variance {}", moment(2));
        assert!(moment(3).abs() < 0.05, "skewness {}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.15, "kurtosis {}", moment(4));
    }

    #[test]
    fn they_are_those_of_the_first_version() {
        // Recorded from the generator before it drew in blocks: whoever changes these changes every picture there is.
        let stream = NoiseStream::new(5, "image").normals(400);
        assert_eq!(
            [stream[0], stream[1], stream[128], stream[399]],
            [-0.20709538, 0.8877506, -0.90827537, -0.044009164]
        );
    }

    #[test]
    fn streams_depend_on_seed_and_variable_only() {
        let first = NoiseStream::new(1, "depth").normals(16);
        assert_eq!(first, NoiseStream::new(1, "depth").normals(16));
        assert_eq!(first[..9], NoiseStream::new(1, "depth").normals(9), "a shorter latent starts alike");
        let mut parts = NoiseStream::new(1, "depth");
        assert_eq!(first, [3, 0, 1, 7, 5].map(|len| parts.normals(len)).concat(), "however many are taken at a time");
        assert_ne!(first, NoiseStream::new(2, "depth").normals(16));
        assert_ne!(first, NoiseStream::new(1, "sketch").normals(16));
    }
}
