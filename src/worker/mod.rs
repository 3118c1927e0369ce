//! One named thread that owns the engine, with jobs in and events out.
//!
//! [`Worker`] is what the window uses; [`run_job`] does the same work on the caller's thread for the
//! command line and `replay`.

mod candidates;
mod job;
mod mending;
mod pace;
mod run;
mod suggest;
#[cfg(test)]
mod tests;
mod thread;

pub use candidates::{Measure, ordered, rank, shapes_of};
pub use job::{Asked, Event, Job, JobId, Mending, Outcome, Step};
pub use mending::lacks;
pub use run::{MENDED, Runner, run_job};
pub use thread::Worker;
