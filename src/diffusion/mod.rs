//! Schedules, samplers, guidance: pure mathematics, seeded, tested against references.

mod anchor;
mod concepts;
mod guidance;
mod inversion;
mod moments;
mod multistep;
mod noise;
mod schedule;
#[cfg(test)]
mod tests;
mod walk;

pub use anchor::{Anchor, between, steps_left_out};
pub use concepts::{Direction, Pull, upper_mask};
pub use guidance::Guidance;
pub use inversion::{Inversion, independent_latents, ode_latents};
pub use moments::{Moment, moments};
pub use noise::{GENERATOR, NoiseSource, NoiseStream};
pub use schedule::alphas_cumprod;
pub use walk::{Latents, Route, Walk};
