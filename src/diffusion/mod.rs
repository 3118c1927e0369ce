//! Schedules, samplers, guidance: pure mathematics, seeded, tested against references.

mod anchor;
mod guidance;
mod moments;
mod multistep;
mod noise;
mod schedule;
#[cfg(test)]
mod tests;
mod walk;

pub use anchor::{Anchor, between, steps_left_out};
pub use guidance::Guidance;
pub use moments::{Moment, moments};
pub use noise::{GENERATOR, NoiseSource, NoiseStream};
pub use schedule::alphas_cumprod;
pub use walk::{Latents, Route, Walk};
