//! Schedules, samplers, guidance: pure mathematics, seeded, tested against references.

mod noise;

pub use noise::{GENERATOR, NoiseStream};
