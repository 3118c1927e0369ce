//! Schedules, samplers, guidance: pure mathematics, seeded, tested against references.

mod anchor;
mod noise;
mod sampler;
mod schedule;
#[cfg(test)]
mod tests;

pub use anchor::{Anchor, between, steps_left_out};
pub use noise::{GENERATOR, NoiseStream};
pub use sampler::{Walk, guide};
pub use schedule::{Moment, Spacing, alphas_cumprod, moments};
